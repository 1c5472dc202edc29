import Glibc
import Testing

@testable import Frames

@Suite struct VectorTests {
    /// acos of the normalised product loses these angles; Kahan's form must not.
    @Test(arguments: [1e-14, 1e-9, 1e-4, 1, 3, .pi - 1e-4, .pi - 1e-9]) func anglesAreExactNearBothEnds(
        _ expected: Double
    ) {
        let (a, b) = (Vector3(3, 0, 0), Vector3(cos(expected), sin(expected), 0) * 0.01)
        #expect(abs(angle(a, b) - expected) < 1e-15 + 1e-15 * expected)
    }

    @Test func perpendicularIsUnitAndAcross() {
        var random = SeededGenerator(seed: 14)
        for v in (0..<100).compactMap({ _ in normalized(random.normal3()) }) + [
            Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1),
        ] {
            let side = perpendicular(to: v)
            #expect(abs(dot(side, v)) < 1e-15 && abs(length(side) - 1) < 1e-15)
        }
    }

    @Test func noDirectionWithoutLength() {
        #expect(normalized(.zero) == nil)
        #expect(normalized(Vector3(.nan, 0, 1)) == nil)
        #expect(normalized(Vector3(.infinity, 0, 1)) == nil)
        #expect(Direction<CT>(Vector3(1e-13, 0, 0)) == nil)
        #expect(Displacement<CT>(0, 3, 4).direction?.vector == Vector3(0, 0.6, 0.8))
        #expect(Displacement<CT>(0, 3, 4).length == 5)
        #expect(Displacement<CT>(0, 3, 4).along(.z) == 4)
    }

    @Test func matrixInverseAndDeterminant() throws {
        let m = Matrix3(rows: Vector3(2, 0, 1), Vector3(1, 3, 2), Vector3(1, 1, 1))
        // By hand: 2(3 − 2) − 0 + 1(1 − 3) = 0.
        #expect(m.determinant == 0 && m.inverse == nil)
        let n = Matrix3(rows: Vector3(2, 0, 1), Vector3(1, 3, 2), Vector3(1, 1, 4))
        #expect(n.determinant == 18)
        #expect((try #require(n.inverse) * n - .identity).largestMagnitude < 1e-15)
        #expect(Matrix3.skew(Vector3(1, 2, 3)) * Vector3(4, 5, 6) == cross(Vector3(1, 2, 3), Vector3(4, 5, 6)))
        #expect(Matrix3.outer(Vector3(1, 2, 3), Vector3(4, 5, 6))[2, 0] == 12)
    }

    @Test func unitsConvertThereAndBack() {
        #expect(radians(degrees: 180) == .pi && degrees(radians: .pi / 2) == 90)
        #expect(millimetres(metres: 0.1625) == 162.5 && metres(millimetres: 1) == 1e-3)
    }
}
