/// A message's body taken apart: from version 2 on, an extended header stands before the content and metadata after it.
struct BodyParts {
    let content: UnsafeRawBufferPointer
    let metadata: [String: String]

    /// `nil` where the lengths contradict one another.
    init?(_ body: UnsafeRawBufferPointer, version: UInt16) {
        guard version > 1 else {
            (content, metadata) = (body, [:])
            return
        }
        guard body.count >= 12 else { return nil }
        let (head, index, size) = (Self.number(body, 0, 2), Self.number(body, 2, 2), Self.number(body, 4, 4))
        guard head >= 12, head + index + size <= body.count else { return nil }
        let end = body.count - index - size
        content = UnsafeRawBufferPointer(rebasing: body[head..<end])
        guard
            let found = Self.metadata(
                index: UnsafeRawBufferPointer(rebasing: body[end..<(end + index)]),
                text: UnsafeRawBufferPointer(rebasing: body[(end + index)...]))
        else { return nil }
        metadata = found
    }

    /// Whether the sender says that the pose which it sends was not seen (as PLUS does).
    var saysMissing: Bool {
        let status = metadata.first { $0.key.lowercased().hasSuffix("status") }?.value.uppercased()
        return status.map { $0 != "OK" && $0 != "TOOL_OK" } ?? false
    }

    /// The highest byte first.
    private static func number(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Int {
        (0..<count).reduce(0) { $0 << 8 | Int(bytes[start + $1]) }
    }

    private static func metadata(index: UnsafeRawBufferPointer, text: UnsafeRawBufferPointer) -> [String: String]? {
        guard index.count >= 2 else { return index.isEmpty && text.isEmpty ? [:] : nil }
        let count = number(index, 0, 2)
        guard index.count == 2 + 8 * count else { return nil }
        var (found, at): ([String: String], Int) = ([:], 0)
        for entry in 0..<count {
            let start = 2 + 8 * entry
            let (key, value) = (number(index, start, 2), number(index, start + 4, 4))
            guard at + key + value <= text.count else { return nil }
            let name = String(decoding: text[at..<(at + key)], as: UTF8.self)
            found[name] = String(decoding: text[(at + key)..<(at + key + value)], as: UTF8.self)
            at += key + value
        }
        return found
    }
}
