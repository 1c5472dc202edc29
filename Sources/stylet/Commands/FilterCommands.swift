import ArgumentParser
import Foundation
import Imaging
import Planning
import RobotDescription
import TremorFilter

struct FilterGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "filter", abstract: "Filters of a hand's motion.", subcommands: [FilterTremor.self])
}

struct FilterTremor: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "tremor",
        abstract: "Remove tremor from a recorded hand, causally: each row depends on those before it alone.",
        discussion: "Example:\n  stylet filter tremor --in hand.csv --out steady.csv")

    @Option(name: .customLong("in"), help: "CSV with t_s,x_mm,y_mm,z_mm.") var input: String
    @Option(help: "CSV to write, with the same columns.") var out: String
    @Option(help: "Methods: \(TremorFilterMethod.allCases.map(\.name).joined(separator: ", ")).") var method:
        TremorMethodName = .standard
    @OptionGroup var answer: AnswerOptions

    private static let columns = ["t_s", "x_mm", "y_mm", "z_mm"]

    func execute(_ console: Console) throws -> Answer {
        let table = try console.step("load", "reading \(input)") { _ in
            try NumberTable.read(input, columns: Self.columns)
        }
        for (i, pair) in zip(table.rows, table.rows.dropFirst()).enumerated() where pair.1[0] <= pair.0[0] {
            throw Failure(code: "bad-table", message: "\(input):\(i + 3): t_s does not rise.")
        }
        var canceller = TremorCanceller(method.method)
        let rows = console.step("filter", "filtering") { _ in
            table.rows.map { row -> [Double] in
                let steady = canceller.filter(SIMD3(row[1], row[2], row[3]), at: row[0])
                return [row[0], steady.x, steady.y, steady.z]
            }
        }
        try console.step("write", "writing \(out)") { _ in
            try AtomicFile.write(NumberTable(columns: Self.columns, rows: rows).csv, to: out)
        }
        console.say("\(out): \(rows.count) samples, \(method.method.name)")
        return Answer(fields: ["out": .string(out), "samples": .int(rows.count), "method": .string(method.method.name)])
    }
}

struct TremorMethodName: ExpressibleByArgument {
    let method: TremorFilterMethod
    static let standard = TremorMethodName(method: .wflcKalman)

    init(method: TremorFilterMethod) { self.method = method }

    init?(argument: String) {
        guard let method = TremorFilterMethod(name: argument) else { return nil }
        self.method = method
    }

    var defaultValueDescription: String { method.name }
}
