import Foundation

/// A CT series in which every place that can hold text holds a word that must not get out: attributes of all kinds,
/// public and private, nested and unknown, preamble, overlay, curve, padding after the pixels, and unused bits of the
/// pixels.
struct SeededSeries {
    /// Each planted once or more; long enough that chance does not write them.
    private(set) var words: [String] = []
    private var count = 0

    static let columns = 16, rows = 14, slices = 5

    private mutating func word(_ kind: String) -> String {
        count += 1
        words.append("\(kind)LEAK\(1000 + count)")
        return words[words.count - 1]
    }

    private static func element(_ tag: UInt32, _ vr: String, _ value: Data) -> (UInt32, Data) {
        var padded = value
        if padded.count % 2 == 1 { padded.append(vr == "UI" || vr == "OB" || vr == "UN" ? 0 : 32) }
        var out = Data()
        for half in [UInt16(tag >> 16), UInt16(tag & 0xFFFF)] {
            withUnsafeBytes(of: half.littleEndian) { out.append(contentsOf: $0) }
        }
        out.append(contentsOf: vr.utf8)
        if ["OB", "OW", "SQ", "UN", "UT", "UC", "UR"].contains(vr) {
            out.append(contentsOf: [0, 0])
            withUnsafeBytes(of: UInt32(padded.count).littleEndian) { out.append(contentsOf: $0) }
        } else {
            withUnsafeBytes(of: UInt16(padded.count).littleEndian) { out.append(contentsOf: $0) }
        }
        return (tag, out + padded)
    }

    private static func text(_ tag: UInt32, _ vr: String, _ text: String) -> (UInt32, Data) {
        element(tag, vr, Data(text.utf8))
    }

    private static func short(_ tag: UInt32, _ value: Int) -> (UInt32, Data) {
        element(tag, "US", Data([UInt8(value & 255), UInt8(value >> 8)]))
    }

    private static func item(_ elements: [(UInt32, Data)]) -> Data {
        let inner = elements.sorted { $0.0 < $1.0 }.reduce(Data()) { $0 + $1.1 }
        var out = Data([0xFE, 0xFF, 0x00, 0xE0])
        withUnsafeBytes(of: UInt32(inner.count).littleEndian) { out.append(contentsOf: $0) }
        return out + inner
    }

    /// Attributes of PS3.15 Table E.1-1 and others, one of each kind of text.
    private static let places: [(UInt32, String)] = [
        (0x0008_0050, "SH"), (0x0008_0070, "LO"), (0x0008_0080, "LO"), (0x0008_0081, "ST"), (0x0008_0090, "PN"),
        (0x0008_0094, "SH"), (0x0008_1010, "SH"), (0x0008_1030, "LO"), (0x0008_103E, "LO"), (0x0008_1048, "PN"),
        (0x0008_1050, "PN"), (0x0008_1070, "PN"), (0x0008_1080, "LO"), (0x0008_1090, "LO"), (0x0008_2111, "ST"),
        (0x0008_4000, "LT"), (0x0010_0010, "PN"), (0x0010_0020, "LO"), (0x0010_1000, "LO"), (0x0010_1001, "PN"),
        (0x0010_1040, "LO"), (0x0010_1060, "PN"), (0x0010_2154, "SH"), (0x0010_2160, "SH"), (0x0010_21B0, "LT"),
        (0x0010_4000, "LT"), (0x0018_1000, "LO"), (0x0018_1020, "LO"), (0x0018_1030, "LO"), (0x0018_1210, "SH"),
        (0x0018_4000, "LT"), (0x0018_5100, "CS"), (0x0020_0010, "SH"), (0x0020_1040, "LO"), (0x0020_4000, "LT"),
        (0x0032_1032, "PN"), (0x0032_4000, "LT"), (0x0038_0010, "LO"), (0x0038_0300, "LO"), (0x0040_0254, "LO"),
        (0x0040_2017, "LO"), (0x0040_A123, "PN"), (0x4008_010B, "ST"), (0x0008_0120, "UR"), (0x0040_A160, "UT"),
        (0x0012_0010, "LO"), (0x0012_0040, "LO"), (0x3006_0002, "SH"),
    ]

    /// Writes the series into a new folder.
    mutating func write(to folder: URL, burnedIn: String? = "NO") throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var shared = Self.places.map { Self.text($0.0, $0.1, word($0.1)) }
        let uids = ["1.2.826.0.1.77001", "1.2.826.0.1.77002", "1.2.826.0.1.77003"]
        words += uids + ["19630412", "77009.5"]
        shared += [
            Self.text(0x0008_0005, "CS", "ISO_IR 192"), Self.text(0x0008_0008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"),
            Self.text(0x0008_0016, "UI", "1.2.840.10008.5.1.4.1.1.2"), Self.text(0x0008_0020, "DA", "20240229"),
            Self.text(0x0008_0030, "TM", "123177009.5"), Self.text(0x0008_0060, "CS", "CT"),
            Self.text(0x0010_0030, "DA", "19630412"), Self.text(0x0010_1010, "AS", "061Y"),
            Self.text(0x0020_000D, "UI", uids[0]), Self.text(0x0020_000E, "UI", uids[1]),
            Self.text(0x0020_0052, "UI", uids[2]), Self.text(0x0020_0037, "DS", "1\\0\\0\\0\\1\\0"),
            Self.text(0x0028_0030, "DS", "0.7\\0.7"), Self.text(0x0028_0004, "CS", "MONOCHROME2"),
            Self.text(0x0028_1052, "DS", "-1024"), Self.text(0x0028_1053, "DS", "1"), Self.short(0x0028_0002, 1),
            Self.short(0x0028_0010, Self.rows), Self.short(0x0028_0011, Self.columns), Self.short(0x0028_0100, 16),
            Self.short(0x0028_0101, 12), Self.short(0x0028_0102, 11), Self.short(0x0028_0103, 0),
        ]
        // Private blocks, one with a nested sequence; an overlay; a curve; a reference to another image.
        shared += [
            Self.text(0x0009_0010, "LO", word("creator")), Self.text(0x0009_1001, "LO", word("private")),
            Self.element(0x0009_1002, "UN", Data(word("unknown").utf8)),
            Self.element(0x0029_1010, "SQ", Self.item([Self.text(0x0010_0010, "PN", word("nested"))])),
            Self.text(0x0029_0010, "LO", "SOMEBODY"),
            Self.element(0x5000_3000, "OW", Data(word("curve").utf8)),
            Self.element(0x6000_3000, "OW", Data(word("overlay").utf8)),
            Self.text(0x6000_4000, "LT", word("overlaytext")),
            Self.element(
                0x0040_0275, "SQ", Self.item([Self.text(0x0040_0007, "LO", word("request"))])),
            Self.element(0xFFFC_FFFC, "OB", Data(word("padding").utf8)),
        ]
        words.append("SOMEBODY")
        if let burnedIn { shared.append(Self.text(0x0028_0301, "CS", burnedIn)) }
        for slice in 0..<Self.slices {
            try self.slice(slice, shared).write(to: folder.appendingPathComponent("Leaky_Name_\(slice).dcm"))
        }
        words.append("Leaky_Name")
    }

    private mutating func slice(_ number: Int, _ shared: [(UInt32, Data)]) throws -> Data {
        let uid = "1.2.826.0.1.77010.\(number)"
        words.append(uid)
        // 12 bits of value and, above them, letters that no viewer shows.
        let secret = Array("HIGHBITS".utf8)
        var pixels = Data()
        for i in 0..<(Self.columns * Self.rows) {
            let word = UInt16((i * 13 + number * 101) % 4096) | UInt16(secret[i % secret.count] & 0x0F) << 12
            pixels.append(contentsOf: [UInt8(word & 255), UInt8(word >> 8)])
        }
        let own = [
            Self.text(0x0008_0018, "UI", uid), Self.text(0x0020_0013, "IS", "\(number + 1)"),
            Self.text(0x0020_0032, "DS", "-5.5\\3.25\\\(Double(number) * 1.5 - 40)"),
            Self.element(0x7FE0_0010, "OW", pixels),
        ]
        let meta = [
            Self.text(0x0002_0002, "UI", "1.2.840.10008.5.1.4.1.1.2"), Self.text(0x0002_0003, "UI", uid),
            Self.text(0x0002_0010, "UI", "1.2.840.10008.1.2.1"), Self.text(0x0002_0016, "AE", word("station")),
        ].reduce(Data()) { $0 + $1.1 }
        var file = Data(word("preamble").utf8)
        file.append(Data(count: 128 - file.count))
        file.append(contentsOf: "DICM".utf8)
        var length = Data()
        withUnsafeBytes(of: UInt32(meta.count).littleEndian) { length.append(contentsOf: $0) }
        file += Self.element(0x0002_0000, "UL", length).1 + meta
        return file + (shared + own).sorted { $0.0 < $1.0 }.reduce(Data()) { $0 + $1.1 }
    }
}
