import Foundation

/// Writes label maps: `.nii`, `.nii.gz`, `.nrrd`, `.nhdr`, `.mha` or `.mhd`, one byte a voxel; `.dcm` as a DICOM
/// segmentation object.
public enum LabelWriter {
    /// Stands in the description of every file, so that our own numbers are known again.
    static let mark = "Stylet labels"

    /// - Parameter image: what the labelled image's files say; a segmentation object refers to them.
    /// - Throws: `ImagingError.unwritable`; `.noSourceSeries` for a segmentation object of an image that is not DICOM.
    public static func write(
        _ labels: LabelVolume, of image: ImageMetadata? = nil, to path: String, progress: ProgressReport? = nil
    ) throws(ImagingError) {
        if isSegmentationObject(path) {
            return try SegmentationWriter.write(labels, of: image, to: path, progress: progress)
        }
        try GridFileWriter.write(labels, type: .uint8, description: mark, to: path, progress: progress)
    }

    /// Whether a path's ending asks for a DICOM segmentation object.
    public static func isSegmentationObject(_ path: String) -> Bool {
        path.lowercased().hasSuffix(".dcm") || path.lowercased().hasSuffix(".seg")
    }

    /// Whether `write` knows the path's ending.
    public static func knows(_ path: String) -> Bool { isSegmentationObject(path) || GridFileWriter.knows(path) }
}
