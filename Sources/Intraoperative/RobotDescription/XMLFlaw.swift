/// Why text is no well-formed XML.
public enum XMLFlaw: Error, Equatable, Sendable {
    /// Bytes that are no UTF-8 text.
    case notText
    case noElement
    /// The file breaks off inside this element.
    case unclosed(element: String)
    case mismatched(open: String, close: String)
    case duplicateAttribute(String)
    case unknownEntity(String)
    /// Something after the outermost element.
    case afterTheEnd
    /// Anything else, by libxml2's number for it (`xmlParserErrors`).
    case notWellFormed(code: Int)
}
