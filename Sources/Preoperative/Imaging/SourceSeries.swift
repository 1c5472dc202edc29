import Frames

/// The DICOM images that something was made from, as objects that refer to them name them.
struct SourceSeries {
    struct Image: Equatable {
        let path: String
        let classUID: String
        let instanceUID: String
    }

    /// Each once, in the order of the planes.
    let images: [Image]
    let seriesUID: String
    /// The image of each plane of the grid and its frame there (from 1; 0 for files of one frame); `nil` where the plane is
    /// no image as it stands, as in a resampled grid.
    let planes: [(image: Image, frame: Int)?]

    /// - Throws: `ImagingError.noSourceSeries` where the image did not come from DICOM.
    init(_ metadata: ImageMetadata?, _ geometry: GridGeometry, for path: String) throws(ImagingError) {
        guard let metadata, metadata.format == .dicom, let uid = metadata.seriesUID, !metadata.sourceFiles.isEmpty
        else { throw .noSourceSeries(path: path) }
        seriesUID = uid
        var images: [Image] = []
        var planes = [(image: Image, frame: Int)?](repeating: nil, count: geometry.size.z)
        for source in metadata.sourceFiles {
            do throws(FileProblem) {
                let file = try DICOMFile(source, headerOnly: true)
                let image = Image(
                    path: source, classUID: file.text(.sopClassUID), instanceUID: file.text(.sopInstanceUID))
                images.append(image)
                let slices = try DICOMSlice.slices(of: file)
                for slice in slices {
                    guard let plane = Self.plane(of: slice, in: geometry) else { continue }
                    planes[plane] = (image, slices.count > 1 ? slice.frame + 1 : 0)
                }
            } catch { throw .unreadable(path: source, error) }
        }
        self.images = images
        self.planes = planes
    }

    /// The plane whose voxels are this slice's pixels.
    private static func plane(of slice: DICOMSlice, in geometry: GridGeometry) -> Int? {
        guard let position = slice.position else { return nil }
        let index = geometry.nearest(Point(position))
        let isThere =
            index.x == 0 && index.y == 0 && (0..<geometry.size.z).contains(index.z)
            && geometry.point(index).distance(to: Point(position)) < 0.01
        let isAlong =
            length(slice.rowDirection - geometry.direction.columns.0) < 1e-3
            && length(slice.columnDirection - geometry.direction.columns.1) < 1e-3
        return isThere && isAlong ? index.z : nil
    }
}
