import Foundation
import Frames

/// The header of a NIfTI-1 or NIfTI-2 file (nifti.nimh.nih.gov), as far as an image needs it.
struct NIfTIHeader {
    var size = GridSize(1, 1, 1)
    var type = ScalarType.int16
    var bigEndian = false
    var dataOffset = 352
    var rescale = Rescale.none
    var steps = Matrix3.identity
    /// The centre of voxel (0, 0, 0) in RAS.
    var origin = Vector3.zero
    /// How far the corners of qform and sform lie apart, mm; 0 where the header has one form only.
    var formsDiffer = 0.0
    /// Whether one form is left-handed and the other is not: then nobody knows which side is left.
    var formsMirror = false
    /// Whether the header says where the patient is.
    var positioned = true
    /// Whether the voxels are in a file of their own.
    var isPair = false
    var description = ""

    static let typeCodes: [Int: ScalarType] = [
        2: .uint8, 4: .int16, 8: .int32, 16: .float32, 64: .float64, 256: .int8, 512: .uint16, 768: .uint32,
        1024: .int64, 1280: .uint64,
    ]

    init() {}

    /// - Throws: `FileProblem` where an entry cannot be true or is not supported (several volumes, colours).
    init(_ bytes: [UInt8], pairAllowed: Bool = false) throws(FileProblem) {
        guard bytes.count >= 4 else { throw .truncated(expectedBytes: 348, foundBytes: bytes.count) }
        guard let layout = NIfTILayout(bytes) else { throw .unknownFormat }
        guard bytes.count >= layout.length else {
            throw .truncated(expectedBytes: layout.length, foundBytes: bytes.count)
        }
        isPair = try layout.isPair()
        if isPair, !pairAllowed { throw .unsupported(field: "magic", value: "ni\(layout.version)") }
        bigEndian = layout.fields.bigEndian
        try readSize(layout)
        let code = layout.integer(.dataType)
        guard let known = Self.typeCodes[code] else { throw .unsupported(field: "datatype", value: "\(code)") }
        type = known
        let start = layout.number(.voxelOffset)
        guard start.isFinite, start >= 0, start < 1e15 else { throw .badHeader(field: "vox_offset", value: "\(start)") }
        dataOffset = isPair ? Int(start) : max(Int(start), layout.length)
        let (slope, intercept) = (layout.number(.slope), layout.number(.intercept))
        if slope.isFinite, slope != 0, intercept.isFinite { rescale = Rescale(slope: slope, intercept: intercept) }
        description = layout.fields.text(layout.offset(.description), length: 80)
        try readForms(layout)
    }

    private mutating func readSize(_ layout: NIfTILayout) throws(FileProblem) {
        let dimensions = (0..<8).map { layout.integer(.dimensions, $0) }
        guard (1...7).contains(dimensions[0]) else { throw .badHeader(field: "dim[0]", value: "\(dimensions[0])") }
        let used = (1...7).map { $0 <= dimensions[0] ? dimensions[$0] : 1 }
        _ = try FileBytes.voxelCount(used)
        guard used[3...].allSatisfy({ $0 == 1 }) else {
            throw .unsupported(field: "dim", value: used.map(String.init).joined(separator: "×"))
        }
        size = GridSize(used[0], used[1], used[2])
    }

    /// The sform where its code is positive, else the qform, else the voxel sizes alone (method 3, 2 and 1 of the standard).
    private mutating func readForms(_ layout: NIfTILayout) throws(FileProblem) {
        let scale = Self.millimetres(unitCode: layout.integer(.units) & 7)
        let voxel = (1...3).map { abs(layout.number(.voxelSizes, $0)) * scale }
        let sform = layout.integer(.sformCode) > 0 ? Self.sform(layout, scale) : nil
        let qform = layout.integer(.qformCode) > 0 ? Self.qform(layout, scale, voxel) : nil
        if layout.integer(.qformCode) > 0, qform == nil, sform == nil {
            let parts = (0..<3).map { "\(layout.number(.quaternion, $0))" }
            throw .badHeader(field: "quatern", value: parts.joined(separator: " "))
        }
        guard let chosen = sform ?? qform else {
            positioned = false
            steps = Matrix3(diagonal: Vector3(voxel[0], voxel[1], voxel[2]))
            origin = .zero
            return
        }
        (steps, origin) = chosen
        if let sform, let qform {
            formsDiffer = greatestDifference(sform, qform)
            formsMirror = (sform.0.determinant < 0) != (qform.0.determinant < 0)
        }
    }

    private static func millimetres(unitCode: Int) -> Double {
        switch unitCode {
        case 1: 1000
        case 3: 1e-3
        default: 1
        }
    }

    private static func sform(_ layout: NIfTILayout, _ scale: Double) -> (Matrix3, Vector3) {
        let rows = (0..<3).map { row in (0..<4).map { layout.number(.sformRows, row * 4 + $0) * scale } }
        let v = { (row: Int) in Vector3(rows[row][0], rows[row][1], rows[row][2]) }
        return (Matrix3(rows: v(0), v(1), v(2)), Vector3(rows[0][3], rows[1][3], rows[2][3]))
    }

    /// `nil` where the three numbers are no part of a unit quaternion.
    private static func qform(_ layout: NIfTILayout, _ scale: Double, _ voxel: [Double]) -> (Matrix3, Vector3)? {
        let (b, c, d) = (layout.number(.quaternion, 0), layout.number(.quaternion, 1), layout.number(.quaternion, 2))
        guard b * b + c * c + d * d < 1.01 else { return nil }
        let a = max(0, 1 - b * b - c * c - d * d).squareRoot()
        let rotation = Quaternion(w: a, x: b, y: c, z: d)?.matrix ?? Matrix3(diagonal: Vector3(repeating: .nan))
        let flip: Double = layout.number(.voxelSizes, 0) < 0 ? -1 : 1
        let origin = Vector3(
            layout.number(.qformOffset, 0), layout.number(.qformOffset, 1), layout.number(.qformOffset, 2))
        return (rotation * Matrix3(diagonal: Vector3(voxel[0], voxel[1], voxel[2] * flip)), origin * scale)
    }

    private func greatestDifference(_ a: (Matrix3, Vector3), _ b: (Matrix3, Vector3)) -> Double {
        var most = 0.0
        for corner in 0..<8 {
            let i = Vector3(
                corner & 1 == 0 ? 0 : Double(size.x - 1), corner & 2 == 0 ? 0 : Double(size.y - 1),
                corner & 4 == 0 ? 0 : Double(size.z - 1))
            most = max(most, length(a.0 * i + a.1 - b.0 * i - b.1))
        }
        return most
    }
}
