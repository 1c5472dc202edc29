import Frames

/// The acquisitions of one series. Scanners number them; each goes over its own part of the patient, or the same part at
/// another time.
enum SliceAcquisitions {
    /// Keeps the acquisition named by `wanted`, or the largest where acquisitions overlap along the patient, which nobody
    /// can plan on without saying which one is meant.
    ///
    /// - Parameter sorted: slices along their normal.
    static func choose(_ sorted: [DICOMSlice], wanted: Int?) throws(FileProblem) -> (
        kept: [DICOMSlice], irregularity: Irregularity?
    ) {
        let keys = keys(sorted)
        guard wanted != nil || overlap(keys) else { return (sorted, nil) }
        let acquisitions = Dictionary(grouping: sorted.indices) { keys[$0] }.mapValues { $0.map { sorted[$0] } }
        let summaries = summaries(acquisitions)
        if let wanted {
            guard let kept = acquisitions[wanted] else {
                throw .noSuchAcquisition(wanted: wanted, available: summaries.map(\.number))
            }
            return (kept, nil)
        }
        let best = summaries.max { ($0.slices, -$0.number) < ($1.slices, -$1.number) }
        guard let best, let kept = acquisitions[best.number] else { return (sorted, nil) }
        return (kept, Irregularity(.severalAcquisitions(summaries, kept: best.number), .forbidsPlanning))
    }

    /// Whether some acquisition goes on after another one has begun.
    private static func overlap(_ keys: [Int]) -> Bool {
        var seen: Set<Int> = []
        var last: Int?
        for key in keys where key != last {
            if !seen.insert(key).inserted { return true }
            last = key
        }
        return false
    }

    /// AcquisitionNumber where it tells slices apart; else the position in time; else the time of acquisition, where
    /// a few times only occur and each has many slices.
    private static func keys(_ slices: [DICOMSlice]) -> [Int] {
        let numbers = slices.map { $0.acquisitionNumber.flatMap { Int(exactly: $0) } ?? 0 }
        if Set(numbers).count > 1 { return numbers }
        let phases = slices.map { $0.temporalPosition.flatMap { Int(exactly: $0) } ?? 0 }
        if Set(phases).count > 1 { return phases }
        let times = Set(slices.map(\.acquisitionTime)).sorted()
        let few = times.count > 1 && times.count <= 8 && slices.count >= 3 * times.count
        guard few else { return numbers }
        let order = Dictionary(uniqueKeysWithValues: times.enumerated().map { ($1, $0 + 1) })
        return slices.map { order[$0.acquisitionTime] ?? 0 }
    }

    private static func summaries(_ acquisitions: [Int: [DICOMSlice]]) -> [AcquisitionSummary] {
        acquisitions.sorted { $0.key < $1.key }.compactMap { number, slices in
            guard let first = slices.first, let last = slices.last else { return nil }
            return AcquisitionSummary(
                number: number, slices: slices.count, first: first.reference, last: last.reference)
        }
    }
}
