import Foundation

/// How a file stores one voxel.
enum ScalarType: Equatable {
    case uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64

    var size: Int {
        switch self {
        case .uint8, .int8: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        }
    }

    /// Whether this type can hold the value: whole and within its range, unless it is a floating-point type.
    func holds(_ value: Double) -> Bool {
        switch self {
        case .uint8: UInt8(exactly: value) != nil
        case .int8: Int8(exactly: value) != nil
        case .uint16: UInt16(exactly: value) != nil
        case .int16: Int16(exactly: value) != nil
        case .uint32: UInt32(exactly: value) != nil
        case .int32: Int32(exactly: value) != nil
        case .uint64: UInt64(exactly: value) != nil
        case .int64: Int64(exactly: value) != nil
        case .float32, .float64: true
        }
    }
}

/// Voxels as a file stores them: bytes and how to read them. Its memory is freed with it.
final class StoredVoxels {
    let count: Int
    let type: ScalarType
    let bigEndian: Bool
    let bytes: UnsafeMutableRawBufferPointer

    init(count: Int, type: ScalarType, bigEndian: Bool) {
        self.count = count
        self.type = type
        self.bigEndian = bigEndian
        bytes = .allocate(byteCount: count * type.size, alignment: 16)
    }

    deinit { bytes.deallocate() }

    /// Copies raw voxels out of a file's bytes.
    func fill(from data: Data, at offset: Int) throws(FileProblem) {
        guard offset >= 0, offset <= data.count, data.count - offset >= bytes.count else {
            throw .truncated(
                expectedBytes: offset.addingReportingOverflow(bytes.count).partialValue, foundBytes: data.count)
        }
        let start = data.startIndex + offset
        data.copyBytes(to: bytes, from: start..<(start + bytes.count))
    }

    /// Inflates voxels; `skipping` bytes of the inflated data come before them.
    func inflate(from stream: InflateStream, skipping: Int = 0) throws(FileProblem) {
        var left = skipping
        while left > 0 {
            let found = try stream.read(most: min(left, 1 << 16)).count
            guard found > 0 else {
                throw .compressedDataEnds(expectedBytes: skipping + bytes.count, decodedBytes: skipping - left)
            }
            left -= found
        }
        let found = try stream.read(into: bytes)
        guard found == bytes.count else {
            throw .compressedDataEnds(expectedBytes: skipping + bytes.count, decodedBytes: skipping + found)
        }
        try stream.checkEnd()
    }

    /// Calls `use` with each voxel's place and value; the loop is specialised for the stored type.
    @inline(__always)
    func forEach(in range: Range<Int>, _ use: (_ i: Int, _ value: Double) -> Void) {
        switch type {
        case .uint8: integers(UInt8.self, range, use)
        case .int8: integers(Int8.self, range, use)
        case .uint16: integers(UInt16.self, range, use)
        case .int16: integers(Int16.self, range, use)
        case .uint32: integers(UInt32.self, range, use)
        case .int32: integers(Int32.self, range, use)
        case .uint64: integers(UInt64.self, range, use)
        case .int64: integers(Int64.self, range, use)
        case .float32:
            let stored = bytes.bindMemory(to: UInt32.self)
            for i in range { use(i, Double(Float(bitPattern: native(stored[i])))) }
        case .float64:
            let stored = bytes.bindMemory(to: UInt64.self)
            for i in range { use(i, Double(bitPattern: native(stored[i]))) }
        }
    }

    @inline(__always)
    private func integers<T: FixedWidthInteger>(_: T.Type, _ range: Range<Int>, _ use: (Int, Double) -> Void) {
        let stored = bytes.bindMemory(to: T.self)
        for i in range { use(i, Double(native(stored[i]))) }
    }

    @inline(__always)
    private func native<T: FixedWidthInteger>(_ value: T) -> T {
        bigEndian ? T(bigEndian: value) : T(littleEndian: value)
    }
}
