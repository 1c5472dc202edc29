/// Consistent overhead byte stuffing (Cheshire and Baker 1999): no zero inside a frame, so that a zero always ends one.
enum Stuffing {
    /// Stuffs `content` (1…254 bytes) into `frame` and ends it with the delimiter.
    static func encode(_ content: borrowing InlineArray<256, UInt8>, count: Int, into frame: inout FrameBuffer) {
        var codeAt = 0
        var out = 1
        for index in 0..<count {
            let byte = content[index]
            if byte == 0 {
                frame.bytes[codeAt] = UInt8(out - codeAt)
                codeAt = out
            } else {
                frame.bytes[out] = byte
            }
            out += 1
        }
        frame.bytes[codeAt] = UInt8(out - codeAt)
        frame.bytes[out] = 0
        frame.count = out + 1
    }

    /// Undoes the stuffing of `count` bytes without their delimiter, in place.
    ///
    /// - Returns: The content's length, or `nil` where the codes do not fit the length.
    static func decode(_ bytes: inout InlineArray<256, UInt8>, count: Int) -> Int? {
        var source = 0
        var target = 0
        while source < count {
            let code = Int(bytes[source])
            guard code > 0, source + code <= count else { return nil }
            for offset in 1..<code {
                bytes[target] = bytes[source + offset]
                target += 1
            }
            source += code
            if code < 0xFF && source < count {
                bytes[target] = 0
                target += 1
            }
        }
        return target
    }
}
