/// Why a report could not be made.
public enum ReportError: Error, Equatable, Sendable {
    case pictureNotWritten(width: Int, height: Int)
    case notWritten(path: String, reason: String)
}
