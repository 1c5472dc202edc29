import Frames
import Imaging

/// A volume prepared for line integrals along rays that run mainly along one of its axes.
///
/// Joseph's method (1982, IEEE Trans. Med. Imaging 1:192): in each layer across that axis the value is interpolated
/// between four voxels, and the layers are summed, times the way between two. The layers are stored one after the other, so
/// that a ray walks through memory in one direction and the two voxels of a row come in one load.
struct ProjectionVolume: Sendable {
    /// Of the reordered grid: along a row, across rows, along the rays.
    let size: SIMD3<Int>
    private let values: [Float]
    /// From CT to the reordered grid's indices.
    private let linear: Matrix3
    private let offset: Vector3

    /// - Parameter axis: the grid's axis (0, 1, 2) along which the rays mainly run.
    init(_ values: [Float], _ geometry: GridGeometry, along axis: Int) {
        let order = axis == 0 ? (1, 2, 0) : axis == 1 ? (0, 2, 1) : (0, 1, 2)
        let old = [geometry.size.x, geometry.size.y, geometry.size.z]
        let steps = [1, old[0], old[0] * old[1]]
        let size = SIMD3(old[order.0], old[order.1], old[order.2])
        let (a, b, c) = (steps[order.0], steps[order.1], steps[order.2])
        self.size = size
        self.values = [Float](unsafeUninitializedCapacity: values.count) { out, count in
            let out = SharedBuffer(out)
            parallelFor(size.z) { z in
                for y in 0..<size.y {
                    for x in 0..<size.x { out[(z * size.y + y) * size.x + x] = values[x * a + y * b + z * c] }
                }
            }
            count = values.count
        }
        let zero = geometry.gridPoint(.origin).coordinates
        func column(_ v: Vector3) -> Vector3 {
            let g = geometry.gridPoint(Point(v)).coordinates - zero
            return Vector3(g[order.0], g[order.1], g[order.2])
        }
        linear = Matrix3(columns: column(Vector3(1, 0, 0)), column(Vector3(0, 1, 0)), column(Vector3(0, 0, 1)))
        offset = Vector3(zero[order.0], zero[order.1], zero[order.2])
    }

    /// The axis of a grid along which a direction mainly runs.
    static func mainAxis(of geometry: GridGeometry, _ direction: Vector3) -> Int {
        let way = geometry.gridPoint(Point(direction)).coordinates - geometry.gridPoint(.origin).coordinates
        let mm = way * geometry.spacing
        return abs(mm.x) >= abs(mm.y) && abs(mm.x) >= abs(mm.z) ? 0 : abs(mm.y) >= abs(mm.z) ? 1 : 2
    }

    /// Rays through a grid of pixels.
    struct Rays: Sendable {
        let projection: ProjectionMatrix
        /// The first pixel's place, and the distance between pixels, in pixels of the detector.
        let first: SIMD2<Double>
        let step: Double
        let columns: Int, rows: Int
    }

    /// Line integrals of the volume, value times mm, row by row.
    ///
    /// - Parameter skip: only every so many layers are looked at.
    func project(
        _ rays: Rays, _ X_CTRoom: Pose<CT, XRayRoom>, skip: Int = 1, into out: UnsafeMutableBufferPointer<Float>
    ) {
        let turn = X_CTRoom.rotation.matrix
        let source = linear * (turn * rays.projection.source.coordinates + X_CTRoom.translation) + offset
        let toGrid = linear * turn * rays.projection.toRay
        let start = toGrid * Vector3(rays.first.x, rays.first.y, 1)
        let (across, down) = (toGrid.columns.0 * rays.step, toGrid.columns.1 * rays.step)
        // the same rays in the room, for their length
        let toRay = rays.projection.toRay
        let roomStart = toRay * Vector3(rays.first.x, rays.first.y, 1)
        let (roomAcross, roomDown) = (toRay.columns.0 * rays.step, toRay.columns.1 * rays.step)
        values.withUnsafeBufferPointer { values in
            for v in 0..<rays.rows {
                for u in 0..<rays.columns {
                    let way = start + across * Double(u) + down * Double(v)
                    let room = roomStart + roomAcross * Double(u) + roomDown * Double(v)
                    out[v * rays.columns + u] = integral(values, source, way, mm: length(room), skip)
                }
            }
        }
    }

    /// Rays run along the layers' axis but for so many voxels a layer, and meet layer 0 no farther off than this, voxels.
    private static let steepest = 1e4, farthest = 1e8

    /// Along source + t · way in indices, where t = 1 is `mm` long.
    @inline(__always) private func integral(
        _ values: UnsafeBufferPointer<Float>, _ source: Vector3, _ way: Vector3, mm: Double, _ skip: Int
    ) -> Float {
        guard abs(way.z) > 1e-12 else { return 0 }
        let (dx, dy) = (way.x / way.z, way.y / way.z)
        // x = x0 + k dx in layer k
        let (x0, y0) = (source.x - source.z * dx, source.y - source.z * dy)
        // no rounding may lead beyond the border, nor a number beyond a whole one's range
        guard max(abs(dx), abs(dy)) < Self.steepest, max(abs(x0), abs(y0)) < Self.farthest else { return 0 }
        var (low, high) = (0.0, Double(size.z - 1))
        // a millionth of a voxel within the border, so that no rounding leads beyond it
        Self.clip(x0 - 1e-6, dx, Double(size.x - 1) - 2e-6, &low, &high)
        Self.clip(y0 - 1e-6, dy, Double(size.y - 1) - 2e-6, &low, &high)
        guard low <= high else { return 0 }
        let (first, last) = (Int(low.rounded(.up)), Int(high))
        guard first <= last else { return 0 }
        var sum = SIMD2<Float>.zero
        // whole numbers with 32 bits behind the point: quicker to split than floating ones
        var (x, y) = (Int((x0 + Double(first) * dx) * 0x1p32), Int((y0 + Double(first) * dy) * 0x1p32))
        let (stepX, stepY) = (Int(dx * Double(skip) * 0x1p32), Int(dy * Double(skip) * 0x1p32))
        let row = size.x
        let layer = skip * size.x * size.y
        guard var base = values.baseAddress.map({ $0 + first * size.x * size.y }) else { return 0 }
        for _ in 0...((last - first) / skip) {
            let (fx, fy) = (Float(x & 0xFFFF_FFFF) * 0x1p-32, Float(y & 0xFFFF_FFFF) * 0x1p-32)
            let at = base + ((y >> 32) &* row &+ (x >> 32))
            let near = UnsafeRawPointer(at).loadUnaligned(as: SIMD2<Float>.self)
            let far = UnsafeRawPointer(at + row).loadUnaligned(as: SIMD2<Float>.self)
            sum += (near + (far - near) * fy) * SIMD2(1 - fx, fx)
            x &+= stepX
            y &+= stepY
            base += layer
        }
        return (sum.x + sum.y) * Float(mm / abs(way.z) * Double(skip))
    }

    /// Narrows the layers to those in which 0 ≤ a + k d ≤ top.
    @inline(__always) private static func clip(
        _ a: Double, _ d: Double, _ top: Double, _ low: inout Double, _ high: inout Double
    ) {
        if abs(d) < 1e-12 {
            if a < 0 || a > top { (low, high) = (1, 0) }
            return
        }
        let (p, q) = (-a / d, (top - a) / d)
        low = max(low, min(p, q))
        high = min(high, max(p, q))
    }
}

/// Simulated X-ray images.
public enum SimulatedXRay {
    /// The attenuation along each pixel's ray, with the noise of so many photons a pixel where nothing is in their way
    /// (0: none). Water takes 0.02 a mm, as at some 60 keV (NIST: 0.0206).
    ///
    /// - Throws: `RegistrationError.impossibleView`.
    public static func image(
        of ct: Volume<Int16>, at X_CTRoom: Pose<CT, XRayRoom>, _ projection: ProjectionMatrix, pixels: Int,
        photons: Double = 0, seed: UInt64 = 1
    ) throws(RegistrationError) -> XRayView {
        let attenuation = ct.voxels.map { max(Float($0) + 1000, 0) * 2e-5 }
        let middle = (X_CTRoom.inverse * ct.geometry.centre) - projection.source
        let axis = ProjectionVolume.mainAxis(of: ct.geometry, X_CTRoom.rotation.matrix * middle.vector)
        let volume = ProjectionVolume(attenuation, ct.geometry, along: axis)
        var image = [Float](repeating: 0, count: pixels * pixels)
        let stream = SeededGenerator(seed: seed)
        image.withUnsafeMutableBufferPointer { out in
            let shared = SharedBuffer(out)
            parallelFor(pixels) { v in
                let row = UnsafeMutableBufferPointer(rebasing: shared.pointer[(v * pixels)..<((v + 1) * pixels)])
                let rays = ProjectionVolume.Rays(
                    projection: projection, first: SIMD2(0, Double(v)), step: 1, columns: pixels, rows: 1)
                volume.project(rays, X_CTRoom, into: row)
                if photons > 0 { count(photons, stream.stream(UInt64(v)), in: row) }
            }
        }
        return try XRayView(projection: projection, width: pixels, height: pixels, pixels: image)
    }

    /// Attenuation as so many photons tell it.
    private static func count(
        _ photons: Double, _ stream: SeededGenerator, in row: UnsafeMutableBufferPointer<Float>
    ) {
        var random = stream
        for u in row.indices {
            let expected = photons * Double(exp32(-row[u]))
            // many photons are nearly normal
            let seen = max(expected + expected.squareRoot() * random.normal(), 0.5)
            row[u] = Float(-logarithm(seen / photons))
        }
    }
}
