/// Where NIfTI-1 (348 bytes) and NIfTI-2 (540 bytes) keep the entries of their headers.
struct NIfTILayout {
    enum Field {
        case dimensions, dataType, voxelSizes, voxelOffset, slope, intercept, units, qformCode, sformCode, quaternion,
            qformOffset, sformRows, description
    }

    let fields: ByteFields
    let version: Int

    var length: Int { version == 1 ? 348 : 540 }

    /// `nil` where the first four bytes are neither header's length in either byte order.
    init?(_ bytes: [UInt8]) {
        for bigEndian in [false, true] {
            let fields = ByteFields(bytes: bytes, bigEndian: bigEndian)
            let length = fields.integer(Int32.self, 0)
            guard length == 348 || length == 540 else { continue }
            self.fields = fields
            version = length == 348 ? 1 : 2
            return
        }
        return nil
    }

    /// Whether the voxels are in a file of their own.
    ///
    /// - Throws: `FileProblem.badHeader` for Analyze 7.5, which does not say where the patient's left is.
    func isPair() throws(FileProblem) -> Bool {
        let magic = fields.text(version == 1 ? 344 : 4, length: version == 1 ? 4 : 3)
        if magic == "ni\(version)" { return true }
        guard magic == "n+\(version)" else { throw .badHeader(field: "magic", value: magic) }
        return false
    }

    func offset(_ field: Field) -> Int {
        let (first, second) = Self.offsets(field)
        return version == 1 ? first : second
    }

    private static func offsets(_ field: Field) -> (Int, Int) {
        switch field {
        case .dimensions: (40, 16)
        case .dataType: (70, 12)
        case .voxelSizes: (76, 104)
        case .voxelOffset: (108, 168)
        case .slope: (112, 176)
        case .intercept: (116, 184)
        case .units: (123, 500)
        case .description: (148, 240)
        case .qformCode: (252, 344)
        case .sformCode: (254, 348)
        case .quaternion: (256, 352)
        case .qformOffset: (268, 376)
        case .sformRows: (280, 400)
        }
    }

    func integer(_ field: Field, _ i: Int = 0) -> Int {
        let at = offset(field)
        switch field {
        case .dimensions:
            return version == 1 ? fields.integer(Int16.self, at + 2 * i) : fields.integer(Int64.self, at + 8 * i)
        case .units: return version == 1 ? fields.integer(UInt8.self, at) : fields.integer(Int32.self, at)
        case .dataType: return fields.integer(Int16.self, at)
        case .voxelOffset: return fields.integer(Int64.self, at)
        default: return version == 1 ? fields.integer(Int16.self, at) : fields.integer(Int32.self, at)
        }
    }

    func number(_ field: Field, _ i: Int = 0) -> Double {
        if field == .voxelOffset, version == 2 { return Double(integer(.voxelOffset)) }
        return version == 1 ? fields.float(offset(field) + 4 * i) : fields.double(offset(field) + 8 * i)
    }
}

/// Numbers at places in a header; bytes beyond its end read as zero.
struct ByteFields {
    let bytes: [UInt8]
    let bigEndian: Bool

    private func pattern<T: FixedWidthInteger>(_: T.Type, _ at: Int) -> T {
        var value: T = 0
        for i in 0..<MemoryLayout<T>.size {
            let byte = at + i < bytes.count ? bytes[at + i] : 0
            let shift = 8 * (bigEndian ? MemoryLayout<T>.size - 1 - i : i)
            value |= T(truncatingIfNeeded: byte) << T(truncatingIfNeeded: shift)
        }
        return value
    }

    func integer<T: FixedWidthInteger>(_ type: T.Type, _ at: Int) -> Int { Int(clamping: pattern(type, at)) }
    func float(_ at: Int) -> Double { Double(Float(bitPattern: pattern(UInt32.self, at))) }
    func double(_ at: Int) -> Double { Double(bitPattern: pattern(UInt64.self, at)) }

    /// Text up to a zero byte; bytes that are no ASCII letters are left out.
    func text(_ at: Int, length: Int) -> String {
        guard at < bytes.count else { return "" }
        let part = bytes[at..<min(at + length, bytes.count)].prefix { $0 != 0 }
        return String(decoding: part.filter { (32..<127).contains($0) }, as: UTF8.self)
    }
}
