/// Why a report could not be made.
public enum ReportError: Error, Equatable, Sendable {
    case pictureNotWritten(width: Int, height: Int)
    /// The drawing library gave up on the PDF.
    case documentNotDrawn(reason: String)
    case notWritten(path: String, reason: String)
}
