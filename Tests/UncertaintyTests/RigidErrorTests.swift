import Frames
import Testing

@testable import Uncertainty

@Suite struct RigidErrorTests {
    /// The drawn errors have the covariance that they were drawn from, at the centre and away from it.
    @Test func drawnErrorsHaveTheirCovariance() throws {
        let points: [Point<CT>] = [Point(40, 0, 0), Point(-30, 20, 0), Point(0, -35, 25), Point(10, 30, -40)]
        let own = try Covariance<CT>(rmsAlongAxes: Vector3(0.2, 0.4, 0.6))
        let error: PoseCovariance<CT, Tool> = try FiducialError.poseCovariance(
            points: points, covariances: Array(repeating: own, count: 4)
        ).recentred(at: Point(15, 80, -20))
        let sampler = try PoseSampler(error)
        var random = SeededGenerator(seed: 4)
        let place = Point<CT>(5, 40, 10)
        var sum = Matrix3.zero
        let count = 40_000
        for _ in 0..<count {
            let change = sampler.sample(using: &random)
            let d = cross(change.rotation, place.coordinates - change.centre.coordinates) + change.translation
            sum = sum + .outer(d, d) * (1 / Double(count))
        }
        let expected = error.covariance(at: place).matrix
        // A variance from n draws is off by √(2/n) of itself, a covariance by less; five times that.
        let bound = 5 * (2 / Double(count)).squareRoot() * expected.trace
        #expect((sum - expected).largestMagnitude < bound)
    }

    @Test func independentErrorsAddUp() throws {
        let a: PoseCovariance<CT, Tool> = try RigidError(
            translation: Covariance(rms: 0.3), rotationRMS: 0.004
        ).pose(about: Point(10, 0, 0))
        let b: PoseCovariance<CT, Tool> = try RigidError(
            translation: Covariance(rmsAlongAxes: Vector3(0.1, 0.5, 0)), rotationRMS: 0.001
        ).pose(about: Point(-60, 20, 5))
        for p in [Point<CT>(0, 0, 0), Point(50, -70, 12)] {
            let sum = a.covariance(at: p).matrix + b.covariance(at: p).matrix
            #expect((a.adding(b).covariance(at: p).matrix - sum).largestMagnitude < 1e-12)
        }
        // By hand: 60 mm beside the centre a turn of 0.004 rad, alike about three axes, moves by two thirds of its square.
        let rms = a.covariance(at: Point(70, 0, 0)).rms
        #expect(abs(rms - (0.09 + 2.0 / 3 * 0.004 * 0.004 * 3600).squareRoot()) < 1e-12)
    }

    @Test func nonsenseIsRefused() throws {
        #expect(throws: UncertaintyError.self) { try RigidError<CT>(translation: .zero, rotationRMS: -1) }
        #expect(throws: UncertaintyError.self) { try RigidError<CT>(translation: .zero, rotationRMS: .nan) }
        let negative = PoseCovariance<CT, Tool>(
            centre: .origin, rotation: .zero, cross: .zero, translation: Matrix3(diagonal: Vector3(1, 1, -1)))
        #expect(throws: UncertaintyError.self) { try PoseSampler(negative) }
    }
}
