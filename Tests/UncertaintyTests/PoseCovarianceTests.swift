import Frames
import Testing
import Uncertainty

@Suite struct PoseCovarianceTests {
    /// A pose, an uncertainty of it, and a way to draw errors from that: three independent turns and shifts, mixed.
    struct Sample {
        let pose: Pose<CT, Base>
        let parts: [(turn: Vector3, shift: Vector3)]
        let centre: Point<CT>

        init(seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            pose = Pose(rotation: Rotation(rotationVector: random.normal3()), translation: random.normal3() * 100)
            parts = (0..<6).map { _ in (random.normal3() * 0.002, random.normal3() * 0.2) }
            centre = Point(random.normal3() * 50)
        }

        var covariance: PoseCovariance<CT, Base> {
            var (r, c, t) = (Matrix3.zero, Matrix3.zero, Matrix3.zero)
            for part in parts {
                r = r + .outer(part.turn, part.turn)
                c = c + .outer(part.turn, part.shift)
                t = t + .outer(part.shift, part.shift)
            }
            return PoseCovariance(centre: centre, rotation: r, cross: c, translation: t)
        }

        func disturbed(_ random: inout SeededGenerator) -> Pose<CT, Base> {
            var (turn, shift) = (Vector3.zero, Vector3.zero)
            for part in parts {
                let size = random.normal()
                turn += part.turn * size
                shift += part.shift * size
            }
            return PoseChange(rotation: turn, translation: shift, centre: centre).applied(to: pose)
        }
    }

    /// The covariance of places drawn by `draw` about `mean`.
    func scatter<F: Frame>(_ mean: Point<F>, _ draw: (inout SeededGenerator) -> Point<F>) -> Matrix3 {
        var random = SeededGenerator(seed: 77)
        var sum = Matrix3.zero
        for _ in 0..<20000 {
            let d = (draw(&random) - mean).vector
            sum = sum + .outer(d, d)
        }
        return sum * (1.0 / 20000)
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func aTargetsErrorAsDrawn(seed: UInt64) {
        let sample = Sample(seed: seed)
        let target = Point<Base>(80, -20, 45)
        let drawn = scatter(sample.pose * target) { sample.disturbed(&$0) * target }
        let says = sample.covariance.covariance(of: target, through: sample.pose).matrix
        #expect((drawn - says).largestMagnitude < 0.04 * says.largestMagnitude)
        // told about another centre it is the same error
        let moved = sample.covariance.recentred(at: Point(5, 500, -90)).covariance(of: target, through: sample.pose)
            .matrix
        #expect((moved - says).largestMagnitude < 1e-9 * says.largestMagnitude)
    }

    @Test func chainsAndInversesAsDrawn() {
        let (first, second) = (Sample(seed: 4), Sample(seed: 5))
        let X_BaseTool = Pose<Base, Tool>(
            rotation: Rotation(rotationVector: Vector3(1, 2, 0.1)), translation: Vector3(9, 30, -70))
        let own = PoseCovariance<Base, Tool>(
            centre: Point(second.centre.coordinates), rotation: second.covariance.rotation,
            cross: second.covariance.cross,
            translation: second.covariance.translation)
        let target = Point<Tool>(0, 12, 40)
        let drawn = scatter(first.pose * (X_BaseTool * target)) { random in
            let off = second.disturbed(&random) * second.pose.inverse
            let p = Point<CT>((X_BaseTool * target).coordinates)
            return first.disturbed(&random) * Point<Base>((off * p).coordinates)
        }
        let chain = first.covariance.composed(own, through: first.pose)
        let says = chain.covariance(of: target, through: first.pose * X_BaseTool).matrix
        #expect((drawn - says).largestMagnitude < 0.04 * says.largestMagnitude)

        let place = Point<CT>(33, -60, 10)
        let back = scatter(first.pose.inverse * place) { first.disturbed(&$0).inverse * place }
        let inverse = first.covariance.inverted(first.pose).covariance(of: place, through: first.pose.inverse).matrix
        #expect((back - inverse).largestMagnitude < 0.04 * inverse.largestMagnitude)
    }
}
