import ArgumentParser
import Foundation
import Planning

struct KeysGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Keys for approving plans.", subcommands: [KeysMake.self])
}

struct KeysMake: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Make a private key, and the line by which others trust it.",
        discussion: """
            Writes the private key (Ed25519, PEM, for your eyes alone) to --out, and to --out with .pub added the line for a file of
            trusted keys.

            Example:
              stylet keys make --name "A Surgeon" --out surgeon.key
              cat surgeon.key.pub >> trusted.keys
            """)

    @Option(help: "The name under which the key is trusted.") var name: String
    @Option(help: "The private key to write; it is never overwritten.") var out: String
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let key = ApprovalKey.generate()
        try key.write(to: out, name: name)
        console.say("\(out): keep it to yourself\n\(out).pub: add its line to the file of trusted keys")
        return Answer(fields: [
            "key": .string(out), "trusted_line_file": .string(out + ".pub"),
            "public_key": .string(Data(key.publicKey).base64EncodedString()),
        ])
    }
}
