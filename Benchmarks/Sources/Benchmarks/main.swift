import Foundation

/// Times every kernel of Imaging and Meshing, alone or beside its peer; see README.md.

let usage = """
    Benchmarks kernels FOLDER [--only NAME] [--repeats N]
    Benchmarks register FOLDER
    Benchmarks compare FOLDER PEERS PYTHON [--only NAME] [--repeats N]

    FOLDER is what PEERS/make_phantom.py made. The first times our kernels; the second also runs those of
    PEERS/bench_imaging.py that do the same, in turns with ours, and ends with 1 where a ratio is above its limit.
    `register` answers compare-registration.
    """

var arguments = Array(CommandLine.arguments.dropFirst())

@MainActor func option(_ name: String) -> String? {
    guard let at = arguments.firstIndex(of: name), at + 1 < arguments.count else { return nil }
    let value = arguments[at + 1]
    arguments.removeSubrange(at...(at + 1))
    return value
}

let only = option("--only") ?? ""
let repeats = max(option("--repeats").flatMap { Int($0) } ?? 5, 1)
let kernels = Kernel.all.filter { only.isEmpty || $0.name.contains(only) }

do {
    switch (arguments.first, arguments.count) {
    case ("child", 4):
        guard let kernel = Kernel.all.first(where: { $0.name == arguments[2] }), let count = Int(arguments[3]) else {
            throw RunFailure.unknownKernel(arguments[2])
        }
        let result = try kernel.measure(Input(folder: arguments[1]), repeats: count)
        print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
    case ("register", 2): try Registering.serve(arguments[1])
    case ("kernels", 2):
        try Table.kernels(kernels, Runner(folder: arguments[1]), repeats: repeats)
    case ("compare", 4):
        let held = try Table.comparison(
            kernels, Runner(folder: arguments[1]), script: "\(arguments[2])/bench_imaging.py", python: arguments[3],
            repeats: repeats)
        exit(held ? 0 : 1)
    default:
        print(usage)
        exit(64)
    }
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
}
