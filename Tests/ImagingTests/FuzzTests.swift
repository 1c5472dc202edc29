import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// Damaged image and label files: an answer or an error, never a crash, a hang or memory out of proportion.
///
/// `STYLET_FUZZ_SECONDS` sets how long each kind is hurt.
@Suite(.serialized) struct FuzzTests {
    /// Damage to compressed bytes is found by their checksum, so `nii.gz` is compressed after it was hurt as well.
    static let kinds = [
        "nii", "nii.gz", "packed.nii.gz", "big.nii", "nrrd", "text.nrrd", "mha", "text.mha", "labels.nii", "seg.dcm",
    ]

    @Test(arguments: kinds) func hurtFilesAreReadOrRefused(_ kind: String) throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let seedFile = try Self.make(kind, folder.path)
        let ending = kind.hasSuffix(".gz") ? "nii.gz" : String(kind.split(separator: ".").last ?? "")
        let path = folder.appendingPathComponent("hurt." + ending).path
        let isLabels = kind.hasPrefix("labels") || kind.hasPrefix("seg")
        let outcome = try fuzz([UInt8](try Data(contentsOf: URL(fileURLWithPath: seedFile)))) { bytes in
            let data = kind == "nii.gz" ? craftedGzip(Data(bytes)) : Data(bytes)
            try data.write(to: URL(fileURLWithPath: path))
            return Self.isRead(path, asLabels: isLabels)
        }
        #expect(outcome.isTelling || kind == "packed.nii.gz" && outcome.accepted == 0, "\(outcome)")
        #expect(outcome.slowest < 5, "\(outcome)")
    }

    /// What is read must be whole: as many finite voxels as its grid says.
    private static func isRead(_ path: String, asLabels: Bool) -> Bool {
        if asLabels {
            guard let labels = try? LabelReader.load(path) else { return false }
            return labels.volume.voxels.count == labels.volume.size.count
        }
        guard let image = try? ImageReader.read(path) else { return false }
        let g = image.ct.geometry
        #expect(g.origin.isFinite && g.spacing.min() > 0 && image.ct.voxels.count == g.size.count)
        return true
    }

    private static func make(_ kind: String, _ folder: String) throws -> String {
        let ct = try RandomImage.ct(2, size: GridSize(6, 5, 4))
        let path = "\(folder)/whole.\(kind)"
        switch kind {
        case "big.nii":
            var data = CraftedBytes(bytes: CraftedNIfTI(bigEndian: true).header, bigEndian: true)
            for i in 0..<24 { data.put(Int16(i * 40 - 500)) }
            try data.bytes.write(to: URL(fileURLWithPath: path))
        case "text.nrrd", "text.mha":
            let header =
                kind == "text.nrrd"
                ? "NRRD0004\ntype: short\ndimension: 3\nspace: RAS\nsizes: 2 3 4\nspace directions: (1,0,0) (0,1,0) (0,0,2)\nencoding: ascii\nspace origin: (1,2,3)\n\n"
                : "ObjectType = Image\nNDims = 3\nBinaryData = False\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 1 2 3\nElementSpacing = 1 1 2\nDimSize = 2 3 4\nElementType = MET_SHORT\nElementDataFile = LOCAL\n"
            let numbers = (0..<24).map { String($0 * 40 - 500) }.joined(separator: " ")
            try Data((header + numbers + "\n").utf8).write(to: URL(fileURLWithPath: path))
        case "nii.gz": try FileManager.default.copyItem(atPath: try make("nii", folder), toPath: path)
        case "labels.nii":
            let labels = LabelVolume(geometry: ct.geometry, voxels: (0..<120).map { UInt8(20 + $0 / 24) })
            try GridFileWriter.write(labels, type: .uint8, description: "Stylet labels", to: path)
        case "seg.dcm":
            try ImageWriter.writeDICOM(ct: ct, to: folder + "/ct")
            let image = try ImageReader.read(folder + "/ct")
            let labels = LabelVolume(geometry: image.ct.geometry, voxels: (0..<120).map { UInt8(20 + $0 / 24) })
            try LabelWriter.write(labels, of: image.metadata, to: path)
        default: try ImageWriter.write(LoadedImage(ct: ct), to: path)
        }
        return path
    }
}
