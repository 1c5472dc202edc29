import Testing

@testable import Frames

@Suite struct PoseTests {
    static func random(_ generator: inout SeededGenerator) -> Pose<Base, Tracker> {
        Pose(rotation: Rotation(rotationVector: generator.normal3() * 1.5), translation: generator.normal3() * 500)
    }

    @Test func composesAndInverts() {
        var random = SeededGenerator(seed: 8)
        for _ in 0..<100 {
            let a = Self.random(&random)
            let b = Pose<Tracker, Tool>(
                rotation: Rotation(rotationVector: random.normal3()), translation: random.normal3() * 300)
            let p = Point<Tool>(random.normal3() * 100)
            #expect((a.inverse * (a * (b * p))).distance(to: b * p) < 1e-11)
            #expect(((a * b) * p).distance(to: a * (b * p)) < 1e-11)
            let there = a * a.inverse
            #expect(length(there.translation) < 1e-11 && there.rotation.angle < 1e-14)
        }
    }

    @Test func directionsAndDisplacementsAreNotShifted() {
        let X = Pose<Base, Tool>(rotation: Rotation(radians: .pi / 2, about: .z), translation: Vector3(10, 20, 30))
        #expect(length((X * Direction<Tool>.x).vector - Vector3(0, 1, 0)) < 1e-15)
        #expect(length((X * Displacement<Tool>(0, 5, 0)).vector - Vector3(-5, 0, 0)) < 1e-14)
        #expect((X * Point<Tool>(0, 5, 0)).distance(to: Point(5, 20, 30)) < 1e-14)
        #expect(X.origin == Point<Base>(10, 20, 30))
    }

    @Test func sixteenNumbersGoOutAndComeBack() throws {
        var random = SeededGenerator(seed: 9)
        for _ in 0..<50 {
            let X = Self.random(&random)
            let back = try Pose<Base, Tracker>(rowMajor: X.rowMajor)
            #expect(back.translation == X.translation)
            #expect((back.rotation.matrix - X.rotation.matrix).largestMagnitude < 1e-15 * 4)
        }
        let X = Pose<Base, Tool>(rotation: Rotation(radians: .pi / 2, about: .z), translation: Vector3(1, 2, 3))
        let expected: [Double] = [0, -1, 0, 1, 1, 0, 0, 2, 0, 0, 1, 3, 0, 0, 0, 1]
        #expect(zip(X.rowMajor, expected).allSatisfy { abs($0 - $1) < 1e-15 })
    }

    @Test func refusesSixteenNumbersThatAreNoPose() {
        let good = Self.identity
        func refused(_ m: [Double], _ matches: (FramesError) -> Bool) -> Bool {
            do throws(FramesError) { _ = try Pose<Base, Tool>(rowMajor: m) } catch { return matches(error) }
            return false
        }
        #expect(refused([]) { $0 == .wrongCount(0) })
        #expect(refused(Array(good.dropLast())) { $0 == .wrongCount(15) })
        #expect(refused(good + [0]) { $0 == .wrongCount(17) })
        for i in 0..<16 {
            for bad in [Double.nan, .infinity] { #expect(refused(Self.with(i, bad)) { $0 == .notFinite }) }
        }
        #expect(refused(Self.with(0, -1)) { $0 == .mirrored })
        #expect(refused(Self.with(1, 0.01)) { if case .notARotation = $0 { true } else { false } })
        #expect(refused(Self.with(5, 1.01)) { if case .notARotation = $0 { true } else { false } })
        #expect(refused(Self.with(12, 0.5)) { $0 == .notRigid(deviation: 0.5) })
        #expect(refused(Self.with(15, 2)) { $0 == .notRigid(deviation: 1) })
        // Column by column instead of row by row: the translation lies in the last row.
        #expect(refused([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 10, 20, 30, 1]) { $0 == .notRigid(deviation: 30) })
        // Within the tolerance it is accepted.
        #expect(!refused(Self.with(1, 5e-7)) { _ in true })
    }

    static let identity: [Double] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]

    static func with(_ i: Int, _ value: Double) -> [Double] {
        var m = identity
        m[i] = value
        return m
    }
}
