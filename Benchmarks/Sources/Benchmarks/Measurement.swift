import Foundation

/// What one kernel took, in one process of its own.
struct Measurement: Codable {
    let kernel: String
    /// The median of the repeats, and the least.
    let ms: Double
    let least_ms: Double
    let repeats: Int
    /// What the work is counted in, and how much of it a second.
    let unit: String
    let millions_per_s: Double
    /// The process's peak, its input and the program itself included, and what it was before the first repeat.
    let peak_mb: Double
    let input_mb: Double
    /// What came out, to be held against a peer's.
    let note: String
}

enum Clock {
    static func milliseconds() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e6 }

    /// The process's peak of resident memory, MB.
    static func peakMemory() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1024
    }
}

extension [Double] {
    var median: Double { sorted()[count / 2] }
}
