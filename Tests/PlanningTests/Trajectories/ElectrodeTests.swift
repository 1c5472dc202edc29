import Frames
import Imaging
import Testing

@testable import Planning

@Suite struct ElectrodeTests {
    /// Against every combination.
    @Test(arguments: 1...12 as ClosedRange<UInt64>) func assignmentIsTheBest(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let costs = (0..<4).map { _ in (0..<4).map { _ in random.uniform() }.sorted() }
        var conflict: Set<[Int]> = []
        for a in 0..<4 {
            for b in (a + 1)..<4 {
                for i in 0..<4 {
                    for j in 0..<4 where random.uniform() < 0.45 { conflict.insert([a, i, b, j]) }
                }
            }
        }
        func fits(_ a: Int, _ i: Int, _ b: Int, _ j: Int) -> Bool { !conflict.contains([a, i, b, j]) }
        func cost(_ choice: [Int?]) -> Double? {
            var sum = 0.0
            for a in 0..<4 {
                sum += choice[a].map { costs[a][$0] } ?? ElectrodeAssignment.priceOfNone
                for b in (a + 1)..<4 {
                    if let i = choice[a], let j = choice[b], !fits(a, i, b, j) { return nil }
                }
            }
            return sum
        }
        let found = ElectrodeAssignment(costs: costs, compatible: fits).solve()
        var best = Double.infinity
        for code in 0..<625 {
            let choice = [code % 5, code / 5 % 5, code / 25 % 5, code / 125].map { $0 == 4 ? nil : Optional($0) }
            if let c = cost(choice) { best = min(best, c) }
        }
        #expect(cost(found) == best)
    }

    @Test func electrodesKeepApart() throws {
        let vessels = SyntheticHead.vessels(11, count: 6)
        let head = try SyntheticHead(vessels: vessels)
        var targets: [Vector3] = []
        var random = SeededGenerator(seed: 2)
        while targets.count < 5 {
            let p = random.normal3() * 18
            if vessels.allSatisfy({ $0.distance(p) > 5 }), targets.allSatisfy({ length($0 - p) > 6 }) {
                targets.append(p)
            }
        }
        let result = try head.plan(targets, kind: .electrode)
        let chosen = result.plan.chosenItems
        #expect(chosen.count >= 4, "\(result.refusals)")
        for (k, a) in chosen.enumerated() {
            for b in chosen[(k + 1)...] {
                let shafts = segmentDistance(
                    a.target.coordinates, a.entry.coordinates, b.target.coordinates, b.entry.coordinates)
                #expect(shafts - 0.8 >= 4 - 1e-3, "\(a.id) \(b.id)")
                // from the skull 30 mm outwards, by places
                let (p, q) = (try bolt(a), try bolt(b))
                let least = p.flatMap { x in q.map { length($0 - x) } }.min() ?? 0
                #expect(least > 10 - 0.6, "\(a.id) \(b.id)")
            }
        }
        let check = try PlanChecker().check(result.plan, ct: head.ct, labels: head.labels)
        for item in check.items { #expect(item.findings.isEmpty, "\(item.id): \(item.findings)") }
    }

    private func bolt(_ item: PlanItem) throws -> [Vector3] {
        let start = try #require(item.trajectoryMetrics?.skullCrossing).coordinates
        let out = try #require((item.entry - item.target).direction).vector
        return (0...60).map { start + out * (Double($0) / 2) }
    }

    @Test func twoTargetsInOnePlaceCollide() throws {
        let head = try SyntheticHead(vessels: [.init(a: Vector3(0, 0, -50), b: Vector3(5, 0, -50), radius: 2)])
        let result = try head.plan([Vector3(20, 0, 0), Vector3(21, 0, 0)], kind: .electrode)
        #expect(result.plan.chosenItems.count == 1)
        guard case .trajectory(.noPath(_, .collision(let other))) = result.refusals.first else {
            Issue.record("\(result.refusals)")
            return
        }
        #expect(other == result.plan.chosenItems[0].id)
    }
}
