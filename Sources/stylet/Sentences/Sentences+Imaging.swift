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
        }
    }

    private static func code(_ problem: FileProblem) -> String {
        switch problem {
        case .notFound: "not-found"
        case .truncated: "truncated"
        default: "unreadable"
        }
    }

    static func sentence(_ problem: FileProblem) -> String {
        switch problem {
        case .notFound: "there is no such file or folder"
        case .notAFile: "it is neither a file nor a folder"
        case .system(let number): String(cString: strerror(number)).lowercased()
        case .unknownFormat: "its format is not known (DICOM, .nii, .nii.gz, .nrrd, .mha and .mhd are)"
        case .truncated(let expected, let found):
            "it is cut off: \(expected) bytes are needed, \(found) are there; copy it anew"
        case .badHeader(let field, let value): "its header says \(field) = '\(value)', which cannot be"
        case .unsupported(let field, let value): "its \(field) '\(value)' is not supported; convert it first"
        case .damaged(let what): "it is damaged (\(what)); copy it anew"
        case .tooLarge(let voxels): "it claims \(voxels) voxels, more than one image may have"
        case .impossibleGeometry(let what): "its geometry is impossible (\(what))"
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

    static func sentence(_ irregularity: Irregularity) -> String {
        switch irregularity.kind {
        case .gantryTilt(let degrees): "gantry tilt of \(String(format: "%.1f", degrees))°"
        case .missingSlices(let after, let count): "\(count) slice(s) missing after slice \(some(after))"
        case .doubledSlices(let slices, let identical):
            "slice(s) \(some(slices)) doubled" + (identical ? " (identical; one kept)" : ", and they differ")
        case .unevenSpacing(let a, let b, let slices):
            "uneven slice spacing, from \(String(format: "%.3f", a)) to \(String(format: "%.3f", b)) mm, at slice \(some(slices))"
        case .mixedGrids(let files): "\(files.count) file(s) of another size or orientation, left out: \(some(files))"
        case .mixedFramesOfReference(let files):
            "\(files.count) file(s) of another frame of reference, left out: \(some(files))"
        case .localisers(let files): "\(files.count) scout image(s), left out: \(some(files))"
        case .valuesNotHU(let low, let high):
            "values from \(String(format: "%.0f", low)) to \(String(format: "%.0f", high)) cannot be HU: there is neither air nor fat"
        case .unreadableFiles(let files, let problem):
            "\(files.count) file(s) left out (\(sentence(problem))): \(some(files))"
        case .notCT(let modality): "the modality is \(modality.isEmpty ? "not given" : modality), not CT"
        case .singleSlice: "a single slice"
        case .padding(let voxels): "\(voxels) voxels outside the scanner's field read as air"
        case .clippedValues(let voxels): "\(voxels) voxels beyond ±32,767 HU cut off"
        case .notFinite(let voxels): "\(voxels) voxels are no numbers and read as air"
        case .axesStraightened(let deviation):
            "axes off by \(String(format: "%.2g", deviation)) from perpendicular, made exact"
        case .lossyCompression: "lossy compression in its history"
        case .noPatientPosition:
            "the file does not say where the patient is; the grid's axes are taken as the patient's"
        case .formsDisagree(let millimetres):
            "the header's two forms disagree by \(String(format: "%.2f", millimetres)) mm; the sform is taken"
        }
    }

    private static func some(_ files: [String]) -> String {
        files.prefix(3).map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: ", ")
            + (files.count > 3 ? ", …" : "")
    }
}
