import Frames
import Glibc
import Testing
import Uncertainty

@Suite struct CovarianceTests {
    @Test func quantilesAsInTables() throws {
        // χ² with three degrees of freedom: Abramowitz and Stegun 1964, table 26.8
        #expect(abs(try ChiSquared3.quantile(0.95) - 7.8147) < 5e-5)
        #expect(abs(try ChiSquared3.quantile(0.99) - 11.3449) < 5e-5)
        #expect(abs(try ChiSquared3.quantile(0.5) - 2.3660) < 5e-5)
        #expect(throws: UncertaintyError.impossibleParameter(name: "confidence", value: 1)) {
            try ChiSquared3.quantile(1)
        }
    }

    @Test func samplesHaveTheCovarianceAndFillTheEllipsoid() throws {
        let turn = Rotation<CT, CT>(rotationVector: Vector3(0.5, -1, 0.2))
        let covariance = try Covariance<CT>(rmsAlongAxes: Vector3(0.1, 0.4, 1.3)).turned(by: turn)
        let ellipsoid = try covariance.ellipsoid(confidence: 0.9)
        var random = SeededGenerator(seed: 2)
        var (sum, inside) = (Matrix3.zero, 0)
        let n = 40000
        for _ in 0..<n {
            let d = covariance.sample(using: &random)
            sum = sum + .outer(d.vector, d.vector)
            if ellipsoid.contains(d) { inside += 1 }
        }
        #expect(
            (sum * (1 / Double(n)) - covariance.matrix).largestMagnitude < 0.03 * covariance.matrix.largestMagnitude)
        // three standard deviations of a binomial with p = 0.9
        #expect(abs(Double(inside) / Double(n) - 0.9) < 3 * (0.09 / Double(n)).squareRoot())
        #expect(abs(covariance.rms - (0.01 + 0.16 + 1.69).squareRoot()) < 1e-12)
        #expect(
            length(ellipsoid.semiAxes / (try ChiSquared3.quantile(0.9)).squareRoot() - Vector3(0.1, 0.4, 1.3)) < 1e-9)
        let along = try #require(Direction<CT>(turn.matrix * Vector3(0, 0, 1)))
        #expect(abs(covariance.deviation(along: along) - 1.3) < 1e-12)
        #expect(abs((covariance.mahalanobis(along * 2.6) ?? 0) - 2) < 1e-9)
    }

    @Test func refusesWhatIsNoCovariance() {
        #expect(throws: UncertaintyError.self) { try Covariance<CT>(checking: Matrix3(diagonal: Vector3(1, 1, -1))) }
        #expect(throws: UncertaintyError.self) {
            try Covariance<CT>(checking: Matrix3(rows: Vector3(1, 2, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)))
        }
        #expect(throws: UncertaintyError.impossibleParameter(name: "rms", value: -1)) { try Covariance<CT>(rms: -1) }
    }
}
