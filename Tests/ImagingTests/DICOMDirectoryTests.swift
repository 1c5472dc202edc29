import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

@Suite struct DICOMDirectoryTests {
    private func directory(_ references: [(type: String, file: String)]) -> CraftedDataSet {
        CraftedDataSet(elements: [
            0x0004_1130: .text("CS", "TEST"),
            0x0004_1220: .sequence(
                references.map {
                    [0x0004_1430: .text("CS", $0.type), 0x0004_1500: .text("CS", $0.file), 0x0004_1410: .us(0xFFFF)]
                }),
        ])
    }

    private func slice(_ z: Int) -> CraftedDataSet {
        var slice = CraftedDataSet.image(columns: 4, rows: 4, pixels: [UInt16](repeating: UInt16(100 + z), count: 16))
        slice.place("0\\0\\\(z)", instance: z + 1)
        return slice
    }

    /// A folder with `A/S0` … `A/S3` and a list of some of them.
    private func medium(_ references: [(type: String, file: String)]) throws -> URL {
        let folder = try temporaryFolder()
        let below = folder.appendingPathComponent("A")
        try FileManager.default.createDirectory(at: below, withIntermediateDirectories: false)
        for z in 0..<4 { try slice(z).data.write(to: below.appendingPathComponent("S\(z)")) }
        try directory(references).data.write(to: folder.appendingPathComponent("DICOMDIR"))
        return folder
    }

    private func read(_ references: [(type: String, file: String)]) throws -> LoadedImage {
        let folder = try medium(references)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try ImageReader.read(folder.appendingPathComponent("DICOMDIR").path)
    }

    @Test func imagesAreThoseListed() throws {
        let image = try read([("PATIENT", ""), ("IMAGE", "A\\S0"), ("IMAGE", "A\\S1"), ("PRIVATE", "A\\S2")])
        #expect(image.ct.size == GridSize(4, 4, 2))
        #expect(image.irregularities.isEmpty)
    }

    @Test func lettersAndVersionsOfTheDiskDoNotMatter() throws {
        #expect(try read([("IMAGE", "a\\s0"), ("IMAGE", "A\\S1;1"), ("IMAGE", "A\\S2.")]).ct.size.z == 3)
    }

    @Test func missingFilesAreNamed() throws {
        let image = try read([("IMAGE", "A\\S0"), ("IMAGE", "A\\S1"), ("IMAGE", "A\\S9")])
        guard case .unreadableFiles(let files, _) = image.irregularities.first?.kind else {
            Issue.record("\(image.irregularities)")
            return
        }
        #expect(files.count == 1 && files[0].hasSuffix("A/S9"))
    }

    @Test(arguments: ["..\\A\\S0", "A\\..\\..\\S0", "/etc\\passwd", "A/S0", ".\\A", "\\A\\S0", "A\\\\S0"])
    func referencesStayInTheFolder(_ reference: String) throws {
        #expect(
            fileProblem { _ = try read([("IMAGE", "A\\S1"), ("IMAGE", reference)]) } == .unsafeReference(reference))
    }

    @Test func linksOutOfTheFolderAreNotFollowed() throws {
        let folder = try medium([("IMAGE", "OUT\\S0")])
        let outside = try temporaryFolder()
        defer { [folder, outside].forEach { try? FileManager.default.removeItem(at: $0) } }
        try slice(0).data.write(to: outside.appendingPathComponent("S0"))
        try FileManager.default.createSymbolicLink(
            at: folder.appendingPathComponent("OUT"), withDestinationURL: outside)
        let path = folder.appendingPathComponent("DICOMDIR").path
        #expect(fileProblem { _ = try ImageReader.read(path) } == .unsafeReference("OUT\\S0"))
    }

    @Test func aListWithoutImages() throws {
        let folder = try medium([("PATIENT", ""), ("STUDY", "")])
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("DICOMDIR").path
        #expect(imagingError { _ = try ImageReader.read(path) } == .noImage(path: path, filesSeen: 0))
    }
}
