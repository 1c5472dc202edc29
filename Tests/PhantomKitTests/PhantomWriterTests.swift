import Foundation
import Frames
import Imaging
import Meshing
import TestSupport
import Testing

@testable import PhantomKit

@Suite struct PhantomWriterTests {
    @Test func truthIsReadBackAsItWas() throws {
        let phantom = try lumbar()
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let truth = folder.appendingPathComponent("truth").path
        let geometry = try phantom.geometry(spacing: Vector3(4, 4, 5))
        try phantom.writeTruth(on: geometry, to: truth, meshSpacing: 3)
        let labels = try LabelReader.read(truth + "/labels.nii.gz", on: geometry)
        #expect(labels == phantom.labels(geometry))
        #expect(try MeshFile.read(truth + "/meshes/L3.stl").volume > 30000)
        let data = try Data(contentsOf: URL(fileURLWithPath: truth + "/landmarks.json"))
        let file = try JSONDecoder().decode(LandmarksFile.self, from: data)
        #expect(file == LandmarksFile(phantom))
        #expect(file.vertebrae.map(\.level) == ["T12", "L1", "L2", "L3", "L4", "L5", "S1"])
        let l3 = try #require(file.vertebrae.first { $0.level == "L3" })
        #expect(abs(l3.pedicles[0].convergence_deg - 14.4) < 1e-6 && l3.pedicles[0].side == "left")
        // Our own folder may be written again, one with other things in it is not touched.
        try phantom.writeTruth(on: geometry, to: truth, meshSpacing: 3)
        try Data().write(to: URL(fileURLWithPath: truth + "/thesis.txt"))
        #expect(throws: PhantomError.self) { try phantom.writeTruth(on: geometry, to: truth, meshSpacing: 3) }
        #expect(FileManager.default.fileExists(atPath: truth + "/thesis.txt"))
    }

    @Test func seriesIsReadBackAsItWas() throws {
        let phantom = try lumbar()
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let geometry = try box(round: Point(5, 110, 10), size: Vector3(80, 70, 30), spacing: Vector3(1.1, 1.3, 2.5))
        let ct = phantom.sample(geometry, seed: 4)
        let path = folder.appendingPathComponent("ct").path
        try phantom.writeSeries(ct, seed: 4, to: path)
        let back = try ImageReader.read(path)
        #expect(back.ct.voxels == ct.voxels)
        #expect(back.ct.geometry.matches(geometry, tolerance: 1e-3))
        #expect(back.irregularities.isEmpty)
    }
}
