import Frames
import Glibc
import Imaging

/// The search for one pedicle's screw: coarse over places and directions, then by pattern search from the best few.
///
/// A candidate is a line through the isthmus's plane: two offsets there and two angles in the vertebra's frame. The entry
/// is where the line leaves the bone backwards; the tip follows from the depth of the body. All costs are without unit,
/// about 1 for what a surgeon would no longer do gladly.
struct ScrewSearch {
    let measurement: ScrewMeasurement
    let labels: LabelVolume
    let side: Side
    let isthmus: PedicleIsthmus
    let catalogue: ScrewCatalogue
    let limits: PlanLimits

    /// Bone that is wanted round a screw, mm; more is no better.
    static let wantedMargin = 3.0
    /// Bone wanted ahead of the tip, mm.
    static let wantedAnteriorMargin = 5.0
    /// With the lengths that there are, so much is enough, mm.
    static let enoughAnteriorMargin = 3.5
    /// How deep into the body the tip should reach at most.
    static let deepest = 0.85
    private static let longestWayBack = 40.0

    private var anatomy: VertebraAnatomy { measurement.anatomy }

    /// A line through the pedicle.
    struct Line {
        let entry: Point<CT>
        let axis: Vector3
        /// From the entry to the end of the bone ahead, mm.
        let depth: Double
        /// From the entry to where the tip would lie as deep as it may, mm.
        let deepestTip: Double

        /// The screw's length were there one of every length.
        var idealLength: Double { min(deepestTip, depth - wantedAnteriorMargin) }

        func screw(diameter: Double, length: Double) -> ScrewCylinder? {
            ScrewCylinder(entry: entry, tip: Point(entry.coordinates + axis * length), diameter: diameter)
        }
    }

    /// - Parameter p: offsets to the side and up in mm, convergence and tilt in rad.
    func line(_ p: [Double]) -> Line? {
        let axis = anatomy.axis(convergence: p[2], tilt: p[3], side: side)
        guard let across = normalized(cross(anatomy.X_CTVertebra.rotation.matrix.columns.2, isthmus.axis.vector)) else {
            return nil
        }
        let upwards = cross(isthmus.axis.vector, across)
        let middle = Point<CT>(isthmus.centre.coordinates + across * p[0] + upwards * p[1])
        guard anatomy.shape.depth(middle) > 0 else { return nil }
        let back = anatomy.shape.wayOut(from: middle, along: -axis, limit: Self.longestWayBack)
        let ahead = anatomy.shape.wayOut(from: middle, along: axis, limit: 90)
        guard back < Self.longestWayBack else { return nil }
        let entry = Point<CT>(middle.coordinates - axis * back)
        let forward = -dot(axis, anatomy.X_CTVertebra.rotation.matrix.columns.1)
        guard forward > 0.4 else { return nil }
        let entryY = (anatomy.X_CTVertebra.inverse * entry).y
        let wantedY = anatomy.bodyBack - Self.deepest * (anatomy.bodyBack + anatomy.bodyFront)
        return Line(entry: entry, axis: axis, depth: back + ahead, deepestTip: (entryY - wantedY) / forward)
    }

    /// The cost of a line for a screw of this diameter and of the ideal length.
    func cost(_ p: [Double], diameter: Double, thorough: Bool) -> Double {
        guard let line = line(p), line.idealLength > GertzbeinRobbins.skipped + 5,
            let screw = line.screw(diameter: diameter, length: line.idealLength)
        else { return 1e6 }
        let m = measurement.margins(
            screw, step: thorough ? 1 : 2, spokes: thorough ? 12 : 8, wanted: Self.wantedMargin)
        let short = max(Self.wantedMargin - m.bone, 0)
        var cost = 0.5 * short * short + 0.3 * m.shortfall + 10 * max(-m.bone, 0)
        cost += 0.4 * square(max(2.5 - m.canal, 0)) + 10 * max(-m.canal, 0)
        let pedicle = anatomy.angles(of: isthmus.axis, side: side)
        let usual = anatomy.usualConvergence(isthmus, side)
        cost += 0.2 * square((p[2] - usual) / 0.14) + 0.25 * square((p[3] - 0.25 * pedicle.tilt) / 0.1)
        cost += 0.1 * square(max(4 - (anatomy.endplateClearance(screw) ?? 0), 0))
        let tip = anatomy.X_CTVertebra.inverse * screw.tip
        cost += 3 * square(max(screw.radius + 1 - tip.x * side.sign, 0))
        cost += obstruction(behind: line)
        if thorough { cost -= 0.0015 * measurement.meanDensity(screw, step: 3) }
        return cost
    }

    /// Bone on the way of the instruments to the entry: of this vertebra, or of another.
    private func obstruction(behind line: Line) -> Double {
        [4.0, 8, 12, 16, 20].reduce(0) { sum, way in
            let p = Point<CT>(line.entry.coordinates - line.axis * way)
            if anatomy.shape.depth(p) > 0 { return sum + 0.5 }
            let i = labels.geometry.nearest(p)
            guard labels.size.contains(i) else { return sum }
            let label = labels[label: i]
            return sum + (label != anatomy.level && (label.isVertebra || label == .sacrum) ? 0.3 : 0)
        }
    }

    private func square(_ x: Double) -> Double { x * x }

    /// - Throws: `PlanningError.pedicle` with what stands against any screw here.
    func best() throws(PlanningError) -> (screw: ScrewCylinder, metrics: ScrewMetrics) {
        let level = anatomy.level
        let thickest = isthmus.narrowest * limits.largestFill
        let sizes = catalogue.screws.filter { $0.diameter <= thickest + 1e-9 }
        guard let widest = sizes.last else {
            throw .pedicle(
                level, side,
                .tooNarrow(
                    isthmusWidth: isthmus.narrowest, thinnestScrew: catalogue.thinnest, largestFill: limits.largestFill)
            )
        }
        let first = optimise(from: coarse(diameter: min(widest.diameter, 6)), diameter: min(widest.diameter, 6))
        let chosen = chooseSize(first, sizes)
        let refined = optimise(from: [first], diameter: chosen.diameter)
        guard let line = line(refined) else { throw .pedicle(level, side, .notFound) }
        return try firstThatKeepsLimits(line, sizes.filter { $0.diameter <= chosen.diameter }.reversed())
    }

    /// The chosen diameter, or failing that the next thinner; of each, the longest that reaches no deeper than wanted.
    private func firstThatKeepsLimits(
        _ line: Line, _ sizes: [ScrewCatalogue.Screw]
    ) throws(PlanningError) -> (screw: ScrewCylinder, metrics: ScrewMetrics) {
        var firstBroken: BrokenLimit?
        for size in sizes {
            guard let length = length(for: line, size), let exact = line.screw(diameter: size.diameter, length: length),
                let screw = ScrewCylinder(
                    entry: exact.entry.roundedForFile, tip: exact.tip.roundedForFile, diameter: size.diameter)
            else { continue }
            let metrics = measurement.metrics(screw, side: side)
            var strict = limits
            // What a person may accept with a look at it, a plan does not propose.
            strict.largestBreach = 0
            guard let broken = strict.broken(by: metrics, diameter: screw.diameter).first else {
                return (screw, metrics)
            }
            firstBroken = firstBroken ?? broken
        }
        if let firstBroken { throw .pedicle(anatomy.level, side, .limitBroken(firstBroken)) }
        throw .pedicle(
            anatomy.level, side, .tooShallow(depth: line.depth, shortestScrew: catalogue.screws[0].lengths[0]))
    }

    /// The four best starts of a coarse grid round the pedicle's axis, by rising cost.
    private func coarse(diameter: Double) -> [[Double]] {
        let usual = anatomy.usualConvergence(isthmus, side)
        var found: [(p: [Double], cost: Double)] = []
        for turn in [-0.2, 0, 0.2] {
            for tilt in [-0.15, 0, 0.15] {
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

    private func optimise(from starts: [[Double]], diameter: Double) -> [Double] {
        let search = PatternSearch(steps: [1, 1, 0.07, 0.07], halvings: 5, mostEvaluations: 260)
        var best: (p: [Double], cost: Double) = (starts[0], .infinity)
        for start in starts {
            let found = search.minimise(from: start) { cost($0, diameter: diameter, thorough: true) }
            if found.value < best.cost { best = (found.parameters, found.value) }
        }
        return best.p
    }

    /// The longest length that reaches no deeper than wanted and leaves enough bone ahead of the whole tip; failing
    /// that, the shortest that keeps the anterior limit.
    private func length(for line: Line, _ size: ScrewCatalogue.Screw) -> Double? {
        let ahead = size.lengths.map { length in
            line.screw(diameter: size.diameter, length: length).map(measurement.anteriorMargin) ?? 0
        }
        let longest = Array(zip(size.lengths, ahead)).last {
            $0 <= line.deepestTip + 0.5 && $1 >= Self.enoughAnteriorMargin
        }
        let leastBad = zip(size.lengths, ahead).first { $1 >= limits.smallestAnteriorMargin + 0.25 }
        return longest?.0 ?? leastBad?.0
    }

    /// Thicker holds better, up to about 7 mm; but bone is wanted round it, 2 mm or as much as the pedicle has.
    private func chooseSize(_ p: [Double], _ sizes: [ScrewCatalogue.Screw]) -> ScrewCatalogue.Screw {
        var best = (size: sizes[0], worth: -Double.infinity)
        for size in sizes {
            guard let line = line(p), let length = length(for: line, size),
                let screw = line.screw(diameter: size.diameter, length: length)
            else { continue }
            let margin = measurement.margins(screw, step: 0.75, spokes: 16).bone
            let hold = 0.3 * min(size.diameter, 7) + 0.05 * max(size.diameter - 7, 0)
            let worth = hold - 0.4 * square(max(2 - margin, 0)) - 5 * max(-margin, 0)
            if worth > best.worth { best = (size, worth) }
        }
        return best.size
    }
}
