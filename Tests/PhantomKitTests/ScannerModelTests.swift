import Frames
import Imaging
import Testing

@testable import PhantomKit

@Suite struct ScannerModelTests {
    private func air(_ d: PhantomDefinition, seed: UInt64) throws -> [Double] {
        var definition = d
        definition.scanner.inPlaneBlur = 0
        let geometry = try box(round: Point(0, -140, 0), size: Vector3(40, 20, 20), spacing: Vector3(0.7, 0.7, 1))
        return try Phantom(definition).sample(geometry, seed: seed).voxels.map(Double.init)
    }

    /// In air, where nothing else varies (and −1024 clips nothing at this noise).
    @Test func noiseHasItsDeviationAndIsCorrelatedInTheSlice() throws {
        var d = try PhantomDefinition.load(lumbarPath)
        d.scanner.noise = 6
        let v = try air(d, seed: 5)
        let mean = v.reduce(0, +) / Double(v.count)
        let deviation = (v.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(v.count)).squareRoot()
        #expect(abs(mean + 1000) < 0.3)
        #expect(abs(deviation - 6) < 0.3)
        let neighbours = zip(v, v.dropFirst()).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) } / Double(v.count)
        // White noise blurred with a Gaussian of s samples: correlation exp(−1/(4s²)) at a distance of one sample.
        #expect(abs(neighbours / (deviation * deviation) - 0.61) < 0.1)
    }

    @Test func sameSeedGivesTheSameBytes() throws {
        let phantom = try lumbar()
        let geometry = try box(
            round: phantom.bodyCentre(AnatomicalLabel(21)), size: Vector3(60, 60, 20), spacing: Vector3(1, 1, 2))
        let first = phantom.sample(geometry, seed: 9)
        #expect(phantom.sample(geometry, seed: 9) == first)
        #expect(phantom.sample(geometry, seed: 10) != first)
    }

    @Test func kernelsKeepTheMean() {
        for deviation in [0.0, 0.02, 0.3, 0.9, 2.5] {
            let k = ScannerModel.kernel(deviation: deviation)
            #expect(abs(k[0] + 2 * k.dropFirst().reduce(0, +) - 1) < 1e-5)
        }
    }

    /// A thick slice sees the mean of the thin ones within it.
    @Test func thickSlicesAreMeansOfThinOnes() throws {
        let phantom = try lumbar().withIdealScanner()
        let centre = phantom.bodyCentre(AnatomicalLabel(22))
        let thin = try box(round: centre, size: Vector3(90, 90, 24), spacing: Vector3(0.7, 0.7, 0.5))
        let thick = try GridGeometry(
            size: GridSize(thin.size.x, thin.size.y, thin.size.z / 6), spacing: Vector3(0.7, 0.7, 3),
            origin: thin.origin + Displacement(0, 0, 1.25))
        let (fine, coarse) = (phantom.sample(thin, seed: 1), phantom.sample(thick, seed: 1))
        var square = 0.0
        var worst = 0.0
        for i in coarse.voxels.indices {
            let at = thick.index(offset: i)
            let mean = (0..<6).reduce(0.0) { $0 + Double(fine[VoxelIndex(at.x, at.y, at.z * 6 + $1)]) } / 6
            let difference = Double(coarse.voxels[i]) - mean
            square += difference * difference
            worst = max(worst, abs(difference))
        }
        #expect((square / Double(coarse.voxels.count)).squareRoot() < 12)
        #expect(worst < 250)
    }

    @Test func unusualGridsAreFilled() throws {
        let phantom = try lumbar()
        let turned = Rotation<CT, CT>(rotationVector: Vector3(0.2, -0.4, 0.3)).matrix
        let geometry = try GridGeometry(
            size: GridSize(1, 37, 9), spacing: Vector3(5, 1.3, 4), origin: phantom.bodyCentre(AnatomicalLabel(22)),
            direction: turned)
        #expect(phantom.sample(geometry, seed: 1).voxels.contains { $0 > 50 })
        for i in [0, 20, 200] {
            let p = geometry.point(geometry.index(offset: i))
            let inside = (phantom.signedDistance(of: AnatomicalLabel(22), at: p) ?? 1) <= 0
            #expect((phantom.labels(geometry).voxels[i] == 22) == inside)
        }
        #expect(throws: PhantomError.self) { try phantom.geometry(spacing: Vector3(0.01, 0.7, 1)) }
        #expect(throws: PhantomError.self) { try phantom.geometry(spacing: Vector3(.nan, 0.7, 1)) }
        #expect(throws: PhantomError.self) { try phantom.geometry(spacing: Vector3(0.06, 0.06, 0.06)) }
    }
}
