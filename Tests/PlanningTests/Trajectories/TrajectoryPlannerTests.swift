import Foundation
import Frames
import Imaging
import Testing

@testable import Planning

/// On heads of balls with random vessels, against capsules' own distances.
@Suite struct TrajectoryPlannerTests {
    /// Voxels' steps bring a path a few hundredths nearer to a ventricle than its target, which lies beside it, is.
    @Test(arguments: [(0.07, true), (0.2, false)])
    func aTargetBesideAVentricleIsReachedPastAStep(_ nearer: Double, _ holds: Bool) {
        let (limits, there) = (TrajectoryLimits(), -0.91)
        var path = TrajectoryMetrics(depth: 60)
        path.ventricleDistance = there - nearer
        let broken = limits.broken(
            by: path, skullAngle: limits.largestSkullAngle, ventricleMargin: limits.ventricleMargin(atTarget: there))
        #expect(broken.contains { $0.name == .ventricleDistance } != holds)
        #expect(limits.ventricleMargin(atTarget: 9) == limits.ventricleMargin)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func pathsKeepTheMargin(_ seed: UInt64) throws {
        let vessels = SyntheticHead.vessels(seed, count: 8)
        let head = try SyntheticHead(vessels: vessels)
        var random = SeededGenerator(seed: seed).stream(9)
        let targets = (0..<3).map { _ in random.normal3() * 16 }.filter { p in
            vessels.allSatisfy { $0.distance(p) > 6 }
        }
        guard !targets.isEmpty else { return }
        let result = try head.plan(targets)
        let half = length(head.labels.geometry.spacing) / 2
        for item in result.plan.items {
            let m = try #require(item.trajectoryMetrics)
            let exact =
                vessels.map { $0.distance(from: item.entry.coordinates, to: item.target.coordinates) }.min() ?? 99
            // the voxels' own margin holds to the letter; the capsule's to what voxels know of it
            #expect(try #require(m.vesselDistance) >= 3)
            #expect(exact - 1.25 >= 3 - half)
            #expect(abs(try #require(m.vesselDistance) - (exact - 1.25)) < half + 0.05)
            #expect(try #require(m.risk) <= 1)
            // balls about the origin: skin, skull and angle are known
            #expect(abs(length(item.entry.coordinates) - SyntheticHead.skin) < 1)
            #expect(abs(m.depth - item.length) < 1e-3)
            let crossing = try #require(m.skullCrossing)
            let truth = angle((item.entry - item.target).vector, crossing.coordinates)
            #expect(abs(try #require(m.skullAngle) - truth) < 2.5 * .pi / 180)
            #expect(try #require(m.skullAngle) <= 30.001 * .pi / 180)
            #expect(abs(try #require(m.boneLength) - (SyntheticHead.outer - SyntheticHead.inner)) < 2.5)
        }
        // what is refused has no path in a search of its own, 20,000 lines by the capsules themselves with a mm to spare
        for refusal in result.refusals {
            guard case .trajectory(.noPath(let id, _)) = refusal, let k = Int(id.dropFirst(7)) else { continue }
            #expect(!existsPath(targets[k - 1], vessels, margin: 3 + 1.25 + half), "\(id), seed \(seed)")
        }
        let check = try PlanChecker().check(result.plan, ct: head.ct, labels: head.labels)
        for item in check.items { #expect(item.findings.isEmpty, "\(item.id): \(item.findings)") }
    }

    func existsPath(_ target: Vector3, _ vessels: [SyntheticHead.Capsule], margin: Double) -> Bool {
        let count = 20_000
        return (0..<count).contains { k in
            let z = 1 - 2 * (Double(k) + 0.5) / Double(count), turn = 2.399963229728653 * Double(k)
            let r = (1 - z * z).squareRoot()
            let u = Vector3(r * cos(turn), r * sin(turn), z)
            let b = dot(target, u), at = -b + (b * b - dot(target, target) + 66 * 66).squareRoot()
            guard angle(u, target + u * at) < 24 * .pi / 180 else { return false }
            return stride(from: 0, through: at + 7, by: 1).allSatisfy { s in
                vessels.allSatisfy { $0.distance(target + u * s) > margin }
            }
        }
    }

    /// A shell of vessel round the target with one hole, 20° wide, somewhere: the path runs through it.
    @Test(arguments: 1...2 as ClosedRange<UInt64>) func findsTheOnlyHole(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let hole = try #require(normalized(random.normal3()))
        let head = try SyntheticHead { p in
            let r = length(p)
            return r > 34 && r < 38 && angle(p, hole) > 10 * .pi / 180 ? 104 : nil
        }
        let result = try head.plan([.zero])
        let item = try #require(result.plan.items.first)
        #expect(angle(item.entry.coordinates, hole) < 5 * .pi / 180)
        #expect(result.plan.items.count == 1)
    }

    @Test func aClosedShellHasNoPath() throws {
        let head = try SyntheticHead { p in (34.0...38).contains(length(p)) ? 104 : nil }
        let result = try head.plan([.zero])
        #expect(result.plan.items.isEmpty)
        guard case .trajectory(.noPath("target-1", .limit(let broken))) = result.refusals.first else {
            Issue.record("\(result.refusals)")
            return
        }
        #expect(broken.name == .vesselDistance && broken.value < 0 && broken.limit == 3)
    }

    @Test func targetsOnWhichNothingIsPlanned() throws {
        let head = try SyntheticHead { p in
            if length(p - Vector3(20, 0, 0)) < 6 { return 104 }
            return length(p - Vector3(-30, 0, 0)) < 6 ? 108 : nil
        }
        func fault(_ p: Vector3) -> TargetFault? {
            guard case .trajectory(.target(_, _, let fault)) = head.fault(p) else { return nil }
            return fault
        }
        #expect(fault(Vector3(20, 0, 0)) == .inVessel)
        #expect(fault(Vector3(-30, 0, 0)) == .inMetal)
        #expect(fault(Vector3(0, 63, 0)) == .inBone(.skull))
        #expect(fault(Vector3(0, 77, 0)) == .outsideBody)
        #expect(fault(Vector3(0, 770, 0)) == .outsideImage)
        #expect(fault(Vector3(.nan, 0, 0)) == .notFinite)
        #expect(fault(Vector3(1e300, 0, 0)) == .outsideImage)
        guard case .trajectory(.noPath(_, .targetTooNear(.vessel, let distance, 3))) = head.fault(Vector3(12, 0, 0))
        else {
            Issue.record("\(String(describing: head.fault(Vector3(12, 0, 0))))")
            return
        }
        #expect(abs(distance - 0.75) < 1)
    }

    @Test func labelsThatDoNotSuffice() throws {
        let plain = try SyntheticHead { _ in nil }
        #expect(plain.fault(.zero) == .trajectory(.vesselsUnknown))
        let allowed = try plain.plan([.zero], { $0.allowsUnknownVessels = true })
        let metrics = try #require(allowed.plan.items.first?.metrics)
        #expect(metrics["vessel_distance_mm"] == .null && metrics["risk"] == .null)
        #expect(metrics["vessels_known"] == .bool(false))
        let check = try PlanChecker().check(allowed.plan, ct: plain.ct, labels: plain.labels)
        #expect(check.passed)
        #expect(plain.fault(.zero) { $0.avoid = [.lesion] } == .trajectory(.labelMissing(.lesion)))
        var bare = plain
        bare = try SyntheticHead(copying: bare) { $0 == 101 ? 102 : $0 }
        #expect(bare.fault(.zero) == .trajectory(.skullMissing(target: "target-1")))
        #expect(plain.fault(.zero) { $0.diameter = .nan } != nil)
    }

    /// A label that a person forbids stands between the target and its nearest way out.
    @Test func keepsClearOfWhatIsForbidden() throws {
        let head = try SyntheticHead { p in
            if length(p - Vector3(0, 0, -40)) < 3 { return 104 }
            return length(p - Vector3(45, 0, 0)) < 12 ? 107 : nil
        }
        let free = try head.plan([Vector3(30, 0, 0)])
        #expect(try #require(free.plan.items.first).trajectoryMetrics?.noGoDistance == nil)
        let target = Vector3(25, 0, 0)
        let kept = try head.plan(
            [target],
            {
                $0.avoid = [.lesion]; $0.limits.largestSkullAngle = 1
            })
        for item in kept.plan.items {
            let d = SyntheticHead.Capsule(a: Vector3(45, 0, 0), b: Vector3(45, 0, 0), radius: 12)
                .distance(from: item.entry.coordinates, to: target)
            #expect(d - 1.25 > 2, "\(item.id)")
            #expect(try #require(item.trajectoryMetrics?.noGoDistance) >= 3)
        }
        #expect(!kept.plan.items.isEmpty)
    }

    @Test func equalInputsGiveEqualBytes() throws {
        let head = try SyntheticHead(vessels: SyntheticHead.vessels(3, count: 8))
        let targets = [Vector3(10, 5, 0), Vector3(-12, 8, 10)]
        let one = try head.plan(targets, kind: .electrode), other = try head.plan(targets, kind: .electrode)
        #expect(one.plan.fileBytes == other.plan.fileBytes)
    }
}

extension SyntheticHead {
    /// The same head with other labels.
    init(copying head: SyntheticHead, _ change: (UInt8) -> UInt8) throws {
        labels = LabelVolume(geometry: head.labels.geometry, voxels: head.labels.voxels.map(change))
        ct = head.ct
    }
}
