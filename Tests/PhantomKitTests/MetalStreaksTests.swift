import Foundation
import Frames
import Imaging
import Testing

@testable import PhantomKit

@Suite struct MetalStreaksTests {
    private func grid() throws -> GridGeometry {
        try GridGeometry(size: GridSize(160, 160, 1), spacing: Vector3(1, 1, 1), origin: Point(-79.5, -79.5, 0))
    }

    private func pin(_ x: Double, _ radius: Double) -> Implant {
        Implant(
            kind: .rod, level: AnatomicalLabel(20), side: nil, start: .origin, end: .origin, diameter: 2 * radius,
            shape: .rods([EllipticTube(from: Vector3(x, 0, -20), to: Vector3(x, 0, 20), radii: [SIMD2(radius, radius)])]
            ),
            hu: 9000)
    }

    private func streaks(_ pins: [Implant], hardening: Double, starvation: Double = 0) throws -> [Float] {
        let metal = PhantomDefinition.Implants(
            hu: 9000, hardening: hardening, starvation: starvation, rodDiameter: 5, screws: [], cages: [])
        var image = [Float](repeating: 0, count: 160 * 160)
        let geometry = try grid()
        image.withUnsafeMutableBufferPointer { MetalStreaks(metal, pins, geometry).add(to: SharedBuffer($0), seed: 1) }
        return image
    }

    @Test func raysOfOneEnergyMakeNoStreaks() throws {
        #expect(try streaks([pin(-25, 4), pin(25, 4)], hardening: 0).allSatisfy { $0 == 0 })
        #expect(try streaks([], hardening: 0.5, starvation: 0.1).allSatisfy { $0 == 0 })
    }

    /// A pin reconstructed from its hardened projections is too dark inside by what the projections lack: the slope of
    /// ln cosh(hp) makes the pin's middle lose most where its chords are longest, and the sum of all that is added to the
    /// image is what the projections lost (the zeroth moment of a projection is the image's sum).
    @Test func whatIsLostIsLostInTheImage() throws {
        let (r, h) = (5.0, 0.4)
        let image = try streaks([pin(0, r)], hardening: h)
        let mu = MetalStreaks.water * 10
        var lost = 0.0
        for s in stride(from: -r, through: r, by: 0.01) {
            lost += log(cosh(h * mu * 2 * max(r * r - s * s, 0).squareRoot())) * 0.01
        }
        var inside = 0.0
        for i in image.indices {
            let (x, y) = (Double(i % 160) - 79.5, Double(i / 160) - 79.5)
            if hypot(x, y) < 40 { inside += Double(image[i]) }
        }
        #expect(
            abs(inside / (-lost * 1000 / MetalStreaks.water) - 1) < 0.12,
            "\(inside) \(-lost * 1000 / MetalStreaks.water)")
    }

    /// Between two pins, on the line through both, it is darker than beside it: the mark of beam hardening.
    @Test func aDarkBandJoinsTwoPins() throws {
        let image = try streaks([pin(-25, 5), pin(25, 5)], hardening: 0.4)
        func mean(_ xs: ClosedRange<Int>, _ ys: ClosedRange<Int>) -> Float {
            var sum: Float = 0
            for y in ys { for x in xs { sum += image[y * 160 + x] } }
            return sum / Float(xs.count * ys.count)
        }
        let (between, above) = (mean(75...84, 78...81), mean(75...84, 110...113))
        #expect(between < -100 && between < above - 100, "\(between) \(above)")
    }

    @Test func starvedDetectorsMakeNoiseAlongTheMetal() throws {
        let still = try streaks([pin(-25, 6), pin(25, 6)], hardening: 0)
        let noisy = try streaks([pin(-25, 6), pin(25, 6)], hardening: 0, starvation: 0.01)
        #expect(noisy == (try streaks([pin(-25, 6), pin(25, 6)], hardening: 0, starvation: 0.01)))
        func spread(_ y: Int) -> Double {
            let row = (70...90).map { Double(noisy[y * 160 + $0] - still[y * 160 + $0]) }
            let mean = row.reduce(0, +) / Double(row.count)
            return (row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)).squareRoot()
        }
        #expect(spread(80) > 5)
        #expect(noisy.allSatisfy { $0.isFinite })
    }
}
