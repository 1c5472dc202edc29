import Frames
import Imaging

/// Values on an isotropic grid whose axes are those of the patient (x to the left, y to the back, z to the head).
///
/// Everything in this target is computed on such grids; only the last step goes back to the image's own one.
struct PatientGrid<Value: Sendable>: Sendable {
    let nx, ny, nz: Int
    /// Distance between neighbours along every axis, mm.
    let spacing: Double
    /// CT coordinates of element (0, 0, 0), mm.
    let origin: Vector3
    var values: [Value]

    init(nx: Int, ny: Int, nz: Int, spacing: Double, origin: Vector3, filledWith value: Value) {
        (self.nx, self.ny, self.nz) = (nx, ny, nz)
        self.spacing = spacing
        self.origin = origin
        values = Array(repeating: value, count: nx * ny * nz)
    }

    /// A grid of the same shape with other contents.
    init<Other>(like other: PatientGrid<Other>, filledWith value: Value) {
        self.init(
            nx: other.nx, ny: other.ny, nz: other.nz, spacing: other.spacing, origin: other.origin, filledWith: value)
    }

    var count: Int { values.count }

    @inline(__always) func offset(_ x: Int, _ y: Int, _ z: Int) -> Int { (z * ny + y) * nx + x }

    @inline(__always) func contains(_ x: Int, _ y: Int, _ z: Int) -> Bool {
        x >= 0 && y >= 0 && z >= 0 && x < nx && y < ny && z < nz
    }

    /// CT coordinates of an element.
    @inline(__always) func point(_ x: Int, _ y: Int, _ z: Int) -> Vector3 {
        origin + Vector3(Double(x), Double(y), Double(z)) * spacing
    }

    @inline(__always) func point(offset: Int) -> Vector3 {
        let (row, x) = offset.quotientAndRemainder(dividingBy: nx)
        let (z, y) = row.quotientAndRemainder(dividingBy: ny)
        return point(x, y, z)
    }

    /// The offset of the element nearest to `p`; `nil` outside, which begins a whole step beyond the highest elements,
    /// since the grid may end that much before the image.
    @inline(__always) func nearestOffset(_ p: Vector3) -> Int? {
        let g = (p - origin) / spacing + Vector3(repeating: 0.5)
        guard g.x >= 0, g.y >= 0, g.z >= 0, g.x < Double(nx) + 0.5, g.y < Double(ny) + 0.5, g.z < Double(nz) + 0.5
        else {
            return nil
        }
        return offset(min(Int(g.x), nx - 1), min(Int(g.y), ny - 1), min(Int(g.z), nz - 1))
    }
}

typealias ScalarGrid = PatientGrid<Float>
typealias MaskGrid = PatientGrid<UInt8>

extension PatientGrid where Value == Float {
    /// Trilinear interpolation at a point in CT coordinates; points outside take the nearest edge.
    @inline(__always) func sample(_ v: UnsafeBufferPointer<Float>, _ p: Vector3) -> Float {
        let g = (p - origin) / spacing
        let cx = min(max(g.x, 0), Double(nx) - 1.001), cy = min(max(g.y, 0), Double(ny) - 1.001)
        let cz = min(max(g.z, 0), Double(nz) - 1.001)
        let (x, y, z) = (Int(cx), Int(cy), Int(cz))
        let (fx, fy, fz) = (Float(cx - Double(x)), Float(cy - Double(y)), Float(cz - Double(z)))
        let base = (z * ny + y) * nx + x
        let plane = nx * ny
        let a = v[base] + (v[base + 1] - v[base]) * fx
        let b = v[base + nx] + (v[base + nx + 1] - v[base + nx]) * fx
        let c = v[base + plane] + (v[base + plane + 1] - v[base + plane]) * fx
        let d = v[base + plane + nx] + (v[base + plane + nx + 1] - v[base + plane + nx]) * fx
        let near = a + (b - a) * fy
        return near + (c + (d - c) * fy - near) * fz
    }

    func sample(_ p: Vector3) -> Float { values.withUnsafeBufferPointer { sample($0, p) } }
}

/// A read-only pointer that crosses into `parallelFor`; nobody writes while it is read.
struct SharedReader<Element>: @unchecked Sendable {
    let pointer: UnsafeBufferPointer<Element>

    init(_ pointer: UnsafeBufferPointer<Element>) { self.pointer = pointer }

    @inline(__always) subscript(i: Int) -> Element { pointer[i] }
}
