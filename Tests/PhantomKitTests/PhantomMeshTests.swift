import Frames
import Imaging
import Meshing
import Testing

@testable import PhantomKit

@Suite struct PhantomMeshTests {
    @Test func verticesLieOnTheSolid() throws {
        let phantom = try lumbar()
        let label = AnatomicalLabel(23)
        let mesh = try phantom.mesh(of: label, spacing: 0.8)
        let off = stride(from: 0, to: mesh.vertices.count, by: 17).map {
            abs(phantom.signedDistance(of: label, at: mesh.vertices[$0]) ?? 9)
        }
        let rms = (off.reduce(0) { $0 + $1 * $1 } / Double(off.count)).squareRoot()
        #expect(rms < 0.03)
        #expect((off.max() ?? 9) < 0.3)
    }

    /// The enclosed volume against counted voxels.
    @Test func volumeIsThatOfTheLabels() throws {
        let phantom = try lumbar()
        let label = AnatomicalLabel(21)
        let mesh = try phantom.mesh(of: label, spacing: 0.8)
        let bounds = try #require(mesh.bounds)
        let size = bounds.high - bounds.low
        let geometry = try box(
            round: bounds.low + size * 0.5, size: size.vector + Vector3(3, 3, 3), spacing: Vector3(0.6, 0.6, 0.6))
        let count = phantom.labels(geometry).voxels.reduce(0) { $0 + ($1 == label.number ? 1 : 0) }
        #expect(abs(mesh.volume / (Double(count) * geometry.voxelVolume) - 1) < 0.01)
    }

    @Test func refusesWhatIsNotThere() throws {
        let phantom = try lumbar()
        #expect(throws: PhantomError.noSuchBone(AnatomicalLabel(5))) { try phantom.mesh(of: AnatomicalLabel(5)) }
        #expect(throws: PhantomError.self) { try phantom.mesh(of: AnatomicalLabel(22), spacing: .nan) }
        #expect(throws: PhantomError.self) { try phantom.mesh(of: AnatomicalLabel(22), spacing: 0.001) }
    }
}
