import Frames
import Imaging

/// A straight line of equally spaced places, in the coordinates of a grid: one matrix a line, not one a place.
struct GridLine {
    private let middle, step: Vector3

    /// - Parameters:
    ///   - p: place 0, mm in the CT.
    ///   - step: to the next place, mm in the CT.
    init(through p: Vector3, step: Vector3, on grid: GridGeometry) {
        middle = grid.gridPoint(Point(p)).coordinates
        self.step = grid.gridPoint(Point(p + step)).coordinates - middle
    }

    @inline(__always) func place(_ k: Int) -> Vector3 { middle + step * Double(k) }

    /// Trilinear; `nil` outside the box of voxel centres, as `Volume.interpolated` has it.
    @inline(__always) func value(
        _ k: Int, in voxels: UnsafeBufferPointer<Int16>, _ size: GridSize
    ) -> Double? {
        let g = place(k)
        guard g.x >= 0, g.y >= 0, g.z >= 0, g.x <= Double(size.x - 1), g.y <= Double(size.y - 1),
            g.z <= Double(size.z - 1)
        else { return nil }
        let (x, y, z) = (
            min(Int(g.x), max(size.x - 2, 0)), min(Int(g.y), max(size.y - 2, 0)), min(Int(g.z), max(size.z - 2, 0))
        )
        let (fx, fy, fz) = (g.x - Double(x), g.y - Double(y), g.z - Double(z))
        let (dx, dy, dz) = (size.x > 1 ? 1 : 0, size.y > 1 ? size.x : 0, size.z > 1 ? size.x * size.y : 0)
        let base = (z * size.y + y) * size.x + x
        @inline(__always) func row(_ o: Int) -> Double {
            let (a, b) = (Double(voxels[o]), Double(voxels[o + dx]))
            return a + (b - a) * fx
        }
        let (near, far) = (row(base), row(base + dz))
        let front = near + (row(base + dy) - near) * fy
        return front + (far + (row(base + dz + dy) - far) * fy - front) * fz
    }

    /// The voxel nearest to a place; `nil` outside the grid.
    @inline(__always) func voxel(_ k: Int, _ size: GridSize) -> Int? {
        let g = (place(k) + 0.5).rounded(.down)
        guard g.x >= 0, g.y >= 0, g.z >= 0, g.x < Double(size.x), g.y < Double(size.y), g.z < Double(size.z) else {
            return nil
        }
        return (Int(g.z) * size.y + Int(g.y)) * size.x + Int(g.x)
    }
}
