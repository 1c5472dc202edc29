import Frames
import Imaging
import Testing

@testable import Planning

/// Distances of lines to voxels, three ways: boxes (the planner's), faces (the checker's), and places on a fine raster.
@Suite struct TrajectoryDistanceTests {
    /// The least distance from places 0.02 mm apart to every voxel of the label.
    func brute(_ labels: LabelVolume, _ label: UInt8, _ a: Vector3, _ b: Vector3) -> Double {
        let g = labels.geometry
        var centres: [Vector3] = []
        for (i, v) in labels.voxels.enumerated() where v == label {
            centres.append(g.point(g.index(offset: i)).coordinates)
        }
        let turn = g.direction.transposed
        var best = Double.infinity
        let count = Int(length(b - a) / 0.02)
        for c in centres {
            let t = min(max(dot(c - a, b - a) / dot(b - a, b - a), 0), 1)
            guard length(a + (b - a) * t - c) - length(g.spacing) / 2 < best else { continue }
            let (low, high) = (max(Int(t * Double(count)) - 120, 0), min(Int(t * Double(count)) + 120, count))
            for k in low...high {
                let away = turn * (a + (b - a) * (Double(k) / Double(count)) - c)
                let over = pointwiseMax(pointwiseMax(away, -away) - g.spacing / 2, .zero)
                best = min(best, length(over))
            }
        }
        return best
    }

    @Test(arguments: [1, 2] as [UInt64]) func threeWaysAgree(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let axis = try #require(Direction<CT>(random.normal3()))
        let turn = Rotation<CT, CT>(radians: random.uniform(), about: axis)
        let vessels = SyntheticHead.vessels(seed, count: 5)
        let head = try SyntheticHead(vessels: vessels, spacing: Vector3(1.1, 1.4, 2.1), turn: turn)
        let outer = try #require(BoundaryVoxels(of: [.vessel], in: head.labels, LabelSurvey(head.labels)))
        for _ in 0..<12 {
            let a = random.normal3() * 20
            let b = (normalized(random.normal3()) ?? .zero) * 73
            let boxes = VoxelBoxes(outer, from: Point(a), to: Point(b), horizon: 60)
            let faces = FaceDistances(of: [.vessel], in: head.labels, from: Point(a), to: Point(b), horizon: 60)
            let truth = brute(head.labels, 104, a, b)
            #expect(abs((boxes.nearest()?.distance ?? 60) - truth) < 0.005)
            #expect(abs(faces.least() - truth) < 0.005)
            // voxels stand for the capsule to half their diagonal, and it for them
            let exact = max(vessels.map { $0.distance(from: a, to: b) }.min() ?? 60, 0)
            #expect(abs(truth - exact) < length(head.labels.geometry.spacing) / 2 + 0.05)
            let places = zip(boxes.profile(step: 0.5), faces.along())
            if boxes.profile(step: 0.5).count == faces.along().count {
                #expect(places.allSatisfy { abs($0 - $1) < 0.005 })
            }
        }
    }

    @Test func aLineThroughALabelHasNoDistance() throws {
        let head = try SyntheticHead(vessels: [.init(a: Vector3(-20, 0, 0), b: Vector3(20, 0, 0), radius: 5)])
        let (a, b) = (Point<CT>(0, 0.3, -30), Point<CT>(0, 0.3, 70))
        let survey = LabelSurvey(head.labels)
        let outer = try #require(BoundaryVoxels(of: [.vessel], in: head.labels, survey))
        #expect(VoxelBoxes(outer, from: a, to: b, horizon: 13).nearest()?.distance == 0)
        #expect(FaceDistances(of: [.vessel], in: head.labels, from: a, to: b, horizon: 13).least() == 0)
        #expect(BoundaryVoxels(of: [.lesion], in: head.labels, survey) == nil)
        let (c, d) = (Point<CT>(0, 40, 30), Point<CT>(0, 40, 70))
        #expect(VoxelBoxes(outer, from: c, to: d, horizon: 13).nearest() == nil)
    }

    /// Against the distance of places sampled on both segments.
    @Test func segmentsApart() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<40 {
            let p = (0..<4).map { _ in random.normal3() * 10 }
            var least = Double.infinity
            for i in 0...300 {
                for j in 0...300 {
                    let x = p[0] + (p[1] - p[0]) * (Double(i) / 300), y = p[2] + (p[3] - p[2]) * (Double(j) / 300)
                    least = min(least, length(x - y))
                }
            }
            let found = segmentDistance(p[0], p[1], p[2], p[3])
            #expect(found <= least + 1e-9 && found > least - 0.2)
        }
    }

    /// A capsule's risk along a parallel path is known: the distance is the same everywhere.
    @Test func riskByTheFormula() {
        let limits = TrajectoryLimits()
        #expect(limits.risk(near: limits.nearness(6.5), broken: 0, least: 6.5) == 0.5)
        #expect(limits.risk(near: limits.nearness(3), broken: 0, least: 3) == 1)
        #expect(limits.risk(near: limits.nearness(12), broken: 0, least: 12) == 0)
        #expect(limits.risk(near: 0.2, broken: 0.001, least: 2.9) > 1)
        #expect(limits.risk(near: 1, broken: 1, least: -1) == 2)
    }
}
