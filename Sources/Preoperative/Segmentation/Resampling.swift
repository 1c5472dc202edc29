import Frames
import Imaging

/// A box in CT coordinates, mm.
struct PatientBox: Equatable, Sendable {
    var low, high: Vector3

    /// The box that holds the centres of all voxels of a grid, however the grid is turned.
    init(around geometry: GridGeometry) {
        low = Vector3(repeating: .infinity)
        high = -low
        for x in [0, geometry.size.x - 1] {
            for y in [0, geometry.size.y - 1] {
                for z in [0, geometry.size.z - 1] {
                    let p = geometry.point(VoxelIndex(x, y, z)).coordinates
                    low = pointwiseMin(low, p)
                    high = pointwiseMax(high, p)
                }
            }
        }
    }

    init(low: Vector3, high: Vector3) { (self.low, self.high) = (low, high) }

    func intersection(_ other: PatientBox) -> PatientBox {
        PatientBox(low: pointwiseMax(low, other.low), high: pointwiseMin(high, other.high))
    }

    var isEmpty: Bool { low.x >= high.x || low.y >= high.y || low.z >= high.z }
}

/// What lies outside the image: air, so that the image's edge never looks like bone or like soft tissue.
let outsideHU: Float = -1024

extension PatientGrid where Value == Float {
    /// The image on a patient-aligned grid of the given spacing over `box`, trilinear.
    init(_ ct: Volume<Int16>, spacing: Double, box: PatientBox) {
        let extent = (box.high - box.low) / spacing
        self.init(
            nx: max(2, Int(extent.x) + 1), ny: max(2, Int(extent.y) + 1), nz: max(2, Int(extent.z) + 1),
            spacing: spacing, origin: box.low, filledWith: outsideHU)
        let geometry = ct.geometry
        let zero = geometry.gridPoint(Point(origin)).coordinates
        func step(_ axis: Vector3) -> Vector3 {
            geometry.gridPoint(Point(origin + axis * spacing)).coordinates - zero
        }
        let map = Matrix3(columns: step(Vector3(1, 0, 0)), step(Vector3(0, 1, 0)), step(Vector3(0, 0, 1)))
        let (w, h) = (nx, ny)
        let size = geometry.size
        let depth = nz
        ct.withVoxels { voxels in
            let source = SharedReader(voxels)
            values.withUnsafeMutableBufferPointer { out in
                let target = SharedBuffer(out)
                parallelFor(depth) { z in
                    for y in 0..<h {
                        let row = zero + map * Vector3(0, Double(y), Double(z))
                        for x in 0..<w {
                            let g = row + map.columns.0 * Double(x)
                            target[(z * h + y) * w + x] = trilinear(source.pointer, size, g)
                        }
                    }
                }
            }
        }
    }
}

/// Trilinear value at continuous indices; half a voxel beyond the outermost centres still belongs to the image.
@inline(__always)
func trilinear(_ v: UnsafeBufferPointer<Int16>, _ size: GridSize, _ g: Vector3) -> Float {
    let (nx, ny, nz) = (size.x, size.y, size.z)
    guard g.x >= -0.51, g.y >= -0.51, g.z >= -0.51, g.x <= Double(nx) - 0.49, g.y <= Double(ny) - 0.49,
        g.z <= Double(nz) - 0.49
    else { return outsideHU }
    let cx = min(max(g.x, 0), Double(nx - 1)), cy = min(max(g.y, 0), Double(ny - 1)),
        cz = min(max(g.z, 0), Double(nz - 1))
    let (x, y, z) = (min(Int(cx), max(nx - 2, 0)), min(Int(cy), max(ny - 2, 0)), min(Int(cz), max(nz - 2, 0)))
    let (fx, fy, fz) = (Float(cx - Double(x)), Float(cy - Double(y)), Float(cz - Double(z)))
    let dx = nx > 1 ? 1 : 0, dy = ny > 1 ? nx : 0, dz = nz > 1 ? nx * ny : 0
    let base = (z * ny + y) * nx + x
    @inline(__always) func row(_ o: Int) -> Float {
        let a = Float(v[o]), b = Float(v[o + dx])
        return a + (b - a) * fx
    }
    let near = row(base) + (row(base + dy) - row(base)) * fy
    let far = row(base + dz) + (row(base + dz + dy) - row(base + dz)) * fy
    return near + (far - near) * fz
}
