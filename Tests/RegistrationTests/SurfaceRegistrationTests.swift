import Frames
import Imaging
import Meshing
import Testing

@testable import Registration

/// Shapes to be touched.
enum TouchedShapes {
    static func smoothMin(_ a: Double, _ b: Double) -> Double {
        let h = max(4 - abs(a - b), 0) / 4
        return min(a, b) - h * h
    }

    static func capsule(_ p: Vector3, _ a: Vector3, _ b: Vector3, _ r: Double) -> Double {
        let t = min(max(dot(p - a, b - a) / squaredLength(b - a), 0), 1)
        return length(p - a - (b - a) * t) - r
    }

    /// The back of something like a vertebra: two laminae, a spinous process, two unlike transverse processes.
    static func vertebra(_ p: Vector3) -> Double {
        let parts = [
            capsule(p, Vector3(-14, 0, 4), Vector3(0, 14, -4), 5),
            capsule(p, Vector3(14, 0, 3), Vector3(0, 14, -4), 5.5),
            capsule(p, Vector3(0, 14, -4), Vector3(1, 34, -11), 4),
            capsule(p, Vector3(-14, 0, 4), Vector3(-38, 6, 9), 4),
            capsule(p, Vector3(14, 0, 3), Vector3(36, 9, 3), 4.5),
            capsule(p, Vector3(-15, 2, 4), Vector3(-17, 4, 18), 4),
            capsule(p, Vector3(15, 2, 3), Vector3(16, 5, 17), 4.5),
            capsule(p, Vector3(0, -22, 0), Vector3(0, -18, 0), 17),
        ]
        return parts.dropFirst().reduce(parts[0], smoothMin)
    }

    static func mesh(_ half: Double, _ form: @escaping @Sendable (Vector3) -> Double) throws -> TriangleMesh {
        let n = Int(2 * half)
        let grid = try GridGeometry(
            size: GridSize(n, n, n), spacing: Vector3(1, 1, 1), origin: Point(Vector3(repeating: 0.5 - half)))
        return try SurfaceExtraction.isosurface(on: grid) { form($0.coordinates) }
    }

    /// Places on the surface that can be touched from behind, y above `least`, with noise, as a tracker sees them.
    static func touched(
        _ mesh: TriangleMesh, _ X_CTTracker: Pose<CT, Tracker>, count: Int, above least: Double, noise: Double,
        seed: UInt64
    ) -> [Point<Tracker>] {
        var random = SeededGenerator(seed: seed)
        let candidates = mesh.triangles.indices.filter { i in
            let (a, _, _) = mesh.corners(i)
            return a.y > least && mesh.areaVector(i).y > 0
        }
        return (0..<count).map { _ in
            let (a, b, c) = mesh.corners(candidates[Int(random.next() % UInt64(candidates.count))])
            let p = (a.coordinates + b.coordinates + c.coordinates) / 3 + random.normal3() * (noise / 3.0.squareRoot())
            return X_CTTracker.inverse * Point<CT>(p)
        }
    }
}

@Suite struct SurfaceRegistrationTests {
    static let truth = Pose<CT, Tracker>(
        rotation: Rotation(rotationVector: Vector3(0.7, -1.9, 0.4)), translation: Vector3(120, -340, 900))

    static func start(_ angle: Double, _ shift: Double, _ seed: UInt64) -> Pose<CT, Tracker> {
        var random = SeededGenerator(seed: seed)
        let axis = normalized(random.normal3()) ?? .zero
        let way = normalized(random.normal3()) ?? .zero
        let off = Pose<CT, CT>(rotation: Rotation(rotationVector: axis * angle), translation: way * shift)
        return off * truth
    }

    @Test func twentyTouchesFindTheVertebra() throws {
        let mesh = try TouchedShapes.mesh(45, TouchedShapes.vertebra)
        let surface = RegistrationSurface(mesh)
        var (errors, angles): ([Double], [Double]) = ([], [])
        for seed in 0..<20 {
            let points = TouchedShapes.touched(mesh, Self.truth, count: 20, above: -2, noise: 0.35, seed: UInt64(seed))
            let initial = Self.start(radians(degrees: 8), 5, UInt64(seed + 100))
            let fit = try SurfaceRegistration(points: points, on: surface, from: initial)
            let off = fit.X_CTB * Self.truth.inverse
            errors.append((off * Point<CT>(0, 0, 0)).distance(to: .origin))
            angles.append(degrees(radians: off.rotation.angle))
        }
        let mean = errors.reduce(0, +) / 20
        print("20 touches, 0.35 mm: \(mean) mm, \(angles.reduce(0, +) / 20)°; worst \(errors.max() ?? 0) mm")
        #expect(mean < 0.5 && (errors.max() ?? 9) < 1.5)
    }

    @Test func outliersAreLeftOut() throws {
        let mesh = try TouchedShapes.mesh(45, TouchedShapes.vertebra)
        var points = TouchedShapes.touched(mesh, Self.truth, count: 60, above: -2, noise: 0.2, seed: 5)
        // touches of soft tissue, some millimetres off the bone
        for i in stride(from: 0, to: 60, by: 8) {
            points[i] = Self.truth.inverse * (Self.truth * points[i] + Displacement(0, 5, 0))
        }
        let fit = try SurfaceRegistration(points: points, on: RegistrationSurface(mesh), from: Self.start(0.1, 4, 3))
        let off = fit.X_CTB * Self.truth.inverse
        #expect((off * Point<CT>.origin).distance(to: .origin) < 0.3)
        #expect(stride(from: 0, to: 60, by: 8).allSatisfy { fit.weights[$0] < 0.2 })
    }

    @Test func theCovarianceIsWhatRepetitionShows() throws {
        let mesh = try TouchedShapes.mesh(45, TouchedShapes.vertebra)
        let surface = RegistrationSurface(mesh)
        var options = SurfaceFitOptions()
        options.pointError = 0.2 / 3.0.squareRoot()
        var (sum, says) = (0.0, 0.0)
        let runs = 60
        for seed in 0..<runs {
            let points = TouchedShapes.touched(mesh, Self.truth, count: 80, above: -2, noise: 0.2, seed: UInt64(seed))
            let fit = try SurfaceRegistration(points: points, on: surface, from: Self.truth, options: options)
            let off = fit.X_CTB * Self.truth.inverse
            sum += squaredLength((off * Point<CT>(0, -10, 0) - Point(0, -10, 0)).vector)
            says += pow2(fit.predictedTRE(at: Point(0, -10, 0)) ?? 9)
        }
        let (measured, predicted) = ((sum / Double(runs)).squareRoot(), (says / Double(runs)).squareRoot())
        print("surface TRE: measured \(measured) mm, predicted \(predicted) mm")
        #expect(predicted / measured > 0.7 && predicted / measured < 1.6)
    }

    func pow2(_ x: Double) -> Double { x * x }

    @Test func aShapeThatLeavesATurnFreeSaysSo() throws {
        let ball = try TouchedShapes.mesh(20) { length($0) - 15 }
        let points = TouchedShapes.touched(ball, Self.truth, count: 40, above: -20, noise: 0.05, seed: 1)
        let fit = try SurfaceRegistration(points: points, on: RegistrationSurface(ball), from: Self.truth)
        guard case .weaklyHeld(let loose) = fit.verdict else {
            Issue.record("\(fit.verdict)")
            return
        }
        #expect(loose.count == 3)
        for motion in loose {
            guard case .turn(_, let through) = motion.kind else {
                Issue.record("\(motion.kind)")
                continue
            }
            // facets hold the points a little, so that the axes pass the ball's middle at some distance
            #expect(through.distance(to: .origin) < 12)
        }
    }

    @Test func motionsAreNamed() throws {
        let (axis, place, centre) = (Vector3(0, 0.6, 0.8), Vector3(30, -5, 2), Point<CT>(4, 5, 6))
        let turn = axis * 0.02
        let swing = cross(turn, centre.coordinates - place)
        func kind(_ rotation: Vector3, _ translation: Vector3) -> SurfaceConstraint.Kind {
            SurfaceConstraint(rotation: rotation, translation: translation, centre: centre, arm: 25, deviation: 1).kind
        }
        guard case .turn(let about, let through) = kind(turn, swing),
            case .screw(_, _, let along) = kind(turn, swing + axis * 0.4), case .shift(let way) = kind(.zero, axis)
        else {
            Issue.record("other kinds")
            return
        }
        #expect(length(about.vector - axis) < 1e-12 && length(way.vector - axis) < 1e-12 && abs(along - 0.4) < 1e-12)
        // the point found lies on the axis
        #expect(length(cross(through.coordinates - place, axis)) < 1e-9)
    }

    @Test func pointsOfSomethingElseAreNotTrusted() throws {
        let mesh = try TouchedShapes.mesh(45, TouchedShapes.vertebra)
        var random = SeededGenerator(seed: 7)
        let cloud = (0..<40).map { _ in Self.truth.inverse * Point<CT>(random.normal3() * 25) }
        let fit = try SurfaceRegistration(points: cloud, on: RegistrationSurface(mesh), from: Self.truth)
        #expect(fit.verdict != .trustworthy)
        #expect(throws: RegistrationError.tooFewPoints(found: 5, needed: 6)) {
            try SurfaceRegistration(points: Array(cloud.prefix(5)), on: RegistrationSurface(mesh), from: Self.truth)
        }
        let nothing = try TriangleMesh(vertices: [], triangles: [])
        #expect(throws: RegistrationError.emptySurface) {
            try SurfaceRegistration(points: cloud, on: RegistrationSurface(nothing), from: Self.truth)
        }
    }

    @Test func theSearchNeedsNoInitialPose() throws {
        let mesh = try TouchedShapes.mesh(45, TouchedShapes.vertebra)
        let surface = RegistrationSurface(mesh)
        let clock = ContinuousClock()
        for seed in 0..<2 {
            let points = TouchedShapes.touched(
                mesh, Self.truth, count: 60, above: -6, noise: 0.3, seed: UInt64(seed + 40))
            let began = clock.now
            let fit = try SurfaceSearch().run(points: points, on: surface)
            print("search: \(clock.now - began)")
            let off = fit.X_CTB * Self.truth.inverse
            #expect((off * Point<CT>.origin).distance(to: .origin) < 1 && off.rotation.angle < 0.03)
        }
    }

    @Test func theSearchSaysWhenTheShapeRepeats() throws {
        // a box fits itself in four ways
        let box = try TouchedShapes.mesh(24) { p in
            let q = pointwiseMax(p, -p) - Vector3(20, 12, 7)
            return length(pointwiseMax(q, .zero)) + min(q.max(), 0) - 1
        }
        let points =
            TouchedShapes.touched(box, Self.truth, count: 60, above: -30, noise: 0.1, seed: 2)
            + TouchedShapes.touched(box, Self.truth, count: 20, above: 5, noise: 0.1, seed: 3)
        do {
            _ = try SurfaceSearch().run(points: points, on: RegistrationSurface(box))
            Issue.record("one pose of several was chosen")
        } catch {
            guard case .ambiguous = error else {
                Issue.record("\(error)")
                return
            }
        }
    }
}
