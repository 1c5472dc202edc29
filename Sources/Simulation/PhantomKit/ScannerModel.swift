import Foundation
import Frames
import Imaging

/// What a scanner does to an ideal image: a Gaussian point spread, and noise that is correlated in the slice.
struct ScannerModel: Sendable {
    let scanner: PhantomDefinition.Scanner
    let geometry: GridGeometry

    /// Standard deviation of a Gaussian over its full width at half maximum.
    static let deviationOfWidth = 1 / (8 * log(2.0)).squareRoot()

    /// Weights of a Gaussian with `deviation` in samples, from the middle outwards, normalised; one weight for no blur.
    static func kernel(deviation: Double) -> [Float] {
        guard deviation > 0.05 else { return [1] }
        let radius = Int((3 * deviation).rounded(.up))
        let half = (0...radius).map { exp(-0.5 * (Double($0) / deviation) * (Double($0) / deviation)) }
        let sum = half[0] + 2 * half.dropFirst().reduce(0, +)
        return half.map { Float($0 / sum) }
    }

    /// Blurs in place: along x and y slice by slice, then along z row by row.
    func blur(_ image: SharedBuffer<Float>) {
        let s = geometry.spacing
        let inPlane = scanner.inPlaneBlur * Self.deviationOfWidth
        let (kx, ky) = (Self.kernel(deviation: inPlane / s.x), Self.kernel(deviation: inPlane / s.y))
        let kz = Self.kernel(deviation: scanner.sliceBlur * Self.deviationOfWidth / s.z)
        let size = geometry.size
        parallelFor(size.z) { z in
            let start = z * size.x * size.y
            for y in 0..<size.y { Self.convolve(image, start + y * size.x, size.x, 1, 1, kx) }
            Self.convolve(image, start, size.y, size.x, size.x, ky)
        }
        parallelFor(size.y) { y in Self.convolve(image, y * size.x, size.z, size.x * size.y, size.x, kz) }
    }

    /// Convolves `count` samples `stride` apart, for `lanes` neighbours side by side; the ends are repeated outwards.
    private static func convolve(
        _ image: SharedBuffer<Float>, _ start: Int, _ count: Int, _ stride: Int, _ lanes: Int, _ kernel: [Float]
    ) {
        guard kernel.count > 1, let data = image.pointer.baseAddress else { return }
        let copy = UnsafeMutablePointer<Float>.allocate(capacity: count * lanes)
        defer { copy.deallocate() }
        for i in 0..<count { (copy + i * lanes).update(from: data + start + i * stride, count: lanes) }
        kernel.withUnsafeBufferPointer { k in
            for i in 0..<count {
                let out = data + start + i * stride
                let middle = copy + i * lanes
                for j in 0..<lanes { out[j] = middle[j] * k[0] }
                for r in 1..<k.count {
                    let (a, b) = (copy + max(i - r, 0) * lanes, copy + min(i + r, count - 1) * lanes)
                    let w = k[r]
                    for j in 0..<lanes { out[j] += (a[j] + b[j]) * w }
                }
            }
        }
    }

    /// Adds noise and stores whole HU, a slice at a time; each slice has its own stream of random numbers.
    func digitise(_ image: SharedBuffer<Float>, seed: UInt64, into out: SharedBuffer<Int16>) {
        let size = geometry.size
        let plane = size.x * size.y
        let (kx, ky) = (
            Self.kernel(deviation: scanner.noiseCorrelation / geometry.spacing.x),
            Self.kernel(deviation: scanner.noiseCorrelation / geometry.spacing.y)
        )
        // Blurring shrinks white noise by the root of the sum of squared weights along each axis.
        let gain = Float(scanner.noise) / (Self.energy(kx) * Self.energy(ky)).squareRoot()
        let generator = SeededGenerator(seed: seed)
        let top = Float(min(scanner.maximumHU, 32767))
        parallelFor(size.z) { z in
            let noise = UnsafeMutableBufferPointer<Float>.allocate(capacity: plane)
            defer { noise.deallocate() }
            var stream = generator.stream(UInt64(z))
            Self.fillWithNoise(noise, &stream)
            let shared = SharedBuffer(noise)
            for y in 0..<size.y { Self.convolve(shared, y * size.x, size.x, 1, 1, kx) }
            Self.convolve(shared, 0, size.y, size.x, size.x, ky)
            for i in 0..<plane {
                let hu = image[z * plane + i] + noise[i] * gain
                out[z * plane + i] = Int16(min(max(hu, -1024), top).rounded())
            }
        }
    }

    private static func energy(_ kernel: [Float]) -> Float {
        kernel[0] * kernel[0] + 2 * kernel.dropFirst().reduce(0) { $0 + $1 * $1 }
    }

    /// Nearly normal numbers of variance 1, fast: the sum of four uniform ones of 16 bits out of each draw.
    private static func fillWithNoise(_ noise: UnsafeMutableBufferPointer<Float>, _ generator: inout SeededGenerator) {
        let scale = Float(3).squareRoot() / 65536
        for i in noise.indices {
            let bits = generator.next()
            let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
            noise[i] = (Float(sum) - 131070) * scale
        }
    }
}
