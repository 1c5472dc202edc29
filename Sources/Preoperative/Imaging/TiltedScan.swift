import Frames
import Glibc

/// The slices of a scan with a tilted gantry: planes that lean about a grid's first axis and march along its third.
///
/// Sample an image on each plane, put the values one after the other, and `ImageWriter.writeDICOM(_:of:metadata:to:)`
/// writes the series that such a scanner would.
public struct TiltedScan: Equatable, Sendable {
    /// One plane a slice, each one voxel thick; its normal leans by `tilt` from the line that the planes march along.
    public let planes: [GridGeometry]
    /// Radians; positive where the gantry's top leans towards lower slices.
    public let tilt: Double

    /// - Parameters:
    ///   - grid: the upright grid whose planes are leant, each about its own centre.
    ///   - tilt: radians, at most 45°.
    /// - Throws: `ImagingError.impossibleGeometry`.
    public init(_ grid: GridGeometry, tilt: Double) throws(ImagingError) {
        guard tilt.isFinite, abs(tilt) <= .pi / 4 else { throw .impossibleGeometry("a gantry tilted by \(tilt) rad") }
        let (x, y, z) = (grid.direction.columns.0, grid.direction.columns.1, grid.direction.columns.2)
        let (column, normal) = (y * cos(tilt) - z * sin(tilt), z * cos(tilt) + y * sin(tilt))
        let half = Vector3(Double(grid.size.x - 1), Double(grid.size.y - 1), 0) / 2
        let toCorner = x * (half.x * grid.spacing.x) + column * (half.y * grid.spacing.y)
        var planes: [GridGeometry] = []
        for plane in 0..<grid.size.z {
            let middle = grid.point(GridPoint(half + Vector3(0, 0, Double(plane)))).coordinates
            planes.append(
                try GridGeometry(
                    size: GridSize(grid.size.x, grid.size.y, 1),
                    spacing: Vector3(grid.spacing.x, grid.spacing.y, grid.spacing.z * cos(tilt)),
                    origin: Point(middle - toCorner), direction: Matrix3(columns: x, column, normal)))
        }
        self.planes = planes
        self.tilt = tilt
    }
}

extension ImageWriter {
    /// Writes the slices of a tilted scan as a folder of CT Image Storage files.
    ///
    /// - Parameter values: HU of all planes, one plane after the other.
    /// - Throws: `ImagingError.unwritable`.
    public static func writeDICOM(
        _ values: [Int16], of scan: TiltedScan, metadata: ImageMetadata, to folder: String,
        progress: ProgressReport? = nil
    ) throws(ImagingError) {
        let size = scan.planes.first.map { GridSize($0.size.x, $0.size.y, scan.planes.count) }
        guard let size, values.count == size.count, let first = scan.planes.first else {
            throw .unwritable(path: folder, .valuesDoNotFit(format: "DICOM"))
        }
        let grid = GridGeometry(
            trusted: size, spacing: first.spacing, origin: first.origin, direction: first.direction)
        let image = DICOMWriter.StoredImage(
            values: Volume(geometry: grid, voxels: values), rescale: .none, tilted: scan)
        try DICOMWriter.write(image, metadata, to: folder, progress)
    }
}
