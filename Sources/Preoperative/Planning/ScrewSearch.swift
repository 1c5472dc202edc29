import Frames
import Imaging

/// The search for one pedicle's screw: coarse over places and directions, by pattern search from the best few, then for
/// each diameter and length of the catalogue.
struct ScrewSearch {
    let lines: ScrewLines
    private(set) var objective: ScrewObjective
    let catalogue: ScrewCatalogue
    let limits: PlanLimits

    /// A size of the catalogue on the line that suits it.
    struct Candidate: Equatable, Comparable {
        let parameters: [Double]
        let diameter, length: Double
        let cost: Double

        static func < (a: Self, b: Self) -> Bool { a.cost < b.cost }
    }

    /// By the label's stairs, mm: less than what counts as inside.
    static let largestBreach = 0.15
    /// Bone round a screw that is proposed, mm: what a label is accurate to.
    static let smallestMargin = 0.25

    private var measurement: ScrewMeasurement { objective.measurement }
    var side: Side { lines.side }
    var notFound: PlanningError { .pedicle(lines.anatomy.level, side, .notFound) }

    init(
        _ anatomy: VertebraAnatomy, _ side: Side, ct: Volume<Int16>, labels: LabelVolume, catalogue: ScrewCatalogue,
        limits: PlanLimits
    ) throws(PlanningError) {
        guard let isthmus = anatomy.pedicle(side) else { throw .pedicle(anatomy.level, side, .notFound) }
        lines = ScrewLines(anatomy: anatomy, side: side, isthmus: isthmus)
        objective = ScrewObjective(
            measurement: ScrewMeasurement(anatomy: anatomy, ct: ct), labels: labels, side: side,
            pedicleTilt: anatomy.angles(of: isthmus.axis, side: side).tilt, pedicleWidth: isthmus.narrowest,
            usualConvergence: anatomy.usualConvergence(side), labelAccuracy: labels.geometry.spacing.max() / 2,
            pedicleConvergence: anatomy.angles(of: isthmus.axis, side: side).convergence)
        (self.catalogue, self.limits) = (catalogue, limits)
    }

    /// The cost of a line for a screw of this diameter that ends where it should, were there one of every length.
    private func cost(_ p: [Double], diameter: Double, thorough: Bool) -> Double {
        guard let line = lines.line(p) else { return 1e6 }
        let wanted = line.length(bodyDepthFraction: ScrewObjective.wantedDepth)
        return cost(line, diameter, min(wanted, line.depth - objective.wantedAnteriorMargin), thorough: thorough)
    }

    private func cost(_ line: ScrewLine, _ diameter: Double, _ length: Double, thorough: Bool = true) -> Double {
        guard length > GertzbeinRobbins.skipped + 5, let screw = line.screw(diameter: diameter, length: length) else {
            return 1e6
        }
        return objective.cost(screw, on: line, thorough: thorough)
    }

    /// What the catalogue offers this pedicle, each size on its best line.
    ///
    /// - Throws: `PlanningError.pedicle` where nothing of it fits.
    func candidates() throws(PlanningError) -> [Candidate] {
        let (level, isthmus) = (lines.anatomy.level, lines.isthmus)
        let sizes = catalogue.screws.filter { $0.diameter <= isthmus.narrowest * limits.largestFill + 1e-9 }
        guard let widest = sizes.last else {
            throw .pedicle(
                level, side,
                .tooNarrow(
                    isthmusWidth: isthmus.narrowest, thinnestScrew: catalogue.thinnest, largestFill: limits.largestFill)
            )
        }
        let start = min(widest.diameter, 6)
        var best = optimise(from: coarse(diameter: start), evaluations: 250) {
            cost($0, diameter: start, thorough: true)
        }
        var found: [Candidate] = []
        for size in sizes {
            best = optimise(from: [best], evaluations: 60) { cost($0, diameter: size.diameter, thorough: true) }
            found += lengths(of: size, best)
        }
        guard !found.isEmpty else {
            let depth = lines.line(best)?.depth ?? 0
            throw .pedicle(level, side, .tooShallow(depth: depth, shortestScrew: catalogue.screws[0].lengths[0]))
        }
        return found
    }

    /// The lengths of a size that come near to what the line wants.
    private func lengths(of size: ScrewCatalogue.Screw, _ p: [Double]) -> [Candidate] {
        guard let line = lines.line(p) else { return [] }
        let wanted = line.length(bodyDepthFraction: ScrewObjective.wantedDepth)
        let near = size.lengths.filter { $0 < line.depth - 1 && abs($0 - wanted) < 13 }
        let offered = near.isEmpty ? size.lengths.filter { $0 < line.depth - 1 }.suffix(1) : near[...]
        return offered.map {
            Candidate(parameters: p, diameter: size.diameter, length: $0, cost: cost(line, size.diameter, $0))
        }
    }

    /// The candidate's own best line, rounded as a file holds it and measured.
    ///
    /// - Throws: `PlanningError.pedicle` with the first limit that it breaks.
    func settle(_ candidate: Candidate) throws(PlanningError) -> (screw: ScrewCylinder, metrics: ScrewMetrics) {
        let (diameter, length) = (candidate.diameter, candidate.length)
        let p = optimise(from: [candidate.parameters], evaluations: 200) { p in
            lines.line(p).map { cost($0, diameter, length) } ?? 1e6
        }
        guard let screw = lines.line(p)?.screw(diameter: diameter, length: length)?.roundedForFile else {
            throw notFound
        }
        let metrics = measurement.metrics(screw, side: side)
        var strict = limits
        // What a person may accept with a look at it, a plan does not propose.
        strict.largestBreach = Self.largestBreach
        strict.smallestMargin = max(limits.smallestMargin, Self.smallestMargin)
        if let broken = strict.broken(by: metrics, diameter: diameter).first {
            throw .pedicle(lines.anatomy.level, side, .limitBroken(broken))
        }
        return (screw, metrics)
    }

    /// The best starts of a coarse grid round the pedicle's middle and its usual direction, by rising cost.
    private func coarse(diameter: Double) -> [[Double]] {
        let (isthmus, usual) = (lines.isthmus, objective.usualConvergence)
        var found: [(p: [Double], cost: Double)] = []
        for turn in [-0.24, -0.12, 0, 0.12, 0.24] {
            for tilt in [-0.2, -0.1, 0, 0.1, 0.2] {
                for x in [-0.2, 0, 0.2] {
                    for y in [-0.2, 0, 0.2] {
                        let p = [x * isthmus.width, y * isthmus.height, usual + turn, tilt]
                        found.append((p, cost(p, diameter: diameter, thorough: false)))
                    }
                }
            }
        }
        let order = found.indices.sorted { (found[$0].cost, $0) < (found[$1].cost, $1) }
        return order.prefix(4).map { found[$0].p }
    }

    private func optimise(from starts: [[Double]], evaluations: Int, _ cost: ([Double]) -> Double) -> [Double] {
        let search = PatternSearch(steps: [1, 1, 0.07, 0.07], halvings: 4, mostEvaluations: evaluations)
        var best: (p: [Double], cost: Double) = (starts[0], .infinity)
        for start in starts {
            let found = search.minimise(from: start, cost)
            if found.value < best.cost { best = (found.parameters, found.value) }
        }
        return best.p
    }

    /// The same search, drawn with the screw's head towards a place.
    func drawn(to head: Vector3) -> ScrewSearch {
        var other = self
        other.objective.headTarget = head
        return other
    }

    /// The same pedicle searched with another aim.
    func aiming(at aim: ScrewProposal.Aim) -> ScrewSearch {
        var other = self
        other.objective.aim = aim
        return other
    }

    /// The best screw for this search's aim, from a line that a search for another aim settled on; `nil` where none of
    /// the sizes that suit the aim keeps the limits.
    func best(near line: [Double], diameter: Double) -> (screw: ScrewCylinder, metrics: ScrewMetrics, length: Double)? {
        let sizes = catalogue.screws.filter {
            $0.diameter <= lines.isthmus.narrowest * limits.largestFill + 1e-9
                && (objective.aim == .strongest ? $0.diameter >= diameter : abs($0.diameter - diameter) < 1.1)
        }
        var start = line
        switch objective.aim {
        case .straight: (start[2], start[3]) = (min(start[2], 0.1), 0)
        case .anatomic: (start[2], start[3]) = (objective.pedicleConvergence, objective.pedicleTilt)
        case .recommended, .safest, .strongest: break
        }
        var found: [Candidate] = []
        for size in sizes {
            let p = optimise(from: [start], evaluations: 90) { cost($0, diameter: size.diameter, thorough: true) }
            found += lengths(of: size, p)
        }
        for candidate in found.sorted().prefix(3) {
            if let settled = try? settle(candidate) {
                return (settled.screw, settled.metrics, candidate.length)
            }
        }
        return nil
    }

    /// The same size once more, from the screw's own line on; `nil` where what is found breaks a limit.
    func again(_ screw: ScrewCylinder) -> (screw: ScrewCylinder, metrics: ScrewMetrics)? {
        let length = (screw.length * 1000).rounded() / 1000
        return try? settle(
            Candidate(parameters: parameters(of: screw), diameter: screw.diameter, length: length, cost: 0))
    }

    /// The line of a screw, as parameters of this search.
    func parameters(of screw: ScrewCylinder) -> [Double] {
        let frame = lines.anatomy.X_CTVertebra.rotation.matrix
        let (convergence, tilt) = lines.anatomy.angles(of: screw.axis, side: side)
        let axis = lines.isthmus.axis.vector
        guard let across = normalized(cross(frame.columns.2, axis)) else { return [0, 0, convergence, tilt] }
        let slope = dot(screw.axis.vector, axis)
        let way = lines.isthmus.centre.coordinates - screw.entry.coordinates
        let place = screw.axis.vector * (dot(way, axis) / (abs(slope) > 0.1 ? slope : 1)) - way
        return [dot(place, across), dot(place, cross(axis, across)), convergence, tilt]
    }
}
