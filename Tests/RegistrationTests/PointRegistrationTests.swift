import Frames
import Registration
import Testing

/// Paired points with a known pose between them.
struct PairedSample {
    let pose: Pose<Tracker, CT>
    let moving: [Point<CT>]
    let clean: [Point<Tracker>]

    init(count: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        pose = Pose(rotation: Rotation(rotationVector: random.normal3() * 1.5), translation: random.normal3() * 200)
        var points: [Point<CT>] = []
        for _ in 0..<count { points.append(Point(random.normal3() * 40)) }
        moving = points
        let known = pose
        clean = points.map { known * $0 }
    }

    func noisy(_ rms: Vector3, _ random: inout SeededGenerator) -> [Point<Tracker>] {
        clean.map { Point($0.coordinates + random.normal3() * rms) }
    }
}

@Suite struct PointRegistrationTests {
    /// The rotation by the largest eigenvector of a 4×4 matrix (Horn 1987, J. Opt. Soc. Am. A 4:629–642), by iteration.
    static func horn(_ moving: [Point<CT>], _ fixed: [Point<Tracker>]) -> Pose<Tracker, CT> {
        let n = Double(moving.count)
        let p = moving.reduce(Vector3.zero) { $0 + $1.coordinates } / n
        let q = fixed.reduce(Vector3.zero) { $0 + $1.coordinates } / n
        var s = Matrix3.zero
        for (m, f) in zip(moving, fixed) { s = s + .outer(m.coordinates - p, f.coordinates - q) }
        let (a, b, c) = (s[1, 2] - s[2, 1], s[2, 0] - s[0, 2], s[0, 1] - s[1, 0])
        let (d, e, f) = (s[0, 1] + s[1, 0], s[2, 0] + s[0, 2], s[1, 2] + s[2, 1])
        var rows: [SIMD4<Double>] = [
            SIMD4(s.trace, a, b, c), SIMD4(a, s[0, 0] - s[1, 1] - s[2, 2], d, e),
            SIMD4(b, d, s[1, 1] - s[0, 0] - s[2, 2], f), SIMD4(c, e, f, s[2, 2] - s[0, 0] - s[1, 1]),
        ]
        // a shift that makes the largest eigenvalue the one of largest magnitude, then squaring until one is left
        let shift = rows.map { ($0 * $0).sum().squareRoot() }.reduce(0, +)
        for i in 0..<4 { rows[i][i] += shift }
        for _ in 0..<60 {
            let old = rows
            rows = old.map { row in (0..<4).reduce(SIMD4<Double>.zero) { $0 + old[$1] * row[$1] } }
            let size = rows.map { max($0.max(), -$0.min()) }.max() ?? 1
            rows = rows.map { $0 / size }
        }
        let best = rows.max { ($0 * $0).sum() < ($1 * $1).sum() } ?? .zero
        let turn =
            Quaternion(w: best.x, x: best.y, y: best.z, z: best.w).map { Rotation<Tracker, CT>($0) } ?? .identity()
        return Pose(rotation: turn, translation: q - turn.matrix * p)
    }

    @Test(arguments: [3, 4, 6, 12, 40])
    func agreesWithHornsQuaternion(count: Int) throws {
        var random = SeededGenerator(seed: 99)
        for seed in 0..<20 {
            let sample = PairedSample(count: count, seed: UInt64(seed))
            let fixed = sample.noisy(Vector3(0.5, 0.5, 0.5), &random)
            let fit = try PointRegistration(moving: sample.moving, fixed: fixed)
            let horn = Self.horn(sample.moving, fixed)
            for p in sample.moving { #expect((fit.X_AB * p).distance(to: horn * p) < 1e-7) }
            #expect(fit.X_AB.rotation.matrix.determinant > 0.999999)
        }
    }

    @Test func exactPointsGiveTheExactPose() throws {
        let sample = PairedSample(count: 5, seed: 3)
        let fit = try PointRegistration(moving: sample.moving, fixed: sample.clean, error: .isotropic(rms: 0.3))
        #expect(fit.fre < 1e-12)
        #expect((fit.X_AB * Point(70, 80, -90)).distance(to: sample.pose * Point(70, 80, -90)) < 1e-11)
        #expect(fit.leaveOneOut.allSatisfy { ($0 ?? 1) < 1e-10 } && fit.warnings.isEmpty && !fit.fleIsEstimated)
        // coplanar points have a mirror image of equal residual: the answer must still be a rotation
        let flat = sample.moving.map { Point<CT>($0.x, $0.y, 0) }
        let plane = try PointRegistration(moving: flat, fixed: flat.map { sample.pose * $0 })
        #expect((plane.X_AB * Point(1, 2, 90)).distance(to: sample.pose * Point(1, 2, 90)) < 1e-9)
    }

    @Test(arguments: [
        (4, LocalisationError<Tracker>.isotropic(rms: 0.35)), (6, .isotropic(rms: 0.35)), (12, .isotropic(rms: 0.35)),
        (4, .alongAxes(Vector3(0.15, 0.15, 0.5))), (6, .alongAxes(Vector3(0.15, 0.15, 0.5))),
        (12, .alongAxes(Vector3(0.4, 0.1, 0.2))),
    ])
    func predictsTheErrorAtTargets(count: Int, error: LocalisationError<Tracker>) throws {
        let sample = PairedSample(count: count, seed: UInt64(count) + 5)
        let rms: Vector3 =
            switch error {
            case .isotropic(let all): Vector3(repeating: all / 3.0.squareRoot())
            case .alongAxes(let each): each
            }
        var random = SeededGenerator(seed: 1)
        let targets = (0..<5).map { _ in Point<CT>(random.normal3() * 50) }
        let says = try PointRegistration(moving: sample.moving, fixed: sample.clean, error: error)
        var sums = [Double](repeating: 0, count: targets.count)
        let runs = 1500
        for _ in 0..<runs {
            let fit = try PointRegistration(moving: sample.moving, fixed: sample.noisy(rms, &random), error: error)
            for (i, t) in targets.enumerated() {
                let off = (fit.X_AB * t).distance(to: sample.pose * t)
                sums[i] += off * off
            }
        }
        for (i, t) in targets.enumerated() {
            let measured = (sums[i] / Double(runs)).squareRoot()
            // 1500 runs know an RMS to about 2 %
            #expect(abs(says.predictedTRE(at: t) / measured - 1) < 0.05)
        }
    }

    @Test func weightsHelpWhereOneAxisIsBad() throws {
        let (sample, rms) = (PairedSample(count: 6, seed: 8), Vector3(0.1, 0.1, 1))
        var random = SeededGenerator(seed: 2)
        var (plain, weighted) = (0.0, 0.0)
        for _ in 0..<500 {
            let fixed = sample.noisy(rms, &random)
            let target = Point<CT>(10, 20, 30)
            let truth = sample.pose * target
            let a = try PointRegistration(moving: sample.moving, fixed: fixed)
            let b = try PointRegistration(moving: sample.moving, fixed: fixed, error: .alongAxes(rms))
            plain += squaredLength((a.X_AB * target - truth).vector)
            weighted += squaredLength((b.X_AB * target - truth).vector)
        }
        #expect(weighted < 0.8 * plain)
    }

    @Test func theBadPointStandsOutWhenLeftOut() throws {
        let sample = PairedSample(count: 6, seed: 12)
        var random = SeededGenerator(seed: 4)
        var fixed = sample.noisy(Vector3(0.1, 0.1, 0.1), &random)
        fixed[2] = fixed[2] + Displacement(4, -3, 0)
        let fit = try PointRegistration(moving: sample.moving, fixed: fixed, error: .isotropic(rms: 0.2))
        let left = fit.leaveOneOut.map { $0 ?? 0 }
        #expect(left.indices.max { left[$0] < left[$1] } == 2 && abs(left[2] - 5) < 1)
    }

    @Test func swappedSidesAndOtherUnitsAreNoticed() throws {
        let sample = PairedSample(count: 6, seed: 21)
        let mirrored = sample.moving.map { sample.pose * Point<CT>(-$0.x, $0.y, $0.z) }
        let swapped = try PointRegistration(moving: sample.moving, fixed: mirrored)
        #expect(swapped.warnings.contains { if case .mirroredFitsBetter = $0 { true } else { false } })
        #expect(swapped.X_AB.rotation.matrix.determinant > 0)
        let inches = sample.clean.map { Point<Tracker>($0.coordinates / 25.4) }
        let scaled = try PointRegistration(moving: sample.moving, fixed: inches)
        guard case .scaleDiffers(let ratio) = scaled.warnings.first else {
            Issue.record("no warning")
            return
        }
        #expect(abs(ratio - 1 / 25.4) < 1e-9)
    }

    @Test func refusesWhatCannotBeFitted() throws {
        let sample = PairedSample(count: 6, seed: 30)
        func error(_ m: [Point<CT>], _ f: [Point<Tracker>]) -> RegistrationError? {
            do {
                _ = try PointRegistration(moving: m, fixed: f)
                return nil
            } catch { return error }
        }
        #expect(error(sample.moving, Array(sample.clean.dropLast())) == .countMismatch(moving: 6, fixed: 5))
        #expect(
            error(Array(sample.moving.prefix(2)), Array(sample.clean.prefix(2))) == .tooFewPoints(found: 2, needed: 3))
        var doubled = sample.moving
        doubled[4] = doubled[1]
        #expect(error(doubled, sample.clean) == .duplicatePoints(set: .moving, first: 1, second: 4, distance: 0))
        let line = (0..<6).map { Point<CT>(Double($0) * 10, 0.01 * Double($0 * $0), 0) }
        guard case .collinear(.moving, _, _) = error(line, sample.clean) else {
            Issue.record("a line was fitted")
            return
        }
        var broken = sample.clean
        broken[3] = Point(.nan, 0, 0)
        #expect(error(sample.moving, broken) == .notFinite(set: .fixed, index: 3))
        #expect(throws: RegistrationError.self) {
            try PointRegistration(moving: sample.moving, fixed: sample.clean, error: .isotropic(rms: -1))
        }
        #expect(throws: RegistrationError.self) {
            try PointRegistration(moving: sample.moving, fixed: sample.clean, error: .alongAxes(Vector3(0, 1, 1)))
        }
    }
}
