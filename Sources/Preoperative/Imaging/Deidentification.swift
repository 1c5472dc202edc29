import CDICOM
import Foundation
import Frames

/// The identifiers of a series that is to be written under other names than its own.
public struct SeriesIdentity: Equatable, Sendable {
    public let seriesUID: String
    public let studyUID: String
    public let frameOfReferenceUID: String
    /// One a plane.
    let instanceUIDs: [String]
    /// What the patient is called, as name and as identifier.
    public let patient: String
    /// `YYYYMMDD`, or empty.
    public let studyDate: String
}

/// What the files of an image say about text in their pixels.
public struct PixelStatement: Equatable, Sendable {
    /// A file says that its pixels show who the patient is (BurnedInAnnotation YES).
    public let saysBurnedIn: Bool
    /// Every file says that they do not, or is a scanner's own slice (ORIGINAL, PRIMARY), where nothing is drawn.
    public let saysClean: Bool
}

/// De-identification by the Basic Application Level Confidentiality Profile (DICOM PS3.15 Annex E), with modified
/// dates.
///
/// Nothing is taken over from a source file and cleaned: an image is written anew from its voxels and their place, so
/// that no attribute, private or not, no overlay, curve, comment or padding of the source can come along.
public enum Deidentification {
    /// What was done, as (0012,0063) says it; at most 64 characters.
    public static let method = "Stylet: PS3.15 E Basic Profile, modified dates; rewritten"
    /// The same as codes of DCM, from PS3.16 CID 7050.
    public static let codes = [
        ("113100", "Basic Application Confidentiality Profile"),
        ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    ]

    /// - Parameters:
    ///   - uid: gives the UID that stands for an old one, or for a text where the source has none: always the same.
    ///   - name: stands for identifiers that the source lacks.
    ///   - daysEarlier: how far back dates are moved.
    /// - Throws: `ImagingError.unreadable` where a source file has gone.
    public static func identity(
        of image: LoadedImage, patient: String, name: String, daysEarlier: Int, uid: (String) -> String
    ) throws(ImagingError) -> SeriesIdentity {
        let metadata = image.metadata
        var instances = (0..<image.ct.size.z).map { uid("\(name) slice \($0 + 1)") }
        if metadata.format == .dicom, metadata.seriesUID != nil {
            let source = try SourceSeries(metadata, image.ct.geometry, for: metadata.sourceFiles.first ?? "")
            for (plane, found) in source.planes.enumerated() {
                guard let found, !found.image.instanceUID.isEmpty else { continue }
                let frame = found.frame > 0 ? " frame \(found.frame)" : ""
                instances[plane] = uid(found.image.instanceUID + frame)
            }
        }
        return SeriesIdentity(
            seriesUID: uid(metadata.seriesUID ?? "\(name) series"), studyUID: uid(metadata.studyUID ?? "\(name) study"),
            frameOfReferenceUID: uid(metadata.frameOfReferenceUID ?? "\(name) frame"), instanceUIDs: instances,
            patient: patient, studyDate: moved(metadata.studyDate, daysEarlier: daysEarlier))
    }

    /// Writes a DICOM CT series that holds geometry, voxels and `identity`, and nothing else of the image.
    ///
    /// - Throws: `ImagingError.unwritable`.
    public static func write(
        _ image: LoadedImage, as identity: SeriesIdentity, to folder: String, progress: ProgressReport? = nil
    ) throws(ImagingError) {
        guard ["", "CT"].contains(image.metadata.modality) else {
            throw .unwritable(path: folder, .notCT(modality: image.metadata.modality))
        }
        var metadata = ImageMetadata(format: .dicom)
        (metadata.studyUID, metadata.frameOfReferenceUID) = (identity.studyUID, identity.frameOfReferenceUID)
        (metadata.patientName, metadata.patientID) = (identity.patient, identity.patient)
        metadata.studyDate = identity.studyDate
        if positions.contains(image.metadata.patientPosition) {
            metadata.patientPosition = image.metadata.patientPosition
        }
        var stored = DICOMWriter.StoredImage(values: image.ct, rescale: .none)
        if let exact = image.exact {
            guard let whole = ImageWriter.stored(exact, image.metadata.rescale) else {
                throw .unwritable(path: folder, .valuesDoNotFit(format: "DICOM"))
            }
            stored = whole
        }
        stored.identity = identity
        try DICOMWriter.write(stored, metadata, to: folder, progress)
        let names = (0..<image.ct.size.z).map { folder + "/" + DICOMWriter.fileName($0) }
        let problems = parallelMap(names.count) { i in Result { () throws(ImagingError) in try mark(names[i]) } }
        for problem in problems { try problem.get() }
    }

    /// Says in a DICOM file that it is de-identified and how.
    ///
    /// - Throws: `ImagingError.unwritable`.
    public static func mark(_ path: String) throws(ImagingError) {
        try AtomicFile.writeBeside(path) { (beside) throws(WriteProblem) in
            let codes = DICOMTexts(Self.codes.map(\.0)), meanings = DICOMTexts(Self.codes.map(\.1))
            let count = Self.codes.count
            let status = withExtendedLifetime((codes, meanings)) {
                cdicom_mark_deidentified(
                    path, beside, method, (0..<count).map { codes[$0] }, (0..<count).map { meanings[$0] }, Int32(count))
            }
            guard status == CDICOM_OK else { throw .failed(String(cString: cdicom_reason())) }
        }
    }

    /// What an image's files say about text in their pixels; files other than DICOM say nothing.
    public static func pixelStatement(of metadata: ImageMetadata) -> PixelStatement {
        guard metadata.format == .dicom else { return PixelStatement(saysBurnedIn: false, saysClean: false) }
        let statements = metadata.sourceFiles.compactMap { path -> (burned: String, type: String)? in
            guard let file = try? DICOMFile(path, headerOnly: true) else { return nil }
            return (file.text(.burnedInAnnotation).uppercased(), file.text(.imageType).uppercased())
        }
        let clean = statements.allSatisfy { $0.burned == "NO" || $0.type.hasPrefix("ORIGINAL\\PRIMARY") }
        return PixelStatement(
            saysBurnedIn: statements.contains { $0.burned == "YES" }, saysClean: clean && !statements.isEmpty)
    }

    /// Codes of PatientPosition (PS3.3 C.7.3.1.1.2): other text in that place is not taken over.
    private static let positions: Set = [
        "HFP", "HFS", "HFDR", "HFDL", "FFDR", "FFDL", "FFP", "FFS", "LFP", "LFS", "RFP", "RFS", "AFDR", "AFDL", "PFDR",
        "PFDL",
    ]

    /// A DICOM date so many days earlier; empty for what is no date.
    static func moved(_ date: String, daysEarlier: Int) -> String {
        let digits = date.utf8.compactMap { (48...57).contains($0) ? Int($0) - 48 : nil }
        guard date.utf8.count == 8, digits.count == 8 else { return "" }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        var parts = DateComponents()
        parts.year = digits[0..<4].reduce(0) { $0 * 10 + $1 }
        parts.month = digits[4] * 10 + digits[5]
        parts.day = digits[6] * 10 + digits[7]
        guard parts.isValidDate(in: calendar), let day = calendar.date(from: parts),
            let earlier = calendar.date(byAdding: .day, value: -daysEarlier, to: day)
        else { return "" }
        let found = calendar.dateComponents([.year, .month, .day], from: earlier)
        guard let y = found.year, let m = found.month, let d = found.day, (1...9999).contains(y) else { return "" }
        return String(format: "%04d%02d%02d", y, m, d)
    }
}
