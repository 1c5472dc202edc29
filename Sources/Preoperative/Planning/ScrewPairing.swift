import Frames
import Imaging

/// Chooses a level's two sizes together: left and right alike where both pedicles allow it.
struct ScrewPairing {
    typealias Screw = (screw: ScrewCylinder, metrics: ScrewMetrics)

    /// One side while it is undecided.
    private struct Undecided {
        let search: ScrewSearch
        /// Sizes not yet found wanting.
        var candidates: [ScrewSearch.Candidate]
        var settled: (candidate: ScrewSearch.Candidate, screw: Screw)?
        /// Of the size that was wanted first.
        var refusal: PlanningError?
        var attempts = 0

        /// - Throws: what no other search can better: no pedicle, or one too narrow.
        init(_ search: ScrewSearch) throws(PlanningError) {
            self.search = search
            do throws(PlanningError) {
                candidates = try search.candidates()
            } catch {
                guard case .pedicle(_, _, .tooShallow) = error else { throw error }
                (candidates, refusal) = ([], error)
            }
        }

        /// The answer, the last resort tried where nothing was settled.
        var answer: Result<Screw, PlanningError> {
            if let settled { return .success(settled.screw) }
            let plain = refusal ?? search.notFound
            switch search.lastResort() {
            case .found(let screw): return .success(screw)
            case .nothing(let broken, let surface):
                let (level, side) = (search.lines.anatomy.level, search.side)
                guard surface >= ScrewSearch.smallestMargin, broken.name == .breach || broken.name == .margin else {
                    return .failure(.pedicle(level, side, .limitBroken(broken)))
                }
                let accuracy = search.objective.labelAccuracy
                return .failure(
                    .pedicle(level, side, .labelDisagrees(broken, surfaceMargin: surface, accuracy: accuracy)))
            case nil: return .failure(plain)
            }
        }

        /// Settles on the candidate, or strikes it out.
        mutating func settle(_ i: Int) {
            let candidate = candidates[i]
            if settled?.candidate == candidate { return }
            do throws(PlanningError) {
                settled = (candidate, try search.settle(candidate))
            } catch {
                refusal = refusal ?? error
                attempts += 1
                candidates.remove(at: i)
                if attempts == ScrewPairing.mostAttempts { candidates = [] }
            }
        }
    }

    /// A side that breaks limits with so many sizes, the best first, gets no screw.
    private static let mostAttempts = 6

    /// The cost of a pair whose sizes differ: little for one step of a catalogue, much for several.
    private static func difference(_ a: ScrewSearch.Candidate, _ b: ScrewSearch.Candidate) -> Double {
        let (thicker, longer) = ((a.diameter - b.diameter) / 0.5, (a.length - b.length) / 5)
        return 0.3 * (thicker * thicker + longer * longer)
    }

    /// One answer a search, in their order. A side without a screw leaves the other its best.
    static func screws(_ searches: [Result<ScrewSearch, PlanningError>]) -> [Result<Screw, PlanningError>] {
        var sides = parallelMap(searches.count) { i in
            Result { () throws(PlanningError) in try Undecided(searches[i].get()) }
        }
        let open = sides.indices.filter { (try? sides[$0].get()) != nil }
        var undecided = open.compactMap { try? sides[$0].get() }
        decide(&undecided)
        for (place, side) in zip(open, undecided) { sides[place] = .success(side) }
        return sides.map { $0.flatMap(\.answer) }
    }

    private static func decide(_ sides: inout [Undecided]) {
        while sides.count == 2, let (left, right) = bestPair(sides[0].candidates, sides[1].candidates) {
            let before = sides.map(\.candidates.count)
            sides[0].settle(left)
            sides[1].settle(right)
            if sides.map(\.candidates.count) == before { return }
        }
        for i in sides.indices {
            while let best = sides[i].candidates.indices.min(by: { sides[i].candidates[$0] < sides[i].candidates[$1] })
            {
                let before = sides[i].candidates.count
                sides[i].settle(best)
                if sides[i].candidates.count == before { break }
            }
            if sides[i].candidates.isEmpty { sides[i].settled = nil }
        }
    }

    private static func bestPair(
        _ left: [ScrewSearch.Candidate], _ right: [ScrewSearch.Candidate]
    ) -> (left: Int, right: Int)? {
        var best: (left: Int, right: Int, cost: Double)?
        for (i, a) in left.enumerated() {
            for (j, b) in right.enumerated() {
                let cost = a.cost + b.cost + difference(a, b)
                if cost < best?.cost ?? .infinity { best = (i, j, cost) }
            }
        }
        return best.map { ($0.left, $0.right) }
    }
}
