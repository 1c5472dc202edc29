import Frames
import Imaging

/// Labels on a grid that is fine enough to look at: blocks of voxels, each of which belongs to a label where at least half
/// of it does (to a vessel where any of it does). A surface of it is made in a quarter of the time.
struct CoarseMask {
    static let inside = AnatomicalLabel(1)
    /// Blocks are about this long, mm.
    private static let length = 1.4

    private let labels: LabelVolume
    /// First and last voxel of each label; `nil` where there is none.
    private let boxes: [(low: SIMD3<Int32>, high: SIMD3<Int32>)?]

    init(_ labels: LabelVolume) {
        self.labels = labels
        boxes = Self.boxes(of: labels)
    }

    private static func boxes(of labels: LabelVolume) -> [(low: SIMD3<Int32>, high: SIMD3<Int32>)?] {
        let size = labels.size
        let none = (low: SIMD3<Int32>(repeating: .max), high: SIMD3<Int32>(repeating: -1))
        let layers = labels.withVoxels { voxels in
            let voxels = SharedReadBuffer(voxels)
            return parallelMap(size.z) { z in
                var found = [(low: SIMD3<Int32>, high: SIMD3<Int32>)](repeating: none, count: 256)
                for y in 0..<size.y {
                    let row = (z * size.y + y) * size.x
                    for x in 0..<size.x where voxels[row + x] != 0 {
                        let (at, number) = (SIMD3(Int32(x), Int32(y), Int32(z)), Int(voxels[row + x]))
                        found[number] = (pointwiseMin(found[number].low, at), pointwiseMax(found[number].high, at))
                    }
                }
                return found
            }
        }
        return (0..<256).map { number in
            let whole = layers.reduce(none) {
                (pointwiseMin($0.low, $1[number].low), pointwiseMax($0.high, $1[number].high))
            }
            return whole.high.x < 0 ? nil : whole
        }
    }

    private typealias Block = (x: Int, y: Int, z: Int)

    private func block(_ scale: Double) -> Block {
        func count(_ spacing: Double) -> Int { max(Int((scale * Self.length / spacing).rounded()), 1) }
        let spacing = labels.geometry.spacing
        return (count(spacing.x), count(spacing.y), count(spacing.z))
    }

    /// The label's blocks as `inside`, with a block of nothing round them; `nil` where there are none.
    ///
    /// - Parameter scale: of the blocks, 1 for those of usual length.
    func mask(of label: AnatomicalLabel, scale: Double = 1) -> LabelVolume? {
        guard let box = boxes[Int(label.number)] else { return nil }
        let block = block(scale)
        let low = (x: Int(box.low.x) - block.x, y: Int(box.low.y) - block.y, z: Int(box.low.z) - block.z)
        func blocks(_ first: Int, _ last: Int32, _ step: Int) -> Int { (Int(last) - first) / step + 2 }
        let size = GridSize(
            blocks(low.x, box.high.x, block.x), blocks(low.y, box.high.y, block.y), blocks(low.z, box.high.z, block.z))
        let parts = Vector3(Double(block.x), Double(block.y), Double(block.z))
        let first = Vector3(Double(low.x), Double(low.y), Double(low.z)) + (parts - 1) / 2
        let g = labels.geometry
        guard
            let geometry = try? GridGeometry(
                size: size, spacing: g.spacing * parts, origin: g.point(GridPoint(first)), direction: g.direction)
        else { return nil }
        return LabelVolume(geometry: geometry, voxels: counted(label, low, size, block))
    }

    private func counted(_ label: AnatomicalLabel, _ low: (x: Int, y: Int, z: Int), _ size: GridSize, _ block: Block)
        -> [UInt8]
    {
        let whole = labels.size
        // A vessel thinner than a block must not vanish: it is shown thicker than it is.
        let least = label == .vessel ? 1 : (block.x * block.y * block.z + 1) / 2
        var out = [UInt8](repeating: 0, count: size.count)
        labels.withVoxels { voxels in
            for z in 0..<size.z {
                for y in 0..<size.y {
                    for x in 0..<size.x {
                        var count = 0
                        for k in 0..<block.z {
                            for j in 0..<block.y {
                                for i in 0..<block.x {
                                    let (u, v, w) = (
                                        low.x + x * block.x + i, low.y + y * block.y + j, low.z + z * block.z + k
                                    )
                                    guard u >= 0, v >= 0, w >= 0, u < whole.x, v < whole.y, w < whole.z else {
                                        continue
                                    }
                                    if voxels[(w * whole.y + v) * whole.x + u] == label.number { count += 1 }
                                }
                            }
                        }
                        if count >= least { out[(z * size.y + y) * size.x + x] = Self.inside.number }
                    }
                }
            }
        }
        return out
    }
}
