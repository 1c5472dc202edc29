import Frames
import Glibc
import Imaging
import Registration
import Testing

@Suite struct FiducialTests {
    /// Air above y = 30 mm, tissue below, bone inside, spheres on the skin, with partial volume and noise.
    static func image(_ centres: [Point<CT>], spacing: Vector3, seed: UInt64) throws -> Volume<Int16> {
        let size = GridSize(Int(160 / spacing.x), Int(60 / spacing.y), Int(120 / spacing.z))
        let grid = try GridGeometry(size: size, spacing: spacing, origin: Point(-80, -20, -60))
        var random = SeededGenerator(seed: seed)
        let voxels = (0..<size.count).map { i -> Int16 in
            let p = grid.point(grid.index(offset: i))
            var value = p.y > 30 ? -1000.0 : 40
            if length(p.coordinates * Vector3(1, 1, 0.3)) < 9 { value = 1300 }
            for c in centres where p.distance(to: c) < 6 {
                // 4 × 4 × 4 parts of the voxel
                var inside = 0
                for k in 0..<64 {
                    let part =
                        (Vector3(Double(k & 3), Double(k >> 2 & 3), Double(k >> 4)) - Vector3(repeating: 1.5)) / 4
                    if length(p.coordinates + part * spacing - c.coordinates) < 3 { inside += 1 }
                }
                value += (2500 - value) * Double(inside) / 64
            }
            return Int16((value + 20 * random.normal()).rounded())
        }
        return Volume(geometry: grid, voxels: voxels)
    }

    static let places: [Point<CT>] = [
        Point(-41.3, 33.1, 44.2), Point(52.7, 33.4, 31.8), Point(-55.1, 32.9, -36.6), Point(30.2, 33.2, -45.3),
    ]

    @Test(arguments: [Vector3(0.7, 0.7, 1), Vector3(1, 1, 1.5), Vector3(0.8, 0.8, 2)])
    func spheresAreFoundBetweenVoxels(spacing: Vector3) throws {
        let ct = try Self.image(Self.places, spacing: spacing, seed: 3)
        let found = try FiducialFinder.find(in: ct, diameter: 6)
        #expect(found.count == 4)
        let errors = Self.places.map { p in found.map { $0.distance(to: p) }.min() ?? 9 }
        print("fiducial centres at \(spacing): \(errors) mm")
        #expect((errors.max() ?? 9) < 0.25 * spacing.max())
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.z >= $1.z })
        #expect(try FiducialFinder.find(in: ct, diameter: 14).isEmpty)
        #expect(throws: RegistrationError.impossibleParameter(name: "diameter", value: 0.5)) {
            try FiducialFinder.find(in: ct, diameter: 0.5)
        }
    }

    @Test func touchedPointsAreMatchedInAnyOrder() throws {
        var random = SeededGenerator(seed: 5)
        let pose = SurfaceRegistrationTests.truth.inverse
        for _ in 0..<30 {
            let order = Array(Self.places.indices).shuffled(using: &random)
            let touched = order.map { Point<Tracker>((pose * Self.places[$0]).coordinates + random.normal3() * 0.2) }
            let extra = Self.places + [Point<CT>(0, 90, 10)]
            let match = try FiducialMatch(touched: touched, fiducials: extra, error: .isotropic(rms: 0.35))
            #expect(match.assignment == order && match.registration.fre < 0.7)
        }
    }

    /// Drawn layouts of 4 to 8 fiducials on a patient, some nearly symmetric, touched in any order, up to half of them left
    /// out, with 0.35 mm of error: each is matched rightly or refused, and nearly all that are not symmetric are matched.
    @Test func aThousandLayoutsAreMatchedOrRefused() throws {
        var random = SeededGenerator(seed: 77)
        let pose = SurfaceRegistrationTests.truth.inverse
        var (matched, refused, plain) = (0, 0, 0)
        for trial in 0..<1000 {
            let count = 4 + Int(random.uniform() * 5)
            var known = (0..<count).map { _ in
                Point<CT>(
                    160 * random.uniform() - 80, 60 * random.uniform(), 160 * random.uniform() - 80)
            }
            let isSymmetric = trial % 5 == 0
            if isSymmetric {
                known = (0..<count).map { k in
                    let turn = 2 * Double.pi * Double(k) / Double(count)
                    return Point(Vector3(60 * cos(turn), 60 * sin(turn), 0) + random.normal3() * 0.5)
                }
            }
            if !isSymmetric { plain += 1 }
            let order = Array(known.indices).shuffled(using: &random).prefix(max(4, count - Int(random.uniform() * 3)))
            let touched = order.map { Point<Tracker>((pose * known[$0]).coordinates + random.normal3() * 0.2) }
            do {
                let match = try FiducialMatch(touched: touched, fiducials: known, error: .isotropic(rms: 0.35))
                #expect(match.assignment == Array(order), "trial \(trial)")
                #expect(!isSymmetric, "trial \(trial): a ring of like distances was matched")
                matched += 1
            } catch {
                refused += 1
            }
        }
        print("layouts matched \(matched), refused \(refused) of 1000, \(plain) without symmetry")
        #expect(matched > plain * 95 / 100)
    }

    @Test func symmetricLayoutsAndStrangersAreRefused() throws {
        let square: [Point<CT>] = [Point(40, 40, 0), Point(-40, 40, 0), Point(-40, -40, 0), Point(40, -40, 0)]
        let pose = SurfaceRegistrationTests.truth.inverse
        func error(_ touched: [Point<Tracker>], _ known: [Point<CT>]) -> RegistrationError? {
            do {
                _ = try FiducialMatch(touched: touched, fiducials: known)
                return nil
            } catch { return error }
        }
        guard case .ambiguous = error(square.map { pose * $0 }, square) else {
            Issue.record("a square was matched")
            return
        }
        let others = Self.places.map { pose * Point<CT>($0.coordinates * 1.3) }
        #expect(error(others, Self.places) == .noMatch(bestRMS: nil))
        #expect(
            error(Self.places.map { pose * $0 }, Array(Self.places.prefix(3))) == .countMismatch(moving: 3, fixed: 4))
    }
}
