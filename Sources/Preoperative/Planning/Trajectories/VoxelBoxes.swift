import Frames
import Imaging

/// The voxels of some labels near a line, as boxes: exact distances to what the labels say, for what is proposed.
///
/// Everything is in the grid's own axes in mm. Only voxels with a neighbour of another kind are kept: a line outside is
/// never nearer to another one.
struct VoxelBoxes {
    private struct Box {
        let centre: Vector3
        let label: UInt8
    }

    private let volume: LabelVolume
    private let wanted: [Bool]
    private let boxes: [Box]
    private let half: Vector3
    private let ends: (Vector3, Vector3)
    /// Places further than this from the line are not seen, mm.
    let horizon: Double

    init(
        of labels: Set<AnatomicalLabel>, in volume: LabelVolume, from a: Point<CT>, to b: Point<CT>, horizon: Double
    ) {
        let g = volume.geometry
        var table = [Bool](repeating: false, count: 256)
        for label in labels { table[Int(label.number)] = true }
        (self.volume, wanted, self.horizon) = (volume, table, horizon)
        half = g.spacing / 2
        ends = (g.gridPoint(a).coordinates * g.spacing, g.gridPoint(b).coordinates * g.spacing)
        boxes = Self.collect(table, volume, ends, horizon + Frames.length(g.spacing))
    }

    private static func collect(
        _ wanted: [Bool], _ volume: LabelVolume, _ ends: (Vector3, Vector3), _ reach: Double
    ) -> [Box] {
        let (size, spacing) = (volume.size, volume.geometry.spacing)
        var found: [Box] = []
        volume.withVoxels { voxels in
            for z in range(ends, reach, spacing, size, axis: 2) {
                // only the part of the line that comes near to this slice
                let part = nearSlice(ends, Double(z) * spacing.z, reach)
                let columns = range(part, reach, spacing, size, axis: 0)
                for y in range(part, reach, spacing, size, axis: 1) {
                    let row = (z * size.y + y) * size.x
                    for x in columns where wanted[Int(voxels[row + x])] {
                        guard !isInner(voxels, wanted, size, x, y, z) else { continue }
                        let centre = Vector3(Double(x), Double(y), Double(z)) * spacing
                        guard pointToSegment(centre, ends.0, ends.1) <= reach else { continue }
                        found.append(Box(centre: centre, label: voxels[row + x]))
                    }
                }
            }
        }
        return found
    }

    /// The indices along one axis that lie within `reach` of a line.
    private static func range(
        _ ends: (Vector3, Vector3), _ reach: Double, _ spacing: Vector3, _ size: GridSize, axis: Int
    ) -> Range<Int> {
        let count = axis == 0 ? size.x : axis == 1 ? size.y : size.z
        let low = (min(ends.0[axis], ends.1[axis]) - reach) / spacing[axis]
        let high = (max(ends.0[axis], ends.1[axis]) + reach) / spacing[axis]
        let first = Int(low.rounded(.down).clamped(to: 0...Double(count)))
        let last = Int((high.rounded(.up) + 1).clamped(to: 0...Double(count)))
        return first..<max(last, first)
    }

    /// The part of a line within `reach` of the plane at `z`.
    private static func nearSlice(_ ends: (Vector3, Vector3), _ z: Double, _ reach: Double) -> (Vector3, Vector3) {
        let way = ends.1 - ends.0
        guard abs(way.z) > 1e-9 else { return ends }
        let (a, b) = ((z - reach - ends.0.z) / way.z, (z + reach - ends.0.z) / way.z)
        return (ends.0 + way * min(a, b).clamped(to: 0...1), ends.0 + way * max(a, b).clamped(to: 0...1))
    }

    /// Whether all six neighbours carry wanted labels too.
    private static func isInner(
        _ voxels: UnsafeBufferPointer<UInt8>, _ wanted: [Bool], _ size: GridSize, _ x: Int, _ y: Int, _ z: Int
    ) -> Bool {
        guard x > 0, y > 0, z > 0, x < size.x - 1, y < size.y - 1, z < size.z - 1 else { return false }
        let (row, layer) = (size.x, size.x * size.y)
        let o = z * layer + y * row + x
        return wanted[Int(voxels[o - 1])] && wanted[Int(voxels[o + 1])] && wanted[Int(voxels[o - row])]
            && wanted[Int(voxels[o + row])] && wanted[Int(voxels[o - layer])] && wanted[Int(voxels[o + layer])]
    }

    private static func pointToSegment(_ p: Vector3, _ a: Vector3, _ b: Vector3) -> Double {
        let way = b - a
        let t = (dot(p - a, way) / max(dot(way, way), 1e-12)).clamped(to: 0...1)
        return length(p - a - way * t)
    }

    private func outside(_ p: Vector3, _ box: Box) -> Double {
        let away = p - box.centre
        let over = pointwiseMax(pointwiseMax(away, -away) - half, .zero)
        return length(over)
    }

    /// Whether the voxel at a place of the grid carries one of the labels.
    private func holds(_ p: Vector3) -> Bool {
        let i = (p / volume.geometry.spacing).rounded(.toNearestOrAwayFromZero)
        guard i.isFinite, abs(i.x) < 1e6, abs(i.y) < 1e6, abs(i.z) < 1e6 else { return false }
        let at = VoxelIndex(Int(i.x), Int(i.y), Int(i.z))
        return volume.size.contains(at) && wanted[Int(volume[at])]
    }

    /// From the line to the nearest voxel, and which label that has; 0 where the line runs through one, `nil` where none
    /// is within the horizon.
    func nearest() -> (distance: Double, label: AnatomicalLabel)? {
        let reach = length(half)
        let bounds = boxes.indices.map { ($0, Self.pointToSegment(boxes[$0].centre, ends.0, ends.1) - reach) }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        var (best, label): (Double, UInt8?) = (horizon, nil)
        for (k, bound) in bounds {
            guard bound < best else { break }
            let d = distance(to: boxes[k])
            if d < best { (best, label) = (d, boxes[k].label) }
        }
        return label.map { (best, AnatomicalLabel($0)) }
    }

    /// From the line to a box: the distance to a convex body is convex along a line, so thirds close in on its least.
    private func distance(to box: Box) -> Double {
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
            for box in boxes {
                let away = box.centre - p
                let bound = best + reach
                guard squaredLength(away) < bound * bound else { continue }
                best = min(best, outside(p, box))
            }
            return best
        }
    }
}
