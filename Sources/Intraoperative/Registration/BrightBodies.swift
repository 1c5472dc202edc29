import Frames
import Glibc
import Imaging

func cubeRoot(_ x: Double) -> Double { cbrt(x) }

/// Connected bodies of voxels above a value.
struct BrightBodies {
    struct Body {
        var low: VoxelIndex
        var high: VoxelIndex
        var sum = Vector3.zero
        var count = 0

        /// The middle of its voxels.
        func centre(in ct: Volume<Int16>) -> Point<CT> { ct.geometry.point(GridPoint(sum / Double(count))) }
    }

    /// In the order of storage of their first voxels.
    private(set) var all: [Body] = []

    init(in ct: Volume<Int16>, above level: Int16) {
        let (size, layer) = (ct.size, ct.size.x * ct.size.y)
        var open = [Bool](repeating: false, count: size.count)
        open.withUnsafeMutableBufferPointer { out in
            let out = SharedBuffer(out)
            ct.withVoxels { v in
                nonisolated(unsafe) let voxels = v
                parallelFor(size.z) { z in
                    for i in (z * layer)..<((z + 1) * layer) { out[i] = voxels[i] >= level }
                }
            }
        }
        for seed in open.indices where open[seed] { all.append(Self.body(from: seed, &open, ct.geometry)) }
    }

    /// Takes a body out of the open voxels, by faces.
    private static func body(from seed: Int, _ open: inout [Bool], _ grid: GridGeometry) -> Body {
        let first = grid.index(offset: seed)
        var body = Body(low: first, high: first)
        var queue = [seed]
        open[seed] = false
        while let at = queue.popLast() {
            let i = grid.index(offset: at)
            body.count += 1
            body.sum += Vector3(Double(i.x), Double(i.y), Double(i.z))
            body.low = VoxelIndex(min(body.low.x, i.x), min(body.low.y, i.y), min(body.low.z, i.z))
            body.high = VoxelIndex(max(body.high.x, i.x), max(body.high.y, i.y), max(body.high.z, i.z))
            for (dx, dy, dz) in [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)] {
                let n = VoxelIndex(i.x + dx, i.y + dy, i.z + dz)
                guard grid.size.contains(n), open[grid.offset(n)] else { continue }
                open[grid.offset(n)] = false
                queue.append(grid.offset(n))
            }
        }
        return body
    }
}
