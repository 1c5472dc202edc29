import Foundation

/// The tables that the README shows.
enum Table {
    static func kernels(_ kernels: [Kernel], _ runner: Runner, repeats: Int) throws {
        print("| kernel | ms (least) | throughput | peak MB (input) | result |\n|---|---|---|---|---|")
        for kernel in kernels {
            let m = try runner.measure(kernel, repeats: repeats)
            let time = String(format: "%.1f (%.1f)", m.ms, m.least_ms)
            let rate = String(format: "%.2f M %@/s", m.millions_per_s, m.unit)
            let memory = String(format: "%.0f (%.0f)", m.peak_mb, m.input_mb)
            show("| \(m.kernel) | \(time) | \(rate) | \(memory) | \(m.note) |")
        }
    }

    /// Three rounds in turns, or one where the peer is slow; the medians of the rounds are compared.
    ///
    /// - Returns: whether every ratio is within its limit.
    static func comparison(
        _ kernels: [Kernel], _ runner: Runner, script: String, python: String, repeats: Int
    ) throws -> Bool {
        print("| kernel | ours, ms | peer | peer's, ms | ratio | limit | |\n|---|---|---|---|---|---|---|")
        var held = true
        for kernel in kernels {
            guard let peer = kernel.peer else { continue }
            var (ours, theirs): ([Double], [Double]) = ([], [])
            while ours.count < 3 && (theirs.max() ?? 0) < 5000 {
                theirs.append(try runner.measurePeer(peer.name, script: script, python: python, repeats: repeats))
                ours.append(try runner.measure(kernel, repeats: repeats).ms)
            }
            let ratio = ours.median / theirs.median
            held = held && ratio <= peer.limit
            show(
                String(
                    format: "| %@ | %.0f | %@ | %.0f | %.2f | %.2f | %@ |", kernel.name, ours.median, peer.name,
                    theirs.median, ratio, peer.limit, ratio <= peer.limit ? "holds" : "MISSED"))
        }
        return held
    }

    /// A line at once, also into a pipe.
    private static func show(_ line: String) {
        print(line)
        fflush(nil)
    }
}
