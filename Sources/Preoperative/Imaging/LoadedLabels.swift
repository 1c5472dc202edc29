/// Labels as read, and what a person should know about how they were read.
public struct LoadedLabels: Equatable, Sendable {
    public var volume: LabelVolume
    public var remarks: [LabelRemark]

    public init(volume: LabelVolume, remarks: [LabelRemark] = []) {
        self.volume = volume
        self.remarks = remarks
    }
}

/// Something about labels made elsewhere that does not show from the voxels.
public enum LabelRemark: Equatable, Sendable {
    /// Whose numbers they are, as the map itself shows.
    case schemeFound(LabelScheme)
    /// Numbers, files or segments that have no label here and were left out.
    case leftOut([String])
    /// Voxels that two structures claim; they went to `kept`.
    case overlap(kept: AnatomicalLabel, lost: AnatomicalLabel, voxels: Int)
    /// Segments given as fractions or probabilities: a voxel belongs to one from a half on.
    case fractional
    /// Frames of a segmentation object that lie outside the image's grid; what they hold there was left out.
    case framesOutside(count: Int)
}
