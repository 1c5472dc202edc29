import Foundation
import Frames
import Imaging

/// What metal does to an image: streaks by beam hardening and by starved detectors.
///
/// Each slice's metal is projected along parallel rays. With a spectrum of two equal halves, `hardening` h harder and
/// softer than their mean, the scanner measures −ln((e^(−p(1+h)) + e^(−p(1−h)))/2) = p − ln cosh(hp) instead of the
/// true line integral p, with noise that grows as e^(p/2). The error alone is reconstructed by filtered
/// back-projection (Kak and Slaney 1988, chapter 3) and added to the image, since reconstruction is linear.
struct MetalStreaks: Sendable {
    let hardening, starvation: Double
    let metal: [Implant]
    let geometry: GridGeometry

    /// - Parameter implants: `nil` for a scanner of the usual kind.
    init(_ implants: PhantomDefinition.Implants?, _ metal: [Implant], _ geometry: GridGeometry) {
        (hardening, starvation) = (implants?.hardening ?? 0.35, implants?.starvation ?? 0.004)
        (self.metal, self.geometry) = (metal, geometry)
    }

    static let angles = 240
    /// Attenuation of water at the scanner's mean energy (about 70 keV), 1/mm.
    static let water = 0.0193
    /// Size of the pixels in which streaks are made; they are smooth enough for it.
    static let pixel = 1.4
    static let bin = 1.0

    /// Adds the streaks to an ideal image, HU.
    func add(to image: SharedBuffer<Float>, seed: UInt64) {
        guard !metal.isEmpty else { return }
        let generator = SeededGenerator(seed: seed ^ 0x4D45_7441)
        parallelFor(geometry.size.z) { z in
            let pieces = metalPixels(slice: z)
            guard !pieces.isEmpty else { return }
            var random = generator.stream(UInt64(z))
            let errors = self.errors(pieces, &random)
            let size = geometry.size
            addBackProjection(
                errors,
                to: UnsafeMutableBufferPointer(
                    rebasing: image.pointer[(z * size.x * size.y)..<((z + 1) * size.x * size.y)]))
        }
    }

    /// Metal in a slice: places in mm from the slice's middle, and attenuation times area, mm.
    private func metalPixels(slice z: Int) -> [(x: Double, y: Double, weight: Double)] {
        let (s, n) = (geometry.spacing, geometry.size)
        let near = metal.filter { $0.leastDistance(centre(z)) < reach }
        guard !near.isEmpty else { return [] }
        var found: [(Double, Double, Double)] = []
        for piece in near {
            guard let (xs, ys) = pixels(of: piece, z) else { continue }
            for y in ys {
                for x in xs {
                    let at = GridPoint(
                        Vector3(
                            (Double(x) + 0.5) * Self.pixel / s.x - 0.5, (Double(y) + 0.5) * Self.pixel / s.y - 0.5,
                            Double(z)))
                    let share = min(max(0.5 - piece.distance(geometry.point(at).coordinates) / Self.pixel, 0), 1)
                    guard share > 0 else { continue }
                    found.append(
                        (
                            (Double(x) + 0.5) * Self.pixel - Double(n.x) * s.x / 2,
                            (Double(y) + 0.5) * Self.pixel - Double(n.y) * s.y / 2,
                            share * Self.water * (1 + piece.hu / 1000) * Self.pixel * Self.pixel
                        ))
                }
            }
        }
        return found
    }

    private func centre(_ z: Int) -> Vector3 {
        let n = geometry.size
        return geometry.point(GridPoint(Vector3(Double(n.x), Double(n.y), 2 * Double(z)) / 2)).coordinates
    }

    private var reach: Double {
        let (s, n) = (geometry.spacing, geometry.size)
        return hypot(Double(n.x) * s.x, Double(n.y) * s.y) / 2
    }

    /// The pixels of slice `z` within the box round a piece; `nil` where the slice misses it.
    private func pixels(of piece: Implant, _ z: Int) -> (x: ClosedRange<Int>, y: ClosedRange<Int>)? {
        let box = piece.bounds
        var (low, high) = (Vector3(repeating: .infinity), Vector3(repeating: -.infinity))
        for corner in 0..<8 {
            let p = Vector3(
                corner & 1 == 0 ? box.low.x : box.high.x, corner & 2 == 0 ? box.low.y : box.high.y,
                corner & 4 == 0 ? box.low.z : box.high.z)
            let q = geometry.gridPoint(Point(p)).coordinates
            (low, high) = (pointwiseMin(low, q), pointwiseMax(high, q))
        }
        guard low.z - 1 < Double(z), high.z + 1 > Double(z) else { return nil }
        let (s, n) = (geometry.spacing, geometry.size)
        let (wide, tall) = (Int(Double(n.x) * s.x / Self.pixel), Int(Double(n.y) * s.y / Self.pixel))
        func range(_ a: Double, _ b: Double, _ count: Int) -> ClosedRange<Int>? {
            let (first, last) = (max(Int(a.rounded(.down)) - 1, 0), min(Int(b.rounded(.up)) + 1, count - 1))
            return first <= last ? first...last : nil
        }
        guard let x = range(low.x * s.x / Self.pixel, high.x * s.x / Self.pixel, wide),
            let y = range(low.y * s.y / Self.pixel, high.y * s.y / Self.pixel, tall)
        else { return nil }
        return (x, y)
    }

    private var bins: Int { 2 * Int((reach / Self.bin).rounded(.up)) + 3 }

    /// The filtered errors of all projections, `bins` for each angle.
    private func errors(_ pieces: [(x: Double, y: Double, weight: Double)], _ random: inout SeededGenerator) -> [Float]
    {
        let (bins, ramp) = (bins, Self.ramp(bins))
        var filtered = [Float](repeating: 0, count: bins * Self.angles)
        var line = [Double](repeating: 0, count: bins)
        for angle in 0..<Self.angles {
            let t = Double.pi * Double(angle) / Double(Self.angles)
            let (c, s) = (cos(t), sin(t))
            for i in line.indices { line[i] = 0 }
            for piece in pieces {
                let at = (piece.x * c + piece.y * s) / Self.bin + Double(bins / 2)
                let i = Int(at)
                guard i >= 0, i + 1 < bins else { continue }
                line[i] += piece.weight / Self.bin * (1 - at + Double(i))
                line[i + 1] += piece.weight / Self.bin * (at - Double(i))
            }
            for i in line.indices where line[i] > 0.02 {
                let p = line[i]
                let lost = log(cosh(hardening * p))
                let noise = starvation * exp((p - lost) / 2) * random.normal() * min(p, 1)
                let error = Float(min(max(noise, -1.5), 1.5) - lost)
                for j in 0..<bins { filtered[angle * bins + j] += error * ramp[abs(j - i)] }
            }
        }
        return filtered
    }

    /// The band-limited ramp of Ramachandran and Lakshminarayanan, smoothed over three bins; weights by distance in
    /// bins.
    static func ramp(_ count: Int) -> [Float] {
        func sharp(_ n: Int) -> Double {
            n == 0 ? 0.25 : n % 2 == 0 ? 0 : -1 / (Double.pi * Double.pi * Double(n * n))
        }
        return (0..<count).map { Float((sharp($0) * 0.5 + (sharp(abs($0 - 1)) + sharp($0 + 1)) * 0.25) / bin) }
    }

    private func addBackProjection(_ errors: [Float], to slice: UnsafeMutableBufferPointer<Float>) {
        let (s, n, bins) = (geometry.spacing, geometry.size, bins)
        let (wide, tall) = (Int(Double(n.x) * s.x / Self.pixel) + 2, Int(Double(n.y) * s.y / Self.pixel) + 2)
        var coarse = [Float](repeating: 0, count: wide * tall)
        let scale = Float(Double.pi / Double(Self.angles) * 1000 / Self.water)
        errors.withUnsafeBufferPointer { e in
            for angle in 0..<Self.angles {
                let t = Double.pi * Double(angle) / Double(Self.angles)
                let (c, d) = (Float(cos(t) * Self.pixel / Self.bin), Float(sin(t) * Self.pixel / Self.bin))
                let x0 = Float(-Double(n.x) * s.x / 2 / Self.pixel + 0.5)
                let y0 = Float(-Double(n.y) * s.y / 2 / Self.pixel + 0.5)
                for y in 0..<tall {
                    var at = x0 * c + (y0 + Float(y)) * d + Float(bins / 2)
                    for x in 0..<wide {
                        let i = min(max(Int(at), 0), bins - 2)
                        let f = at - Float(i)
                        coarse[y * wide + x] += e[angle * bins + i] * (1 - f) + e[angle * bins + i + 1] * f
                        at += c
                    }
                }
            }
        }
        for y in 0..<n.y {
            let v = min(max((Double(y) + 0.5) * s.y / Self.pixel - 0.5, 0), Double(tall - 2))
            let (j, g) = (Int(v), Float(v - v.rounded(.down)))
            for x in 0..<n.x {
                let u = min(max((Double(x) + 0.5) * s.x / Self.pixel - 0.5, 0), Double(wide - 2))
                let (i, f) = (Int(u), Float(u - u.rounded(.down)))
                let near = coarse[j * wide + i] * (1 - f) + coarse[j * wide + i + 1] * f
                let far = coarse[(j + 1) * wide + i] * (1 - f) + coarse[(j + 1) * wide + i + 1] * f
                slice[y * n.x + x] += (near * (1 - g) + far * g) * scale
            }
        }
    }
}
