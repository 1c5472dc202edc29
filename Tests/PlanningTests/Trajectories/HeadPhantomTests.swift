import Frames
import Imaging
import PhantomKit
import TestSupport
import Testing

@testable import Planning

/// The head phantom with its exact labels, coarse.
@Suite struct HeadPhantomTests {
    struct HeadCase: Sendable {
        let phantom: Phantom
        let ct: Volume<Int16>
        let labels: LabelVolume

        init() throws {
            phantom = try Phantom(.load(repositoryFolder().appendingPathComponent("Phantoms/head.yaml").path))
            let geometry = try phantom.geometry(spacing: Vector3(1.5, 1.5, 1.8))
            ct = phantom.sample(geometry, seed: 5)
            labels = phantom.labels(geometry)
        }
    }

    private static let shared = Result { try HeadCase() }

    /// The head stands on the atlas without a turn, so that the atlas's own axis is the midline's normal.
    @Test func midlineIsThePhantoms() throws {
        let head = try Self.shared.get()
        let atlas = try #require(head.phantom.landmarks.first).pose
        for turn in [0.0, 25, -20] {
            let axis = try #require(Direction<CT>(Vector3(0.2, -0.1, 1)))
            let T = Pose<CT, CT>(
                rotation: Rotation(radians: radians(degrees: turn), about: axis), translation: Vector3(12, -7, 30))
            let labels = try moved(head.labels, by: T)
            let plane = try #require(SkullSurface(labels, LabelSurvey(labels))?.midline())
            let pose = T * atlas
            #expect(plane.left.angle(to: pose * Direction<Vertebra>.x) < 1 * .pi / 180, "turned by \(turn)°")
            #expect(abs(plane.side(T * (try #require(head.phantom.lesion))) - 34) < 6)
            // the atlas's axis passes through the plane's middle
            let up = (pose * Direction<Vertebra>.z).vector
            let top = Point<CT>(pose.translation + up * 100)
            #expect(abs(plane.side(top)) < 1.2, "turned by \(turn)°: \(plane.side(top))")
            // the checker's own, from what fills the skull
            let other = try #require(MaskSymmetry(labels)?.midline())
            #expect(other.left.angle(to: pose * Direction<Vertebra>.x) < 1.5 * .pi / 180, "turned by \(turn)°")
            #expect(abs(other.side(top)) < 1.5, "turned by \(turn)°: \(other.side(top))")
        }
    }

    /// A path from the other side: the check measures the way beyond the midline by a plane and steps of its own, and finds
    /// a plan that hides it.
    @Test func aHiddenCrossingIsFound() throws {
        let head = try Self.shared.get()
        let target = Point<CT>(-25, 30, 40)
        var plan = try TrajectoryPlanner().plan(
            ct: head.ct, labels: head.labels, targets: [.init("target-1", target)]
        ).plan
        plan.items = Array(plan.items.prefix(1))
        func findings() throws -> [PlanChecker.Finding] {
            try PlanChecker().check(plan, ct: head.ct, labels: head.labels).items[0].findings
        }
        let midline = try #require(MaskSymmetry(head.labels)?.midline())
        let mirrored = plan.items[0].entry - midline.left * (2 * midline.side(plan.items[0].entry))
        plan.items[0].entry = mirrored
        plan.items[0].length = mirrored.distance(to: target)
        plan.items[0].metrics["midline_crossing_mm"] = .number(0)
        let found = try findings()
        let claimed = found.contains {
            if case .claimDiffers("midline_crossing_mm", 0, let measured) = $0 { measured > 20 } else { false }
        }
        #expect(claimed, "\(found)")
    }

    /// A ball has no midline, so nothing is said of one.
    @Test func aBallHasNoMidline() throws {
        let ball = try SyntheticHead { _ in nil }
        #expect(MaskSymmetry(ball.labels)?.midline() == nil)
    }

    @Test func pathsToTheLesionAndElsewhere() throws {
        let head = try Self.shared.get()
        let lesion = try TrajectoryPlanner.deepestPlace(of: .lesion, in: head.labels)
        #expect(lesion.distance(to: try #require(head.phantom.lesion)) < 3)
        let targets = [lesion, Point<CT>(-25, 30, 40), Point<CT>(6, -12, 55)].enumerated().map {
            TrajectoryPlanner.Target("target-\($0 + 1)", $1)
        }
        let result = try TrajectoryPlanner().plan(ct: head.ct, labels: head.labels, targets: targets, withMaps: true)
        #expect(result.refusals.isEmpty && result.plan.chosenItems.count == 3)
        let check = try PlanChecker().check(result.plan, ct: head.ct, labels: head.labels)
        for item in check.items { #expect(item.findings.isEmpty, "\(item.id): \(item.findings)") }
        for item in result.plan.items {
            let m = try #require(item.trajectoryMetrics)
            #expect(try #require(m.vesselDistance) >= 3 && (try #require(m.risk)) <= 1)
            // nothing of the CT between skin and brain is air, nor the skull as thin as a gap
            #expect(try #require(m.boneLength) > 2)
        }
        // the map says of the planned direction what was planned, as far as a field and a cell of 1.4° can
        for (item, map) in zip(result.plan.chosenItems, result.maps) {
            let out = try #require((item.entry - item.target).direction)
            let entry = map.entry(out.vector)
            #expect(entry.block == nil)
            let risk = try #require(item.trajectoryMetrics?.risk)
            #expect(abs(try #require(entry.risk) - risk) < 0.15)
            #expect(map.marks.first?.id == item.id)
            #expect(map.csv.split(separator: "\n").count == map.entries.count + 1)
        }
    }
}
