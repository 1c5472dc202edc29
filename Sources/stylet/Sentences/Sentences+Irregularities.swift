import Foundation
import Frames
import Imaging

extension Sentences {
    static func sentence(_ irregularity: Irregularity) -> String {
        switch irregularity.kind {
        case .gantryTilt, .gantryTiltUnclear, .sidewaysSlices, .missingSlices, .doubledSlices, .unevenSpacing,
            .gapsBetweenSlices:
            sentenceOfSlices(irregularity)
        case .severalAcquisitions, .fewerImagesThanAnnounced, .mixedPatients, .mixedGrids, .mixedFramesOfReference,
            .localisers:
            sentenceOfSeries(irregularity)
        case .notHounsfield, .slicesNotHU, .valuesNotHU, .padding, .clippedValues, .notFinite, .lossyCompression:
            sentenceOfValues(irregularity)
        case .unreadableFiles(let files, let problem):
            "\(files.count) file(s) left out (\(sentence(problem))): \(some(files))"
        case .notCT(let modality): "the modality is \(modality.isEmpty ? "not given" : modality), not CT"
        case .singleSlice: "a single slice"
        case .axesStraightened(let deviation):
            "axes off by \(String(format: "%.2g", deviation)) from perpendicular, made exact"
        case .noPatientPosition:
            "the file does not say where the patient is; the grid's axes are taken as the patient's"
        case .formsDisagree(let millimetres):
            "the header's two forms disagree by \(String(format: "%.2f", millimetres)) mm; the sform is taken"
        }
    }

    /// How the slices lie.
    private static func sentenceOfSlices(_ irregularity: Irregularity) -> String {
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
        default: "\(irregularity.kind)"
        }
    }

    /// Slices and acquisitions that do not belong together.
    private static func sentenceOfSeries(_ irregularity: Irregularity) -> String {
        switch irregularity.kind {
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
        default: "\(irregularity.kind)"
        }
    }

    /// What the voxels hold.
    private static func sentenceOfValues(_ irregularity: Irregularity) -> String {
        switch irregularity.kind {
        case .notHounsfield(let unit):
            unit == "US"
                ? "the file does not say that its values are HU"
                : "the file's values are \(unit.isEmpty ? "of no unit" : unit), not HU"
        case .slicesNotHU(let slices):
            "\(slices.count) slice(s) hold neither air nor fat, unlike the others, so their values are on another scale: "
                + some(slices)
        case .valuesNotHU(let low, let high):
            "values from \(String(format: "%.0f", low)) to \(String(format: "%.0f", high)) cannot be HU: there is neither air nor fat"
        case .padding(let voxels): "\(voxels) voxels outside the scanner's field read as air"
        case .clippedValues(let voxels): "\(voxels) voxels beyond ±32,767 HU cut off"
        case .notFinite(let voxels): "\(voxels) voxels are no numbers and read as air"
        case .lossyCompression: "lossy compression in its history"
        default: "\(irregularity.kind)"
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

    static func some(_ files: [String]) -> String {
        files.prefix(3).map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: ", ")
            + (files.count > 3 ? ", …" : "")
    }
}
