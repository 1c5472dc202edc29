import Foundation
import PlanEditor
import TerminalKit

extension Sentences {
    static func failureOf(_ error: PlanEditorError) -> Failure {
        switch error {
        case .journal(let path, let number):
            Failure(
                code: "journal",
                message:
                    "\(path), where edits are kept until they are saved: \(String(cString: strerror(number)).lowercased()). Make the folder writable."
            )
        case .unwritable(let path):
            Failure(code: "file", message: "\(path) cannot be written: make its folder writable, or free some room.")
        case .openElsewhere(let path):
            Failure(
                code: "open-elsewhere",
                message: "Another 'plan edit' has this plan open (it holds \(path)). Close it there first.")
        case .changedElsewhere(let path):
            Failure(
                code: "changed-elsewhere",
                message:
                    "\(path) was changed by something else since it was opened, and is not overwritten. Move it aside, then save again."
            )
        }
    }

    /// Nothing where nothing had to be mended, or where the edits that are taken up again say it.
    static func sentence(_ mended: MendedSave) -> String? {
        switch mended {
        case .none, .takenBack: nil
        case .completed: "The last save was cut off and has been completed: plan and labels are as they were saved"
        }
    }

    static func failureOf(_ error: TerminalError) -> Failure {
        switch error {
        case .notATerminal:
            Failure(
                code: "no-terminal", message: "The editor needs a terminal: run it in one, or over 'ssh -t'.")
        case .system(let number):
            Failure(
                code: "terminal",
                message: "The terminal cannot be used: \(String(cString: strerror(number)).lowercased()).")
        case .disconnected:
            Failure(
                code: "terminal-lost",
                message: "The terminal is gone. What was not saved is kept: 'plan edit' takes it up again.")
        }
    }
}
