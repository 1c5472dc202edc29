import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

@Suite struct ImageWriterTests {
    static let formats = ["a.nii", "a.nii.gz", "a.nrrd", "a.nhdr", "a.mha", "a.mhd"]

    @Test(arguments: formats, [1, 2, 3, 4, 5, 6] as [UInt64])
    func anyGridComesBack(_ name: String, _ seed: UInt64) throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent(name).path
        let ct = try RandomImage.ct(seed)
        try ImageWriter.write(LoadedImage(ct: ct), to: path)
        let back = try ImageReader.read(path)
        #expect(back.ct.voxels == ct.voxels)
        #expect(back.exact == nil)
        // NIfTI holds single precision: 200 mm to 2e-5.
        #expect(back.ct.geometry.matches(ct.geometry, tolerance: 1e-4))
        #expect(back.irregularities.isEmpty)
    }

    /// A series comes back right-handed, so voxels are compared where they lie in the patient.
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func anySeriesComesBack(_ seed: UInt64) throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("series").path
        let ct = try RandomImage.ct(seed)
        try ImageWriter.writeDICOM(ct: ct, to: path)
        let back = try ImageReader.read(path)
        #expect(back.ct.geometry.direction.determinant > 0)
        #expect(back.ct.size == ct.size)
        #expect(back.irregularities.isEmpty)
        var worst = 0.0
        for offset in 0..<ct.size.count {
            let place = ct.geometry.point(ct.geometry.index(offset: offset))
            let there = back.ct.geometry.nearest(place)
            worst = max(worst, back.ct.geometry.point(there).distance(to: place))
            #expect(back.ct[there] == ct.voxels[offset])
        }
        #expect(worst < 1e-6)
    }

    @Test func sameImageGivesSameBytes() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let ct = try RandomImage.ct(7)
        for name in Self.formats + ["series"] {
            let (a, b) = (
                folder.appendingPathComponent("1" + name).path, folder.appendingPathComponent("2" + name).path
            )
            try ImageWriter.write(LoadedImage(ct: ct), to: a)
            try ImageWriter.write(LoadedImage(ct: ct), to: b)
            if name == "series" {
                let files = try FileManager.default.contentsOfDirectory(atPath: a).sorted()
                #expect(files.count == ct.size.z)
                for file in files {
                    #expect(FileManager.default.contentsEqual(atPath: a + "/" + file, andPath: b + "/" + file))
                }
            } else if !name.hasSuffix("hdr"), !name.hasSuffix("mhd") {
                #expect(FileManager.default.contentsEqual(atPath: a, andPath: b))
            }
        }
    }

    @Test(arguments: ["a.nii.gz", "a.nrrd", "a.mha"])
    func fractionsStayExact(_ name: String) throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent(name).path
        let geometry = try RandomImage.geometry(3)
        let values = (0..<geometry.size.count).map { Double($0) * 1.0000001 / 3 - 1000 }
        let exact = Volume(geometry: geometry, voxels: values)
        let ct = Volume(geometry: geometry, voxels: values.map { Int16($0.rounded()) })
        try ImageWriter.write(LoadedImage(ct: ct, exact: exact), to: path)
        let back = try ImageReader.read(path)
        #expect(back.exact?.voxels == values)
        #expect(back.ct.voxels == ct.voxels)
    }

    /// A slope of 0.5 fits a DICOM series exactly; thirds do not, and are refused rather than rounded.
    @Test func seriesHoldsOnlyWhatFits() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("series").path
        let geometry = try GridGeometry(size: GridSize(4, 4, 2), spacing: Vector3(1, 1, 2), origin: .origin)
        let halves = (0..<32).map { Double($0) * 0.5 - 1000 }
        let ct = Volume(geometry: geometry, voxels: halves.map { Int16($0.rounded()) })
        var image = LoadedImage(ct: ct, exact: Volume(geometry: geometry, voxels: halves))
        image.metadata.rescale = Rescale(slope: 0.5, intercept: -1000)
        try ImageWriter.write(image, to: path)
        #expect(try ImageReader.read(path).exact?.voxels == halves)
        image.exact = Volume(geometry: geometry, voxels: halves.map { $0 / 3 })
        let second = folder.appendingPathComponent("second").path
        #expect(throws: ImagingError.unwritable(path: second, .valuesDoNotFit(format: "DICOM"))) {
            try ImageWriter.write(image, to: second)
        }
        #expect(!FileManager.default.fileExists(atPath: second))
    }

    @Test func onlyOurOwnFolderIsReplaced() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("series").path
        try ImageWriter.writeDICOM(ct: RandomImage.ct(1, size: GridSize(3, 3, 9)), to: path)
        try ImageWriter.writeDICOM(ct: RandomImage.ct(2, size: GridSize(3, 3, 2)), to: path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 2)
        try Data("letters".utf8).write(to: URL(fileURLWithPath: path + "/notes.txt"))
        #expect(throws: ImagingError.unwritable(path: path, .folderNotOurs)) {
            try ImageWriter.writeDICOM(ct: RandomImage.ct(3), to: path)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["series"])
    }

    @Test func otherModalitiesAreNotWrittenAsCT() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("series").path
        var image = LoadedImage(ct: try RandomImage.ct(1))
        image.metadata.modality = "MR"
        #expect(throws: ImagingError.unwritable(path: path, .notCT(modality: "MR"))) {
            try ImageWriter.write(image, to: path)
        }
    }

    /// DS values have at most 16 characters (PS3.5 table 6.2-1) and lose no more than that costs.
    @Test func decimalStringsFit() {
        var g = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let value = g.normal() * [1e-9, 1e-3, 1, 1e3, 1e7].randomElement(using: &g)!
            let text = DecimalString.text(value)
            #expect(text.utf8.count <= 16)
            #expect(abs((Double(text) ?? .nan) - value) <= abs(value) * 1e-8)
        }
        #expect(DecimalString.text(-0.0) == "0")
        #expect(DecimalString.text(-1024) == "-1024")
        #expect(DecimalString.text(0.5) == "0.5")
    }
}
