import Foundation

/// Reads a CT from any format that the program knows, into HU on a grid in the patient.
public enum ImageReader {
    /// - Parameters:
    ///   - path: a DICOM folder, file or DICOMDIR, `.nii`, `.nii.gz`, `.hdr` with `.img`, `.nrrd`, `.nhdr`, `.mha`
    ///     or `.mhd`.
    ///   - series: the SeriesInstanceUID to take from a folder that holds several.
    ///   - acquisition: the AcquisitionNumber to take from a series that holds several.
    ///   - keepsExact: whether DICOM values that are no whole HU are kept beside the rounded ones, for four times the
    ///     memory.
    ///   - progress: called while headers are read and slices decoded.
    /// - Throws: `ImagingError.unreadable`, `.noImage`, `.severalSeries` or `.seriesNotFound`.
    public static func read(
        _ path: String, series: String? = nil, acquisition: Int? = nil, keepsExact: Bool = true,
        progress: ProgressReport? = nil
    ) throws(ImagingError) -> LoadedImage {
        do {
            switch try FileBytes.kind(path) {
            case .folder: break
            case .file:
                if let (file, format) = try gridFile(path) { return image(file, format, path) }
            }
        } catch { throw .unreadable(path: path, error) }
        let choice = SeriesChoice(series: series, acquisition: acquisition, keepsExact: keepsExact)
        return try DICOMReader.read(path, choice, progress: progress)
    }

    private static let nifti = [".nii", ".hdr", ".img"].flatMap { [$0, $0 + ".gz"] }

    /// Whether a file's name is that of a grid of voxels (NIfTI, NRRD, MetaImage), not of DICOM or a picture.
    public static func isGridFile(_ path: String) -> Bool {
        (nifti + [".nrrd", ".nhdr", ".mha", ".mhd"]).contains(where: path.lowercased().hasSuffix)
    }

    /// The file by its name, or by its first bytes where the name says nothing; `nil` for what only DICOM can be.
    static func gridFile(_ path: String) throws(FileProblem) -> (GridFile, ImageFormat)? {
        let name = path.lowercased()
        if nifti.contains(where: name.hasSuffix) { return (try NIfTIReader.read(path), .nifti) }
        if name.hasSuffix(".nrrd") || name.hasSuffix(".nhdr") { return (try NRRDReader.read(path), .nrrd) }
        if name.hasSuffix(".mha") || name.hasSuffix(".mhd") { return (try MetaImageReader.read(path), .metaImage) }
        return nil
    }

    private static func image(_ file: GridFile, _ format: ImageFormat, _ path: String) -> LoadedImage {
        let values = HounsfieldConversion(file.stored, rescale: file.rescale)
        var metadata = ImageMetadata(format: format)
        metadata.seriesDescription = file.description
        metadata.sourceFiles = [path]
        metadata.rescale = file.rescale
        let ct = Volume(geometry: file.geometry, voxels: values.ct)
        return LoadedImage(
            ct: ct, exact: values.exact.map { Volume(geometry: file.geometry, voxels: $0) }, metadata: metadata,
            irregularities: file.irregularities + values.irregularities + HounsfieldCheck.irregularities(ct))
    }
}

extension Volume where Voxel == Int16 {
    /// The smallest and the largest value.
    public var range: (smallest: Int16, largest: Int16) {
        withVoxels { v in
            var (low, high) = (Int16.max, Int16.min)
            for value in v {
                low = min(low, value)
                high = max(high, value)
            }
            return (low, high)
        }
    }
}
