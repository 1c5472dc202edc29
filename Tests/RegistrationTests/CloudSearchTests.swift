import Foundation
import Frames
import Imaging
import Meshing
import PhantomKit
import TestSupport
import Testing

@testable import Registration

@Suite struct CloudSearchTests {
    static let truth = SurfaceRegistrationTests.truth

    /// Points of a part of a surface that faces one way, near one place, with noise along each axis.
    static func cloud(
        _ mesh: TriangleMesh, facing way: Vector3, part: Double, count: Int, noise: Double, seed: UInt64
    ) -> [Point<Tracker>] {
        var random = SeededGenerator(seed: seed)
        let seen = mesh.triangles.indices.filter { i in
            normalized(mesh.areaVector(i)).map { dot($0, way) > 0.35 } ?? false
        }
        func middle(_ i: Int) -> Vector3 {
            let (a, b, c) = mesh.corners(i)
            return (a.coordinates + b.coordinates + c.coordinates) / 3
        }
        let seats = (0..<2).map { _ in middle(seen[Int(random.next() % UInt64(seen.count))]) }
        func far(_ i: Int) -> Double { seats.map { length(middle(i) - $0) }.min() ?? 0 }
        let near = seen.sorted { (far($0), $0) < (far($1), $1) }.prefix(Int(part * Double(seen.count)))
        return (0..<count).map { _ in
            let p = middle(near[Int(random.next() % UInt64(near.count))]) + random.normal3() * noise
            return truth.inverse * Point<CT>(p)
        }
    }

    static func skin(_ name: String) throws -> TriangleMesh {
        let path = repositoryFolder().appendingPathComponent("Phantoms/\(name).yaml").path
        let phantom = try Phantom(.load(path))
        return try SkinSurface.mesh(of: phantom.sample(phantom.geometry(spacing: Vector3(2.5, 2.5, 2.5)), seed: 1))
    }

    @Test func aPartOfTheFaceIsFoundFromAnyStart() throws {
        let mesh = try Self.skin("head")
        let surface = RegistrationSurface(mesh)
        let deep = Point<CT>(34, 22, 34)
        for seed in 0..<3 {
            let cloud = Self.cloud(
                mesh, facing: Vector3(0, -1, 0), part: 0.3, count: 2000, noise: 1, seed: UInt64(seed))
            let fit = try CloudSearch().run(cloud: cloud, on: surface)
            let tre = ((fit.X_CTB * Self.truth.inverse) * deep - deep).length
            print("face: \(tre) mm, \(fit.predictedTRE(at: deep) ?? .nan) predicted")
            #expect(tre <= 1.5 && fit.verdict == .trustworthy)
        }
    }

    @Test func aPartOfTheBackIsFoundFromAnyStart() throws {
        let mesh = try Self.skin("lumbar")
        let cloud = Self.cloud(mesh, facing: Vector3(0, 1, 0), part: 0.3, count: 2000, noise: 1, seed: 4)
        let fit = try CloudSearch().run(cloud: cloud, on: RegistrationSurface(mesh))
        let deep = Point<CT>(0, 40, -20)
        #expect(((fit.X_CTB * Self.truth.inverse) * deep - deep).length <= 1.5)
    }

    /// An oval trunk without a groove slides along itself and turns end for end.
    @Test func aBackLikeABarrelIsNotTrusted() throws {
        let grid = try GridGeometry(
            size: GridSize(120, 90, 100), spacing: Vector3(3, 3, 3), origin: Point(-178.5, -133.5, -148.5))
        let barrel = try SurfaceExtraction.isosurface(on: grid) { p in
            let q = Vector3(p.x / 160, p.y / 110, 0)
            return max((length(q) - 1) * 110, abs(p.z) - 140)
        }
        let cloud = Self.cloud(barrel, facing: Vector3(0, 1, 0), part: 0.3, count: 1500, noise: 1, seed: 2)
        do {
            let fit = try CloudSearch().run(cloud: cloud, on: RegistrationSurface(barrel))
            #expect(fit.verdict != .trustworthy)
        } catch {
            switch error {
            case .ambiguous, .noFit: break
            default: Issue.record("\(error)")
            }
        }
    }

    /// The other patient's face is no face of this one.
    @Test func aCloudOfSomethingElseIsNotTrusted() throws {
        let ball = try TouchedShapes.mesh(40) { length($0 / Vector3(1, 0.7, 0.8)) - 30 }
        let cloud = Self.cloud(ball, facing: Vector3(0, 1, 0), part: 0.8, count: 1000, noise: 1, seed: 3)
        let surface = RegistrationSurface(try Self.skin("head"))
        do {
            let fit = try CloudSearch().run(cloud: cloud, on: surface)
            print("a ball on the head: \(fit.rms) mm, \(fit.verdict)")
            #expect(fit.verdict != .trustworthy)
        } catch {
            switch error {
            case .ambiguous, .noFit: break
            default: Issue.record("\(error)")
            }
        }
        #expect(throws: RegistrationError.tooFewPoints(found: 20, needed: 100)) {
            try CloudSearch().run(cloud: Array(cloud.prefix(20)), on: surface)
        }
    }

    @Test func theSkinHasNoCavityAndNoEnds() throws {
        let grid = try GridGeometry(size: GridSize(40, 40, 30), spacing: Vector3(2, 2, 2), origin: .origin)
        var ct = Volume<Int16>(geometry: grid, filledWith: -1000)
        ct.withMutableVoxels { voxels in
            for i in voxels.indices {
                let p = grid.point(grid.index(offset: i)).coordinates - Vector3(40, 40, 0)
                let r = length(p * Vector3(1, 1, 0))
                // a tube of tissue through all slices, with a closed bubble of air
                if r < 25 && length(p - Vector3(0, 0, 30)) > 8 { voxels[i] = 40 }
            }
        }
        let mesh = try SkinSurface.mesh(of: ct)
        for v in mesh.vertices.indices where mesh.triangles.contains(where: { Int($0.x) == v }) {
            let p = mesh.vertices[v].coordinates - Vector3(40, 40, 0)
            #expect(abs(length(p * Vector3(1, 1, 0)) - 25) < 2.5)
        }
        #expect(throws: RegistrationError.emptySurface) {
            try SkinSurface.mesh(of: Volume(geometry: grid, filledWith: -1000))
        }
    }
}
