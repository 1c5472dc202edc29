import Frames
import Glibc
import Imaging

/// An image prepared for comparison: coarser, smoothed, its HU compressed to bins, and readable between voxels with its
/// slope.
struct ComparisonImage: Sendable {
    let geometry: GridGeometry
    private let voxels: [Float]

    /// Bins along the scale of compressed HU.
    static let bins = 48
    /// Bins left free at either end, so that a B-spline's support never leaves the table.
    static let margin: Float = 2

    /// - Parameters:
    ///   - spacing: mm; finer axes are averaged to it, coarser ones are left as they are.
    ///   - sigma: standard deviation of the smoothing after that, mm.
    /// - Throws: `ImagingError.impossibleGeometry`.
    init(_ image: Volume<Int16>, spacing: Double, sigma: Double) throws(ImagingError) {
        let wanted = pointwiseMax(image.geometry.spacing, Vector3(repeating: spacing))
        let coarse = wanted == image.geometry.spacing ? image : try image.resampled(spacing: wanted)
        let smooth = coarse.gaussianFiltered(sigma: sigma)
        geometry = smooth.geometry
        voxels = smooth.withVoxels { hu in
            let source = SharedReadBuffer(hu)
            let layer = smooth.size.x * smooth.size.y
            return [Float](unsafeUninitializedCapacity: hu.count) { buffer, filled in
                let out = SharedBuffer(buffer)
                parallelFor(smooth.size.z) { z in
                    for i in (z * layer)..<((z + 1) * layer) { out[i] = Self.bin(ofHU: source[i]) }
                }
                filled = buffer.count
            }
        }
    }

    /// Soft tissue gets the most bins, metal hardly any: h / (|h| + 300 HU) about 50 HU, from −1 to 1.
    static func bin(ofHU hu: Float) -> Float {
        let h = min(max(hu, -1024), 3071) - 50
        let part = h / (abs(h) + 300)
        return margin + (part + 1) * 0.5 * (Float(bins) - 1 - 2 * margin)
    }

    /// The value in bins at a place, and its slope along the patient's axes, bins/mm; nothing outside the voxel centres.
    @inline(__always)
    func value(at p: Vector3) -> (value: Float, slope: SIMD3<Float>)? {
        let g = geometry.gridPoint(Point(p)).coordinates
        let size = geometry.size
        guard g.x >= 0, g.y >= 0, g.z >= 0,
            g.x < Double(size.x - 1), g.y < Double(size.y - 1), g.z < Double(size.z - 1)
        else { return nil }
        let (x, y, z) = (Int(g.x), Int(g.y), Int(g.z))
        let f = SIMD3<Float>(Float(g.x - Double(x)), Float(g.y - Double(y)), Float(g.z - Double(z)))
        let (row, layer) = (size.x, size.x * size.y)
        let base = z * layer + y * row + x
        return voxels.withUnsafeBufferPointer { v in
            let low = SIMD4<Float>(v[base], v[base + row], v[base + layer], v[base + layer + row])
            let high = SIMD4<Float>(v[base + 1], v[base + row + 1], v[base + layer + 1], v[base + layer + row + 1])
            let along = high - low
            let onX = low + along * f.x
            let (near, far) = (onX.x + (onX.y - onX.x) * f.y, onX.z + (onX.w - onX.z) * f.y)
            let (a, b) = (along.x + (along.y - along.x) * f.y, along.z + (along.w - along.z) * f.y)
            let slope = SIMD3<Float>(
                a + (b - a) * f.z, (onX.y - onX.x) * (1 - f.z) + (onX.w - onX.z) * f.z, far - near)
            return (near + (far - near) * f.z, slope)
        }
    }

    /// Turns a slope along the grid's axes, bins a voxel, into one along the patient's, bins/mm.
    func patientSlope(_ slope: SIMD3<Float>) -> Vector3 {
        geometry.direction * (Vector3(Double(slope.x), Double(slope.y), Double(slope.z)) / geometry.spacing)
    }
}
