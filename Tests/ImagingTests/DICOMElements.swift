import Foundation

/// DICOM data sets put together byte by byte after PS3.5, in any uncompressed transfer syntax and with sequences.
indirect enum DICOMElement {
    case text(String, String)
    case shorts(String, [UInt16])
    case long(UInt32)
    case sequence([[UInt32: DICOMElement]])
    /// Compressed pixels: an empty offset table and these fragments (PS3.5 A.4).
    case fragments([Data])

    static func us(_ value: Int) -> DICOMElement { .shorts("US", [UInt16(truncatingIfNeeded: value)]) }
    static func ds(_ values: Double...) -> DICOMElement {
        .text("DS", values.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }.joined(separator: "\\"))
    }
}

enum CraftedSyntax: String, CaseIterable {
    case implicitLittle = "1.2.840.10008.1.2"
    case explicitLittle = "1.2.840.10008.1.2.1"
    case explicitBig = "1.2.840.10008.1.2.2"
    case deflated = "1.2.840.10008.1.2.1.99"

    var isBig: Bool { self == .explicitBig }
}

struct CraftedDataSet {
    var elements: [UInt32: DICOMElement]
    var syntax = CraftedSyntax.explicitLittle
    /// What the header says, where that is not the truth.
    var declaredSyntax: String?

    /// A CT slice or enhanced multi-frame image of 16-bit pixels, with what every test needs.
    static func image(columns: Int, rows: Int, pixels: [UInt16], signed: Bool = false) -> CraftedDataSet {
        CraftedDataSet(elements: [
            0x0008_0016: .text("UI", "1.2.840.10008.5.1.4.1.1.2"), 0x0008_0018: .text("UI", "1.2.3.4"),
            0x0008_0060: .text("CS", "CT"), 0x0020_000D: .text("UI", "1.2.3"), 0x0020_000E: .text("UI", "1.2.3.5"),
            0x0020_0052: .text("UI", "1.2.3.6"), 0x0028_0002: .us(1), 0x0028_0004: .text("CS", "MONOCHROME2"),
            0x0028_0010: .us(rows), 0x0028_0011: .us(columns), 0x0028_0100: .us(16), 0x0028_0101: .us(16),
            0x0028_0102: .us(15), 0x0028_0103: .us(signed ? 1 : 0), 0x7FE0_0010: .shorts("OW", pixels),
        ])
    }

    subscript(tag: UInt32) -> DICOMElement? {
        get { elements[tag] }
        set { elements[tag] = newValue }
    }

    /// Sets what a classic slice says of its place: positions and directions as texts.
    mutating func place(
        _ position: String, orientation: String = "1\\0\\0\\0\\1\\0", spacing: String = "0.5\\0.5", instance: Int? = nil
    ) {
        elements[0x0020_0032] = .text("DS", position)
        elements[0x0020_0037] = .text("DS", orientation)
        elements[0x0028_0030] = .text("DS", spacing)
        elements[0x0028_1052] = elements[0x0028_1052] ?? .text("DS", "-1024")
        elements[0x0028_1053] = elements[0x0028_1053] ?? .text("DS", "1")
        if let instance { elements[0x0020_0013] = .text("IS", "\(instance)") }
    }

    var data: Data {
        var meta = CraftedBytes()
        let own = [
            0x0002_0002: "1.2.840.10008.5.1.4.1.1.2", 0x0002_0003: "1.2.3.4",
            0x0002_0010: declaredSyntax ?? syntax.rawValue,
        ]
        for (tag, uid) in own.sorted(by: { $0.key < $1.key }) {
            CraftedDataSet.put(.text("UI", uid), UInt32(tag), .explicitLittle, &meta)
        }
        var file = CraftedBytes()
        file.zeros(to: 128)
        file.put(text: "DICM", length: 4)
        CraftedDataSet.put(.long(UInt32(meta.bytes.count)), 0x0002_0000, .explicitLittle, &file)
        file.bytes.append(meta.bytes)
        let body = CraftedDataSet.bytes(elements, syntax)
        file.bytes.append(syntax == .deflated ? CraftedDataSet.deflate(body) : body)
        return file.bytes
    }

    private static func bytes(_ elements: [UInt32: DICOMElement], _ syntax: CraftedSyntax) -> Data {
        var out = CraftedBytes(bigEndian: syntax.isBig)
        for (tag, element) in elements.sorted(by: { $0.key < $1.key }) { put(element, tag, syntax, &out) }
        return out.bytes
    }

    private static func put(
        _ element: DICOMElement, _ tag: UInt32, _ syntax: CraftedSyntax, _ out: inout CraftedBytes
    ) {
        var value = CraftedBytes(bigEndian: syntax.isBig)
        let vr: String
        switch element {
        case .text(let kind, let text):
            vr = kind
            value.bytes = Data(text.utf8)
            if value.bytes.count % 2 == 1 { value.bytes.append(kind == "UI" ? 0 : 32) }
        case .shorts(let kind, let words):
            vr = kind
            words.forEach { value.put($0) }
        case .long(let word):
            vr = "UL"
            value.put(word)
        case .fragments(let fragments):
            vr = "OB"
            for part in [Data()] + fragments {
                value.put(UInt32(0xE000_FFFE))
                value.put(UInt32(part.count))
                value.bytes.append(part)
            }
            value.put(UInt32(0xE0DD_FFFE))
            value.put(UInt32(0))
        case .sequence(let items):
            vr = "SQ"
            for item in items {
                let inner = bytes(item, syntax)
                value.put(UInt16(0xFFFE))
                value.put(UInt16(0xE000))
                value.put(UInt32(inner.count))
                value.bytes.append(inner)
            }
        }
        out.put(UInt16(tag >> 16))
        out.put(UInt16(tag & 0xFFFF))
        if case .fragments = element {
            out.put(text: "OB", length: 4)
            out.put(UInt32.max)
            out.bytes.append(value.bytes)
            return
        }
        if syntax == .implicitLittle {
            out.put(UInt32(value.bytes.count))
        } else if ["OW", "OB", "SQ", "UN", "UT"].contains(vr) {
            out.put(text: vr, length: 4)
            out.put(UInt32(value.bytes.count))
        } else {
            out.put(text: vr, length: 2)
            out.put(UInt16(value.bytes.count))
        }
        out.bytes.append(value.bytes)
    }

    /// Stored blocks without compression are a deflate stream too (RFC 1951 3.2.4).
    private static func deflate(_ data: Data) -> Data {
        let member = craftedGzip(data)
        return member.dropFirst(10).dropLast(8)
    }
}
