import Glibc
import Testing

@testable import Frames

@Suite struct QuaternionTests {
    /// Each of the four branches of the conversion from a matrix: w, x, y, z the largest.
    @Test(arguments: [
        (0.9, 0.2, 0.3, 0.1), (0.1, 0.9, 0.2, 0.3), (0.1, 0.3, 0.9, -0.2), (0.1, 0.2, -0.3, 0.9), (0, 1, 0, 0),
        (0, 0, 1, 0), (0, 0, 0, 1), (0.5, 0.5, 0.5, 0.5),
    ])
    func comesBackFromItsMatrix(_ w: Double, _ x: Double, _ y: Double, _ z: Double) throws {
        let q = try #require(Quaternion(w: w, x: x, y: y, z: z))
        let back = Quaternion(q.matrix)
        let sign: Double = back.w * q.w + dot(back.v, q.v) < 0 ? -1 : 1
        #expect(abs(back.w * sign - q.w) < 1e-15 && length(back.v * sign - q.v) < 1e-15 * 4)
        #expect(back.w >= 0)
    }

    /// q (0, v) q*, by the product rule of quaternions.
    @Test func turnsVectorsAsTheProductRuleSays() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let (a, u) = (random.normal3(), random.normal3())
            let q = try #require(Quaternion(w: random.normal(), x: a.x, y: a.y, z: a.z))
            let t = cross(q.v, u) * 2
            let expected = u + t * q.w + cross(q.v, t)
            #expect(length(q.matrix * u - expected) < 1e-14)
        }
    }

    @Test func hasNoRotationWithoutLength() {
        #expect(Quaternion(w: 0, x: 0, y: 0, z: 0) == nil)
        #expect(Quaternion(w: 1e-12, x: 0, y: 0, z: 0) == nil)
        #expect(Quaternion(w: .nan, x: 0, y: 0, z: 1) == nil)
        #expect(Quaternion(w: .infinity, x: 0, y: 0, z: 1) == nil)
    }

    @Test func isNormalisedFromAnyLength() throws {
        let q = try #require(Quaternion(w: 10, x: 0, y: -10, z: 0))
        #expect(abs(q.w - 0.5.squareRoot()) < 1e-15 && abs(q.v.y + 0.5.squareRoot()) < 1e-15)
        #expect((q.matrix - Rotation<Base, Tool>(radians: -.pi / 2, about: .y).matrix).largestMagnitude < 1e-15)
    }
}
