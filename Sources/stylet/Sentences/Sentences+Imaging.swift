import Foundation
import Frames
import Imaging

extension Sentences {
    static func failureOf(_ error: ImagingError) -> Failure {
        switch error {
        case .impossibleGeometry(let what):
            Failure(code: "impossible-geometry", message: "The image's geometry is impossible: \(what).")
        case .unreadable(let path, let problem):
            Failure(code: code(problem), message: "\(path) cannot be read as an image: \(sentence(problem)).")
        case .unwritable(let path, let problem):
            Failure(code: "not-written", message: "\(path) was not written: \(sentence(problem)).")
        case .noImage, .severalSeries, .seriesNotFound: failureOfSeries(error)
        case .labelsOnAnotherGrid, .labelSchemeUnclear, .notLabels, .unknownLabels, .noLabels: failureOfLabels(error)
        default: failureOfStructures(error)
        }
    }

    /// Which of several images is meant, or that there is none.
    private static func failureOfSeries(_ error: ImagingError) -> Failure {
        switch error {
        case .noImage(let path, let seen):
            Failure(
                code: "no-image",
                message: seen == 0
                    ? "\(path) is an empty folder: give a folder of DICOM files, or a .nii, .nii.gz, .nrrd or .mha file."
                    : "\(path) holds no DICOM image (\(seen) file(s) looked at): give the folder of the CT's slices.")
        case .severalSeries(let path, let series):
            Failure(
                code: "several-series",
                message: "\(path) holds \(series.count) series; name one with --series:\n\(list(series))")
        case .seriesNotFound(let path, let wanted, let series):
            Failure(code: "series-not-found", message: "\(path) has no series \(wanted); it has:\n\(list(series))")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Label maps and their numbers.
    private static func failureOfLabels(_ error: ImagingError) -> Failure {
        switch error {
        case .labelsOnAnotherGrid(let path, let labels, let image):
            Failure(
                code: "labels-on-another-grid",
                message:
                    "The labels in \(path) lie on another grid than the image: \(describe(labels)) against \(describe(image)). "
                    + "Resample them onto the image, or give the labels that were made from it.")
        case .labelSchemeUnclear(let path, let numbers):
            Failure(
                code: "label-scheme-unclear",
                message:
                    "Whether the numbers in \(path) (\(some(numbers))) are VerSe's or TotalSegmentator's does not show: "
                    + "say so with --label-scheme verse or --label-scheme totalsegmentator.")
        case .notLabels(let path, let value):
            Failure(code: "not-labels", message: "\(path) is no label map: it holds the value \(value).")
        case .unknownLabels(let path, let numbers):
            Failure(
                code: "unknown-labels",
                message:
                    "\(path) holds label numbers without a known meaning (\(some(numbers))): name them with --map 5:L3,…."
            )
        case .noLabels(let path): Failure(code: "no-labels", message: "\(path) holds no label: every voxel is 0.")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Labels that come as single structures, and objects that refer to a series.
    private static func failureOfStructures(_ error: ImagingError) -> Failure {
        switch error {
        case .notAMask, .noStructures: failureOfStructureNames(error)
        case .structuresOverlap(let path, let a, let b, let voxels):
            Failure(
                code: "labels-overlap",
                message:
                    "\(path): \(a.levelName) and \(b.levelName) both claim \(voxels) voxels: one of them is wrong, make them anew."
            )
        case .segmentContradicts(let path, let segment, let label, let code):
            Failure(
                code: "labels-contradict",
                message:
                    "\(path): segment \(segment) is called '\(label)' but its code says \(code.levelName): "
                    + "settle it with --map \(segment):\(code.levelName) or another level.")
        case .anotherFrameOfReference, .noSourceSeries: failureOfOtherImage(error)
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Labels that belong to another image, or to none.
    private static func failureOfOtherImage(_ error: ImagingError) -> Failure {
        switch error {
        case .anotherFrameOfReference(let path, let labels, let image):
            Failure(
                code: "labels-on-another-grid",
                message:
                    "The labels in \(path) belong to another frame of reference (\(labels)) than the image (\(image)): "
                    + "give the labels that were made from it.")
        case .noSourceSeries(let path):
            Failure(
                code: "no-source-series",
                message:
                    "\(path) was not written: a DICOM object refers to the series that it was made from, and the image is no DICOM series. "
                    + "Give the DICOM image, or name a file that ends in .nii.gz or .nrrd.")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Structures without a meaning, and what is no structure.
    private static func failureOfStructureNames(_ error: ImagingError) -> Failure {
        switch error {
        case .notAMask(let path, let values):
            Failure(
                code: "not-a-mask",
                message:
                    "\(path) holds several values (\(some(values))), but a file of a folder of structures holds one structure: "
                    + "give a label map by itself.")
        case .noStructures(let path, let names):
            Failure(
                code: "unknown-labels",
                message:
                    "No file in \(path) has the name of a known structure (\(some(names)) are there): name them as vertebrae_L3.nii.gz, "
                    + "or say what they are with --map NAME:L3,….")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// What a person should know about how labels were read; `nil` where it is as expected.
    static func sentence(_ remark: LabelRemark) -> String? {
        switch remark {
        case .schemeFound(.verse): nil
        case .schemeFound: "read with TotalSegmentator's numbers, as their order along the spine shows"
        case .leftOut(let names): "left out, without a label here: \(some(names))"
        case .overlap(let kept, let lost, let voxels):
            "\(voxels) voxels are claimed by \(kept.levelName) and \(lost.levelName); they went to \(kept.levelName)"
        case .fractional: "fractions are taken as labels from a half on"
        case .framesOutside(let count): "\(count) frame(s) reach outside the image; what lies there was left out"
        }
    }

    static func sentence(_ doubt: LabelDoubt) -> String {
        switch doubt {
        case .noVertebra: "there is no vertebra among the labels"
        case .volume(let label, let volume, let least, let most):
            String(
                format: "%@ has %.1f ml, but must have between %.1f and %.0f", label.levelName, volume, least, most)
        case .order(let upper, let lower): "\(upper.levelName) does not lie above \(lower.levelName)"
        case .distance(let upper, let lower, let millimetres):
            String(format: "%@ and %@ are %.0f mm apart", upper.levelName, lower.levelName, millimetres)
        }
    }

    private static func code(_ problem: FileProblem) -> String {
        switch problem {
        case .notFound, .dataFileNotFound: "not-found"
        case .truncated, .compressedDataEnds, .compressedTooShort: "truncated"
        default: "unreadable"
        }
    }

    static func sentence(_ problem: FileProblem) -> String {
        switch problem {
        case .notFound: "there is no such file or folder"
        case .dataFileNotFound(let name):
            "the file of its voxels, '\(name)', is not there: keep the two together"
        case .notAFile: "it is neither a file nor a folder"
        case .system(let number): String(cString: strerror(number)).lowercased()
        case .unknownFormat: "its format is not known (DICOM, .nii, .nii.gz, .nrrd, .mha and .mhd are)"
        case .truncated(let expected, let found):
            "it is cut off: \(expected) bytes are needed, \(found) are there; copy it anew"
        case .compressedDataEnds(let expected, let decoded) where decoded >= expected:
            "it is cut off: the checksum at the end of its compressed data is missing; copy it anew"
        case .compressedDataEnds(let expected, let decoded):
            "it is cut off: its compressed data end after \(decoded) of the \(expected) bytes that they should hold; copy it anew"
        case .compressedTooShort(let expected, let compressed):
            "it is cut off: \(expected) bytes of voxels cannot be in \(compressed) compressed bytes; copy it anew"
        case .badHeader(let field, let value): "its header says \(field) = '\(value)', which cannot be"
        case .unsupported(let field, let value): "its \(field) '\(value)' is not supported; convert it first"
        case .damaged(let what): "it is damaged (\(what)); copy it anew"
        case .tooLarge(let voxels): "it claims \(voxels) voxels, more than one image may have"
        case .impossibleGeometry(let what): "its geometry is impossible (\(what))"
        case .noSuchAcquisition(let wanted, let available):
            "it has no acquisition number \(wanted), but \(some(available))"
        case .unsafeReference(let reference):
            "it names a file outside its own folder ('\(reference)'): give the folder of the images instead"
        case .sheared(let deviation):
            "its axes are not perpendicular (off by \(deviation)): resample it to a right-angled grid"
        }
    }

    static func sentence(_ problem: WriteProblem) -> String {
        switch problem {
        case .system(let number): String(cString: strerror(number)).lowercased()
        case .folderNotOurs: "the folder already holds other files, which are left alone; name a new or empty folder"
        case .inTheWay: "a file stands where a folder should go, or a folder where a file should"
        case .unknownFormat: "name a file that ends in .nii, .nii.gz, .nrrd, .mha or .mhd, or a folder for DICOM"
        case .valuesDoNotFit(let format): "\(format) cannot hold its values exactly"
        case .notCT(let modality):
            "its modality is \(modality), and a DICOM series is written for CT alone; name a .nii.gz file"
        case .failed(let what): what
        }
    }

    static func describe(_ g: GridGeometry) -> String {
        func text(_ v: Vector3) -> String { [v.x, v.y, v.z].map { String(format: "%.4g", $0) }.joined(separator: "×") }
        return "\(g.size.x)×\(g.size.y)×\(g.size.z) voxels of \(text(g.spacing)) mm"
    }

    private static func list(_ series: [SeriesSummary]) -> String {
        series.map { "  \($0.uid)  \($0.modality)  \($0.slices) images  \($0.description)" }.joined(separator: "\n")
    }

    private static func some(_ numbers: [Int]) -> String {
        numbers.prefix(8).map(String.init).joined(separator: ", ") + (numbers.count > 8 ? ", …" : "")
    }
}
