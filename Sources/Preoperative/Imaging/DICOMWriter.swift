import CDICOM
import Foundation
import Frames

/// Writes a CT as a folder of CT Image Storage files, one a slice.
enum DICOMWriter {
    /// Stands in SoftwareVersions (0018,1020) of every file, so that our own folders are known again.
    static let mark = "Stylet"

    /// HU as stored numbers: HU = stored · slope + intercept.
    struct StoredImage {
        var values: Volume<Int16>
        var rescale: Rescale
        /// Where the planes lie, if not on the volume's own grid.
        var tilted: TiltedScan?
        /// The identifiers to write; `nil` makes them from the content.
        var identity: SeriesIdentity?
    }

    static func write(
        _ image: StoredImage, _ metadata: ImageMetadata, to folder: String, _ progress: ProgressReport?
    ) throws(ImagingError) {
        guard ["", "CT"].contains(metadata.modality) else {
            throw .unwritable(path: folder, .notCT(modality: metadata.modality))
        }
        let header = SliceHeader(image, metadata)
        try AtomicFile.writeFolder(to: folder, mayReplace: { isOurs($0, in: folder) }) {
            (folder) throws(WriteProblem) in
            try writeSlices(image.values, header, folder, progress)
        }
    }

    static func fileName(_ plane: Int) -> String {
        let digits = String(plane + 1)
        return "slice-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ".dcm"
    }

    /// Whether a folder holds nothing but slices that this program wrote.
    private static func isOurs(_ names: [String], in folder: String) -> Bool {
        names.allSatisfy { name in
            guard name.hasPrefix("slice-"), name.hasSuffix(".dcm") else { return false }
            let file = try? DICOMFile((folder as NSString).appendingPathComponent(name), headerOnly: true)
            return file?.text(.softwareVersions) == mark
        }
    }

    private static func writeSlices(
        _ volume: Volume<Int16>, _ header: SliceHeader, _ folder: String, _ progress: ProgressReport?
    ) throws(WriteProblem) {
        let count = volume.size.z
        let area = volume.size.x * volume.size.y
        var problems = [WriteProblem?](repeating: nil, count: count)
        let done = ProgressCounter(total: count, report: progress)
        problems.withUnsafeMutableBufferPointer { problems in
            let problems = SharedBuffer(problems)
            volume.voxels.withUnsafeBufferPointer { voxels in
                let source = SharedReadBuffer(voxels)
                parallelFor(count) { plane in
                    let path = (folder as NSString).appendingPathComponent(fileName(plane))
                    let part = UnsafeBufferPointer(rebasing: source.pointer[(plane * area)..<((plane + 1) * area)])
                    problems[plane] = header.write(plane, part, to: path)
                    done.advance()
                }
            }
        }
        if let problem = problems.lazy.compactMap({ $0 }).first { throw problem }
    }
}

/// What all slices of a series share, and how one differs.
private struct SliceHeader: Sendable {
    let geometry: GridGeometry
    let metadata: ImageMetadata
    let rescale: Rescale
    let tilted: TiltedScan?
    let identifier: ContentIdentifier
    let identity: SeriesIdentity?
    let seriesUID, studyUID, frameUID: String

    init(_ image: DICOMWriter.StoredImage, _ metadata: ImageMetadata) {
        geometry = image.values.geometry
        self.metadata = metadata
        rescale = image.rescale
        tilted = image.tilted
        var identifier = ContentIdentifier()
        identifier.add(image.values)
        for text in [metadata.seriesUID ?? "", metadata.patientID, metadata.seriesDescription] { identifier.add(text) }
        self.identifier = identifier
        identity = image.identity
        seriesUID = image.identity?.seriesUID ?? identifier.uid("series")
        studyUID = metadata.studyUID ?? identifier.uid("study")
        frameUID = metadata.frameOfReferenceUID ?? identifier.uid("frame of reference")
    }

    /// Texts of one slice, in the order of `cdicom_slice`.
    private func texts(_ plane: Int) -> [String] {
        let axes = geometry.direction.columns
        let position =
            tilted?.planes[plane].origin.coordinates ?? geometry.point(VoxelIndex(0, 0, plane)).coordinates
        return [
            identity?.instanceUIDs[plane] ?? identifier.uid("slice", plane), seriesUID, studyUID, frameUID,
            metadata.patientName, metadata.patientID, metadata.patientBirthDate, metadata.patientSex,
            metadata.studyDate,
            metadata.studyDescription, metadata.seriesDescription, metadata.manufacturer, DICOMWriter.mark,
            metadata.patientPosition,
            DecimalString.text(position), DecimalString.text(axes.0) + "\\" + DecimalString.text(axes.1),
            DecimalString.text(geometry.spacing.y) + "\\" + DecimalString.text(geometry.spacing.x),
            DecimalString.text(geometry.spacing.z), DecimalString.text(dot(position, cross(axes.0, axes.1))),
            DecimalString.text(rescale.slope), DecimalString.text(rescale.intercept),
            DecimalString.text(degrees(radians: tilted?.tilt ?? 0)),
        ]
    }

    func write(_ plane: Int, _ voxels: UnsafeBufferPointer<Int16>, to path: String) -> WriteProblem? {
        let copies = texts(plane).map { strdup($0) }
        defer { copies.forEach { free($0) } }
        guard copies.allSatisfy({ $0 != nil }) else { return .failed("not enough memory") }
        let c = copies.map { UnsafePointer($0) }
        var slice = cdicom_slice()
        (slice.sop_instance_uid, slice.series_uid, slice.study_uid, slice.frame_of_reference_uid) = (
            c[0], c[1], c[2], c[3]
        )
        (slice.patient_name, slice.patient_id, slice.birth_date, slice.sex) = (c[4], c[5], c[6], c[7])
        (slice.study_date, slice.study_description, slice.series_description) = (c[8], c[9], c[10])
        (slice.manufacturer, slice.software_versions, slice.patient_position) = (c[11], c[12], c[13])
        (slice.position, slice.orientation, slice.pixel_spacing) = (c[14], c[15], c[16])
        (slice.slice_thickness, slice.slice_location) = (c[17], c[18])
        (slice.slope, slice.intercept, slice.gantry_tilt) = (c[19], c[20], c[21])
        slice.instance_number = Int32(plane + 1)
        slice.rows = Int32(geometry.size.y)
        slice.columns = Int32(geometry.size.x)
        slice.values = voxels.baseAddress
        guard cdicom_write(path, &slice) != CDICOM_OK else { return nil }
        return .failed(String(cString: cdicom_reason()))
    }
}

/// DICOM decimal strings: at most 16 characters a value (PS3.5 6.2).
enum DecimalString {
    /// The nearest number that 16 characters can write.
    static func text(_ value: Double) -> String {
        let value = value == 0 ? 0 : value
        if let whole = Int(exactly: value), abs(whole) < 1_000_000_000_000 { return String(whole) }
        for digits in stride(from: 17, through: 1, by: -1) {
            let text = String(format: "%.\(digits)g", value)
            if text.utf8.count <= 16 { return text }
        }
        return "0"
    }

    static func text(_ v: Vector3) -> String { [v.x, v.y, v.z].map { text($0) }.joined(separator: "\\") }
}
