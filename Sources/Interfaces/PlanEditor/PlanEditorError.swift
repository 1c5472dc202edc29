/// What stops the editor from opening, or from keeping what was done.
public enum PlanEditorError: Error, Equatable, Sendable {
    /// The journal of edits that the system does not let us open or write.
    case journal(path: String, errno: Int32)
    /// The plan's file cannot be written.
    case unwritable(path: String)
    /// Another editor has the plan open.
    case openElsewhere(path: String)
    /// The plan's file is no longer what was opened: somebody else wrote it.
    case changedElsewhere(path: String)
}
