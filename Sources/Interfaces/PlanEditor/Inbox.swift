import Synchronization

/// Where other threads lay down what they have finished.
final class Inbox<Answer: Sendable>: Sendable {
    private let waiting = Mutex<[Answer]>([])

    func put(_ answer: Answer) { waiting.withLock { $0.append(answer) } }

    func takeAll() -> [Answer] {
        waiting.withLock { waiting in
            let all = waiting
            waiting = []
            return all
        }
    }
}
