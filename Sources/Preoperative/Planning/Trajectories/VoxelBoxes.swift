import Frames
import Imaging

/// The outer voxels of some labels near a line, as boxes: exact distances to what the labels say, for what is proposed.
///
/// Everything is in the grid's own axes in mm.
struct VoxelBoxes {
    private let source: BoundaryVoxels
    /// Those within the horizon of the line, by their place in the source.
    private let near: [Int]
    private let half: Vector3
    private let ends: (Vector3, Vector3)
    /// Places further than this from the line are not seen, mm.
    let horizon: Double

    init(_ source: BoundaryVoxels, from a: Point<CT>, to b: Point<CT>, horizon: Double) {
        let g = source.volume.geometry
        (self.source, self.horizon) = (source, horizon)
        half = g.spacing / 2
        let ends = (g.gridPoint(a).coordinates * g.spacing, g.gridPoint(b).coordinates * g.spacing)
        self.ends = ends
        let way = ends.1 - ends.0
        let scale = 1 / max(dot(way, way), 1e-12)
        let reach = horizon + Frames.length(half)
        near = source.centres.indices.filter { k in
            let away = source.centres[k] - ends.0
            let t = (dot(away, way) * scale).clamped(to: 0...1)
            return squaredLength(away - way * t) <= reach * reach
        }
    }

    private static func pointToSegment(_ p: Vector3, _ a: Vector3, _ b: Vector3) -> Double {
        let way = b - a
        let t = (dot(p - a, way) / max(dot(way, way), 1e-12)).clamped(to: 0...1)
        return length(p - a - way * t)
    }

    private func outside(_ p: Vector3, _ centre: Vector3) -> Double {
        let away = p - centre
        let over = pointwiseMax(pointwiseMax(away, -away) - half, .zero)
        return length(over)
    }

    /// Whether the voxel at a place of the grid carries one of the labels.
    private func holds(_ p: Vector3) -> Bool {
        let (volume, wanted) = (source.volume, source.isWanted)
        let i = (p / volume.geometry.spacing).rounded(.toNearestOrAwayFromZero)
        guard i.isFinite, abs(i.x) < 1e6, abs(i.y) < 1e6, abs(i.z) < 1e6 else { return false }
        let at = VoxelIndex(Int(i.x), Int(i.y), Int(i.z))
        return volume.size.contains(at) && wanted[Int(volume[at])]
    }

    /// From the line to the nearest voxel, and which label that has; 0 where the line runs through one, `nil` where none
    /// is within the horizon.
    func nearest() -> (distance: Double, label: AnatomicalLabel)? {
        let reach = length(half)
        let bounds = near.map { ($0, Self.pointToSegment(source.centres[$0], ends.0, ends.1) - reach) }
        var (best, label): (Double, UInt8?) = (horizon, nil)
        // the nearest centre first: it rules out most others
        let first = bounds.min { $0.1 < $1.1 }
        for (k, bound) in [first].compactMap(\.self) + bounds where bound < best {
            let d = distance(to: source.centres[k])
            if d < best { (best, label) = (d, source.labels[k]) }
        }
        if profileIsWithin { (best, label) = (0, label) }
        return label.map { (best, AnatomicalLabel($0)) }
    }

    /// Whether the line runs through the labels, deeper than their outer voxels.
    private var profileIsWithin: Bool {
        let way = ends.1 - ends.0
        let count = max(Int((length(way) / 0.5).rounded(.up)), 1)
        return (0...count).contains { holds(ends.0 + way * (Double($0) / Double(count))) }
    }

    /// From the line to a box: the distance to a convex body is convex along a line, so thirds close in on its least.
    private func distance(to box: Vector3) -> Double {
        let (a, way) = (ends.0, ends.1 - ends.0)
        var (low, high) = (0.0, 1.0)
        for _ in 0..<60 {
            let (m, n) = (low + (high - low) / 3, high - (high - low) / 3)
            if outside(a + way * m, box) <= outside(a + way * n, box) { high = n } else { low = m }
        }
        return outside(a + way * ((low + high) / 2), box)
    }

    /// Distances from places every `step` mm of the line, from its start; at most the horizon.
    func profile(step: Double) -> [Double] {
        let way = ends.1 - ends.0
        let count = max(Int((length(way) / step).rounded(.up)), 1)
        let reach = length(half)
        return (0...count).map { k in
            let p = ends.0 + way * (Double(k) / Double(count))
            if holds(p) { return 0 }
            var best = horizon
            for k in near {
                let box = source.centres[k]
                let away = box - p
                let bound = best + reach
                guard squaredLength(away) < bound * bound else { continue }
                best = min(best, outside(p, box))
            }
            return best
        }
    }
}
