import Frames
import Testing
import Uncertainty

@Suite struct PoseInformationTests {
    @Test func findsASmallMotion() throws {
        var random = SeededGenerator(seed: 1)
        let motion = PoseChange<CT>(
            rotation: Vector3(1e-5, -2e-5, 3e-5), translation: Vector3(0.3, -0.1, 0.2), centre: Point(5, 6, 7))
        let turn = Matrix3.identity + Matrix3.skew(motion.rotation)
        var planes = PoseInformation<CT>(centre: motion.centre)
        var places = planes
        for _ in 0..<12 {
            let p = Point<CT>(random.normal3() * 40)
            let moved =
                turn * (p.coordinates - motion.centre.coordinates) + motion.centre.coordinates + motion.translation
            let n = try #require(Direction<CT>(random.normal3()))
            planes.add(at: p, along: n, wanted: dot(moved - p.coordinates, n.vector), weight: 0.1 + random.uniform())
            let own = Covariance<CT>.zero
            places.add(
                at: p, wanted: Displacement(moved - p.coordinates), weight: Matrix3(diagonal: Vector3(1, 2, 3)),
                covariance: own)
        }
        for information in [planes, places] {
            let found = try information.solution()
            #expect(
                length(found.rotation - motion.rotation) < 1e-12
                    && length(found.translation - motion.translation) < 1e-10)
        }
    }

    @Test func namesTheMotionThatIsFree() throws {
        // planes round a cylinder along z hold neither the turn about z nor the shift along it
        var information = PoseInformation<CT>(centre: .origin)
        for k in 0..<40 {
            let turn = Rotation<CT, CT>(rotationVector: Vector3(0, 0, Double(k) * 0.7))
            let n = turn * Direction<CT>.x
            information.add(at: Point(n.vector * 10 + Vector3(0, 0, Double(k % 7) * 5)), along: n, wanted: 0)
        }
        let modes = try information.modes(arm: 10)
        #expect(modes[0].stiffness < 1e-9 && modes[1].stiffness < 1e-9 && modes[2].stiffness > 1)
        for mode in modes[0..<2] {
            #expect(
                length(mode.rotation * Vector3(1, 1, 0)) < 1e-9 && length(mode.translation * Vector3(1, 1, 0)) < 1e-9)
        }
        #expect(throws: UncertaintyError.self) { try information.solution() }
        #expect(throws: UncertaintyError.tooFewMeasurements(0)) { try PoseInformation<CT>(centre: .origin).solution() }
    }
}
