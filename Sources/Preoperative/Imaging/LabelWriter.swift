import Foundation

/// Writes label maps: `.nii`, `.nii.gz`, `.nrrd`, `.nhdr`, `.mha` or `.mhd`, one byte a voxel.
public enum LabelWriter {
    /// - Throws: `ImagingError.unwritable`.
    public static func write(
        _ labels: LabelVolume, to path: String, progress: ProgressReport? = nil
    ) throws(ImagingError) {
        try GridFileWriter.write(labels, type: .uint8, description: "labels", to: path, progress: progress)
    }
}
