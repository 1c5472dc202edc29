import ArgumentParser
import Foundation
import Planning

/// Options that every command has.
struct AnswerOptions: ParsableArguments {
    @Flag(help: "Print exactly one JSON object on standard output.")
    var json = false
}

/// What a command found: fields for `--json`, and whether an acceptance check in it held.
struct Answer {
    var fields: [String: JSONValue]
    /// False leads to exit status 2: done, but a check did not hold.
    var accepted = true
}

/// What went wrong, ready for a person: a short code for scripts, and one sentence with what, where and what to do.
struct Failure: Error {
    let code: String
    let message: String
}

/// A command of the program: `execute` does the work, `run` does what the contract asks of all of them.
protocol StyletCommand: ParsableCommand {
    var answer: AnswerOptions { get }
    func execute(_ console: Console) throws -> Answer
}

extension StyletCommand {
    func run() throws {
        let console = Console(json: answer.json)
        do {
            var found = try execute(console)
            if answer.json {
                found.fields["timings_ms"] = console.timingsJSON
                console.answer(found.fields)
            }
            if !found.accepted { throw ExitCode(2) }
        } catch let code as ExitCode {
            throw code
        } catch let usage as ValidationError {
            throw usage
        } catch {
            let failure = Sentences.failure(for: error)
            Console.write("error: \(failure.message)\n", to: STDERR_FILENO)
            if answer.json {
                console.answer(["error": ["code": .string(failure.code), "message": .string(failure.message)]])
            }
            throw ExitCode(1)
        }
    }
}
