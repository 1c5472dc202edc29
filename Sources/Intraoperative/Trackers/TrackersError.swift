/// What is wrong with a record of a tracker. Lines are counted from 1.
public enum TrackersError: Error, Equatable, Sendable {
    case unreadable(file: String, reason: String)
    case unwritable(file: String, reason: String)
    /// Larger than a record of a day's operation can be.
    case tooLarge(file: String, bytes: Int)
    case notText(file: String)
    /// The first line does not name the columns.
    case wrongColumns(file: String, found: [String], expected: [String])
    case wrongCount(file: String, line: Int, found: Int, expected: Int)
    case badNumber(file: String, line: Int, column: String, value: String)
    /// The four numbers are no unit quaternion (to 1e-3); their length.
    case notARotation(file: String, line: Int, length: Double)
    /// A sample is not later than the one before it.
    case timeOrder(file: String, line: Int)
    case noSamples(file: String)
    /// A record that was played back is over.
    case recordEnded
    case toolDefinition(file: String, ToolDefinitionProblem)
}
