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
        case .noLabels(let path): Failure(code: "no-labels", message: "\(path) holds no label: every voxel is 0.")
        default: failureOfStructures(error)
        }
    }

    /// Labels that come as single structures, and objects that refer to a series.
    private static func failureOfStructures(_ error: ImagingError) -> Failure {
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

    static func sentence(_ irregularity: Irregularity) -> String {
        switch irregularity.kind {
        case .gantryTilt(let degrees):
            "gantry tilt of \(String(format: "%.1f", degrees))°"
                + (irregularity.effect == .mended
                    ? ", resampled to a right-angled grid" : ", more than any gantry leans")
        case .gantryTiltUnclear(let header, let positions):
            "the header says that the gantry was tilted by \(String(format: "%.1f", header))°, the slices' positions "
                + "\(String(format: "%.1f", positions))°: which is right does not show"
        case .sidewaysSlices(let millimetres, let slices):
            "slice(s) up to \(String(format: "%.2f", millimetres)) mm beside the others' line: \(some(slices))"
        case .missingSlices(let after, let count): "\(count) slice(s) missing after \(some(after))"
        case .doubledSlices(let slices, let identical):
            (identical ? "doubled slice(s), identical, one kept: " : "doubled slice(s) that differ: ") + some(slices)
        case .unevenSpacing(let a, let b, let slices):
            "uneven slice spacing, from \(String(format: "%.3f", a)) to \(String(format: "%.3f", b)) mm, after "
                + "\(some(slices)); resampled to an even one"
        case .gapsBetweenSlices(let thickness, let spacing):
            "slices of \(String(format: "%.2f", thickness)) mm lie \(String(format: "%.2f", spacing)) mm apart: "
                + "nothing was measured between them"
        case .severalAcquisitions(let acquisitions, let kept):
            "\(acquisitions.count) acquisitions overlap (\(acquisitions.prefix(4).map(describe).joined(separator: "; "))"
                + (acquisitions.count > 4 ? "; …" : "")
                + "); number \(kept) was read: name the right one with --acquisition"
        case .fewerImagesThanAnnounced(let announced, let found):
            "\(found) of \(announced) images of the acquisition are here: the scan may be cut short"
        case .mixedPatients(let slices):
            "\(slices.count) slice(s) of another patient, left out: \(some(slices))"
        case .mixedGrids(let slices):
            "\(slices.count) slice(s) of another size or orientation, left out: \(some(slices))"
        case .mixedFramesOfReference(let slices):
            "\(slices.count) slice(s) of another frame of reference, left out: \(some(slices))"
        case .localisers(let slices):
            "\(slices.count) scout image(s)" + (irregularity.effect == .mended ? ", left out" : "")
                + ": \(some(slices))"
        case .notHounsfield(let unit):
            unit == "US"
                ? "the file does not say that its values are HU"
                : "the file's values are \(unit.isEmpty ? "of no unit" : unit), not HU"
        case .slicesNotHU(let slices):
            "\(slices.count) slice(s) hold neither air nor fat, unlike the others, so their values are on another scale: "
                + some(slices)
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

    private static func describe(_ acquisition: AcquisitionSummary) -> String {
        "number \(acquisition.number): \(acquisition.slices) slices, \(name(acquisition.first)) to \(name(acquisition.last))"
    }

    private static func some(_ slices: [SliceReference]) -> String {
        slices.prefix(3).map(name).joined(separator: ", ") + (slices.count > 3 ? ", … (\(slices.count) in all)" : "")
    }

    /// A slice as the scanner's own list names it, and where it lies.
    private static func name(_ slice: SliceReference) -> String {
        let name = slice.instanceNumber.map { "instance \($0)" } ?? URL(fileURLWithPath: slice.file).lastPathComponent
        guard let p = slice.position?.coordinates else { return name }
        return name + String(format: " at (%.1f, %.1f, %.1f) mm", p.x, p.y, p.z)
    }

    private static func some(_ files: [String]) -> String {
        files.prefix(3).map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: ", ")
            + (files.count > 3 ? ", …" : "")
    }
}
