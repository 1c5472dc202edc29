/// What an irregularity means for whoever uses the image.
public enum IrregularityEffect: String, Equatable, Sendable {
    /// Worth knowing; the image is right.
    case noted
    /// Put right while reading; the image is right.
    case mended
    /// Distances or values in this image cannot be trusted for a plan.
    case forbidsPlanning
}

/// Something in an image that a plain stack of equal slices does not have.
public struct Irregularity: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// The slices' positions march at this angle to the slices' normal. Mended: each slice was moved within its own
        /// plane to where it belongs; what the slanted scan did not reach reads as air.
        case gantryTilt(degrees: Double)
        /// The header's tilt (GantryDetectorTilt) and that of the positions contradict each other.
        case gantryTiltUnclear(header: Double, positions: Double)
        /// Slices that lie beside the line that the others march along, by this many mm at most.
        case sidewaysSlices(millimetres: Double, slices: [SliceReference])
        /// Gaps where one slice or more is missing; the voxels there hold air.
        case missingSlices(after: [SliceReference], count: Int)
        /// Several slices at one position; one is kept.
        case doubledSlices(slices: [SliceReference], identical: Bool)
        /// Distances between slices that differ without being whole multiples of one spacing. The image was brought to an
        /// even grid by the slices' positions.
        case unevenSpacing(smallest: Double, largest: Double, slices: [SliceReference])
        /// Slices thinner than their distance: the patient was not measured between them.
        case gapsBetweenSlices(thickness: Double, spacing: Double)
        /// Acquisitions that overlap along the patient; the one numbered `kept` was read.
        case severalAcquisitions([AcquisitionSummary], kept: Int)
        /// Fewer images than the acquisition has by its own header: the scan may be cut short.
        case fewerImagesThanAnnounced(announced: Int, found: Int)
        /// Slices of another patient, left out.
        case mixedPatients(slices: [SliceReference])
        /// Slices of another orientation, size or pixel spacing, left out.
        case mixedGrids(slices: [SliceReference])
        /// Slices of another frame of reference, left out.
        case mixedFramesOfReference(slices: [SliceReference])
        /// Scout images among the slices, left out.
        case localisers(slices: [SliceReference])
        /// Rescaled values in another unit than HU, by the header.
        case notHounsfield(unit: String)
        /// Slices without any air or fat where the others have both: their values are on another scale.
        case slicesNotHU(slices: [SliceReference])
        /// Values that cannot be HU: nothing as low as fat or air in the whole image.
        case valuesNotHU(smallest: Double, largest: Double)
        /// Files of this folder that cannot be read, left out.
        case unreadableFiles(files: [String], FileProblem)
        /// Another modality than CT.
        case notCT(modality: String)
        case singleSlice
        /// Voxels outside the scanner's field, marked so by the file; they read as air.
        case padding(voxels: Int)
        /// Values beyond what an `Int16` holds, cut off in `ct` and kept in `exact`.
        case clippedValues(voxels: Int)
        /// Values that are no numbers, read as air.
        case notFinite(voxels: Int)
        /// Axes that were not quite perpendicular unit vectors, made so.
        case axesStraightened(deviation: Double)
        /// Lossy compression somewhere in the image's history.
        case lossyCompression
        /// The file does not say where the patient is; the grid's own axes were taken as the patient's.
        case noPatientPosition
        /// The two forms of a NIfTI header disagree, by this many mm at most; the sform was taken.
        case formsDisagree(millimetres: Double)
    }

    public let kind: Kind
    public let effect: IrregularityEffect

    public init(_ kind: Kind, _ effect: IrregularityEffect) {
        self.kind = kind
        self.effect = effect
    }
}
