import Frames
import Imaging
import Meshing

/// For each cell of a grid round a surface the place of the surface that is nearest to the cell's middle.
struct ContactGrid: Sendable {
    private let low: Vector3
    private let step: Double
    private let size: SIMD3<Int>
    private let places: [(place: Vector3, normal: Direction<CT>)]

    /// Cells of `step` mm, up to `margin` mm beyond the surface's box.
    init?(_ tree: MeshTree, step: Double, margin: Double) {
        guard let bounds = tree.mesh.bounds else { return nil }
        let low = bounds.low.coordinates - Vector3(repeating: margin)
        let extent = bounds.high.coordinates + Vector3(repeating: margin) - low
        // a very large surface gets larger cells: at most some 150 along an axis
        let step = max(step, extent.max() / 150)
        let cells = (extent / step).rounded(.up)
        let size = SIMD3(max(Int(cells.x), 1), max(Int(cells.y), 1), max(Int(cells.z), 1))
        let layer = size.x * size.y
        var places = [(place: Vector3, normal: Direction<CT>)](repeating: (.zero, .z), count: layer * size.z)
        places.withUnsafeMutableBufferPointer { out in
            let out = SharedBuffer(out)
            parallelFor(size.z) { z in
                for i in 0..<layer {
                    let cell = Vector3(Double(i % size.x) + 0.5, Double(i / size.x) + 0.5, Double(z) + 0.5)
                    guard let near = tree.closestPoint(to: Point(low + cell * step)) else { continue }
                    out[z * layer + i] = (near.point.coordinates, near.normal)
                }
            }
        }
        (self.low, self.step, self.size, self.places) = (low, step, size, places)
    }

    /// Beyond the grid, what is nearest to its nearest cell.
    func nearest(_ p: Point<CT>) -> (place: Vector3, normal: Direction<CT>) {
        let cell = pointwiseMin(
            pointwiseMax((p.coordinates - low) / step, .zero),
            Vector3(Double(size.x - 1), Double(size.y - 1), Double(size.z - 1)))
        return places[(Int(cell.z) * size.y + Int(cell.y)) * size.x + Int(cell.x)]
    }
}
