import COpenIGTLink

/// Takes bytes as they come, and gives messages once they are whole and their checksum holds.
///
/// At most the longest body that is read is ever kept; what this program does not read is counted and passed over.
public struct MessageReader: Sendable {
    /// Messages whose checksum or body was wrong.
    public private(set) var damaged = 0
    /// Messages of types that are not read.
    public private(set) var ignored = 0
    private var buffer: [UInt8] = []
    private var start = 0
    private var header: MessageHeader?
    /// Bytes of a message that is passed over.
    private var toSkip = 0

    public init() {}

    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        let skipped = min(toSkip, bytes.count)
        toSkip -= skipped
        buffer.append(contentsOf: bytes[skipped...])
    }

    /// The next message; `nil` where more bytes are needed.
    ///
    /// - Throws: `OpenIGTLinkError.garbled` where no message begins: the line cannot be understood any more.
    public mutating func next() throws(OpenIGTLinkError) -> IncomingMessage? {
        while true {
            guard let header else {
                guard buffer.count - start >= MessageHeader.size else { return nil }
                try takeHeader()
                continue
            }
            guard buffer.count - start >= header.bodySize else { return nil }
            let found = buffer.withUnsafeBytes { all -> IncomingMessage? in
                let body = UnsafeRawBufferPointer(rebasing: all[start..<(start + header.bodySize)])
                guard stylet_igtl_checksum(body.bound, body.count) == header.checksum else { return nil }
                return IncomingMessage(header: header, body: body)
            }
            consume(header.bodySize)
            self.header = nil
            if let found { return found }
            damaged += 1
        }
    }

    private mutating func takeHeader() throws(OpenIGTLinkError) {
        let bytes = Array(buffer[start..<(start + MessageHeader.size)])
        let header = try MessageHeader(bytes)
        consume(MessageHeader.size)
        if let limit = IncomingMessage.limits[header.type], header.bodySize <= limit {
            self.header = header
        } else {
            ignored += 1
            let here = min(header.bodySize, buffer.count - start)
            consume(here)
            toSkip = header.bodySize - here
        }
    }

    private mutating func consume(_ count: Int) {
        start += count
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        } else if start > 1 << 16 {
            buffer.removeFirst(start)
            start = 0
        }
    }
}
