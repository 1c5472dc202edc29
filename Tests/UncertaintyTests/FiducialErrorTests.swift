import Frames
import Testing
import Uncertainty

@Suite struct FiducialErrorTests {
    @Test func aHandCountedCase() throws {
        // a square of side 2 a in the plane z = 0: f² about x and y is a², about z 2 a²; the target lies h above its
        // middle
        let (a, h) = (50.0, 120.0)
        let square: [Point<CT>] = [Point(a, a, 0), Point(-a, a, 0), Point(-a, -a, 0), Point(a, -a, 0)]
        let tre = try FiducialError.expectedTRE(fiducials: square, target: Point(0, 0, h), fle: 0.3)
        // d² from x and y is h², from z 0
        let expected = 0.3 * ((1 + (2 * h * h / (a * a)) / 3) / 4).squareRoot()
        #expect(abs(tre - expected) < 1e-12)
        #expect(abs(FiducialError.expectedFRE(fle: 0.3, count: 4) - 0.3 * 0.5.squareRoot()) < 1e-12)
        #expect(abs((FiducialError.estimatedFLE(fre: 0.2, count: 4) ?? 0) - 0.2 * 2.0.squareRoot()) < 1e-12)
        #expect(FiducialError.estimatedFLE(fre: 0.2, count: 2) == nil)
    }

    @Test(arguments: [3, 4, 6, 12])
    func theGeneralFormAgreesForEqualErrors(count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let fiducials = (0..<count).map { _ in Point<CT>(random.normal3() * 60) }
        let covariance: PoseCovariance<CT, Base> = try FiducialError.poseCovariance(
            points: fiducials, covariances: [Covariance](repeating: try Covariance(rms: 0.35), count: count))
        for _ in 0..<20 {
            let target = Point<CT>(random.normal3() * 80)
            let formula = try FiducialError.expectedTRE(fiducials: fiducials, target: target, fle: 0.35)
            #expect(abs(covariance.covariance(at: target).rms / formula - 1) < 1e-9)
        }
    }

    @Test func weightsByTheInverseCovarianceAreBest() throws {
        var random = SeededGenerator(seed: 6)
        let fiducials = (0..<6).map { _ in Point<CT>(random.normal3() * 60) }
        let own = try (0..<6).map { _ in try Covariance<CT>(rmsAlongAxes: Vector3(0.05 + random.uniform(), 0.2, 0.1)) }
        let plain: PoseCovariance<CT, Base> = try FiducialError.poseCovariance(points: fiducials, covariances: own)
        let best: PoseCovariance<CT, Base> = try FiducialError.poseCovariance(
            points: fiducials, covariances: own, weights: own.map { try #require($0.matrix.inverse) })
        for _ in 0..<20 {
            let target = Point<CT>(random.normal3() * 80)
            #expect(best.covariance(at: target).rms < plain.covariance(at: target).rms)
        }
    }

    @Test func pointsOnALineAreRefused() throws {
        let line = (0..<5).map { Point<CT>(Double($0) * 10, Double($0) * 20, 3) }
        #expect(throws: UncertaintyError.self) {
            try FiducialError.expectedTRE(fiducials: line, target: .origin, fle: 0.3)
        }
        let own = [Covariance](repeating: try Covariance<CT>(rms: 0.3), count: 5)
        #expect(throws: UncertaintyError.self) {
            let _: PoseCovariance<CT, Base> = try FiducialError.poseCovariance(points: line, covariances: own)
        }
        #expect(throws: UncertaintyError.tooFewMeasurements(2)) {
            try FiducialError.expectedTRE(fiducials: Array(line.prefix(2)), target: .origin, fle: 0.3)
        }
    }
}
