import Foundation
import Frames
import Imaging
import PhantomKit
import TestSupport
import Testing

@testable import Planning

@Suite struct PlanCheckerTests {
    /// Two ways of measuring that share no code agree on the planner's own screws.
    @Test func agreesWithThePlanner() throws {
        let lumbar = try LumbarCase.load()
        let result = try PlanChecker().check(lumbar.result.plan, ct: lumbar.ct, labels: lumbar.labels)
        for item in result.items { #expect(item.findings.isEmpty, "\(item.id): \(item.findings)") }
        for (item, check) in zip(lumbar.result.plan.items, result.items) {
            let (claimed, measured) = (try #require(item.screwMetrics), try #require(check.metrics))
            #expect(abs(claimed.margin - measured.margin) < 0.4)
            #expect(abs(claimed.meanDensity - measured.meanDensity) < 15)
        }
    }

    func findings(_ edit: (inout PlanItem) -> Void) throws -> [PlanChecker.Finding] {
        let lumbar = try LumbarCase.load()
        var plan = lumbar.result.plan
        plan.items = [try plan.item("L4-left")]
        edit(&plan.items[0])
        return try PlanChecker().check(plan, ct: lumbar.ct, labels: lumbar.labels).items[0].findings
    }

    @Test func seesAScrewMovedIntoTheCanal() throws {
        let found = try findings { item in
            let shift = Displacement<CT>(-9, 0, 0)
            (item.entry, item.target) = (item.entry + shift, item.target + shift)
        }
        #expect(found.contains { if case .brokenLimit(let b) = $0 { b.name == .breach } else { false } })
        #expect(
            found.contains {
                if case .brokenLimit(let b) = $0 { b.name == .medialMargin && b.value < -1 } else { false }
            })
        #expect(found.contains { if case .claimsGrade(.A, _) = $0 { true } else { false } })
    }

    @Test func seesFalseClaims() throws {
        let found = try findings { item in
            item.metrics["margin_mm"] = .number(6)
            item.metrics["convergence_deg"] = .number(-20)
            item.length += 5
        }
        let keys = found.compactMap { if case .claimDiffers(let key, _, _) = $0 { key } else { nil } }
        #expect(keys == ["convergence_deg", "margin_mm"])
        #expect(found.contains { if case .lengthDiffers = $0 { true } else { false } })
        #expect(try findings { $0.metrics["mean_hu"] = nil }.contains(.metricsIncomplete))
    }

    /// A screw pushed forwards until its entry lies in the foramen, its tip in the body.
    @Test func seesAnEntryInFrontOfTheArch() throws {
        let lumbar = try LumbarCase.load()
        let anatomy = try #require(lumbar.result.anatomies.first { $0.level.name == "L4" })
        let X = anatomy.X_CTVertebra.inverse
        func found(_ inFront: Double) throws -> [PlanChecker.Finding] {
            try findings { item in
                let axis = item.target - item.entry
                let way = (X * item.entry).y - (X * anatomy.canalCentre).y + inFront
                let slope = (X * item.entry).y - (X * item.target).y
                item.entry = item.entry + axis * (way / slope)
            }
        }
        for inFront in [2.5, 5] {
            let measured = try found(inFront).compactMap {
                if case .entryInFrontOfArch(let x) = $0 { x } else { nil }
            }
            #expect(measured.count == 1 && abs((measured.first ?? 0) - inFront) < 0.05)
        }
        let behind = try found(-1)
        #expect(!behind.contains { if case .entryInFrontOfArch = $0 { true } else { false } })
    }

    @Test func seesSwappedEndsSidesAndLevels() throws {
        #expect(try findings { $0.side = .right }.contains(.wrongSide))
        #expect(try findings { swap(&$0.entry, &$0.target) }.contains(.notForwards))
        #expect(try findings { $0.level = AnatomicalLabel(21) }.contains(.tipOutsideBone))
        #expect(
            try findings { $0.level = AnatomicalLabel(8) } == [
                .notMeasurable(.vertebra(AnatomicalLabel(8), .labelMissing))
            ])
        #expect(try findings { $0.target = $0.entry } == [.noAxis])
        let far = try findings { item in
            (item.entry, item.target) = (Point(9e4, 9e4, 9e4), Point(9e4, 9e4 - 45, 9e4))
        }
        #expect(far.contains(.tipOutsideBone))
    }

    @Test func seesAPedicleUsedTwice() throws {
        let lumbar = try LumbarCase.load()
        var plan = lumbar.result.plan
        var copy = try plan.item("L2-right")
        copy.id = "another"
        plan.items.append(copy)
        let result = try PlanChecker().check(plan, ct: lumbar.ct, labels: lumbar.labels)
        #expect(result.items.filter(\.passed).count == plan.items.count - 2)
        #expect(try #require(result.items.last).findings.contains(.pedicleTwice(other: "L2-right")))
    }

    @Test func refusesAnotherImage() throws {
        let lumbar = try LumbarCase.load()
        var ct = lumbar.ct
        ct[VoxelIndex(3, 4, 5)] += 1
        do {
            _ = try PlanChecker().check(lumbar.result.plan, ct: ct, labels: lumbar.labels)
            Issue.record("checked a plan on another image")
        } catch {
            guard case .anotherImage = error else {
                Issue.record("\(error)")
                return
            }
        }
    }
}
