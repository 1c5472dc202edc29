import Foundation
import Frames
import Imaging
import Testing

@testable import Meshing

/// Surfaces between voxels, against spheres whose image is known as a formula.
@Suite struct IntensityRefinementTests {
    static let l3 = AnatomicalLabel(22), l4 = AnatomicalLabel(23)
    static let radius = 14.0, blur = 0.5

    /// Blurred values at distance `d` outside of the border: a shell of 950 HU over a core of 200 HU in soft tissue of
    /// 50 HU.
    static func hu(_ d: Double, thickness: Double) -> Double {
        func step(_ t: Double) -> Double { 0.5 * erfc(t / blur / 2.0.squareRoot()) }
        return 50 + 900 * (step(d) - step(d + thickness)) + 150 * step(d + thickness)
    }

    /// Thin as a vertebral body's shell, but for one side as thick as a lamina; or dense throughout.
    static func thickness(_ direction: Vector3, shell: Bool) -> Double {
        shell ? (direction.x < -0.5 * length(direction) ? 3.5 : 1.2) : 100
    }

    struct Case {
        var ct: Volume<Int16>
        var labels: LabelVolume
        let centre: Point<CT>
    }

    /// - Parameter off: by how much the label is too large, mm.
    static func sphere(
        spacing: Vector3 = Vector3(0.7, 0.7, 1), direction: Matrix3 = .identity, shell: Bool, off: Double = 0,
        noise: Double = 0
    ) throws -> Case {
        let counts = (Vector3(repeating: 2 * radius + 12) / spacing).rounded(.up)
        let grid = try GridGeometry(
            size: GridSize(Int(counts.x), Int(counts.y), Int(counts.z)), spacing: spacing, origin: Point(5, -8, 60),
            direction: direction)
        var random = SeededGenerator(seed: 2)
        var found = Case(ct: Volume(geometry: grid), labels: LabelVolume(geometry: grid), centre: grid.centre)
        for i in 0..<grid.size.count {
            let v = grid.index(offset: i)
            let p = grid.point(v)
            let d = p.distance(to: found.centre) - radius
            let wall = thickness(p.coordinates - found.centre.coordinates, shell: shell)
            found.ct[v] = Int16((hu(d, thickness: wall) + noise * random.normal()).rounded())
            if d < off { found.labels[v] = l3.number }
        }
        return found
    }

    /// The RMS distance of the vertices from the sphere, mm.
    static func error(_ mesh: TriangleMesh, _ centre: Point<CT>) -> Double {
        let squares = mesh.vertices.map { p in
            let d = p.distance(to: centre) - radius
            return d * d
        }
        return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }

    @Test(arguments: [true, false], [-0.8, 0, 0.8])
    func labelsThatAreAVoxelOffAreCorrected(shell: Bool, off: Double) throws {
        let sphere = try Self.sphere(shell: shell, off: off, noise: 20)
        let found = try SurfaceExtraction.surface(of: Self.l3, in: sphere.labels, image: sphere.ct)
        #expect(Self.error(found.mesh, sphere.centre) < 0.1)
        #expect(found.mesh.defects == [])
        #expect((found.edgeShare ?? 0) > 0.99)
        if off != 0 {
            let plain = try SurfaceExtraction.surface(of: Self.l3, in: sphere.labels)
            #expect(Self.error(plain, sphere.centre) > 0.5)
        }
    }

    @Test func thickSlicesStayWithinTheirBound() throws {
        let sphere = try Self.sphere(spacing: Vector3(1, 1, 2), shell: true, noise: 20)
        let found = try SurfaceExtraction.surface(of: Self.l3, in: sphere.labels, image: sphere.ct)
        // 0.35 mm is what a plan may count on at this resolution
        #expect(Self.error(found.mesh, sphere.centre) < 0.25)
    }

    @Test func turnedAndLeftHandedGridsGiveTheSame() throws {
        let turned = Rotation<CT, CT>(rotationVector: Vector3(0.1, 0.2, 0.4)).matrix
        for direction in [turned, Matrix3(diagonal: Vector3(1, 1, -1))] {
            let sphere = try Self.sphere(direction: direction, shell: true, off: 0.5)
            let found = try SurfaceExtraction.surface(of: Self.l3, in: sphere.labels, image: sphere.ct)
            #expect(Self.error(found.mesh, sphere.centre) < 0.1)
            #expect(found.mesh.volume > 0)
        }
    }

    @Test func withoutAnEdgeTheLabelStands() throws {
        let sphere = try Self.sphere(shell: true)
        let plain = try SurfaceExtraction.surface(of: Self.l3, in: sphere.labels)
        let even = Volume<Int16>(geometry: sphere.ct.geometry, filledWith: 300)
        let away = try GridGeometry(
            size: sphere.ct.size, spacing: sphere.ct.geometry.spacing, origin: Point(500, 500, 500))
        for image in [even, Volume(geometry: away, voxels: sphere.ct.voxels)] {
            let found = try SurfaceExtraction.surface(of: Self.l3, in: sphere.labels, image: image)
            #expect(found.edgeShare == 0)
            #expect(found.mesh == plain)
        }
    }

    @Test func onlyWhatIsBrightIsRefined() throws {
        var sphere = try Self.sphere(shell: false, off: 0.6)
        sphere.labels.withMutableVoxels { voxels in
            for i in voxels.indices where voxels[i] != 0 { voxels[i] = AnatomicalLabel.disc.number }
        }
        let found = try SurfaceExtraction.surface(of: .disc, in: sphere.labels, image: sphere.ct)
        #expect(found.edgeShare == nil)
        #expect(found.mesh == (try SurfaceExtraction.surface(of: .disc, in: sphere.labels)))
    }

    /// Half of the ball is another vertebra, with no gap between: the border between them is the labels'.
    @Test func anotherBoneIsNotEntered() throws {
        var sphere = try Self.sphere(shell: false)
        let middle = sphere.centre.coordinates.x
        for i in 0..<sphere.labels.size.count {
            let v = sphere.labels.geometry.index(offset: i)
            if sphere.labels[v] != 0, sphere.labels.geometry.point(v).coordinates.x > middle {
                sphere.labels[v] = Self.l4.number
            }
        }
        let found = try SurfaceExtraction.surface(of: Self.l3, in: sphere.labels, image: sphere.ct).mesh
        let border = found.vertices.map(\.coordinates.x).max() ?? 0
        #expect(abs(border - middle) < 0.7)
        #expect(found.defects == [])
    }

    @Test func aBoneThatTheImageCutsOffEndsAtItsBorder() throws {
        let sphere = try Self.sphere(shell: true)
        let (size, grid) = (sphere.ct.size, sphere.ct.geometry)
        let box = VoxelBox(lower: VoxelIndex(0, 0, size.z / 2), upper: VoxelIndex(size.x, size.y, size.z))
        let half = try GridGeometry(
            size: GridSize(size.x, size.y, size.z - size.z / 2), spacing: grid.spacing, origin: grid.point(box.lower))
        let from = size.x * size.y * (size.z / 2)
        let found = try SurfaceExtraction.surface(
            of: Self.l3, in: LabelVolume(geometry: half, voxels: Array(sphere.labels.voxels[from...])),
            image: Volume(geometry: half, voxels: Array(sphere.ct.voxels[from...])))
        #expect(found.mesh.defects == [])
        let lowest = found.mesh.vertices.map(\.coordinates.z).min() ?? 0
        // no vertex moves by half a voxel
        #expect(lowest > half.origin.coordinates.z - 1 && lowest < half.origin.coordinates.z)
        let round = found.mesh.vertices.filter { $0.coordinates.z > half.origin.coordinates.z + 2 }
        #expect(round.allSatisfy { abs($0.distance(to: sphere.centre) - Self.radius) < 0.4 })
    }
}
