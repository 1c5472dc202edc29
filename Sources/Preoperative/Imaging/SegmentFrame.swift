import CDICOM
import Frames

/// Where one frame of a segmentation object lies, and whose it is.
struct SegmentFrame {
    var segment: Int
    let position: Vector3
    let rowDirection: Vector3
    let columnDirection: Vector3
    /// Between neighbouring columns (x) and rows (y), mm.
    let columnSpacing: Double
    let rowSpacing: Double
    /// Between frames, where the file says it, mm.
    let depth: Double?

    init(_ file: DICOMFile, _ frame: Int) throws(FileProblem) {
        segment = file.number(.referencedSegment, frame: frame).map { Int($0) } ?? 0
        guard let p = file.numbers(.imagePosition, frame: frame, count: 3), p.allSatisfy({ abs($0) < 1e6 }) else {
            throw .badHeader(field: "ImagePositionPatient", value: "of frame \(frame + 1)")
        }
        guard let o = file.numbers(.imageOrientation, frame: frame, count: 6) else {
            throw .badHeader(field: "ImageOrientationPatient", value: "of frame \(frame + 1)")
        }
        guard let s = file.numbers(.pixelSpacing, frame: frame, count: 2), s.allSatisfy({ $0 > 1e-3 && $0 < 100 })
        else { throw .badHeader(field: "PixelSpacing", value: "of frame \(frame + 1)") }
        var plane = DICOMSlice()
        try plane.orient(Vector3(o[0], o[1], o[2]), Vector3(o[3], o[4], o[5]))
        position = Vector3(p[0], p[1], p[2])
        (rowDirection, columnDirection) = (plane.rowDirection, plane.columnDirection)
        (rowSpacing, columnSpacing) = (s[0], s[1])
        depth = file.number(.spacingBetweenSlices, frame: frame) ?? file.number(.sliceThickness, frame: frame)
    }

    var normal: Vector3 { cross(rowDirection, columnDirection) }

    /// The centre of a pixel.
    func point(column: Int, row: Int) -> Point<CT> {
        Point(position + rowDirection * (Double(column) * columnSpacing) + columnDirection * (Double(row) * rowSpacing))
    }

    /// The smallest grid that holds all frames: empty ones are often left out, so gaps are whole multiples of the spacing.
    static func grid(of frames: [SegmentFrame], rows: Int, columns: Int) throws(FileProblem) -> GridGeometry {
        guard let first = frames.first else { throw .badHeader(field: "NumberOfFrames", value: "0") }
        for frame in frames {
            let turned =
                length(frame.rowDirection - first.rowDirection) + length(frame.columnDirection - first.columnDirection)
            let scaled = abs(frame.rowSpacing - first.rowSpacing) + abs(frame.columnSpacing - first.columnSpacing)
            let moved = frame.position - first.position
            let aside = length(moved - first.normal * dot(moved, first.normal))
            guard turned < 1e-4, scaled < 1e-5, aside < 0.01 else {
                throw .unsupported(field: "frames", value: "planes that form no one block")
            }
        }
        let heights = frames.map { dot($0.position - first.position, first.normal) }.sorted()
        let steps = zip(heights.dropFirst(), heights).map { $0 - $1 }.filter { $0 > 0.01 }
        let spacing = first.depth.flatMap { $0 > 0.01 ? $0 : nil } ?? steps.min() ?? 1
        guard let low = heights.first, let high = heights.last, spacing.isFinite,
            heights.allSatisfy({ abs(($0 - low) / spacing - (($0 - low) / spacing).rounded()) < 0.02 })
        else { throw .unsupported(field: "frames", value: "planes at uneven distances") }
        let planes = ((high - low) / spacing).rounded() + 1
        guard planes <= 65535 else { throw .unsupported(field: "frames", value: "\(planes) planes") }
        let size = GridSize(columns, rows, Int(planes))
        _ = try FileBytes.voxelCount([size.x, size.y, size.z])
        return try GridGeometry.checked(
            size: size, spacing: Vector3(first.columnSpacing, first.rowSpacing, spacing),
            origin: Point(first.position + first.normal * low),
            direction: Matrix3(columns: first.rowDirection, first.columnDirection, first.normal))
    }
}

/// How a frame's pixels fall on the voxels of a grid.
struct SegmentPlacement {
    private let geometry: GridGeometry
    private let rows, columns: Int
    private let start: VoxelIndex
    private let alongRow, downColumn: VoxelIndex

    /// The furthest that a pixel's centre may lie from a voxel's, mm.
    static let tolerance = 0.02

    /// - Throws: `ImagingError.labelsOnAnotherGrid` where pixels fall between voxels.
    init(
        _ frame: SegmentFrame, _ pixels: cdicom_pixels, on geometry: GridGeometry, _ path: String
    ) throws(ImagingError) {
        self.geometry = geometry
        (rows, columns) = (Int(pixels.rows), Int(pixels.columns))
        let corners = [(0, 0), (columns - 1, 0), (0, rows - 1), (columns - 1, rows - 1)].map {
            frame.point(column: $0.0, row: $0.1)
        }
        let indices = corners.map { geometry.nearest($0) }
        start = indices[0]
        alongRow = Self.step(from: indices[0], to: indices[1], count: columns - 1, frame.rowDirection, geometry)
        downColumn = Self.step(from: indices[0], to: indices[2], count: rows - 1, frame.columnDirection, geometry)
        let fits = zip(corners, indices).allSatisfy { geometry.point($1).distance(to: $0) <= Self.tolerance }
        let end = VoxelIndex(
            start.x + (columns - 1) * alongRow.x + (rows - 1) * downColumn.x,
            start.y + (columns - 1) * alongRow.y + (rows - 1) * downColumn.y,
            start.z + (columns - 1) * alongRow.z + (rows - 1) * downColumn.z)
        guard fits, end == indices[3] else {
            let labels: GridGeometry
            do throws(FileProblem) {
                labels = try SegmentFrame.grid(of: [frame], rows: rows, columns: columns)
            } catch { throw .unreadable(path: path, error) }
            throw .labelsOnAnotherGrid(path: path, labels: labels, image: geometry)
        }
    }

    /// One pixel on, in voxels: along one axis of the grid by one, or `end` would not be met.
    private static func step(
        from: VoxelIndex, to: VoxelIndex, count: Int, _ direction: Vector3, _ geometry: GridGeometry
    ) -> VoxelIndex {
        if count > 0 {
            return VoxelIndex((to.x - from.x) / count, (to.y - from.y) / count, (to.z - from.z) / count)
        }
        let along = geometry.direction.transposed * direction
        return VoxelIndex(Int(along.x.rounded()), Int(along.y.rounded()), Int(along.z.rounded()))
    }

    /// Paints the pixels whose value has a label; returns whether any of them lies outside the grid.
    func paint(_ values: [UInt16], labels: [UInt16: UInt8], into blend: inout LabelBlend) -> Bool {
        guard !labels.isEmpty else { return false }
        var table = [UInt8](repeating: 0, count: Int(labels.keys.max() ?? 0) + 1)
        for (value, label) in labels { table[Int(value)] = label }
        var outside = false
        for row in 0..<rows {
            for column in 0..<columns {
                let value = Int(values[row * columns + column])
                guard value > 0, value < table.count, table[value] != 0 else { continue }
                let place = VoxelIndex(
                    start.x + column * alongRow.x + row * downColumn.x,
                    start.y + column * alongRow.y + row * downColumn.y,
                    start.z + column * alongRow.z + row * downColumn.z)
                if geometry.size.contains(place) {
                    blend.paint(geometry.offset(place), table[value])
                } else {
                    outside = true
                }
            }
        }
        return outside
    }
}
