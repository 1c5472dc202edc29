import Glibc
import Testing

@testable import Frames

@Suite struct RotationTests {
    /// Rodrigues by the power series of the matrix exponential, sharing nothing with the closed form.
    static func exponentialSeries(_ v: Vector3) -> Matrix3 {
        var (sum, term) = (Matrix3.identity, Matrix3.identity)
        for k in 1...60 {
            term = term * Matrix3.skew(v) * (1 / Double(k))
            sum = sum + term
        }
        return sum
    }

    static let angles = [
        0, 1e-300, 1e-12, 1e-9, 9.9e-9, 1.1e-8, 1e-6, 1e-3, 0.5, 1.5, 3, 3.14159, .pi - 1e-7, .pi - 1e-10, .pi,
    ]

    @Test(arguments: angles) func exponentialEqualsItsSeries(_ angle: Double) {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<50 {
            guard let axis = normalized(random.normal3()) else { continue }
            let R = Rotation<Base, Tool>(rotationVector: axis * angle)
            #expect((R.matrix - Self.exponentialSeries(axis * angle)).largestMagnitude < 1e-14)
        }
    }

    @Test(arguments: angles) func logarithmUndoesExponential(_ angle: Double) {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<50 {
            guard let axis = normalized(random.normal3()) else { continue }
            let v = axis * angle
            let back = Rotation<Base, Tool>(rotationVector: v).rotationVector
            // At half a turn v and −v are the same rotation.
            let off = min(length(back - v), angle > 3.1415 ? length(back + v) : .infinity)
            #expect(off < 1e-14 + 1e-14 * angle || off < 5e-15 * .pi / max(1e-3, abs(sin(angle / 2))))
        }
    }

    @Test func halfTurnsAboutEachAxisHaveTheirAngle() {
        for axis in [Direction<Base>.x, .y, .z, -Direction<Base>.x, -Direction<Base>.y, -Direction<Base>.z] {
            let R = Rotation<Base, Tool>(radians: .pi, about: axis)
            #expect(abs(R.angle - .pi) < 1e-14)
            #expect(angle(R.rotationVector, axis.vector) < 1e-14 || angle(R.rotationVector, -axis.vector) < 1e-14)
        }
    }

    @Test func turningAboutZIsARotationFromTheRight() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<100 {
            let R = Rotation<Base, Tool>(rotationVector: random.normal3())
            let angle = random.normal() * 3
            let expected = R * Rotation<Tool, Tool>(radians: angle, about: .z)
            #expect((R.turnedAboutZ(angle).matrix - expected.matrix).largestMagnitude < 1e-15 * 4)
        }
    }

    @Test func composesLikeItsMatricesAndInverts() {
        var random = SeededGenerator(seed: 6)
        for _ in 0..<100 {
            let A = Rotation<Base, Tracker>(rotationVector: random.normal3() * 2)
            let B = Rotation<Tracker, Tool>(rotationVector: random.normal3() * 2)
            let product = (A * B).matrix
            for i in 0..<3 {
                for j in 0..<3 {
                    let sum = (0..<3).reduce(0.0) { $0 + A.matrix[i, $1] * B.matrix[$1, j] }
                    #expect(abs(product[i, j] - sum) < 1e-15 * 4)
                }
            }
            #expect(((A * A.inverse).matrix - .identity).largestMagnitude < 1e-14)
            #expect(abs(product.determinant - 1) < 1e-13)
        }
    }

    @Test func refusesWhatIsNoRotation() throws {
        let R = Rotation<Base, Tool>(rotationVector: Vector3(0.3, -1.1, 0.7)).matrix
        let mirrored = Matrix3(columns: -R.columns.0, R.columns.1, R.columns.2)
        #expect(throws: FramesError.mirrored) { try Rotation<Base, Tool>(checking: mirrored) }
        var sheared = R
        sheared.columns.1 += sheared.columns.0 * 1e-3
        #expect { try Rotation<Base, Tool>(checking: sheared) } throws: {
            guard case .notARotation(let deviation)? = $0 as? FramesError else { return false }
            return abs(deviation - 1e-3) < 1e-5
        }
        #expect { try Rotation<Base, Tool>(checking: R * 1.001) } throws: {
            guard case .notARotation? = $0 as? FramesError else { return false }
            return true
        }
        for bad in [Double.nan, .infinity, -.infinity] {
            var broken = R
            broken[1, 2] = bad
            #expect(throws: FramesError.notFinite) { try Rotation<Base, Tool>(checking: broken) }
        }
        // Written with six digits it still is one, and is made exact.
        var rounded = R
        for i in 0..<3 { for j in 0..<3 { rounded[i, j] = (R[i, j] * 1e7).rounded() / 1e7 } }
        let exact = try Rotation<Base, Tool>(checking: rounded).matrix
        #expect((exact.transposed * exact - .identity).largestMagnitude < 1e-15 * 4)
        #expect((exact - R).largestMagnitude < 2e-7)
    }

    @Test func axesFromZAndNearX() throws {
        let z = try #require(Direction<Base>(Vector3(1, 2, 3)))
        let R = try #require(Rotation<Base, Tool>(z: z, near: Vector3(1, 0, 0)))
        #expect(length(R.matrix.columns.2 - z.vector) < 1e-15)
        #expect(abs(R.matrix.determinant - 1) < 1e-14)
        #expect(
            R.matrix.columns.0.x > 0 && abs(R.matrix.columns.0.x - (1 - z.vector.x * z.vector.x).squareRoot()) < 1e-14)
        #expect(Rotation<Base, Tool>(z: z, near: z.vector * 5) == nil)
    }

    @Test func renormalizingEndsDrift() {
        var R = Rotation<Base, Base>.identity()
        let step = Rotation<Base, Base>(rotationVector: Vector3(0.1, 0.2, -0.3))
        for _ in 0..<100_000 { R = R * step }
        let tidy = R.renormalized.matrix
        #expect((tidy.transposed * tidy - .identity).largestMagnitude < 1e-15 * 4)
        #expect((tidy - R.matrix).largestMagnitude < 1e-10)
    }
}
