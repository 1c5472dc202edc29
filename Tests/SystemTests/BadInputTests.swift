import Foundation
import TestSupport
import Testing

extension ProgramTests {
    /// What a person gets for bad inputs: the sentence, the exit status, and nothing half-written.
    @Suite(.timeLimit(.minutes(3))) struct BadInputTests {
        @Test(arguments: BadInput.all) func isRefusedInOneSentence(_ input: BadInput) async throws {
            let answer = try await BadInputFixture.shared.value.answer(to: input)
            #expect(answer.status == input.status, "\(answer.errors)")
            for word in input.words { #expect(answer.errors.contains(word), "\(answer.errors)") }
            #expect(answer.leftovers.isEmpty)
            guard let code = input.code else {
                #expect(answer.output.isEmpty)
                return
            }
            let error = try #require(Self.error(in: answer), "\(answer.output)")
            #expect(error.code == code)
            #expect(answer.errors.contains("error: \(error.message)\n"), "standard error says the same sentence")
            #expect(
                error.message.first?.isWhitespace == false && error.message.hasSuffix(".")
                    || error.message.contains("\n"))
        }

        /// `Documentation/bad-inputs.md` says what the program says; `STYLET_WRITE_TABLE=1` writes it anew.
        @Test func pageSaysWhatTheProgramSays() async throws {
            let text = try await BadInputPage.text(BadInputFixture.shared.value)
            let page = repositoryFolder().appendingPathComponent("Documentation/bad-inputs.md")
            if ProcessInfo.processInfo.environment["STYLET_WRITE_TABLE"] != nil {
                try Data(text.utf8).write(to: page)
            }
            #expect(try String(contentsOf: page, encoding: .utf8) == text)
        }

        /// The error object, where that is all there is on standard output.
        static func error(in answer: BadInputFixture.Answer) -> (code: String, message: String)? {
            guard
                let object = try? JSONSerialization.jsonObject(with: Data(answer.output.utf8))
                    as? [String: [String: String]],
                object.count == 1, let error = object["error"], error.count == 2, let code = error["code"],
                let message = error["message"]
            else { return nil }
            return (code, message)
        }
    }
}

/// The page as the program's own answers make it.
enum BadInputPage {
    static func text(_ fixture: BadInputFixture) async throws -> String {
        var page = """
            # What bad inputs get

            Each line is what the program really says: a test runs every command and compares this page with the answers
            (`STYLET_WRITE_TABLE=1` writes it anew). Exit status 1: refused or failed, one sentence on standard error, and
            with `--json` also `{"error":{"code":…,"message":…}}` on standard output. Exit status 64: wrong usage. Nothing is
            left half-written. Ports, UIDs and digests stand for those of your machine and files.

            """
        for section in BadInput.sections {
            page += "\n## \(section.title)\n\n| input | status | code | sentence |\n|---|---|---|---|\n"
            for input in section.inputs {
                let answer = try await fixture.answer(to: input)
                page +=
                    "| \(input.what) | \(answer.status) | \(input.code.map { "`\($0)`" } ?? "") | \(sentence(answer)) |\n"
            }
        }
        return page
    }

    private static func sentence(_ answer: BadInputFixture.Answer) -> String {
        let said =
            ProgramTests.BadInputTests.error(in: answer)?.message
            ?? answer.errors.split(separator: "\n").first.map { String($0).replacing(#/^Error: /#, with: "") } ?? ""
        return said.replacing("|", with: "\\|").replacing(#/\n */#, with: "<br>")
    }
}
