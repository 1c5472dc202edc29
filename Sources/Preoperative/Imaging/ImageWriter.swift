import Foundation

/// Writes images so that another program reads the same values at the same places.
public enum ImageWriter {
    /// - Parameter path: `.nii`, `.nii.gz`, `.nrrd`, `.nhdr`, `.mha` or `.mhd`; any other name becomes a folder with a DICOM
    ///   series.
    /// - Throws: `ImagingError.unwritable`; nothing is left behind then. DICOM holds whole steps of 16 bits alone, so values
    ///   that do not fit exactly are refused there.
    public static func write(
        _ image: LoadedImage, to path: String, progress: ProgressReport? = nil
    ) throws(ImagingError) {
        guard GridFileWriter.knows(path) else { return try writeSeries(image, to: path, progress) }
        let description = image.metadata.seriesDescription
        guard let exact = image.exact else {
            return try GridFileWriter.write(
                image.ct, type: .int16, description: description, to: path, progress: progress)
        }
        if exact.voxels.allSatisfy({ Double(Float($0)) == $0 || $0.isNaN }) {
            let single = Volume(geometry: exact.geometry, voxels: exact.voxels.map { Float($0) })
            return try GridFileWriter.write(
                single, type: .float32, description: description, to: path, progress: progress)
        }
        try GridFileWriter.write(exact, type: .float64, description: description, to: path, progress: progress)
    }

    /// Writes a DICOM CT series, one file a slice. UIDs follow from the content: the same image gives the same bytes. The
    /// study and the frame of reference keep their UIDs where `metadata` names them; the series gets one of its own.
    ///
    /// - Throws: `ImagingError.unwritable`, also where the folder holds anything that this program did not write.
    public static func writeDICOM(
        ct: Volume<Int16>, metadata: ImageMetadata = ImageMetadata(format: .dicom), to folder: String,
        progress: ProgressReport? = nil
    ) throws(ImagingError) {
        try DICOMWriter.write(DICOMWriter.StoredImage(values: ct, rescale: .none), metadata, to: folder, progress)
    }

    /// Names that ask for another kind of file, and so for no folder.
    private static let otherEndings: Set = [
        "dcm", "dicom", "img", "hdr", "gz", "zip", "txt", "json", "yaml", "csv", "png", "jpg", "jpeg", "tif", "tiff",
        "stl",
        "ply", "obj", "vtk", "vti", "mnc", "html", "nia", "nhdr", "raw",
    ]

    private static func writeSeries(
        _ image: LoadedImage, to path: String, _ progress: ProgressReport?
    ) throws(ImagingError) {
        if otherEndings.contains(FilePath.ending(path).lowercased()) {
            throw .unwritable(path: path, .unknownFormat)
        }
        guard let exact = image.exact else {
            return try writeDICOM(ct: image.ct, metadata: image.metadata, to: path, progress: progress)
        }
        guard let stored = stored(exact, image.metadata.rescale) else {
            throw .unwritable(path: path, .valuesDoNotFit(format: "DICOM"))
        }
        try DICOMWriter.write(stored, image.metadata, to: path, progress)
    }

    /// Whole 16-bit numbers and a rescale that give back every value exactly: the file's own rescale, or whole steps from
    /// the smallest value on.
    static func stored(_ exact: Volume<Double>, _ own: Rescale?) -> DICOMWriter.StoredImage? {
        guard let low = exact.voxels.min(), low.isFinite else { return nil }
        let candidates = [own, Rescale(slope: 1, intercept: low + 32768)].compactMap { $0 }
        for rescale in candidates {
            // Unsigned numbers of a file are shifted into the signed range, which changes the intercept alone.
            for shift in [0.0, 32768.0] {
                let moved = Rescale(slope: rescale.slope, intercept: rescale.intercept + shift * rescale.slope)
                guard let values = quantised(exact, moved) else { continue }
                return DICOMWriter.StoredImage(values: values, rescale: moved)
            }
        }
        return nil
    }

    private static func quantised(_ exact: Volume<Double>, _ rescale: Rescale) -> Volume<Int16>? {
        // What the file will say, which has 16 characters for each number.
        guard let slope = Double(DecimalString.text(rescale.slope)),
            let intercept = Double(DecimalString.text(rescale.intercept))
        else { return nil }
        var values: [Int16] = []
        values.reserveCapacity(exact.voxels.count)
        for value in exact.voxels {
            guard let stored = Int16(exactly: ((value - intercept) / slope).rounded()),
                Double(stored) * slope + intercept == value
            else { return nil }
            values.append(stored)
        }
        return Volume(geometry: exact.geometry, voxels: values)
    }
}
