import Foundation
import OpenIGTLink

extension Sentences {
    private static func words(_ number: Int32) -> String { String(cString: strerror(number)).lowercased() }

    static func failureOf(_ error: OpenIGTLinkError) -> Failure {
        switch error {
        case .unknownHost, .unreachable, .noAnswer, .cannotListen: failureOfMachine(error)
        case .silent(let seconds):
            Failure(
                code: "no-answer",
                message: String(format: "Nothing came by OpenIGTLink for %.0f s: look at the program there.", seconds))
        case .lost: Failure(code: "connection-lost", message: "The other side closed the OpenIGTLink connection.")
        case .garbled(let start):
            Failure(
                code: "garbled-message",
                message: "What came is no OpenIGTLink ('\(start)'): check that the port is the right one.")
        case .tooLarge(let bytes, let limit):
            Failure(code: "too-large", message: "A message of \(bytes) bytes is more than \(limit): send less of it.")
        }
    }

    /// Machines and ports that do not answer.
    private static func failureOfMachine(_ error: OpenIGTLinkError) -> Failure {
        switch error {
        case .unknownHost(let host):
            Failure(code: "unknown-host", message: "There is no machine '\(host)': check its name.")
        case .unreachable(let host, let port, let number):
            Failure(
                code: "unreachable",
                message: "Nothing at \(host):\(port) takes the connection (\(words(number))): start the program there.")
        case .noAnswer(let host, let port, let seconds):
            Failure(
                code: "no-answer",
                message: "\(host):\(port) did not answer within \(String(format: "%.1f", seconds)) s.")
        case .cannotListen(let address, let port, let number):
            Failure(
                code: "cannot-listen",
                message: "Nobody can be served at \(address):\(port) (\(words(number))): take another --port or --bind."
            )
        default: Failure(code: "failed", message: "\(error)")
        }
    }
}
