import Foundation
import Frames

/// Writes NIfTI-1, little endian, one file, with qform and sform alike.
enum NIfTIWriter {
    static func header(_ block: VoxelBlock) throws(WriteProblem) -> [UInt8] {
        let (geometry, type) = (block.geometry, block.type)
        guard let code = NIfTIHeader.typeCodes.first(where: { $0.value == type })?.key else { throw .unknownFormat }
        guard max(geometry.size.x, geometry.size.y, geometry.size.z) <= Int(Int16.max) else {
            throw .valuesDoNotFit(format: "NIfTI-1")
        }
        var header = HeaderBytes(count: 352)
        header.put(Int32(348), at: 0)
        for (i, size) in [3, geometry.size.x, geometry.size.y, geometry.size.z, 1, 1, 1, 1].enumerated() {
            header.put(Int16(size), at: 40 + 2 * i)
        }
        header.put(Int16(code), at: 70)
        header.put(Int16(type.size * 8), at: 72)
        header.put(Float(352), at: 108)
        header.put(Float(1), at: 112)
        header.bytes[123] = 2  // millimetres
        header.put(text: block.description, at: 148, length: 79)
        header.put(text: "n+1", at: 344, length: 3)
        putForms(geometry, &header)
        return header.bytes
    }

    private static func putForms(_ geometry: GridGeometry, _ header: inout HeaderBytes) {
        let toRAS = WorldConvention.ras.toCT
        let axes = toRAS * geometry.direction
        let origin = toRAS * geometry.origin.coordinates
        let flip: Double = axes.determinant < 0 ? -1 : 1
        // The quaternion holds a proper rotation: a left-handed grid has its third axis turned, and qfac says so.
        let q = Quaternion(Matrix3(columns: axes.columns.0, axes.columns.1, axes.columns.2 * flip))
        let s = geometry.spacing
        for (i, value) in [flip, s.x, s.y, s.z, 1, 1, 1, 1].enumerated() { header.put(Float(value), at: 76 + 4 * i) }
        header.put(Int16(1), at: 252)
        header.put(Int16(1), at: 254)
        for i in 0..<3 {
            header.put(Float(q.v[i]), at: 256 + 4 * i)
            header.put(Float(origin[i]), at: 268 + 4 * i)
            for j in 0..<3 { header.put(Float(axes[i, j] * s[j]), at: 280 + 16 * i + 4 * j) }
            header.put(Float(origin[i]), at: 280 + 16 * i + 12)
        }
    }
}

/// Little-endian numbers put at places in a header.
struct HeaderBytes {
    var bytes: [UInt8]

    init(count: Int) { bytes = [UInt8](repeating: 0, count: count) }

    mutating func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
        withUnsafeBytes(of: value.littleEndian) { for (i, byte) in $0.enumerated() { bytes[offset + i] = byte } }
    }

    mutating func put(_ value: Float, at offset: Int) { put(value.bitPattern, at: offset) }

    mutating func put(text: String, at offset: Int, length: Int) {
        for (i, byte) in text.utf8.prefix(length).enumerated() { bytes[offset + i] = byte }
    }
}
