import Frames
import Imaging
import Testing

@testable import Planning

@Suite struct PlanTableTests {
    private func plan(_ id: String) -> PlanFile {
        var plan = smallPlan()
        plan.items[0].id = id
        plan.items[0].metrics["tip_covariance_mm2"] = .array([.number(1)])
        plan.items.append(
            PlanItem(
                id: "b", kind: .electrode, level: nil, side: nil, entry: Point(1, 2, 3), target: Point(1, 2, 33.5),
                diameter: 0.8, metrics: ["risk": .number(1.5)]))
        return plan
    }

    @Test func oneRowAnItemOneColumnAQuantity() throws {
        let lines = PlanTable.csv(plan("a")).split(separator: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(lines.count == 3 && lines.allSatisfy { $0.count == lines[0].count })
        func cell(_ row: Int, _ name: String) throws -> String {
            String(lines[row][try #require(lines[0].firstIndex { $0 == name })])
        }
        #expect(
            try cell(2, "target_z_mm") == "33.5" && cell(2, "length_mm") == "30.5" && cell(2, "kind") == "electrode")
        #expect(try cell(1, "gertzbein_robbins") == "A" && cell(2, "gertzbein_robbins") == "")
        #expect(try cell(2, "broken_limits") == "risk" && cell(1, "level") == "L3")
        #expect(!lines[0].contains("tip_covariance_mm2"))
    }

    /// Quotes and commas stay in their cell (RFC 4180); what a spreadsheet would run as a formula is text.
    @Test func hostileNamesStayText() {
        #expect(PlanTable.csv(plan("a,\"b")).contains("\r\n\"a,\"\"b\",pedicle-screw"))
        #expect(PlanTable.csv(plan("=HYPERLINK(1)")).contains("\r\n'=HYPERLINK(1),"))
        #expect(PlanTable.csv(plan("@x")).contains("\r\n'@x,") && PlanTable.csv(plan("-x")).contains("\r\n'-x,"))
    }
}
