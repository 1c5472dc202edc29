import Frames
import Imaging

/// Distances from a line to the faces between labelled voxels and others: the checker's way, without fields or boxes.
///
/// A face is a rectangle along two of the grid's axes; everything is in those axes in mm.
struct FaceDistances {
    private struct Rectangle {
        let low, high: Vector3
        var middle: Vector3 { (low + high) / 2 }
        func distance(_ p: Vector3) -> Double { length(p - p.clamped(lowerBound: low, upperBound: high)) }
    }

    private let labels: LabelVolume
    private let isWanted: [Bool]
    private let faces: [Rectangle]
    private let start, end: Vector3
    private let horizon: Double
    /// No point of a face is further than this from its middle, mm.
    private let reach: Double

    /// - Parameter horizon: faces further from the line are not seen, mm.
    init(of wanted: Set<AnatomicalLabel>, in labels: LabelVolume, from a: Point<CT>, to b: Point<CT>, horizon: Double) {
        let g = labels.geometry
        self.labels = labels
        isWanted = (0..<256).map { wanted.contains(AnatomicalLabel(UInt8($0))) }
        (start, end) = (g.gridPoint(a).coordinates * g.spacing, g.gridPoint(b).coordinates * g.spacing)
        self.horizon = horizon
        reach = length(g.spacing) / 2
        faces = Self.find(labels, isWanted, start, end, horizon + reach)
    }

    /// Faces across each axis, looked for in short pieces of the line: its own box would be most of the head.
    private static func find(
        _ labels: LabelVolume, _ isWanted: [Bool], _ start: Vector3, _ end: Vector3, _ far: Double
    ) -> [Rectangle] {
        let spacing = labels.geometry.spacing
        let pieces = far > 60 ? 1 : max(Int((length(end - start) / 12).rounded(.up)), 1)
        var found: [Rectangle] = []
        var seen: Set<Int> = []
        for piece in 0..<pieces {
            let a = start + (end - start) * (Double(piece) / Double(pieces))
            let b = start + (end - start) * (Double(piece + 1) / Double(pieces))
            let low = ((pointwiseMin(a, b) - far) / spacing).rounded(.down)
            let high = ((pointwiseMax(a, b) + far) / spacing).rounded(.up)
            let box = VoxelBox(
                lower: VoxelIndex(Int(low.x), Int(low.y), Int(low.z)),
                upper: VoxelIndex(Int(high.x) + 1, Int(high.y) + 1, Int(high.z) + 1)
            ).clipped(to: labels.size)
            guard !box.isEmpty else { continue }
            collect(labels, isWanted, box, &seen, &found)
        }
        return found
    }

    private static func collect(
        _ labels: LabelVolume, _ isWanted: [Bool], _ box: VoxelBox, _ seen: inout Set<Int>, _ found: inout [Rectangle]
    ) {
        let (size, spacing) = (labels.size, labels.geometry.spacing)
        let steps = [VoxelIndex(1, 0, 0), VoxelIndex(0, 1, 0), VoxelIndex(0, 0, 1)]
        labels.withVoxels { voxels in
            for z in box.lower.z..<box.upper.z {
                for y in box.lower.y..<box.upper.y {
                    for x in box.lower.x..<box.upper.x {
                        let offset = (z * size.y + y) * size.x + x
                        guard isWanted[Int(voxels[offset])], seen.insert(offset).inserted else { continue }
                        let centre = Vector3(Double(x), Double(y), Double(z)) * spacing
                        for (axis, step) in steps.enumerated() {
                            for way in [-1, 1] {
                                let next = VoxelIndex(x + way * step.x, y + way * step.y, z + way * step.z)
                                let isSame =
                                    size.contains(next)
                                    && isWanted[Int(voxels[(next.z * size.y + next.y) * size.x + next.x])]
                                guard !isSame else { continue }
                                var (low, high) = (centre - spacing / 2, centre + spacing / 2)
                                if way < 0 { high[axis] = low[axis] } else { low[axis] = high[axis] }
                                found.append(Rectangle(low: low, high: high))
                            }
                        }
                    }
                }
            }
        }
    }

    private func isWithin(_ p: Vector3) -> Bool {
        let i = labels.geometry.nearest(labels.geometry.point(GridPoint(p / labels.geometry.spacing)))
        return labels.size.contains(i) && isWanted[Int(labels[i])]
    }

    /// The least distance of the line's places, 0.02 mm apart where a face is abreast; 0 where it runs through the labels,
    /// the horizon where none is near.
    func least() -> Double {
        let way = end - start
        let long = length(way)
        guard long > 0 else { return isWithin(start) ? 0 : faces.reduce(horizon) { min($0, $1.distance(start)) } }
        let along = way / long
        for s in stride(from: 0, through: long, by: 0.1) where isWithin(start + along * s) { return 0 }
        var best = horizon
        for face in faces {
            let abreast = dot(face.middle - start, along)
            let nearest = min(max(abreast, 0), long)
            guard length(start + along * nearest - face.middle) - reach < best else { continue }
            let (from, to) = (min(max(abreast - reach, 0), long), min(max(abreast + reach, 0), long))
            var s = from
            while true {
                best = min(best, face.distance(start + along * s))
                if s >= to { break }
                s = min(s + 0.02, to)
            }
        }
        return best
    }

    /// Distances of places along the line, half a mm apart, both ends among them.
    func along() -> [Double] {
        let count = max(Int((length(end - start) / 0.5).rounded()), 1)
        return (0...count).map { k in
            let p = start + (end - start) * (Double(k) / Double(count))
            guard !isWithin(p) else { return 0 }
            return faces.reduce(horizon) { best, face in
                length(p - face.middle) - reach < best ? min(best, face.distance(p)) : best
            }
        }
    }
}
