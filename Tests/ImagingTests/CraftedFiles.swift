import Foundation
import Frames

@testable import Imaging

/// Files put together byte by byte, without the program's own writers or DCMTK.
struct CraftedBytes {
    var bytes = Data()
    var bigEndian = false

    mutating func put<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: bigEndian ? value.bigEndian : value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ value: Float) { put(value.bitPattern) }
    mutating func put(_ value: Double) { put(value.bitPattern) }
    mutating func put(text: String, length: Int) {
        let utf8 = Array(text.utf8.prefix(length))
        bytes.append(contentsOf: utf8 + [UInt8](repeating: 0, count: length - utf8.count))
    }
    mutating func zeros(to count: Int) {
        bytes.append(contentsOf: [UInt8](repeating: 0, count: max(0, count - bytes.count)))
    }
}

/// The error of this module with which `body` fails; `nil` where it does not.
func imagingError(_ body: () throws -> Void) -> ImagingError? {
    do { try body() } catch { return error as? ImagingError }
    return nil
}

/// Why a file was not readable; `nil` where it was, or where it failed otherwise.
func fileProblem(_ body: () throws -> Void) -> FileProblem? {
    if case .unreadable(_, let problem) = imagingError(body) { return problem }
    return nil
}

/// A gzip member of stored (not compressed) blocks, after RFC 1951 and 1952.
func craftedGzip(_ data: Data) -> Data {
    var out = Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
    var rest = data[...]
    repeat {
        let block = rest.prefix(65535)
        rest = rest.dropFirst(block.count)
        let n = UInt16(block.count)
        out.append(contentsOf: [rest.isEmpty ? 1 : 0, UInt8(n & 255), UInt8(n >> 8), UInt8(~n & 255), UInt8(~n >> 8)])
        out.append(block)
    } while !rest.isEmpty
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in data {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
    }
    for value in [~crc, UInt32(data.count)] { for i in 0..<4 { out.append(UInt8(value >> (8 * i) & 255)) } }
    return out
}

/// A NIfTI-1 header of 352 bytes.
struct CraftedNIfTI {
    var size = (2, 3, 4)
    var fourth = 1
    var dataType: Int16 = 4
    var bitsPerVoxel: Int16 = 16
    var bigEndian = false
    var slope: Float = 0
    var intercept: Float = 0
    var voxelSize: (Float, Float, Float) = (1, 1, 1)
    var handedness: Float = 1
    var qform: (code: Int16, b: Float, c: Float, d: Float, x: Float, y: Float, z: Float) = (0, 0, 0, 0, 0, 0, 0)
    var sform: (code: Int16, rows: [Float]) = (1, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])
    var units: UInt8 = 2
    var dataOffset: Float = 352

    var header: Data {
        var h = CraftedBytes(bigEndian: bigEndian)
        h.put(Int32(348))
        h.zeros(to: 40)
        for d in [fourth > 1 ? 4 : 3, size.0, size.1, size.2, fourth, 1, 1, 1] { h.put(Int16(truncatingIfNeeded: d)) }
        h.zeros(to: 70)
        h.put(dataType)
        h.put(bitsPerVoxel)
        h.zeros(to: 76)
        for v in [handedness, voxelSize.0, voxelSize.1, voxelSize.2, 0, 0, 0, 0] { h.put(v) }
        h.put(dataOffset)
        h.put(slope)
        h.put(intercept)
        h.zeros(to: 123)
        h.put(units)
        h.zeros(to: 252)
        h.put(qform.code)
        h.put(sform.code)
        for v in [qform.b, qform.c, qform.d, qform.x, qform.y, qform.z] { h.put(v) }
        for v in sform.rows { h.put(v) }
        h.zeros(to: 344)
        h.put(text: "n+1", length: 8)
        return h.bytes
    }
}

/// A DICOM file in explicit VR little endian (PS3.5 7.1.2), with whatever attributes a test wants.
struct CraftedDICOM {
    /// Text attributes by tag; later ones replace earlier ones.
    var texts: [UInt32: (vr: String, value: String)] = [
        0x0008_0016: ("UI", "1.2.840.10008.5.1.4.1.1.2"), 0x0008_0018: ("UI", "1.2.3.4"), 0x0008_0060: ("CS", "CT"),
        0x0020_000D: ("UI", "1.2.3"), 0x0020_000E: ("UI", "1.2.3.5"), 0x0020_0052: ("UI", "1.2.3.6"),
        0x0020_0037: ("DS", "1\\0\\0\\0\\1\\0"), 0x0028_0030: ("DS", "0.5\\0.5"), 0x0018_0050: ("DS", "9"),
        0x0028_1052: ("DS", "-1024"), 0x0028_1053: ("DS", "1"), 0x0028_0004: ("CS", "MONOCHROME2"),
    ]
    var shorts: [UInt32: UInt16] = [
        0x0028_0002: 1, 0x0028_0010: 4, 0x0028_0011: 5, 0x0028_0100: 16, 0x0028_0101: 16, 0x0028_0102: 15,
        0x0028_0103: 0,
    ]
    var pixels: [UInt16] = (0..<20).map { UInt16($0 * 60) }
    /// Bytes at the end that are cut off.
    var cut = 0

    init(position: String) { texts[0x0020_0032] = ("DS", position) }

    var data: Data {
        var body = CraftedBytes()
        for tag in Set(texts.keys).union(shorts.keys).sorted() {
            if let value = shorts[tag] {
                CraftedDICOM.element(tag, "US", CraftedDICOM.little(value), &body)
            } else if let (vr, value) = texts[tag] {
                CraftedDICOM.element(tag, vr, CraftedDICOM.padded(value, vr), &body)
            }
        }
        var words = Data()
        for pixel in pixels { words.append(CraftedDICOM.little(pixel)) }
        body.put(UInt16(0x7FE0))
        body.put(UInt16(0x0010))
        body.put(text: "OW", length: 4)
        body.put(UInt32(words.count))
        body.bytes.append(words)
        var meta = CraftedBytes()
        CraftedDICOM.element(0x0002_0002, "UI", CraftedDICOM.padded("1.2.840.10008.5.1.4.1.1.2", "UI"), &meta)
        CraftedDICOM.element(0x0002_0003, "UI", CraftedDICOM.padded("1.2.3.4", "UI"), &meta)
        CraftedDICOM.element(0x0002_0010, "UI", CraftedDICOM.padded("1.2.840.10008.1.2.1", "UI"), &meta)
        var file = CraftedBytes()
        file.zeros(to: 128)
        file.put(text: "DICM", length: 4)
        CraftedDICOM.element(0x0002_0000, "UL", Data([UInt8(meta.bytes.count), 0, 0, 0]), &file)
        return (file.bytes + meta.bytes + body.bytes).dropLast(cut)
    }

    private static func little(_ value: UInt16) -> Data { Data([UInt8(value & 255), UInt8(value >> 8)]) }

    private static func padded(_ text: String, _ vr: String) -> Data {
        Data(text.utf8) + (text.utf8.count % 2 == 1 ? Data([vr == "UI" ? 0 : 32]) : Data())
    }

    private static func element(_ tag: UInt32, _ vr: String, _ value: Data, _ out: inout CraftedBytes) {
        out.put(UInt16(tag >> 16))
        out.put(UInt16(tag & 0xFFFF))
        out.put(text: vr, length: 2)
        out.put(UInt16(value.count))
        out.bytes.append(value)
    }
}

/// Random grids and voxels from a seed.
enum RandomImage {
    /// Any orientation, left- and right-handed, with three different spacings.
    static func geometry(_ seed: UInt64, size: GridSize = GridSize(5, 4, 6)) throws -> GridGeometry {
        var g = SeededGenerator(seed: seed)
        let turn = Rotation<CT, CT>(rotationVector: g.normal3() * 2).matrix
        let mirror = seed % 2 == 0 ? Matrix3.identity : Matrix3(diagonal: Vector3(1, 1, -1))
        return try GridGeometry(
            size: size, spacing: Vector3(0.3 + g.uniform(), 0.3 + 2 * g.uniform(), 0.3 + 4 * g.uniform()),
            origin: Point(g.normal3() * 200), direction: turn * mirror)
    }

    static func ct(_ seed: UInt64, size: GridSize = GridSize(5, 4, 6)) throws -> Volume<Int16> {
        var g = SeededGenerator(seed: seed &+ 1000)
        let geometry = try geometry(seed, size: size)
        return Volume(
            geometry: geometry,
            voxels: (0..<geometry.size.count).map { _ in Int16.random(in: -1500...3000, using: &g) })
    }
}
