import CDICOM

/// One opened DICOM file. One thread at a time uses it.
final class DICOMFile {
    let path: String
    let handle: OpaquePointer

    init(_ path: String, headerOnly: Bool) throws(FileProblem) {
        var opened: OpaquePointer?
        let status = cdicom_open(path, headerOnly ? 1 : 0, &opened)
        guard status == CDICOM_OK, let opened else { throw Self.problem(status) }
        self.path = path
        handle = opened
    }

    deinit { cdicom_close(handle) }

    /// The error that a status means, with the shim's own words for what it met.
    static func problem(_ status: Int32) -> FileProblem {
        let reason = String(cString: cdicom_reason())
        switch Int(status) {
        case CDICOM_NOT_DICOM: return .unknownFormat
        case CDICOM_NO_PIXELS: return .badHeader(field: "PixelData", value: "")
        case CDICOM_UNSUPPORTED: return .unsupported(field: "image", value: reason)
        case CDICOM_SYSTEM: return .damaged(reason)
        default: return .damaged(reason)
        }
    }

    /// The attribute's text, trimmed, from the frame's functional group first; empty where it is missing. UTF-8, or else
    /// Latin-1.
    func text(_ tag: DICOMTag, frame: Int = 0) -> String {
        if let group = tag.functionalGroup {
            let own = DICOMFile.text { cdicom_frame_text(handle, Int32(frame), group, tag.rawValue, $0, $1) }
            if !own.isEmpty { return own }
        }
        return DICOMFile.text { cdicom_text(handle, tag.rawValue, $0, $1) }
    }

    /// The attribute's text in each item of a sequence.
    func texts(_ tag: DICOMTag, inEach sequence: DICOMTag) -> [String] {
        (0..<cdicom_item_count(handle, sequence.rawValue)).map { item in
            DICOMFile.text { cdicom_item_text(handle, sequence.rawValue, item, tag.rawValue, $0, $1) }
        }
    }

    static func text(_ copy: (UnsafeMutablePointer<CChar>, Int32) -> Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            let length = copy(start, Int32(buffer.count))
            let bytes = buffer[..<Int(length)].map { UInt8(bitPattern: $0) }
            let text =
                String(validating: bytes, as: UTF8.self)
                ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
            return text.trimmingWhitespace()
        }
    }

    /// All `count` values of an attribute, from the frame's functional group first; `nil` unless each is a finite number.
    func numbers(_ tag: DICOMTag, frame: Int, count: Int) -> [Double]? {
        let found = (0..<count).compactMap { number(tag, frame: frame, index: $0) }
        return found.count == count ? found : nil
    }

    func number(_ tag: DICOMTag, frame: Int = 0, index: Int = 0) -> Double? {
        var value = 0.0
        if let group = tag.functionalGroup,
            cdicom_frame_number(handle, Int32(frame), group, tag.rawValue, Int32(index), &value) == 1
        {
            return value.isFinite ? value : nil
        }
        guard cdicom_number(handle, tag.rawValue, Int32(index), &value) == 1, value.isFinite else { return nil }
        return value
    }

    func pixels() throws(FileProblem) -> cdicom_pixels {
        var pixels = cdicom_pixels()
        let status = cdicom_describe_pixels(handle, &pixels)
        guard status == CDICOM_OK else { throw Self.problem(status) }
        return pixels
    }

    /// Decodes one frame into stored values.
    func decode(frame: Int, into values: UnsafeMutableBufferPointer<Int32>) throws(FileProblem) {
        let status = cdicom_decode(handle, Int32(frame), values.baseAddress, values.count)
        guard status == CDICOM_OK else { throw Self.problem(status) }
    }
}

extension String {
    func trimmingWhitespace() -> String {
        let blank: (Character) -> Bool = { $0.isWhitespace || $0 == "\0" }
        return String(drop(while: blank).reversed().drop(while: blank).reversed())
    }
}
