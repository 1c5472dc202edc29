import Frames
import Imaging
import Testing

@testable import Planning

/// Screws that good labels allow, held against images that show something else.
@Suite struct ImageDoubtTests {
    static func outcomes(_ lumbar: LumbarCase) throws -> [PedicleScrewPlanner.Outcome] {
        try lumbar.result.anatomies.map { anatomy in
            var outcome = PedicleScrewPlanner.Outcome()
            outcome.anatomy = anatomy
            outcome.screws = try lumbar.result.plan.items.filter { $0.level == anatomy.level }.map { item in
                PedicleScrewPlanner.Screw(
                    level: anatomy.level, side: try #require(item.side), technique: .pedicle,
                    screw: try #require(item.cylinder), metrics: try #require(item.screwMetrics))
            }
            return outcome
        }
    }

    @Test func whereTheImageShowsMuscleTheScrewIsTakenBack() throws {
        let lumbar = try LumbarCase.load()
        let outcomes = try Self.outcomes(lumbar)
        let all = outcomes.flatMap(\.screws).count
        #expect(all == 10)
        #expect(ImageDoubt(ct: lumbar.ct).refused(outcomes).flatMap(\.screws).count == all)
        let level = AnatomicalLabel(23)
        var wrong = lumbar.ct
        for i in lumbar.labels.voxels.indices where lumbar.labels.voxels[i] == level.number {
            wrong[lumbar.labels.geometry.index(offset: i)] = 45
        }
        let left = ImageDoubt(ct: wrong).refused(outcomes)
        #expect(left.flatMap(\.screws).map(\.level).filter { $0 == level }.isEmpty)
        #expect(left.flatMap(\.screws).count == all - 2)
        for refusal in left.flatMap(\.refusals) {
            guard case .pedicle(level, _, .softTissue(let share)) = refusal else {
                Issue.record("\(refusal)")
                continue
            }
            #expect(share > 0.9)
        }
    }

    /// Marrow as dark as muscle says nothing.
    @Test func inBrittleBoneTheLabelsAreBelieved() throws {
        let lumbar = try LumbarCase.load()
        let outcomes = try Self.outcomes(lumbar)
        let dark = Volume<Int16>(geometry: lumbar.ct.geometry, filledWith: 45)
        #expect(ImageDoubt(ct: dark).refused(outcomes).flatMap(\.screws).count == 10)
    }
}
