import Frames
import Imaging
import Testing

@testable import Planning

/// A head of nested balls about the origin, with vessels that are capsules: every distance is known without voxels.
struct SyntheticHead {
    static let inner = 60.0, outer = 66.0, skin = 73.0

    struct Capsule {
        let a, b: Vector3
        let radius: Double

        func distance(_ p: Vector3) -> Double {
            let t = min(max(dot(p - a, b - a) / max(dot(b - a, b - a), 1e-12), 0), 1)
            return length(p - a - (b - a) * t) - radius
        }

        /// To a line between two places, by places 0.05 mm apart on it.
        func distance(from p: Vector3, to q: Vector3) -> Double {
            let count = Int(length(q - p) / 0.05) + 1
            return (0...count).reduce(.infinity) { min($0, distance(p + (q - p) * (Double($1) / Double(count)))) }
        }
    }

    let labels: LabelVolume
    let ct: Volume<Int16>

    /// - Parameter paint: a label for a place within the skull, `nil` for brain.
    init(spacing: Vector3 = Vector3(1.2, 1.2, 1.2), turn: Rotation<CT, CT> = .identity(), _ paint: (Vector3) -> UInt8?)
        throws
    {
        let half = 80.0
        let counts = (Vector3(repeating: 2 * half) / spacing).rounded(.up)
        let size = GridSize(Int(counts.x), Int(counts.y), Int(counts.z))
        let corner = (Vector3(Double(size.x), Double(size.y), Double(size.z)) - 1) * spacing / -2
        let geometry = try GridGeometry(
            size: size, spacing: spacing, origin: Point(turn.matrix * corner), direction: turn.matrix)
        var labels = [UInt8](), hounsfield = [Int16]()
        labels.reserveCapacity(size.count)
        for i in 0..<size.count {
            let p = geometry.point(geometry.index(offset: i)).coordinates
            let r = length(p)
            let label: UInt8 =
                r > Self.skin ? 0 : r > Self.outer ? 102 : r > Self.inner ? 101 : paint(p) ?? 105
            labels.append(label)
            hounsfield.append(label == 0 ? -1000 : label == 101 ? 1100 : label == 104 ? 300 : 35)
        }
        self.labels = LabelVolume(geometry: geometry, voxels: labels)
        ct = Volume(geometry: geometry, voxels: hounsfield)
    }

    /// So many vessels of two or three pieces, from a seed.
    static func vessels(_ seed: UInt64, count: Int) -> [Capsule] {
        var random = SeededGenerator(seed: seed).stream(0x7EE)
        func place() -> Vector3 { (normalized(random.normal3()) ?? .zero) * (56 * random.uniform().squareRoot()) }
        return (0..<count).flatMap { _ -> [Capsule] in
            let (a, b, c) = (place(), place(), place())
            let radius = 1 + random.uniform()
            return [Capsule(a: a, b: (a + b) / 2, radius: radius), Capsule(a: (a + b) / 2, b: c, radius: radius * 0.8)]
        }
    }

    init(vessels: [Capsule], spacing: Vector3 = Vector3(1.2, 1.2, 1.2), turn: Rotation<CT, CT> = .identity()) throws {
        try self.init(spacing: spacing, turn: turn) { p in
            vessels.contains { $0.distance(p) <= 0 } ? 104 : nil
        }
    }

    func plan(
        _ targets: [Vector3], _ change: (inout TrajectoryPlanner) -> Void = { _ in }, kind: PlanItem.Kind = .biopsy
    )
        throws -> TrajectoryPlanner.Result
    {
        var planner = TrajectoryPlanner(kind: kind)
        change(&planner)
        return try planner.plan(
            ct: ct, labels: labels,
            targets: targets.enumerated().map { TrajectoryPlanner.Target("target-\($0 + 1)", Point($1)) })
    }

    func fault(_ target: Vector3, _ change: (inout TrajectoryPlanner) -> Void = { _ in }) -> PlanningError? {
        do {
            return try plan([target], change).refusals.first
        } catch {
            return error as? PlanningError
        }
    }
}
