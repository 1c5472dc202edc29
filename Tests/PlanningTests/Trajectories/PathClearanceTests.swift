import Frames
import Glibc
import Imaging
import TestSupport
import Testing
import Uncertainty

@testable import Planning

@Suite struct PathClearanceTests {
    /// Vessels in some voxels of a cube of 1 mm voxels about the origin.
    private static func labels(_ isVessel: (VoxelIndex) -> Bool) throws -> LabelVolume {
        let geometry = try GridGeometry(
            size: GridSize(60, 60, 60), spacing: Vector3(1, 1, 1), origin: Point(-30, -30, -30))
        var labels = LabelVolume(geometry: geometry, voxels: [UInt8](repeating: 102, count: 216_000))
        for z in 0..<60 {
            for y in 0..<60 {
                for x in 0..<60 where isVessel(VoxelIndex(x, y, z)) { labels[VoxelIndex(x, y, z)] = 104 }
            }
        }
        return labels
    }

    private static func path(_ x: Double) -> PlanItem {
        PlanItem(
            id: "target-1", kind: .biopsy, level: nil, side: nil, entry: Point(x, 0, 25), target: Point(x, 0, -20),
            diameter: 2.5)
    }

    private static func found(
        _ item: PlanItem, _ labels: LabelVolume, _ budget: ErrorBudget<CT>
    ) throws -> ItemUncertainty {
        var propagation = UncertaintyPropagation(budget: budget)
        propagation.samples = 40_000
        let plan = PlanFile(image: .init(seriesUID: nil, sha256: ""), items: [item])
        let image = Volume(geometry: labels.geometry, voxels: [Int16](repeating: 40, count: labels.size.count))
        return try #require(try propagation.findings(for: plan, labels: labels, ct: image).first).uncertainty
    }

    /// Beside a wall of vessel, x ≥ 9.5: shifts alone give P = Φ((9.5 − x − r − margin)/σ).
    @Test(arguments: [1.0, 3, 5]) func aWallGivesTheNormalDistribution(x: Double) throws {
        let labels = try Self.labels { $0.x >= 40 }
        let shift = try RigidError<CT>(translation: Covariance(rmsAlongAxes: Vector3(1.2, 0.7, 0.9)))
        let budget = try ErrorBudget(registration: .rigid(.none), robot: shift, boundaryDeviation: 0.5)
        let u = try Self.found(Self.path(x), labels, budget)
        let clearance = try #require(u.clearance)
        let sigma = (1.2 * 1.2 + 0.5 * 0.5).squareRoot()
        func normal(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }
        #expect(abs(clearance.probabilityOfMargin - normal((9.5 - x - 1.25 - 3) / sigma)) < 0.01)
        #expect(abs(clearance.probabilityOfNone - normal((9.5 - x - 1.25) / sigma)) < 0.01)
        #expect(abs(clearance.distance95 - max(9.5 - x - 1.25 - 1.6449 * sigma, 0)) < 0.05)
        #expect(abs(try #require(u.shares[.robot]) - 1.44 / (1.44 + 0.25)) < 0.02)
        #expect(u.dominant == .robot && u.probabilityOfA == nil)
    }

    /// A turn about the entry matters by how deep the vessel lies.
    @Test func aTurnMattersByTheDepthOfTheVessel() throws {
        let labels = try Self.labels { $0 == VoxelIndex(36, 30, 12) }
        let turn = try RigidError<CT>(translation: .zero, rotationRMS: 0.05)
        let u = try Self.found(Self.path(0), labels, ErrorBudget(registration: .rigid(.none), tracker: turn))
        // The voxel's face at x = 5.5 lies 43 mm below the entry; along x the tip of that lever moves by 43 · 0.05/√3.
        let sigma = 43 * 0.05 / 3.0.squareRoot()
        let expected = 0.5 * erfc(-((5.5 - 1.25 - 3) / sigma) / 2.0.squareRoot())
        // Sideways moves carry the path past the one voxel, which only helps.
        let p = try #require(u.clearance).probabilityOfMargin
        #expect(p > expected - 0.01 && p < expected + 0.12, "\(p), \(expected)")
        #expect(u.dominant == .tracker)
    }

    /// Against a walk of its own: displaced paths as points 0.1 mm apart, every voxel's box asked.
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func agreesWithAWalkAmongAllVoxels(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let spots = Set(
            (0..<12).map { _ in
                [
                    Int.random(in: 22...42, using: &random), Int.random(in: 20...40, using: &random),
                    Int.random(in: 5...50, using: &random),
                ]
            }
        ).filter { abs($0[0] - 30) > 3 || abs($0[1] - 30) > 3 }
        let labels = try Self.labels { spots.contains([$0.x, $0.y, $0.z]) }
        let budget = try ErrorBudget<CT>(
            registration: .rigid(RigidError(translation: Covariance(rms: 1.1), rotationRMS: 0.03)),
            motion: RigidError(translation: Covariance(rmsAlongAxes: Vector3(0.2, 0.9, 0.4))))
        let item = Self.path(0)
        let clearance = try #require(try Self.found(item, labels, budget).clearance)
        var normal = OtherNormal(state: 0xABCD_EF01 &+ seed)
        func three(_ rms: Double) -> Vector3 { Vector3(normal(), normal(), normal()) * (rms / 3.0.squareRoot()) }
        var (kept, clear) = (0, 0)
        let count = 1500
        for _ in 0..<count {
            let (turn, shift) = (three(0.03), three(1.1) + Vector3(normal() * 0.2, normal() * 0.9, normal() * 0.4))
            var least = 99.0
            for step in 0...450 {
                // To first order in the turn, whose square moves the path by less than 0.05 mm.
                let r = Vector3(0, 0, -0.1 * Double(step))
                let p = item.entry.coordinates + r + cross(turn, r) + cross(turn, cross(turn, r)) * 0.5 + shift
                for s in spots {
                    let away = p - Vector3(Double(s[0] - 30), Double(s[1] - 30), Double(s[2] - 30))
                    least = min(least, length(pointwiseMax(pointwiseMax(away, -away) - 0.5, .zero)))
                }
            }
            kept += least - 1.25 >= 3 ? 1 : 0
            clear += least - 1.25 > 0 ? 1 : 0
        }
        // Four standard deviations of so many draws.
        let p = Double(kept) / Double(count), none = Double(clear) / Double(count)
        #expect(abs(p - clearance.probabilityOfMargin) < 4 * (max(p * (1 - p), 0.01) / Double(count)).squareRoot())
        #expect(
            abs(none - clearance.probabilityOfNone) < 4 * (max(none * (1 - none), 0.01) / Double(count)).squareRoot())
    }

    /// No vessel at all: nothing is said of it.
    @Test func withoutVesselsNothingIsSaid() throws {
        let u = try Self.found(Self.path(0), Self.labels { _ in false }, .usual)
        #expect(u.clearance == nil && u.json["p_vessel_margin"] == nil && u.dominant != nil)
    }

    /// One far away: it is clear, and the tip decides which source matters.
    @Test func farVesselsAreNoDanger() throws {
        let u = try Self.found(Self.path(-20), Self.labels { $0.x >= 55 }, .usual)
        let clearance = try #require(u.clearance)
        #expect(clearance.probabilityOfMargin == 1 && clearance.probabilityOfNone == 1)
        #expect(abs(clearance.distance95 - 15) < 1e-9)
    }
}
