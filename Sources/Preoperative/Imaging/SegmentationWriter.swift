import CDICOM
import Foundation
import Frames

/// Writes label maps as DICOM segmentation objects (binary, PS3.3 A.51) that refer to the images they were made from.
enum SegmentationWriter {
    /// - Parameter image: the labelled image's metadata, of a DICOM series whose files are still there.
    /// - Throws: `ImagingError.noSourceSeries`, `.unwritable`, `.unreadable` where a source file has gone.
    static func write(
        _ labels: LabelVolume, of image: ImageMetadata?, to path: String, progress: ProgressReport?
    ) throws(ImagingError) {
        let source = try SourceSeries(image, labels.geometry, for: path)
        let present = labels.counts().keys.sorted()
        guard !present.isEmpty else { throw .unwritable(path: path, .failed("there is no label to write")) }
        var identifier = ContentIdentifier()
        for text in [source.seriesUID, "segmentation"] { identifier.add(text) }
        identifier.add(labels)
        let description = DICOMTexts([
            source.images[0].path, source.seriesUID, identifier.uid("object"), identifier.uid("series"),
            identifier.uid("dimensions"), "Labels", DICOMWriter.mark, date(image),
        ])
        try AtomicFile.writeBeside(path) { (beside) throws(WriteProblem) in
            let writer = try SegmentationObject(description, labels.geometry)
            for label in present { try writer.add(label) }
            for image in source.images { try writer.add(image) }
            let planes = labels.size.z
            for plane in 0..<planes {
                try writer.add(plane, of: labels, present, source.planes[plane])
                progress?(Double(plane + 1) / Double(planes))
            }
            try writer.save(beside)
        }
    }

    /// The object needs a date, and today's would make other bytes of the same labels: the study's, else one that says
    /// that nobody knows.
    private static func date(_ image: ImageMetadata?) -> String {
        guard let date = image?.studyDate, date.count == 8, date.allSatisfy(\.isNumber) else { return "19000101" }
        return date
    }
}

/// A segmentation object that is being put together by the shim.
private final class SegmentationObject {
    private let writer: OpaquePointer

    /// - Parameter texts: source file, its series, the object's own UID, its series, its dimensions, description, software,
    ///   date.
    init(_ texts: DICOMTexts, _ geometry: GridGeometry) throws(WriteProblem) {
        let axes = geometry.direction.columns
        let numbers = DICOMTexts(
            [
                DecimalString.text(geometry.spacing.y) + "\\" + DecimalString.text(geometry.spacing.x),
                DecimalString.text(geometry.spacing.z), "000000",
            ] + [axes.0, axes.1].flatMap { axis in (0..<3).map { DecimalString.text(axis[$0]) } })
        var description = cdicom_segmentation()
        (description.source_path, description.source_series_uid) = (texts[0], texts[1])
        (description.sop_instance_uid, description.series_uid, description.dimension_uid) = (
            texts[2], texts[3], texts[4]
        )
        (description.series_description, description.software_versions) = (texts[5], texts[6])
        (description.date, description.time) = (texts[7], numbers[2])
        (description.pixel_spacing, description.slice_thickness, description.slice_spacing) = (
            numbers[0], numbers[1], numbers[1]
        )
        description.orientation = (numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8])
        description.rows = Int32(geometry.size.y)
        description.columns = Int32(geometry.size.x)
        var made: OpaquePointer?
        let status = cdicom_segmentation_begin(&description, &made)
        withExtendedLifetime((texts, numbers)) {}
        guard status == CDICOM_OK, let made else { throw .failed(String(cString: cdicom_reason())) }
        writer = made
    }

    deinit { cdicom_segmentation_end(writer) }

    private static func check(_ status: Int32) throws(WriteProblem) {
        guard status == CDICOM_OK else { throw .failed(String(cString: cdicom_reason())) }
    }

    func add(_ label: AnatomicalLabel) throws(WriteProblem) {
        let coding = SegmentCoding.of(label)
        let texts = DICOMTexts([
            label.name, "Stylet", coding.category.0, coding.category.1, coding.code, coding.meaning,
        ])
        var segment = cdicom_segment()
        (segment.label, segment.algorithm) = (texts[0], texts[1])
        (segment.category_code, segment.category_meaning) = (texts[2], texts[3])
        (segment.type_code, segment.type_meaning) = (texts[4], texts[5])
        try Self.check(cdicom_segmentation_add_segment(writer, &segment))
        withExtendedLifetime(texts) {}
    }

    func add(_ image: SourceSeries.Image) throws(WriteProblem) {
        try Self.check(cdicom_segmentation_add_source(writer, image.classUID, image.instanceUID))
    }

    /// Adds a frame for each label that this plane holds.
    func add(
        _ plane: Int, of labels: LabelVolume, _ present: [AnatomicalLabel],
        _ source: (image: SourceSeries.Image, frame: Int)?
    ) throws(WriteProblem) {
        let area = labels.size.x * labels.size.y
        let voxels = labels.voxels[(plane * area)..<((plane + 1) * area)]
        var here = [Bool](repeating: false, count: 256)
        for voxel in voxels { here[Int(voxel)] = true }
        let p = labels.geometry.point(VoxelIndex(0, 0, plane)).coordinates
        let texts = DICOMTexts(
            (0..<3).map { DecimalString.text(p[$0]) } + [source?.image.classUID ?? "", source?.image.instanceUID ?? ""])
        for (place, label) in present.enumerated() where here[Int(label.number)] {
            let mask = voxels.map { $0 == label.number ? UInt8(1) : 0 }
            var position: [UnsafePointer<CChar>?] = [texts[0], texts[1], texts[2]]
            let status = position.withUnsafeMutableBufferPointer {
                cdicom_segmentation_add_frame(
                    writer, Int32(place + 1), Int32(plane + 1), $0.baseAddress, mask,
                    source == nil ? nil : texts[3], source == nil ? nil : texts[4], Int32(source?.frame ?? 0))
            }
            try Self.check(status)
        }
        withExtendedLifetime(texts) {}
    }

    func save(_ path: String) throws(WriteProblem) { try Self.check(cdicom_segmentation_save(writer, path)) }
}

/// Texts that live as C strings as long as this object does.
final class DICOMTexts {
    private let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) { pointers = texts.map { strdup($0) } }

    deinit { pointers.forEach { free($0) } }

    subscript(i: Int) -> UnsafePointer<CChar>? { pointers[i].map { UnsafePointer($0) } }
}

extension ContentIdentifier {
    mutating func add(_ labels: LabelVolume) {
        add(UInt64(labels.voxels.count))
        labels.withVoxels { voxels in
            var word: UInt64 = 0
            for (i, value) in voxels.enumerated() {
                word = word << 8 | UInt64(value)
                if i & 7 == 7 { add(word) }
            }
            add(word)
        }
    }
}
