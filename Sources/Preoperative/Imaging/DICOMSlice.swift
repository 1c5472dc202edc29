import CDICOM
import Frames

/// What the header of one slice says: a single-frame file, or one frame of an enhanced one.
struct DICOMSlice: Equatable, Sendable {
    var path = ""
    var frame = 0
    var framesInFile = 1
    var rows = 0
    var columns = 0
    var seriesUID = ""
    var frameOfReferenceUID = ""
    var modality = ""
    var isLocaliser = false
    var isLossy = false
    var patientID = ""
    var instanceNumber: Double?
    var acquisitionNumber: Double?
    var temporalPosition: Double?
    var acquisitionTime = ""
    /// Images that the whole acquisition has, where the header says so.
    var announcedImages: Double?
    /// GantryDetectorTilt, degrees; its sign depends on the maker.
    var gantryTilt: Double?
    /// ImagePositionPatient: the centre of the first pixel, mm.
    var position: Vector3?
    /// ImageOrientationPatient: unit vectors along a row and down a column, made perpendicular.
    var rowDirection = Vector3(1, 0, 0)
    var columnDirection = Vector3(0, 1, 0)
    /// Whether the header says how the slice lies.
    var oriented = true
    /// How far the two directions were from perpendicular unit vectors.
    var deviation = 0.0
    /// Distance between neighbouring columns (x) and rows (y), mm.
    var columnSpacing = 1.0
    var rowSpacing = 1.0
    /// Used for a lone slice alone: thickness says nothing about the distance between slices.
    var thickness: Double?
    var rescale = Rescale.none
    /// What the rescaled values are; `HU` where the header says nothing else.
    var rescaleType = ""
    var pixels = PixelLayout()
    /// Stored values that mark voxels outside the scanner's field.
    var padding: ClosedRange<Int32>?

    var normal: Vector3 { cross(rowDirection, columnDirection) }
}

extension DICOMSlice {
    /// The slices of a file, one a frame.
    ///
    /// - Throws: `FileProblem` where the file holds no grey image or its geometry is missing or impossible.
    static func slices(of file: DICOMFile) throws(FileProblem) -> [DICOMSlice] {
        let pixels = try file.pixels()
        guard pixels.is_inverted == 0 else {
            throw .unsupported(field: "image", value: "PhotometricInterpretation MONOCHROME1")
        }
        try check(pixels, bytes: FileBytes.size(file.path))
        let shared = shared(file, pixels)
        var slices: [DICOMSlice] = []
        for frame in 0..<Int(pixels.frames) {
            var slice = shared
            slice.frame = frame
            try slice.readGeometry(file)
            try slice.readRescale(file)
            slice.readAcquisition(file)
            slices.append(slice)
        }
        return slices
    }

    /// What all frames of a file have in common.
    private static func shared(_ file: DICOMFile, _ pixels: cdicom_pixels) -> DICOMSlice {
        var shared = DICOMSlice()
        shared.path = file.path
        shared.framesInFile = Int(pixels.frames)
        shared.rows = Int(pixels.rows)
        shared.columns = Int(pixels.columns)
        shared.pixels = PixelLayout(pixels)
        shared.seriesUID = file.text(.seriesInstanceUID)
        shared.frameOfReferenceUID = file.text(.frameOfReferenceUID)
        shared.modality = file.text(.modality)
        shared.patientID = file.text(.patientID)
        shared.isLossy = file.text(.lossyCompression) == "01"
        shared.instanceNumber = file.number(.instanceNumber)
        shared.acquisitionTime = file.text(.acquisitionTime)
        shared.announcedImages = file.number(.imagesInAcquisition)
        shared.gantryTilt = file.number(.gantryTilt)
        shared.padding = padding(file, isSigned: pixels.is_signed == 1)
        return shared
    }

    private mutating func readAcquisition(_ file: DICOMFile) {
        acquisitionNumber = file.number(.frameAcquisitionNumber, frame: frame) ?? file.number(.acquisitionNumber)
        temporalPosition = file.number(.temporalPositionIndex, frame: frame) ?? file.number(.temporalPosition)
        let types = [file.text(.imageType), file.text(.frameType, frame: frame)]
        isLocaliser = types.contains { $0.uppercased().contains("LOCALIZER") }
    }

    /// Not even a black image shrinks to less than a byte for so many pixels.
    private static let mostPixelsPerByte = 4096

    /// The largest matrices of CT scanners are 4096 × 4096.
    static let mostColumns = 8192

    /// Refuses sizes that the file cannot hold, before anything is allocated for them.
    static func check(_ pixels: cdicom_pixels, bytes: Int) throws(FileProblem) {
        guard max(pixels.columns, pixels.rows) <= mostColumns else {
            throw .tooLarge(voxels: Int(pixels.columns) * Int(pixels.rows))
        }
        let count = try FileBytes.voxelCount([Int(pixels.columns), Int(pixels.rows), Int(pixels.frames)])
        guard count / mostPixelsPerByte <= bytes else {
            throw .truncated(expectedBytes: count / mostPixelsPerByte, foundBytes: bytes)
        }
    }

    /// PixelPaddingValue, or from it to PixelPaddingRangeLimit (PS3.3 C.7.5.1.1.2).
    private static func padding(_ file: DICOMFile, isSigned: Bool) -> ClosedRange<Int32>? {
        let ends = [DICOMTag.pixelPaddingValue, .pixelPaddingRangeLimit].map { tag in
            file.number(tag).flatMap { Int32(exactly: signed($0, isSigned)) }
        }
        guard let value = ends[0] else { return nil }
        let limit = ends[1] ?? value
        return min(value, limit)...max(value, limit)
    }

    /// Writers often give a padding value the sign that its pixels do not have.
    private static func signed(_ padding: Double, _ isSigned: Bool) -> Double {
        if isSigned, padding > 32767, padding < 65536 { return padding - 65536 }
        return !isSigned && padding < 0 ? padding + 65536 : padding
    }

    private mutating func readGeometry(_ file: DICOMFile) throws(FileProblem) {
        position = file.numbers(.imagePosition, frame: frame, count: 3).map { Vector3($0[0], $0[1], $0[2]) }
        if let p = position, max(abs(p.x), abs(p.y), abs(p.z)) > 1e6 {
            throw .badHeader(field: "ImagePositionPatient", value: "\(p.x)\\\(p.y)\\\(p.z)")
        }
        guard let spacing = file.numbers(.pixelSpacing, frame: frame, count: 2) else {
            throw .badHeader(field: "PixelSpacing", value: file.text(.pixelSpacing))
        }
        (rowSpacing, columnSpacing) = (spacing[0], spacing[1])
        guard rowSpacing > 1e-3, columnSpacing > 1e-3, max(rowSpacing, columnSpacing) < 100 else {
            throw .badHeader(field: "PixelSpacing", value: "\(rowSpacing)\\\(columnSpacing)")
        }
        thickness = file.number(.sliceThickness, frame: frame)
        guard let o = file.numbers(.imageOrientation, frame: frame, count: 6) else {
            oriented = false
            return
        }
        try orient(Vector3(o[0], o[1], o[2]), Vector3(o[3], o[4], o[5]))
    }

    /// Takes the two directions, refused where they are off by more than 1e-3.
    mutating func orient(_ row: Vector3, _ column: Vector3) throws(FileProblem) {
        deviation = max(abs(length(row) - 1), abs(length(column) - 1), abs(dot(row, column)))
        guard deviation < 1e-3, let r = normalized(row), let c = normalized(column - r * dot(r, column)) else {
            throw .badHeader(
                field: "ImageOrientationPatient",
                value: "\(row.x)\\\(row.y)\\\(row.z)\\\(column.x)\\\(column.y)\\\(column.z)")
        }
        rowDirection = r
        columnDirection = c
    }

    private mutating func readRescale(_ file: DICOMFile) throws(FileProblem) {
        let slope = file.number(.rescaleSlope, frame: frame) ?? 1
        let intercept = file.number(.rescaleIntercept, frame: frame) ?? 0
        guard slope != 0, abs(slope) < 1e6, abs(intercept) < 1e9 else {
            throw .badHeader(field: "RescaleSlope", value: "\(slope)")
        }
        rescale = Rescale(slope: slope, intercept: intercept)
        rescaleType = file.text(.rescaleType, frame: frame).uppercased()
    }
}
