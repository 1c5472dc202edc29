import CDICOM
import Foundation
import Frames

/// Writes a PDF as a DICOM object: an Encapsulated PDF file (PS3.3 A.45.1) of the image's study, in a series of its own.
public enum EncapsulatedPDF {
    /// - Parameters:
    ///   - date: when the document was made.
    ///   - image: the metadata of the DICOM image that the document is about, whose files are still there.
    /// - Throws: `ImagingError.noSourceSeries` where the image is not DICOM, `.unwritable`, `.unreadable`.
    public static func write(
        pdf: Data, title: String, date: Date, of image: ImageMetadata, on geometry: GridGeometry, to path: String
    ) throws(ImagingError) {
        let stamp = date.formatted(.iso8601).filter { $0.isASCII && $0.isNumber }
        let document = EncapsulatedDocument(
            bytes: pdf, title: title, seriesDescription: "Plan report", number: 1,
            made: (String(stamp.prefix(8)), String(stamp.dropFirst(8).prefix(6))))
        try document.write(of: image, on: geometry, purpose: "report", to: path, with: cdicom_write_pdf)
    }
}

/// What an encapsulated document of any kind has; identifiers follow from the content.
struct EncapsulatedDocument {
    let bytes: Data
    let title: String
    let seriesDescription: String
    let number: Int
    /// Date and time as DICOM writes them; the study's date where there is none.
    var made: (date: String, time: String)?

    typealias Writer = (UnsafePointer<CChar>?, UnsafePointer<cdicom_document>?) -> Int32

    func write(
        of image: ImageMetadata, on geometry: GridGeometry, purpose: String, to path: String, with writer: Writer
    ) throws(ImagingError) {
        let source = try SourceSeries(image, geometry, for: path)
        var identifier = ContentIdentifier()
        for text in [source.seriesUID, purpose] { identifier.add(text) }
        let series = identifier.uid("series")
        identifier.add(title)
        for byte in bytes { identifier.add(UInt64(byte)) }
        let texts = DICOMTexts([
            source.images[0].path, source.seriesUID, identifier.uid("object"), series, title, seriesDescription,
            DICOMWriter.mark, made?.date ?? image.studyDate, made?.time ?? "000000",
        ])
        try AtomicFile.writeBeside(path) { (beside) throws(WriteProblem) in
            try write(texts, source, to: beside, with: writer)
        }
    }

    private func write(
        _ texts: DICOMTexts, _ source: SourceSeries, to path: String, with writer: Writer
    ) throws(WriteProblem) {
        let (classes, instances) = (
            DICOMTexts(source.images.map(\.classUID)), DICOMTexts(source.images.map(\.instanceUID))
        )
        var classPointers = source.images.indices.map { classes[$0] }
        var instancePointers = source.images.indices.map { instances[$0] }
        let status = bytes.withUnsafeBytes { bytes in
            classPointers.withUnsafeMutableBufferPointer { classes in
                instancePointers.withUnsafeMutableBufferPointer { instances in
                    var document = cdicom_document()
                    (document.source_path, document.source_series_uid) = (texts[0], texts[1])
                    (document.sop_instance_uid, document.series_uid) = (texts[2], texts[3])
                    (document.title, document.series_description) = (texts[4], texts[5])
                    (document.software_versions, document.date, document.time) = (texts[6], texts[7], texts[8])
                    document.instance_number = Int32(number)
                    (document.bytes, document.size) = (bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
                    (document.source_classes, document.source_instances) = (
                        UnsafePointer(classes.baseAddress), UnsafePointer(instances.baseAddress)
                    )
                    document.sources = Int32(source.images.count)
                    return writer(path, &document)
                }
            }
        }
        withExtendedLifetime((classes, instances)) {}
        guard status == CDICOM_OK else { throw .failed(String(cString: cdicom_reason())) }
    }
}
