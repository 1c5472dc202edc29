import Foundation
import Frames
import Imaging
import PhantomKit
import TestSupport
import Testing
import Uncertainty

@testable import Registration

@Suite struct ProjectionTests {
    static let X = Pose<CT, XRayRoom>(
        rotation: Rotation(rotationVector: Vector3(0.1, -0.2, 0.15)), translation: Vector3(5, -3, 8))

    /// Along rays that enter and leave a block by its flat sides the integral is the length inside, exactly.
    @Test(arguments: [0, 1, 2]) func aBlockHasItsThickness(axis: Int) throws {
        let grid = try GridGeometry(
            size: GridSize(44, 40, 42), spacing: Vector3(1.5, 1.2, 2), origin: Point(-32, -24, -41))
        var values = [Float](repeating: 0, count: grid.size.count)
        for i in values.indices {
            let v = grid.index(offset: i)
            if (10..<34).contains(v.x) && (10..<30).contains(v.y) && (10..<32).contains(v.z) { values[i] = 0.5 }
        }
        let thickness = [24 * 1.5, 20 * 1.2, 22 * 2.0][axis]
        let volume = ProjectionVolume(values, grid, along: axis)
        let (centre, way) = (grid.centre.coordinates, [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)][axis])
        let arm = CArm()
        let turn = axis == 0 ? -Double.pi / 2 : 0
        let projection =
            axis == 2
            ? try Self.fromBelow(Point(centre)) : try arm.projection(angle: turn, about: Point(centre))
        var image = [Float](repeating: 0, count: 81)
        let rays = ProjectionVolume.Rays(
            projection: projection, first: SIMD2(295.5, 295.5), step: 1, columns: 9, rows: 9)
        image.withUnsafeMutableBufferPointer { volume.project(rays, .identity(), into: $0) }
        for v in 0..<9 {
            for u in 0..<9 {
                let ray = projection.toRay * Vector3(295.5 + Double(u), 295.5 + Double(v), 1)
                let inside = thickness / abs(dot(ray, way)) * length(ray)
                #expect(abs(Double(image[v * 9 + u]) - 0.5 * inside) < 1e-3)
            }
        }
    }

    static func fromBelow(_ centre: Point<XRayRoom>) throws -> ProjectionMatrix {
        let (f, m) = (2040.0, 299.5)
        let source = centre.coordinates - Vector3(0, 0, 620)
        let rows = [Vector3(f, 0, m), Vector3(0, f, m), Vector3(0, 0, 1)]
        return try ProjectionMatrix(rows.flatMap { [$0.x, $0.y, $0.z, -dot($0, source)] })
    }

    /// Numbers that no X-ray system has, and a source within the bone, are refused and end nothing.
    @Test func impossibleProjectionsAreRefused() throws {
        let grid = try GridGeometry(size: GridSize(24, 24, 24), spacing: Vector3(1, 1, 1), origin: Point(-12, -12, -12))
        let ct = Volume<Int16>(geometry: grid, filledWith: 700)
        let labels = LabelVolume(geometry: grid, voxels: [UInt8](repeating: 22, count: grid.size.count))
        let pixels = (0..<(600 * 600)).map { Float($0 % 7) }
        func fit(_ projections: [ProjectionMatrix]) throws {
            let views = try projections.map {
                try XRayView(projection: $0, width: 600, height: 600, pixels: pixels)
            }
            _ = try XRayRegistration(ct: ct, labels: labels, bone: AnatomicalLabel(22), views: views)
        }
        let front = try CArm().projection(angle: 0, about: .origin),
            side = try CArm().projection(angle: 1.5, about: .origin)
        for power in [12.0, 60, 155, 300] {
            let rows = side.rows.enumerated().map { $0 < 8 ? $1 * pow(10, power) : $1 }
            #expect(throws: RegistrationError.self) { try fit([front, try ProjectionMatrix(rows)]) }
        }
        for off in [1e-12, 1e-6, 1e-3, 0.1] {
            let rows = side.rows.enumerated().map { $0 == 11 ? off : $1 }
            #expect(throws: RegistrationError.self) { try fit([front, try ProjectionMatrix(rows)]) }
        }
    }

    /// Rays across the layers, and from beyond all measure, end nothing.
    @Test func raysThatRunAcrossTheLayersEndNothing() throws {
        let grid = try GridGeometry(size: GridSize(9, 9, 9), spacing: Vector3(1, 1, 1), origin: Point(-4, -4, -4))
        let volume = ProjectionVolume([Float](repeating: 1, count: 729), grid, along: 2)
        for tiny in [0, 1e-13, 1e-11, 1e-10, 1e-9, 1e-6, 1e-3] {
            for far in [5.0, 1e5, 1e12, 1e20] {
                let rows = [Vector3(100, 0, 0), Vector3(0, 1, 100), Vector3(0, 1, tiny)]
                let projection = try? ProjectionMatrix(rows.flatMap { [$0.x, $0.y, $0.z, $0.y * far] })
                guard let projection else { continue }
                var image = [Float](repeating: -1, count: 25)
                let rays = ProjectionVolume.Rays(projection: projection, first: .zero, step: 1, columns: 5, rows: 5)
                image.withUnsafeMutableBufferPointer { volume.project(rays, .identity(), into: $0) }
                #expect(image.allSatisfy { $0.isFinite && $0 >= 0 && $0 < 1e5 })
            }
        }
    }

    /// The chord of a ball, from a turned room.
    @Test func aBallHasItsChords() throws {
        let grid = try GridGeometry(size: GridSize(81, 81, 81), spacing: Vector3(1, 1, 1), origin: Point(-40, -40, -40))
        let values = (0..<grid.size.count).map { i -> Float in
            // the part of the voxel inside, to first order
            Float(min(max(30.5 - length(grid.point(grid.index(offset: i)).coordinates), 0), 1))
        }
        let middle = Self.X.inverse * Point<CT>.origin
        let projection = try CArm().projection(angle: 0.4, tilt: 0.2, about: middle)
        let axis = ProjectionVolume.mainAxis(
            of: grid, Self.X.rotation.matrix * (middle - projection.source).vector)
        let volume = ProjectionVolume(values, grid, along: axis)
        var image = [Float](repeating: 0, count: 600 * 600)
        let rays = ProjectionVolume.Rays(projection: projection, first: .zero, step: 1, columns: 600, rows: 600)
        image.withUnsafeMutableBufferPointer { volume.project(rays, Self.X, into: $0) }
        var worst = 0.0
        for v in stride(from: 0, to: 600, by: 7) {
            for u in stride(from: 0, to: 600, by: 7) {
                let ray = normalized(projection.toRay * Vector3(Double(u), Double(v), 1)) ?? .zero
                let d = length(cross(ray, (middle - projection.source).vector))
                if d > 28 && d < 32 { continue }
                let chord = d < 30 ? 2 * (900 - d * d).squareRoot() : 0
                // the ball's own border is known to a tenth of a voxel or so, which the chord magnifies
                let slope = d < 30 ? 2 * d / (900 - d * d).squareRoot() : 0
                worst = max(worst, abs(Double(image[v * 600 + u]) - chord) / (0.2 + 0.1 * slope))
            }
        }
        #expect(worst < 1)
    }

    @Test func pixelsAndRaysBelongTogether() throws {
        let projection = try CArm().projection(angle: 0.7, tilt: -0.1, about: Point(3, 4, 5))
        let p = Point<XRayRoom>(20, -10, 30)
        let pixel = try #require(projection.pixel(p))
        let ray = projection.toRay * Vector3(pixel.x, pixel.y, 1)
        #expect(angle(ray, (p - projection.source).vector) < 1e-9)
    }

    @Test func whatIsNoProjectionIsRefused() {
        #expect(throws: RegistrationError.impossibleView(.notTwelveNumbers(3))) { try ProjectionMatrix([1, 2, 3]) }
        #expect(throws: RegistrationError.impossibleView(.singular)) {
            try ProjectionMatrix(Array(repeating: 0, count: 12))
        }
        #expect(throws: RegistrationError.impossibleView(.singular)) {
            try ProjectionMatrix([1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0])
        }
    }
}

@Suite struct XRayRegistrationTests {
    static let level = AnatomicalLabel(22)

    /// L3 and what is round it.
    static func scene() throws -> (ct: Volume<Int16>, labels: LabelVolume, middle: Point<CT>) {
        var definition = try PhantomDefinition.load(
            repositoryFolder().appendingPathComponent("Phantoms/lumbar.yaml").path)
        let middle = try #require(try Phantom(definition).landmarks.first { $0.label == level }).canalCentre
        definition.fieldOfView.size = Vector3(170, 190, 110)
        definition.fieldOfView.centre = middle.coordinates
        let phantom = try Phantom(definition)
        let grid = try phantom.geometry(spacing: Vector3(1.2, 1.2, 1.2))
        return (phantom.sample(grid, seed: 1), phantom.labels(grid), middle)
    }

    static func views(
        _ ct: Volume<Int16>, _ X: Pose<CT, XRayRoom>, _ middle: Point<XRayRoom>, side: Double = .pi / 2
    ) throws -> [XRayView] {
        try [0.03, side].enumerated().map { i, angle in
            try SimulatedXRay.image(
                of: ct, at: X, CArm().projection(angle: angle, about: middle), pixels: 600, photons: 2e4,
                seed: UInt64(i))
        }
    }

    @Test func twoViewsFindTheVertebra() throws {
        let (ct, labels, middle) = try Self.scene()
        let X = ProjectionTests.X
        let views = try Self.views(ct, X, X.inverse * middle)
        for seed in 0..<2 {
            var random = SeededGenerator(seed: UInt64(seed))
            let off = PoseChange<XRayRoom>(
                rotation: (normalized(random.normal3()) ?? .zero) * radians(degrees: 8),
                translation: (normalized(random.normal3()) ?? .zero) * 8, centre: X.inverse * middle)
            let fit = try XRayRegistration(
                ct: ct, labels: labels, bone: Self.level, views: views, from: off.applied(to: X.inverse).inverse)
            let error = (fit.X_CTRoom * X.inverse * middle).distance(to: middle)
            let turn = degrees(radians: (fit.X_CTRoom * X.inverse).rotation.angle)
            print("x-ray: \(error) mm, \(turn)°, searches \(fit.disagreement) mm apart, \(fit.similarity)")
            #expect(error < 0.5 && turn < 0.5 && fit.verdict == .trustworthy)
        }
    }

    /// Views of something else do not make a pose.
    @Test func aVertebraThatIsNotThereIsNotTrusted() throws {
        let (ct, labels, middle) = try Self.scene()
        var water = ct
        water.withMutableVoxels { voxels in for i in voxels.indices { voxels[i] = min(voxels[i], 40) } }
        let room = Pose<CT, XRayRoom>(rotation: .identity(), translation: .zero)
        let views = try Self.views(water, room, room.inverse * middle)
        let fit = try XRayRegistration(ct: ct, labels: labels, bone: Self.level, views: views)
        print("x-ray of water: \(fit.similarity), searches \(fit.disagreement) mm apart")
        #expect(fit.verdict != .trustworthy)
    }

    @Test func viewsThatTellNoDepthAreRefused() throws {
        let (ct, labels, middle) = try Self.scene()
        let room = Pose<CT, XRayRoom>(rotation: .identity(), translation: .zero)
        let views = try Self.views(ct, room, room.inverse * middle, side: 0.1)
        do {
            _ = try XRayRegistration(ct: ct, labels: labels, bone: Self.level, views: views)
            Issue.record("two views from one side were taken")
        } catch {
            guard case .impossibleView(.viewsTooAlike) = error else {
                Issue.record("\(error)")
                return
            }
        }
        #expect(throws: RegistrationError.noSuchLabel(AnatomicalLabel(3))) {
            try XRayRegistration(ct: ct, labels: labels, bone: AnatomicalLabel(3), views: views)
        }
    }
}

@Suite struct CArmCalibrationTests {
    static func beads(_ count: Int) -> [Point<XRayRoom>] {
        (0..<count).map { i in
            let angle = Double(i) * 0.9
            return Point(60 * cos(angle), 60 * sin(angle), 12 * Double(i) - 80)
        }
    }

    @Test func beadsTellTheProjection() throws {
        let truth = try CArm().projection(angle: 0.5, tilt: 0.1, about: .origin)
        let beads = Self.beads(16)
        var random = SeededGenerator(seed: 1)
        let exact = try CArmCalibration(beads: beads, pixels: beads.map { try #require(truth.pixel($0)) })
        #expect(exact.rms < 1e-6 && exact.projection.source.distance(to: truth.source) < 1e-3)
        let seen = try beads.map {
            try #require(truth.pixel($0)) + SIMD2(random.normal(), random.normal()) * 0.2
        }
        let fit = try CArmCalibration(beads: beads, pixels: seen)
        // 32 numbers measured, 11 of them spent: 0.2 √2 √(21/32)
        #expect(fit.rms > 0.1 && fit.rms < 0.4 && fit.leftOut > fit.rms)
        for p in [Point<XRayRoom>(10, -20, 30), Point(-40, 5, -60)] {
            let (a, b) = (try #require(truth.pixel(p)), try #require(fit.projection.pixel(p)))
            #expect(length(Vector3(a.x - b.x, a.y - b.y, 0)) < 0.5)
        }
    }

    @Test func beadsInAPlaneAreRefused() throws {
        let truth = try CArm().projection(angle: 0.5, about: .origin)
        let flat = Self.beads(16).map { Point<XRayRoom>($0.x, $0.y, 0) }
        #expect(throws: RegistrationError.impossibleView(.beadsTellNothing)) {
            try CArmCalibration(beads: flat, pixels: flat.map { try #require(truth.pixel($0)) })
        }
        #expect(throws: RegistrationError.tooFewPoints(found: 5, needed: 8)) {
            try CArmCalibration(beads: Self.beads(5), pixels: Array(repeating: .zero, count: 5))
        }
    }
}
