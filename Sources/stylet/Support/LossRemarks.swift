import Trackers

/// Says once that a tracker was lost, and once that it came back.
struct LossRemarks {
    private var lost: LostTracker?

    mutating func tell(_ now: LostTracker?, _ console: Console) {
        defer { lost = now }
        switch (lost, now) {
        case (nil, let new?):
            console.warn(Sentences.failure(for: new.reason).message + " It is tried to connect anew.")
        case (let old?, nil): console.note("The tracker is back after \(old.attempts) attempts.")
        default: break
        }
    }
}
