import Frames
import Imaging
import Meshing
import Testing
import Uncertainty

@testable import Registration

@Suite struct RegistrationSurfaceTests {
    /// The tree of boxes shares no code with the cells.
    @Test func theNearestPlaceIsThatOfTheTree() throws {
        let mesh = try TouchedShapes.mesh(45, TouchedShapes.vertebra)
        let (surface, tree) = (RegistrationSurface(mesh), MeshTree(mesh))
        var random = SeededGenerator(seed: 3)
        for _ in 0..<3000 {
            let p = random.normal3() * 25
            let near = surface.nearest(p)
            let exact = try #require(tree.closestPoint(to: Point(p)))
            #expect(abs(length(p - near.place) - exact.distance) < 1e-9)
            guard exact.distance < 4 else { continue }
            // within the grid the plane of the block is near, too
            #expect(abs(length(p - surface.roughly(p).place) - exact.distance) < 3 * surface.blockStep)
        }
    }

    @Test func largeTrianglesAreFoundFromEverywhere() throws {
        let corners = [Vector3(-40, -30, -20), Vector3(50, -30, -20), Vector3(0, 60, -20), Vector3(3, 5, 70)]
        let mesh = try TriangleMesh(
            vertices: corners.map { Point<CT>($0) },
            triangles: [SIMD3(0, 2, 1), SIMD3(0, 1, 3), SIMD3(1, 2, 3), SIMD3(2, 0, 3)])
        let (surface, tree) = (RegistrationSurface(mesh), MeshTree(mesh))
        var random = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            let p = random.normal3() * 40
            let exact = try #require(tree.closestPoint(to: Point(p)))
            #expect(abs(length(p - surface.nearest(p).place) - exact.distance) < 1e-9)
        }
    }

    @Test func theTransformKnowsTheNearestCell() {
        let size = SIMD3(13, 9, 11)
        var random = SeededGenerator(seed: 5)
        var owners = [Int32](repeating: -1, count: size.x * size.y * size.z)
        for i in 0..<20 { owners[Int(random.next() % UInt64(owners.count))] = Int32(i) }
        func place(_ at: Int) -> SIMD3<Int> { SIMD3(at % size.x, at / size.x % size.y, at / size.x / size.y) }
        func squared(_ a: Int, _ b: Int) -> Int {
            let d = place(a) &- place(b)
            return d.x * d.x + d.y * d.y + d.z * d.z
        }
        let found = NearestCell.transform(owners, size)
        let seats = Dictionary(uniqueKeysWithValues: owners.indices.filter { owners[$0] >= 0 }.map { (owners[$0], $0) })
        for at in owners.indices {
            let least = seats.values.map { squared($0, at) }.min()
            #expect(seats[found[at]].map { squared($0, at) } == least)
        }
    }

    @Test func anEmptyGridHasNoNearest() {
        #expect(NearestCell.transform([-1, -1, -1, -1], SIMD3(2, 2, 1)) == [-1, -1, -1, -1])
    }
}

@Suite struct TouchAdviceTests {
    static let X = SurfaceRegistrationTests.truth

    /// The predicted fall holds when the places are touched, and beats as many touches elsewhere.
    @Test func theAdvisedTouchesDoMoreThanOthers() throws {
        let mesh = try TouchedShapes.mesh(45, TouchedShapes.vertebra)
        let (surface, tree) = (RegistrationSurface(mesh), MeshTree(mesh))
        let targets = [Point<CT>(-18, -38, 0), Point<CT>(18, -38, 0)]
        var options = SurfaceFitOptions()
        options.pointError = 0.2
        var (advised, others, said, after) = (0.0, 0.0, 0.0, 0.0)
        for seed in 0..<8 {
            // an exposure of one side
            let all = TouchedShapes.touched(mesh, Self.X, count: 400, above: -2, noise: 0.35, seed: UInt64(seed))
            let some = Array(all.filter { (Self.X * $0).x > 2 && (Self.X * $0).y < 20 }.prefix(14))
            let first = try SurfaceRegistration(points: some, on: surface, from: Self.X, options: options)
            let advice = TouchAdvice(after: first, touched: some, on: surface, targets: targets)
            #expect(advice.touches.count == 3)
            // each is on the surface, and can be seen from behind
            for touch in advice.touches {
                let near = try #require(tree.closestPoint(to: touch.place))
                #expect(near.distance < 1e-6 && touch.normal.vector.y > -0.3)
            }
            var random = SeededGenerator(seed: UInt64(seed + 900))
            let more = advice.touches.map { Self.X.inverse * ($0.place + Displacement(random.normal3() * 0.2)) }
            let a = try SurfaceRegistration(points: some + more, on: surface, from: Self.X, options: options)
            let rest = all.filter { (Self.X * $0).x > 2 }
            let b = try SurfaceRegistration(points: some + rest.suffix(3), on: surface, from: Self.X, options: options)
            func worst(_ fit: SurfaceRegistration<Tracker>) -> Double {
                targets.map { fit.predictedTRE(at: $0) ?? 50 }.max() ?? 50
            }
            advised += worst(a)
            others += worst(b)
            said += advice.touches[2].worstTRE
            after += worst(a)
            #expect(advice.touches[2].worstTRE < advice.worstTRE)
        }
        print(
            "worst expected error: \(advised / 8) mm after advised touches, \(others / 8) mm after others, \(said / 8) said"
        )
        #expect(advised < 0.8 * others)
        #expect(said / after > 0.7 && said / after < 1.4)
    }

    @Test func outermostPlacesLieApart() throws {
        let mesh = try TouchedShapes.mesh(45, TouchedShapes.vertebra)
        let places = TouchAdvice.outermost(mesh, 8)
        for i in 0..<8 { for j in 0..<i { #expect(places[i].distance(to: places[j]) > 15) } }
    }
}
