import Frames
import Imaging
import Meshing
import PhantomKit
import TestSupport
import Testing

/// Meshes made from a phantom's image and labels, against its exact surface.
@Suite struct SurfaceAccuracyTests {
    /// RMS distance of the middles of every ninth triangle, weighted by area, from another mesh, mm.
    static func rms(_ mesh: TriangleMesh, _ other: TriangleMesh) -> Double {
        let tree = MeshTree(other)
        var (sum, area) = (0.0, 0.0)
        for i in stride(from: 0, to: mesh.triangles.count, by: 9) {
            let (a, b, c) = mesh.corners(i)
            let middle = Point<CT>((a.coordinates + b.coordinates + c.coordinates) / 3)
            let (weight, d) = (length(mesh.areaVector(i)), tree.closestPoint(to: middle)?.distance ?? .infinity)
            sum += weight * d * d
            area += weight
        }
        return (sum / area).squareRoot()
    }

    /// The block of an image that holds one bone.
    static func block(round mesh: TriangleMesh, spacing: Vector3) throws -> GridGeometry {
        let bounds = try #require(mesh.bounds)
        let low = bounds.low.coordinates - Vector3(repeating: 8)
        let counts = ((bounds.high.coordinates + Vector3(repeating: 8) - low) / spacing).rounded(.up)
        return try GridGeometry(
            size: GridSize(Int(counts.x), Int(counts.y), Int(counts.z)), spacing: spacing, origin: Point(low))
    }

    @Test(arguments: [("lumbar", UInt8(22)), ("osteoporosis", 24), ("thoracic", 14)])
    func surfacesLieWhereTheImageSaysThatTheBoneEnds(name: String, number: UInt8) throws {
        let path = repositoryFolder().appendingPathComponent("Phantoms/\(name).yaml").path
        let phantom = try Phantom(.load(path))
        let label = AnatomicalLabel(number)
        let truth = try phantom.mesh(of: label, spacing: 0.8)
        for (spacing, bound) in [(Vector3(0.7, 0.7, 1), 0.2), (Vector3(1, 1, 2), 0.35)] {
            let geometry = try Self.block(round: truth, spacing: spacing)
            let ct = phantom.sample(geometry, seed: 3)
            let found = try SurfaceExtraction.surface(of: label, in: phantom.labels(geometry), image: ct)
            #expect(found.mesh.defects == [])
            #expect((found.edgeShare ?? 0) > 0.9)
            #expect(Self.rms(found.mesh, truth) < bound)
            #expect(Self.rms(truth, found.mesh) < bound)
        }
    }
}
