import Foundation
import Frames
import Imaging
import Planning
import Testing

@testable import Report

@Suite struct UncertaintySectionTests {
    private static let tip: [String: JSONValue] = [
        "tip_error_95_mm": .number(1.2), "angle_error_rms_deg": .number(0.4), "dominant_error": .string("robot"),
        "tip_ellipsoid_95_mm": .array([.number(0.8), .number(0.9), .number(1.1)]),
        "error_shares": .object(["robot": .number(0.6), "motion": .number(0.397), "tracker": .number(0.003)]),
    ]

    /// Two screws of one block with these metrics beside or in place of their own.
    private static func report(_ metrics: [String: JSONValue]) throws -> PlanReport {
        let report = try PlanReportTests.report(["L3-left", "L3-right"])
        var plan = report.plan
        for i in plan.items.indices { plan.items[i].metrics.merge(metrics) { $1 } }
        return PlanReport(image: report.image, labels: report.labels, plan: plan)
    }

    /// A probability below the aim is a warning on the page: `plan check` does not judge it.
    @Test func aLowProbabilityWarnsAndBreaksNothing() throws {
        var screw = Self.tip
        screw["p_grade_a"] = .number(0.9)
        screw["gertzbein_robbins"] = .string("A")
        screw["breach_mm"] = .number(0)
        screw["margin_mm"] = .number(2)
        let report = try Self.report(screw)
        let html = try report.html()
        #expect(html.contains("! warning: 5.0 % short") && html.contains("should be at least 95.0 %"))
        #expect(!html.contains("BROKEN"))
        let readings = try #require(report.json.object?["readings"]?.array?.first?.object?["readings"]?.array)
        let found = try #require(readings.first { $0.object?["key"] == .string("p_grade_a") }?.object)
        #expect(found["standing"] == .string("warning") && found["aim"] == .bool(true))
        #expect(found["headroom"] == .number(-0.05))
    }

    @Test func cellsSayWhatThePlanSays() throws {
        var screw = Self.tip
        screw["p_grade_a"] = .number(0.981)
        let section = UncertaintySection(plan: try Self.report(screw).plan, limits: PlanLimits())
        #expect(section.columns.prefix(3) == ["item", "probability of grade A", "tip within, 95 %"])
        let cells = section.cells(section.items[0])
        #expect(
            cells.map(\.text) == [
                "L3-left", "98.1 %", "1.20 mm", "0.80 · 0.90 · 1.10", "0.40°", "robot",
                "robot\u{A0}60\u{A0}%, motion\u{A0}40\u{A0}%",
            ])
        var path = Self.tip
        path["p_vessel_margin"] = .number(0.7)
        path["p_vessel_clear"] = .number(0.985)
        let paths = UncertaintySection(plan: try Self.report(path).plan, limits: PlanLimits())
        #expect(paths.columns.count == 8 && !paths.columns.contains("probability of grade A"))
        #expect(paths.cells(paths.items[0]).map(\.text).prefix(3) == ["L3-left", "70.0 %", "! 98.5 %"])
        #expect(paths.cells(paths.items[0])[2].standing == .warning)
    }

    /// The section is on paper too; without anything to say there is none.
    @Test func thePDFHasIt() throws {
        let date = Date(timeIntervalSince1970: 1_770_000_000)
        var screw = Self.tip
        screw["p_grade_a"] = .number(0.9)
        let (with, without) = (try Self.report(screw).pdf(at: date), try Self.report([:]).pdf(at: date))
        #expect(with != without && with.count > without.count)
    }
}
