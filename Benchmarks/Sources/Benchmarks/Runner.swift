import Foundation

/// Runs kernels and peers, each in a process of its own, so that one's memory and caches are not another's.
struct Runner {
    let folder: String

    /// Our own kernel, in a fresh copy of this program.
    func measure(_ kernel: Kernel, repeats: Int) throws -> Measurement {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
        let output = try Self.run(own, ["child", folder, kernel.name, String(repeats)])
        return try JSONDecoder().decode(Measurement.self, from: output)
    }

    /// A row of the peers' benchmark with two threads: the median in ms.
    func measurePeer(_ name: String, script: String, python: String, repeats: Int) throws -> Double {
        let output = try Self.run(
            python,
            [script, "--data", folder, "--task", name, "--threads", "2", "--reps", String(repeats)],
            [
                "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "2",
            ])
        struct Row: Decodable { let ms: Double }
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("RESULT ") }) else { throw RunFailure.noResult(name) }
        return try JSONDecoder().decode(Row.self, from: Data(line.dropFirst(7).utf8)).ms
    }

    private static func run(_ program: String, _ arguments: [String], _ more: [String: String] = [:]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(more) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw RunFailure.failed(([program] + arguments).joined(separator: " "), process.terminationStatus)
        }
        return output
    }
}

enum RunFailure: Error {
    case failed(String, Int32)
    case noResult(String)
    case unknownKernel(String)
}
