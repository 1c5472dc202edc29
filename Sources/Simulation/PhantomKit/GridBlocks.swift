import Frames
import Imaging

/// A grid cut into blocks of 8×8×8 voxels, so that solids far from a block are left out for all its voxels.
struct GridBlocks: Sendable {
    static let edge = 8
    let geometry: GridGeometry
    let counts: (x: Int, y: Int, z: Int)

    struct Block: Sendable {
        let x, y, z: Range<Int>
        let centre: Vector3
        /// From the centre to the farthest corner of the farthest voxel, mm.
        let radius: Double
    }

    init(_ geometry: GridGeometry) {
        self.geometry = geometry
        func blocks(_ n: Int) -> Int { (n + Self.edge - 1) / Self.edge }
        counts = (blocks(geometry.size.x), blocks(geometry.size.y), blocks(geometry.size.z))
    }

    var rows: Int { counts.y * counts.z }

    func block(_ i: Int, row: Int) -> Block {
        func span(_ i: Int, _ n: Int) -> Range<Int> { i * Self.edge..<min((i + 1) * Self.edge, n) }
        let x = span(i, geometry.size.x)
        let y = span(row % counts.y, geometry.size.y)
        let z = span(row / counts.y, geometry.size.z)
        return block(x, y, z)
    }

    /// The block's eight halves (fewer where an edge has one voxel).
    func halves(of block: Block) -> [Block] {
        func halves(_ r: Range<Int>) -> [Range<Int>] {
            let middle = (r.lowerBound + r.upperBound + 1) / 2
            return middle < r.upperBound ? [r.lowerBound..<middle, middle..<r.upperBound] : [r]
        }
        return halves(block.z).flatMap { z in
            halves(block.y).flatMap { y in halves(block.x).map { self.block($0, y, z) } }
        }
    }

    private func block(_ x: Range<Int>, _ y: Range<Int>, _ z: Range<Int>) -> Block {
        func ends(_ r: Range<Int>) -> Double { Double(r.lowerBound + r.upperBound - 1) }
        let middle = Vector3(ends(x), ends(y), ends(z)) / 2
        let half = Vector3(Double(x.count), Double(y.count), Double(z.count)) * geometry.spacing / 2
        return Block(x: x, y: y, z: z, centre: geometry.point(GridPoint(middle)).coordinates, radius: length(half))
    }
}
