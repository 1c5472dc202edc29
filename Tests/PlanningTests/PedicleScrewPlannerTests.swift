import Foundation
import Frames
import Imaging
import PhantomKit
import TestSupport
import Testing

@testable import Planning

@Suite struct PedicleScrewPlannerTests {
    @Test func everyPhantomScrewIsGradeAByTheSolids() throws {
        let lumbar = try LumbarCase.load()
        #expect(lumbar.result.refusals.isEmpty && lumbar.result.plan.items.count == 10)
        for item in lumbar.result.plan.items {
            let screw = try #require(item.cylinder)
            let level = try #require(item.level)
            // Against the phantom's exact solids, without any label.
            let worst = try screw.places(from: 5).map { try #require(lumbar.phantom.signedDistance(of: level, at: $0)) }
                .max()
            #expect(try #require(worst) < -0.25, "\(item.id) stands out by \(worst ?? 0)")
            let metrics = try #require(item.screwMetrics)
            #expect(metrics.grade == .A && metrics.medialMargin > 1 && metrics.anteriorMargin >= 3)
            #expect((0.55...0.9).contains(try #require(metrics.bodyDepthFraction)), "\(item.id): \(metrics)")
            #expect(abs(degrees(radians: metrics.cranialTilt)) < 8)
            #expect((0.0...35).contains(degrees(radians: metrics.convergence)))
            let fits = ScrewCatalogue.standard.screws.contains {
                $0.diameter == item.diameter && $0.lengths.contains(item.length)
            }
            #expect(fits, "\(item.diameter) × \(item.length) is no screw of the catalogue")
        }
    }

    /// Turned and shifted in the patient's coordinates, the same bones get the same screws.
    @Test func turnsWithThePatient() throws {
        let lumbar = try LumbarCase.load()
        var random = SeededGenerator(seed: 3)
        let level = AnatomicalLabel(22)
        for _ in 0..<3 {
            let axis = random.normal3()
            let T = Pose<CT, CT>(
                rotation: Rotation(rotationVector: axis * (0.4 / length(axis))), translation: random.normal3() * 30)
            let result = try PedicleScrewPlanner().plan(
                ct: try moved(lumbar.ct, by: T), labels: try moved(lumbar.labels, by: T), levels: [level])
            #expect(result.refusals.isEmpty)
            for item in result.plan.items {
                let still = try lumbar.result.plan.item(item.id)
                #expect((T * still.entry).distance(to: item.entry) < 3)
                #expect((T * still.target).distance(to: item.target) < 7)
                #expect(item.screwMetrics?.grade == .A)
            }
        }
    }

    @Test func sameInputSameBytes() throws {
        let lumbar = try LumbarCase.load()
        let again = try PedicleScrewPlanner().plan(ct: lumbar.ct, labels: lumbar.labels, levels: LumbarCase.levels)
        #expect(again.plan.fileBytes == lumbar.result.plan.fileBytes)
    }

    @Test func saysWhyNoScrewFits() throws {
        let lumbar = try LumbarCase.load()
        let thick = try ScrewCatalogue(
            yaml: "schema: stylet.pedicle-screws/1\nname: thick\nscrews: [{name: a, diameter_mm: 10, lengths_mm: [40]}]"
        )
        let result = try PedicleScrewPlanner(catalogue: thick).plan(
            ct: lumbar.ct, labels: lumbar.labels, levels: [AnatomicalLabel(20)])
        #expect(result.plan.items.isEmpty && result.refusals.count == 2)
        for refusal in result.refusals {
            guard case .pedicle(AnatomicalLabel(20), _, .tooNarrow(let width, 10, 0.8)) = refusal else {
                Issue.record("\(refusal)")
                continue
            }
            #expect(width < 12.5)
        }
    }

    @Test func refusesOtherGridsAndTheAtlas() throws {
        let lumbar = try LumbarCase.load()
        let T = Pose<CT, CT>(rotation: .identity(), translation: Vector3(1, 0, 0))
        #expect(throws: PlanningError.gridsDiffer) {
            try PedicleScrewPlanner().plan(ct: moved(lumbar.ct, by: T), labels: lumbar.labels, levels: [])
        }
        #expect(throws: PlanningError.levelNotPlannable(AnatomicalLabel(1))) {
            try PedicleScrewPlanner().plan(ct: lumbar.ct, labels: lumbar.labels, levels: [AnatomicalLabel(1)])
        }
        var planner = PedicleScrewPlanner()
        planner.techniques = [AnatomicalLabel(22): .magerl]
        #expect(throws: PlanningError.levelNotPlannable(AnatomicalLabel(22))) {
            try planner.plan(ct: lumbar.ct, labels: lumbar.labels, levels: [AnatomicalLabel(22)])
        }
    }

    /// A network's labels at 3 mm: screws on what is whole, a refusal of what the image cuts off.
    @Test(.enabled(if: realData("lumbar-3mm") != nil, "needs the folder of real images"))
    func planOnARealCT() throws {
        let folder = try #require(realData("lumbar-3mm")).path
        let ct = try ImageReader.read(folder + "/ct.nii.gz").ct
        let map = Dictionary(
            uniqueKeysWithValues: (26...33).map { ($0, AnatomicalLabel($0 == 26 ? 26 : UInt8(51 - $0))) })
        let labels = try LabelReader.read(folder + "/labels-totalseg.nii.gz", on: ct.geometry, map: map)
        let levels = (19...24).map { AnatomicalLabel(UInt8($0)) }
        let result = try PedicleScrewPlanner().plan(ct: ct, labels: labels, levels: levels)
        #expect(result.refusals == [.vertebra(AnatomicalLabel(19), .cutByImageEdge)])
        #expect(result.plan.items.count == 10 && result.labelAccuracy == 1.5)
        for item in try PlanChecker().check(result.plan, ct: ct, labels: labels).items {
            #expect(item.findings.isEmpty, "\(item.id): \(item.findings)")
        }
    }
}
