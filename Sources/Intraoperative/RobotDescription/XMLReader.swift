import CLibXML2

/// Reads the elements and attributes of an XML document, one tag after the other, by libxml2.
///
/// Nothing is fetched from a network or another file, no entities are replaced but XML's own five, and libxml2's limits of
/// depth and length hold. Text, comments, processing instructions and CDATA are passed over.
final class XMLReader {
    enum Event {
        case start(element: String, attributes: [String: String], depth: Int)
        /// `depth` is that of the element that ends; the outermost is 1.
        case end(element: String, depth: Int)
    }

    private let reader: xmlTextReaderPtr
    /// libxml2 reads from it until the reader is gone.
    private let bytes: UnsafeMutableBufferPointer<CChar>
    private let faults = FirstFault()
    /// An element without content ends right after its start.
    private var pendingEnd: Event?
    /// The line of the tag last given, from 1; libxml2 counts to 65535.
    private(set) var line = 1

    /// - Parameter text: UTF-8, of at most 2³¹ bytes. - Throws: `URDFProblem.malformed`.
    init(_ text: [UInt8]) throws(URDFProblem) {
        guard String(validating: text, as: UTF8.self) != nil else { throw .malformed(.notText) }
        _ = Self.isReady
        bytes = .allocate(capacity: text.count)
        _ = bytes.initialize(from: text.lazy.map { CChar(bitPattern: $0) })
        // Named here, the encoding in the file counts for nothing: what was checked is what is read.
        let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_BIG_LINES.rawValue)
        guard let size = Int32(exactly: text.count), size > 0,
            let reader = xmlReaderForMemory(bytes.baseAddress, size, nil, "UTF-8", options)
        else {
            bytes.deallocate()
            throw .malformed(.noElement)
        }
        self.reader = reader
        xmlTextReaderSetStructuredErrorHandler(
            reader, { FirstFault.take($0, $1) }, Unmanaged.passUnretained(faults).toOpaque())
    }

    deinit {
        xmlFreeTextReader(reader)
        bytes.deallocate()
    }

    /// libxml2 wants to be told before several threads use it.
    private static let isReady: Void = xmlInitParser()

    /// The next tag; `nil` at the end of a whole document. - Throws: `URDFProblem.malformed`; `line` is then the flaw's.
    func next() throws(URDFProblem) -> Event? {
        if let end = pendingEnd {
            pendingEnd = nil
            return end
        }
        while xmlTextReaderRead(reader) == 1 {
            line = max(Int(xmlGetLineNo(xmlTextReaderCurrentNode(reader))), 1)
            let depth = Int(xmlTextReaderDepth(reader)) + 1
            switch UInt32(bitPattern: xmlTextReaderNodeType(reader)) {
            case XML_READER_TYPE_ELEMENT.rawValue: return start(depth: depth)
            case XML_READER_TYPE_END_ELEMENT.rawValue: return .end(element: name, depth: depth)
            default: break
            }
        }
        if let flaw = faults.flaw {
            line = faults.line
            throw .malformed(flaw)
        }
        // Zero is the end; anything else, without a reason, is no document.
        guard xmlTextReaderReadState(reader) == Int32(XML_TEXTREADER_MODE_EOF.rawValue) else {
            throw .malformed(.notWellFormed(code: 0))
        }
        return nil
    }

    private func start(depth: Int) -> Event {
        let element = name
        if xmlTextReaderIsEmptyElement(reader) == 1 { pendingEnd = .end(element: element, depth: depth) }
        var attributes: [String: String] = [:]
        while xmlTextReaderMoveToNextAttribute(reader) == 1 {
            attributes[name] = xmlTextReaderConstValue(reader).map { String(cString: $0) }
        }
        return .start(element: element, attributes: attributes, depth: depth)
    }

    private var name: String { xmlTextReaderConstName(reader).map { String(cString: $0) } ?? "" }
}

/// The first error that libxml2 reports; what follows it is mostly its consequence.
private final class FirstFault {
    private(set) var flaw: XMLFlaw?
    private(set) var line = 1

    static func take(_ target: UnsafeMutableRawPointer?, _ error: xmlErrorPtr?) {
        guard let target, let error = error?.pointee, error.level == XML_ERR_FATAL else { return }
        let faults = Unmanaged<FirstFault>.fromOpaque(target).takeUnretainedValue()
        guard faults.flaw == nil else { return }
        faults.line = max(Int(error.line), 1)
        faults.flaw = XMLFlaw(error)
    }
}

extension XMLFlaw {
    fileprivate init(_ error: xmlError) {
        func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
        switch xmlParserErrors(rawValue: UInt32(bitPattern: error.code)) {
        case XML_ERR_DOCUMENT_EMPTY, XML_ERR_DOCUMENT_START: self = .noElement
        case XML_ERR_DOCUMENT_END: self = Self.atTheEnd(error.ctxt?.assumingMemoryBound(to: xmlParserCtxt.self))
        case XML_ERR_TAG_NOT_FINISHED: self = .unclosed(element: text(error.str1))
        case XML_ERR_TAG_NAME_MISMATCH: self = .mismatched(open: text(error.str1), close: text(error.str2))
        case XML_ERR_ATTRIBUTE_REDEFINED: self = .duplicateAttribute(text(error.str1))
        case XML_ERR_UNDECLARED_ENTITY: self = .unknownEntity(text(error.str1))
        default: self = .notWellFormed(code: Int(error.code))
        }
    }
    /// libxml2 has one number for a document that goes on after its end and for one that breaks off.
    private static func atTheEnd(_ parser: xmlParserCtxtPtr?) -> XMLFlaw {
        guard let parser = parser?.pointee, parser.instate != XML_PARSER_EPILOG else { return .afterTheEnd }
        return parser.name.map { .unclosed(element: String(cString: $0)) } ?? .noElement
    }
}
