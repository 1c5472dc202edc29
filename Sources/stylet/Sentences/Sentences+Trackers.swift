import Foundation
import SerialPorts
import Trackers

extension Sentences {
    static func failureOf(_ error: SerialPortError) -> Failure {
        switch error {
        case .doesNotExist(let path, let available):
            Failure(
                code: "port-not-found",
                message:
                    "There is no port \(path); \(available.isEmpty ? "no serial port is connected" : "there are: \(available.joined(separator: ", "))")."
            )
        case .noPermission, .refused, .pseudoTerminal: failureOfSystem(error)
        case .busy(let path):
            Failure(code: "port-busy", message: "\(path) is in use by another program: end that first.")
        case .notASerialPort(let path): Failure(code: "not-a-port", message: "\(path) is no serial port.")
        case .lost(let path):
            Failure(code: "port-lost", message: "\(path) was lost while connecting: check cable and power.")
        }
    }

    /// What the system or a driver refuses.
    private static func failureOfSystem(_ error: SerialPortError) -> Failure {
        switch error {
        case .noPermission(let path):
            Failure(
                code: "port-forbidden",
                message: "You may not open \(path): join its group (often dialout) and log in again.")
        case .refused(let path, let setting, let number):
            Failure(
                code: "port-refused",
                message: "The driver of \(path) refuses \(setting): \(String(cString: strerror(number)).lowercased()).")
        case .pseudoTerminal(let call, let number):
            Failure(
                code: "no-pseudo-terminal",
                message:
                    "The system gives no pseudo-terminal (\(call): \(String(cString: strerror(number)).lowercased())).")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    static func failureOf(_ error: NDIError) -> Failure {
        switch error {
        case .silent, .garbled, .unexpected: failureOfReply(error)
        case .refused(let command, let number):
            Failure(
                code: "tracker-refused",
                message: "The tracker refused \(command): \(NDIError.meaning(of: number)) (its error \(number)).")
        case .lost:
            Failure(code: "port-lost", message: "The tracker's port was lost: check cable and power.")
        case .port(let inner): failureOf(inner)
        case .noTools:
            Failure(
                code: "no-tools",
                message:
                    "No tool is plugged in at the tracker, and none was given: give the definition of each with --tool FILE.rom."
            )
        }
    }

    /// What the tracker answered, or that it did not.
    private static func failureOfReply(_ error: NDIError) -> Failure {
        switch error {
        case .silent(let command, let seconds):
            Failure(
                code: "no-answer",
                message: String(
                    format:
                        "The tracker did not answer %@ within %.1f s: check its power and cable, and that the port is the tracker's.",
                    command, seconds))
        case .garbled(let start):
            Failure(
                code: "garbled-reply",
                message: "What the tracker sent is damaged ('\(start)'): check the cable, or lower --max-baud.")
        case .unexpected(let command, let reply):
            Failure(
                code: "unexpected-reply",
                message: "The tracker answered \(command) with '\(reply)', which is no answer to it.")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    static func failureOf(_ error: TrackersError) -> Failure {
        switch error {
        case .unreadable(let file, let reason):
            Failure(code: "unreadable", message: "\(file) cannot be read: \(reason).")
        case .unwritable(let file, let reason):
            Failure(code: "not-written", message: "\(file) was not written: \(reason).")
        case .tooLarge(let file, let bytes):
            Failure(code: "too-large", message: "\(file) has \(bytes) bytes, more than a record of a day can have.")
        case .notText, .wrongColumns, .wrongCount, .badNumber, .notARotation, .timeOrder, .noSamples:
            failureOfTable(error)
        case .recordEnded: Failure(code: "record-ended", message: "The record that was played back is over.")
        case .toolDefinition(let file, let problem):
            Failure(code: "bad-tool", message: "\(file) is no tool definition: \(sentence(problem)).")
        }
    }

    /// The lines of a record.
    private static func failureOfTable(_ error: TrackersError) -> Failure {
        switch error {
        case .notText(let file): Failure(code: "bad-table", message: "\(file) is no text.")
        case .wrongColumns(let file, let found, let expected):
            Failure(
                code: "bad-table",
                message:
                    "\(file):1: the columns are \(found.joined(separator: ",")), but must be \(expected.joined(separator: ","))."
            )
        case .wrongCount(let file, let line, let found, let expected):
            Failure(code: "bad-table", message: "\(file):\(line): \(found) fields instead of \(expected).")
        case .badNumber(let file, let line, let column, let value):
            Failure(code: "bad-table", message: "\(file):\(line): \(column) cannot be '\(value)'.")
        case .notARotation(let file, let line, let length):
            Failure(
                code: "bad-table",
                message: "\(file):\(line): qw,qx,qy,qz are no rotation: their length is \(length), not 1.")
        case .timeOrder(let file, let line):
            Failure(code: "bad-table", message: "\(file):\(line): t_s does not rise.")
        case .noSamples(let file): Failure(code: "bad-table", message: "\(file) holds no samples.")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    private static func sentence(_ problem: ToolDefinitionProblem) -> String {
        switch problem {
        case .unreadable(let reason): reason
        case .size(let bytes): "it has \(bytes) bytes, and such files 312 to 1024"
        case .notATool: "it does not begin with NDI"
        case .checksum(let says, let sum):
            "its sum is \(sum), and it says \(says): it was cut or changed; copy it anew from the tool's maker"
        case .markerCount(let count): "it names \(count) markers, and there can be 20"
        case .marker(let number): "marker \(number) is not within a metre of the tool"
        }
    }
}
