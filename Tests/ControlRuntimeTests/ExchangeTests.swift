import Foundation
import Testing

@testable import ControlRuntime

/// Runs each body on a thread of its own: tasks that wait for one another would share the tests' few threads, and starve.
private func onThreads(_ bodies: [@Sendable () -> Void]) async {
    await withTaskGroup(of: Void.self) { group in
        for body in bodies {
            group.addTask {
                await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                    Thread.detachNewThread {
                        body()
                        done.resume()
                    }
                }
            }
        }
    }
}

@Suite struct ExchangeTests {
    struct Request: Sendable, Equatable {
        var giver: Int
        var number: Int
        var copy: Int
    }

    @Test func aMailboxKeepsOrderAndRefusesWhenFull() {
        let box = Mailbox<Int>(capacity: 3)
        #expect(box.take() == nil)
        #expect(box.give(1) && box.give(2) && box.give(3) && !box.give(4))
        #expect(box.take() == 1 && box.give(5))
        #expect([box.take(), box.take(), box.take(), box.take()] == [2, 3, 5, nil])
    }

    /// Three givers and one taker: nothing is lost, doubled, torn or out of a giver's order.
    @Test func nothingIsLostBetweenThreads() async {
        let box = Mailbox<Request>(capacity: 8)
        let count = 5000
        let givers = (0..<3).map { giver in
            { @Sendable in
                for number in 0..<count {
                    while !box.give(Request(giver: giver, number: number, copy: ~number)) { sched_yield() }
                }
            }
        }
        let taker = { @Sendable in
            var next = [0, 0, 0]
            while next.reduce(0, +) < 3 * count {
                guard let request = box.take() else {
                    sched_yield()
                    continue
                }
                // An expectation a request would take longer than all the exchange.
                if request.number != next[request.giver] || request.copy != ~request.number {
                    Issue.record("\(request) after \(next)")
                    while next.reduce(0, +) < 3 * count { next[0] += box.take() == nil ? 0 : 1 }
                    return
                }
                next[request.giver] += 1
            }
        }
        await onThreads(givers + [taker])
        #expect(box.take() == nil)
    }

    struct Wide: Sendable {
        var words: (Int, Int, Int, Int, Int, Int, Int, Int)
        init(_ n: Int) { words = (n, n, n, n, n, n, n, n) }
        var isWhole: Bool {
            words.0 == words.1 && words.1 == words.2 && words.2 == words.3 && words.3 == words.4 && words.4 == words.5
                && words.5 == words.6 && words.6 == words.7
        }
    }

    /// Readers never see a half written value nor go back in time.
    @Test func publishedValuesAreWholeAndInOrder() async {
        let published = Published(Wide(0))
        let last = 200_000
        let reader = { @Sendable in
            var before = 0
            while before < last {
                let value = published.value
                guard value.isWhole, value.words.0 >= before else {
                    Issue.record("\(value) after \(before)")
                    return
                }
                before = value.words.0
                sched_yield()
            }
        }
        await onThreads([{ for n in 1...last { published.publish(Wide(n)) } }, reader, reader])
        #expect(published.value.words.0 == last)
    }

    @Test func neitherSideOfTheLoopAllocates() {
        let box = Mailbox<Request>(capacity: 8)
        let published = Published(Wide(0))
        let counted = AllocationCounter.count {
            for n in 0..<100 {
                published.publish(Wide(n))
                _ = box.give(Request(giver: 0, number: n, copy: n))
                _ = box.take()
            }
        }
        #expect(counted == (0, 0))
    }
}
