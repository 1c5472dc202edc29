/// Why text is no well-formed XML.
public enum XMLFlaw: Error, Equatable, Sendable {
    /// Bytes that are no UTF-8 text.
    case notText
    case noElement
    /// The file breaks off inside this element.
    case unclosed(element: String)
    case mismatched(open: String, close: String)
    /// A tag, comment or attribute that does not end as it should.
    case badTag
    case duplicateAttribute(String)
    case unknownEntity(String)
    /// Something after the outermost element.
    case afterTheEnd
}

/// Reads XML of elements and attributes, which is all that a URDF uses, from bytes that may be anything.
///
/// Text between tags, comments, processing instructions and CDATA are passed over; document types are not accepted. Our own,
/// because Foundation's parser ends the whole program on some damaged files, and takes a file that breaks off for whole.
struct XMLScanner {
    private let bytes: [UInt8]
    private var at = 0
    /// The line of the byte that comes next, from 1.
    private(set) var line = 1
    private var open: [String] = []
    private var hasRoot = false

    init(_ bytes: [UInt8]) throws(XMLFlaw) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notText }
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    enum Event {
        case start(element: String, attributes: [String: String], depth: Int)
        /// `depth` is that of the element that ends; the outermost is 1.
        case end(element: String, depth: Int)
    }

    /// An element without content ends right after its start.
    private var pendingEnd = false

    /// The next tag; `nil` at the end of a whole document.
    mutating func next() throws(XMLFlaw) -> Event? {
        if pendingEnd {
            pendingEnd = false
            return close()
        }
        while at < bytes.count {
            if bytes[at] != UInt8(ascii: "<") {
                guard !open.isEmpty || isSpace(bytes[at]) else { throw hasRoot ? .afterTheEnd : .noElement }
                step()
            } else if startsWith("<?") {
                try skip(past: "?>")
            } else if startsWith("<!--") {
                try skip(past: "-->")
            } else if startsWith("<![CDATA[") && !open.isEmpty {
                try skip(past: "]]>")
            } else if startsWith("</") {
                return try endTag()
            } else {
                return try startTag()
            }
        }
        if let last = open.last { throw .unclosed(element: last) }
        guard hasRoot else { throw .noElement }
        return nil
    }

    private mutating func close() -> Event? {
        guard let element = open.popLast() else { return nil }
        return .end(element: element, depth: open.count + 1)
    }

    private mutating func endTag() throws(XMLFlaw) -> Event? {
        step(2)
        let found = try name()
        skipSpace()
        guard take(">") else { throw .badTag }
        guard let expected = open.last else { throw .badTag }
        guard found == expected else { throw .mismatched(open: expected, close: found) }
        return close()
    }

    private mutating func startTag() throws(XMLFlaw) -> Event? {
        guard !hasRoot || !open.isEmpty else { throw .afterTheEnd }
        step()
        let element = try name()
        var attributes: [String: String] = [:]
        while true {
            let hadSpace = skipSpace()
            if take(">") { break }
            if take("/") {
                guard take(">") else { throw .badTag }
                pendingEnd = true
                break
            }
            guard hadSpace else { throw .badTag }
            let key = try name()
            skipSpace()
            guard take("=") else { throw .badTag }
            skipSpace()
            guard attributes.updateValue(try value(), forKey: key) == nil else { throw .duplicateAttribute(key) }
        }
        hasRoot = true
        open.append(element)
        return .start(element: element, attributes: attributes, depth: open.count)
    }

    private mutating func name() throws(XMLFlaw) -> String {
        let start = at
        let ends = Array("=/><\"'&!?".utf8)
        while at < bytes.count, !isSpace(bytes[at]), !ends.contains(bytes[at]) { at += 1 }
        guard at > start else { throw .badTag }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func value() throws(XMLFlaw) -> String {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") else { throw .badTag }
        let quote = bytes[at]
        step()
        let start = at
        while at < bytes.count, bytes[at] != quote {
            guard bytes[at] != UInt8(ascii: "<") else { throw .badTag }
            step()
        }
        guard at < bytes.count else { throw .badTag }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        step()
        return text.utf8.contains(UInt8(ascii: "&")) ? try Self.resolved(text) : text
    }

    /// The five entities that XML itself has, and characters by their number.
    private static func resolved(_ text: String) throws(XMLFlaw) -> String {
        let known: [Substring: String] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
        let parts = text.split(separator: "&", omittingEmptySubsequences: false)
        var answer = String(parts[0])
        for part in parts.dropFirst() {
            guard let end = part.firstIndex(of: ";") else { throw .unknownEntity(String(part.prefix(20))) }
            let entity = part[..<end]
            let number =
                entity.hasPrefix("#x")
                ? UInt32(entity.dropFirst(2), radix: 16)
                : entity.hasPrefix("#") ? UInt32(entity.dropFirst()) : nil
            if let named = known[entity] {
                answer += named
            } else if let scalar = number.flatMap(Unicode.Scalar.init) {
                answer.unicodeScalars.append(scalar)
            } else {
                throw .unknownEntity(String(entity.prefix(20)))
            }
            answer += part[part.index(after: end)...]
        }
        return answer
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

    private mutating func step(_ count: Int = 1) {
        for _ in 0..<count where at < bytes.count {
            if bytes[at] == 10 { line += 1 }
            at += 1
        }
    }

    @discardableResult private mutating func skipSpace() -> Bool {
        let start = at
        while at < bytes.count, isSpace(bytes[at]) { step() }
        return at > start
    }

    private func startsWith(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        for i in 0..<count where bytes[at + i] != word.utf8Start[i] { return false }
        return true
    }

    private mutating func take(_ word: StaticString) -> Bool {
        guard startsWith(word) else { return false }
        step(word.utf8CodeUnitCount)
        return true
    }

    private mutating func skip(past word: StaticString) throws(XMLFlaw) {
        while !startsWith(word) {
            guard at < bytes.count else { throw .badTag }
            step()
        }
        step(word.utf8CodeUnitCount)
    }
}
