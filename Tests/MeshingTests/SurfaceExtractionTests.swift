import Frames
import Imaging
import Meshing
import TestSupport
import Testing

@Suite struct SurfaceExtractionTests {
    @Test func aSphereHasItsVolumeAreaAndPlace() throws {
        let centre = Point<CT>(12, -7, 300)
        let mesh = try MeshSamples.sphere(radius: 20, at: centre)
        #expect(mesh.defects == [])
        // 4/3 π r³ and 4 π r²; a chord's height at 1 mm steps is about h²/8r
        #expect(abs(mesh.volume / (4.0 / 3 * .pi * 8000) - 1) < 0.003)
        #expect(abs(mesh.area / (4 * .pi * 400) - 1) < 0.003)
        #expect(mesh.centroid.map { $0.distance(to: centre) < 0.01 } == true)
        let worst = mesh.vertices.map { abs($0.distance(to: centre) - 20) }.max() ?? 1
        #expect(worst < 0.05)
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func randomLabelsGiveSoundMeshesOfTheirVolume(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // scattered voxels, then ever denser: touching at faces, edges and corners, with cavities, at the image's edge
        let density = Double(seed) * 0.12
        let left = seed % 2 == 0
        let labels = try MeshSamples.label(
            GridSize(13, 11, 12), spacing: Vector3(0.8, 1.1, 2),
            direction: left ? Matrix3(diagonal: Vector3(1, -1, 1)) : .identity
        ) { _ in random.uniform() < density }
        let count = labels.counts()[AnatomicalLabel(22)] ?? 0
        for smoothing in [0, 20] {
            let mesh = try SurfaceExtraction.surface(of: AnatomicalLabel(22), in: labels, smoothing: smoothing)
            #expect(mesh.defects == [], "smoothing \(smoothing)")
            if smoothing > 0 {
                #expect(abs(mesh.volume / (Double(count) * labels.geometry.voxelVolume) - 1) < 0.05)
            }
        }
    }

    @Test func smoothingComesNearerToTheTrueShapeThanTheVoxels() throws {
        // an ellipsoid, obliquely cut into slices of 3 mm
        let axes = Vector3(22, 15, 18)
        let turn = Rotation<CT, CT>(rotationVector: Vector3(0.4, -0.3, 0.2)).matrix
        let spacing = Vector3(0.7, 0.7, 3)
        let middle = Vector3(40, 40, 9)
        func form(_ p: Vector3) -> Double { length((turn * p) / axes) }
        let labels = try MeshSamples.label(GridSize(81, 81, 19), spacing: spacing) { form(($0 - middle) * spacing) < 1 }
        let centre = labels.geometry.point(GridPoint(middle)).coordinates
        func error(_ mesh: TriangleMesh) -> Double {
            let all = mesh.vertices.map { v -> Double in
                let p = v.coordinates - centre
                return abs(form(p) - 1) * length(p) / form(p)
            }
            return all.reduce(0, +) / Double(all.count)
        }
        let rough = try SurfaceExtraction.surface(of: AnatomicalLabel(22), in: labels, smoothing: 0)
        let smooth = try SurfaceExtraction.surface(of: AnatomicalLabel(22), in: labels)
        print("mean distance from the ellipsoid: voxels \(error(rough)) mm, smoothed \(error(smooth)) mm")
        #expect(error(smooth) < 0.6 * error(rough))
        #expect(smooth.defects == [])
    }

    @Test func anImageIsClosedAtItsBorder() throws {
        let grid = try GridGeometry(size: GridSize(10, 9, 8), spacing: Vector3(1, 1, 2), origin: .origin)
        let ct = Volume<Int16>(geometry: grid, filledWith: 500)
        let mesh = try SurfaceExtraction.isosurface(of: ct, at: 200)
        #expect(mesh.defects == [])
        #expect(mesh.volume > 0.85 * 10 * 9 * 8 * 2 && mesh.volume <= 10 * 9 * 8 * 2)
        #expect(throws: MeshingError.noSurface(level: 600)) { try SurfaceExtraction.isosurface(of: ct, at: 600) }
        #expect(throws: MeshingError.labelNotFound([22])) {
            try SurfaceExtraction.surface(of: AnatomicalLabel(22), in: LabelVolume(geometry: grid))
        }
    }

    @Test func noiseHasASoundIsosurface() throws {
        var random = SeededGenerator(seed: 9)
        let grid = try GridGeometry(size: GridSize(20, 20, 20), spacing: Vector3(1, 1, 1), origin: .origin)
        // whole numbers, so that many values are exactly the level
        let voxels = (0..<grid.size.count).map { _ in Int16(random.uniform() * 7) }
        let mesh = try SurfaceExtraction.isosurface(of: Volume(geometry: grid, voxels: voxels), at: 3)
        #expect(mesh.defects == [])
    }

    /// Rows longer than a word of bits, and every kind of voxel, which take different ways through the kernel.
    @Test(arguments: [62, 63, 64, 65, 130])
    func everyKindOfVoxelGivesTheSameSurface(width: Int) throws {
        var random = SeededGenerator(seed: UInt64(width))
        let grid = try GridGeometry(size: GridSize(width, 7, 6), spacing: Vector3(1, 2, 3), origin: .origin)
        let voxels = (0..<grid.size.count).map { _ in Int16(random.uniform() * 400) }
        for (level, side) in [(200.0, SurfaceExtraction.Side.above), (150.5, .below)] {
            let mesh = try SurfaceExtraction.isosurface(
                of: Volume(geometry: grid, voxels: voxels), at: level, solid: side)
            #expect(mesh.defects == [])
            let floats = Volume(geometry: grid, voxels: voxels.map { Float($0) })
            #expect(mesh == (try SurfaceExtraction.isosurface(of: floats, at: level, solid: side)))
            let doubles = Volume(geometry: grid, voxels: voxels.map { Double($0) })
            #expect(mesh == (try SurfaceExtraction.isosurface(of: doubles, at: level, solid: side)))
            // every vertex lies on an edge between a sample inside and one outside, where the line between them crosses
            for vertex in mesh.vertices {
                guard let value = floats.interpolated(at: vertex) else { continue }
                #expect(abs(value - level) < 0.021 * 400)
            }
        }
    }
}
