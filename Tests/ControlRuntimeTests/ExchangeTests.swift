import Foundation
import Testing

@testable import ControlRuntime

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
        await withTaskGroup(of: Void.self) { group in
            for giver in 0..<3 {
                group.addTask {
                    for number in 0..<count {
                        while !box.give(Request(giver: giver, number: number, copy: ~number)) { await Task.yield() }
                    }
                }
            }
            group.addTask {
                var next = [0, 0, 0]
                while next.reduce(0, +) < 3 * count {
                    guard let request = box.take() else {
                        await Task.yield()
                        continue
                    }
                    #expect(request.number == next[request.giver] && request.copy == ~request.number)
                    next[request.giver] += 1
                }
            }
        }
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
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for n in 1...last { published.publish(Wide(n)) } }
            for _ in 0..<2 {
                group.addTask {
                    var before = 0
                    while before < last {
                        let value = published.value
                        #expect(value.isWhole && value.words.0 >= before)
                        before = value.words.0
                        await Task.yield()
                    }
                }
            }
        }
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
