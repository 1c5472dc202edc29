import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// Label maps and meshes as DICOM objects of a series that our own writer made.
@Suite struct SegmentationWriterTests {
    private func withSeries(_ body: (_ image: LoadedImage, _ folder: String) throws -> Void) throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var metadata = ImageMetadata(format: .dicom)
        (metadata.patientID, metadata.patientName, metadata.studyDate) = ("P1", "Phantom^Lumbar", "20240102")
        let ct = try RandomImage.ct(4, size: GridSize(7, 5, 6))
        try ImageWriter.writeDICOM(ct: ct, metadata: metadata, to: folder.path + "/ct")
        try body(try ImageReader.read(folder.path + "/ct"), folder.path)
    }

    private func labels(_ geometry: GridGeometry, _ numbers: [UInt8]) -> LabelVolume {
        var g = SeededGenerator(seed: 9)
        var volume = LabelVolume(geometry: geometry)
        for i in 0..<geometry.size.count where i % 3 != 0 {
            volume[geometry.index(offset: i)] = numbers.randomElement(using: &g) ?? 0
        }
        return volume
    }

    @Test func labelsComeBack() throws {
        try withSeries { image, folder in
            let numbers: [UInt8] = Array(1...28) + Array(100...108) + Array(110...114)
            for subset in [numbers, [22], [25, 28]] {
                let labels = labels(image.ct.geometry, subset)
                let path = folder + "/labels.dcm"
                try LabelWriter.write(labels, of: image.metadata, to: path)
                let back = try LabelReader.load(path, on: image.ct.geometry, of: image.metadata)
                #expect(back.volume == labels && back.remarks.isEmpty)
                let own = try LabelReader.load(path).volume
                #expect(own.counts() == labels.counts())
            }
        }
    }

    @Test func sameLabelsGiveSameBytes() throws {
        try withSeries { image, folder in
            let labels = labels(image.ct.geometry, [20, 21])
            for name in ["a", "b"] { try LabelWriter.write(labels, of: image.metadata, to: "\(folder)/\(name).dcm") }
            #expect(FileManager.default.contentsEqual(atPath: folder + "/a.dcm", andPath: folder + "/b.dcm"))
        }
    }

    /// What other programs ask for, read by tag.
    @Test func objectNamesItsSources() throws {
        try withSeries { image, folder in
            try LabelWriter.write(labels(image.ct.geometry, [22, 26]), of: image.metadata, to: folder + "/s.dcm")
            let file = try DICOMFile(folder + "/s.dcm", headerOnly: true)
            let source = try DICOMFile(image.metadata.sourceFiles[0], headerOnly: true)
            #expect(file.text(.sopClassUID) == "1.2.840.10008.5.1.4.1.1.66.4" && file.text(.modality) == "SEG")
            for tag in [DICOMTag.studyInstanceUID, .frameOfReferenceUID, .patientID, .patientName, .studyDate] {
                #expect(file.text(tag) == source.text(tag) && !file.text(tag).isEmpty, "\(tag)")
            }
            #expect(file.text(.seriesInstanceUID) != source.text(.seriesInstanceUID))
            #expect(file.text(.seriesInstanceUID, item: 0, of: .referencedSeries) == source.text(.seriesInstanceUID))
            #expect(file.text(.codeValue, item: 0, of: .segments, inner: .segmentedPropertyType) == "36470004")
        }
    }

    @Test func withoutASeriesNothingIsWritten() throws {
        try withSeries { image, folder in
            let labels = labels(image.ct.geometry, [22])
            let path = folder + "/none.dcm"
            #expect(throws: ImagingError.noSourceSeries(path: path)) { try LabelWriter.write(labels, to: path) }
            var metadata = image.metadata
            metadata.format = .nifti
            #expect(throws: ImagingError.noSourceSeries(path: path)) {
                try LabelWriter.write(labels, of: metadata, to: path)
            }
            #expect(throws: ImagingError.self) {
                try LabelWriter.write(LabelVolume(geometry: labels.geometry), of: image.metadata, to: path)
            }
            let left = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            #expect(left == ["ct"])
        }
    }

    /// An odd number of bytes is padded, and the true length stands beside.
    @Test func meshIsWrapped() throws {
        try withSeries { image, folder in
            let stl = Data((0..<135).map { UInt8(truncatingIfNeeded: $0 * 7) })
            let path = folder + "/L3.dcm"
            try EncapsulatedMesh.write(
                stl: stl, title: "L3", number: 1, of: image.metadata, on: image.ct.geometry, to: path)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(bytes.range(of: stl + Data([0])) != nil)
            let file = try DICOMFile(path, headerOnly: true)
            #expect(file.text(.sopClassUID) == "1.2.840.10008.5.1.4.1.1.104.3" && file.text(.modality) == "M3D")
            #expect(file.text(.frameOfReferenceUID) == image.metadata.frameOfReferenceUID)
            #expect(throws: ImagingError.self) { try ImageReader.read(path) }
        }
    }

    /// A PDF joins the image's patient and study in a series of its own, and names every image.
    @Test func pdfIsWrapped() throws {
        try withSeries { image, folder in
            let pdf = Data("%PDF-1.5 not much of one".utf8)
            let path = folder + "/report.dcm"
            try EncapsulatedPDF.write(
                pdf: pdf, title: "Report", date: Date(timeIntervalSince1970: 1_770_000_000), of: image.metadata,
                on: image.ct.geometry, to: path)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(bytes.range(of: pdf) != nil && bytes.range(of: Data("20260202".utf8)) != nil)
            let file = try DICOMFile(path, headerOnly: true)
            #expect(file.text(.sopClassUID) == "1.2.840.10008.5.1.4.1.1.104.1" && file.text(.modality) == "DOC")
            #expect(file.text(.studyInstanceUID) == image.metadata.studyUID)
            #expect(file.text(.patientID) == image.metadata.patientID)
            #expect(file.text(.seriesInstanceUID) != image.metadata.seriesUID)
        }
    }
}
