import Frames
import Glibc
import Imaging

/// The pillar of bone beside a neck vertebra's canal.
struct LateralMass {
    /// Its middle, deep places counting more.
    let centre: Point<CT>
    /// From the canal's middle to its inner wall, mm.
    let innerWall: Double

    /// `nil` where there is no such bone.
    init?(_ side: Side, of anatomy: VertebraAnatomy) {
        let (X, shape) = (anatomy.X_CTVertebra, anatomy.shape)
        let canal = X.inverse * anatomy.canalCentre
        var wall = 4.0
        while wall < 22, shape.depth(X * Point(canal.x + side.sign * wall, canal.y + 1, 0)) < 0.3 { wall += 0.25 }
        guard wall < 22 else { return nil }
        var (sum, weight) = (Vector3.zero, 0.0)
        for x in stride(from: wall + 1, through: wall + 13, by: 1) {
            for y in stride(from: canal.y - 6, through: canal.y + 10, by: 1) {
                for z in stride(
                    from: anatomy.caudalEndplate.height - 3, through: anatomy.cranialEndplate.height + 3, by: 1)
                {
                    let p = Vector3(canal.x + side.sign * x, y, z)
                    let depth = shape.depth(X * Point(p))
                    guard depth > 1 else { continue }
                    sum += p * (depth * depth)
                    weight += depth * depth
                }
            }
        }
        guard weight > 60 else { return nil }
        (centre, innerWall) = (X * Point(sum / weight), wall)
    }
}

/// What a technique other than through the pedicle wants: nominal direction, freedom, bone ahead of the tip.
struct ScrewGuide {
    let technique: ScrewTechnique
    /// Towards the midline and towards the head, rad; and how far off both a screw may be.
    let convergence, tilt, freedom: Double
    /// How far from the nominal place a line may pass, mm.
    let place: Double
    /// From the entry on so far the cortex is crossed, mm.
    let skipped: Double
    /// Bone wanted ahead of the tip, mm.
    let ahead: Double
    /// Bone wanted round the screw, and from it to the canal and to the artery's hole, mm.
    let margin, canal, artery: Double

    /// Magerl: outwards by 25°, along the facets; Roy-Camille: outwards by 10°, along the endplate. (An et al. 1991, Spine
    /// 16:S548, compares them.) Pars: towards the head by 35° and inwards by 10°.
    init?(_ technique: ScrewTechnique) {
        let turn: (Double, Double, Double)
        switch technique {
        case .magerl: turn = (-25, 35, 12)
        case .royCamille: turn = (-10, 0, 8)
        case .pars: turn = (10, 35, 12)
        case .pedicle, .alarIliac: return nil
        }
        self.technique = technique
        (convergence, tilt) = (radians(degrees: turn.0), radians(degrees: turn.1))
        freedom = radians(degrees: turn.2)
        place = technique == .pars ? 5 : 3
        (skipped, ahead, margin, canal, artery) = (PlanLimits.skippedBesidePedicles, 1, 1.2, 2, 1.5)
    }
}

/// The search for a screw by a `ScrewGuide`: from the nominal line, by pattern search.
struct GuidedScrewSearch {
    let lines: ScrewLines
    let measurement: ScrewMeasurement
    let guide: ScrewGuide
    let catalogue: ScrewCatalogue
    let limits: PlanLimits

    private var level: AnatomicalLabel { lines.anatomy.level }
    private var side: Side { lines.side }

    /// - Throws: `PlanningError.pedicle` where there is no lateral mass.
    init(
        _ anatomy: VertebraAnatomy, _ side: Side, _ guide: ScrewGuide, ct: Volume<Int16>, catalogue: ScrewCatalogue,
        limits: PlanLimits
    ) throws(PlanningError) {
        guard let mass = LateralMass(side, of: anatomy),
            let axis = Direction<CT>(anatomy.axis(convergence: guide.convergence, tilt: guide.tilt, side: side))
        else { throw .pedicle(anatomy.level, side, .massNotFound) }
        let section = PedicleIsthmus(centre: mass.centre, axis: axis, width: 12, height: 12, area: 100)
        lines = ScrewLines(anatomy: anatomy, side: side, isthmus: section)
        measurement = ScrewMeasurement(anatomy: anatomy, ct: ct, skipped: guide.skipped)
        (self.guide, self.catalogue, self.limits) = (guide, catalogue, limits)
    }

    /// The best screw of the thinnest diameter that the catalogue has.
    ///
    /// - Throws: `PlanningError.pedicle` with why there is none.
    func best() throws(PlanningError) -> (screw: ScrewCylinder, metrics: ScrewMetrics) {
        let size = catalogue.screws[0]
        var best: (p: [Double], cost: Double) = ([], .infinity)
        for x in [-1.5, 0, 1.5] {
            for y in [-1.5, 0, 1.5] {
                let start = [x, y, guide.convergence, guide.tilt]
                let found = PatternSearch(steps: [0.8, 0.8, 0.06, 0.06], halvings: 4, mostEvaluations: 160)
                    .minimise(from: start) { cost($0, size) }
                if found.value < best.cost { best = (found.parameters, found.value) }
            }
        }
        guard best.cost < 1e5, let line = lines.line(best.p), let length = length(of: line, size),
            let exact = line.screw(diameter: size.diameter, length: length),
            let screw = ScrewCylinder(
                entry: exact.entry.roundedForFile, tip: exact.tip.roundedForFile, diameter: size.diameter)
        else {
            let depth = best.p.isEmpty ? 0 : lines.line(best.p)?.depth ?? 0
            throw .pedicle(level, side, .tooShallow(depth: depth, shortestScrew: size.lengths[0]))
        }
        let metrics = measurement.metrics(screw, side: side)
        if let broken = limits.broken(by: metrics, diameter: size.diameter, kind: guide.technique.kind).first {
            throw .pedicle(level, side, .limitBroken(broken))
        }
        return (screw, metrics)
    }

    /// The longest that leaves bone ahead.
    private func length(of line: ScrewLine, _ size: ScrewCatalogue.Screw) -> Double? {
        size.lengths.last { $0 <= line.depth - guide.ahead }
    }

    private func cost(_ p: [Double], _ size: ScrewCatalogue.Screw) -> Double {
        let off = (abs(p[2] - guide.convergence), abs(p[3] - guide.tilt))
        guard let line = lines.line(p) else { return 1e6 }
        // Too short a way counts as the shortest screw that stands out in front.
        let long = length(of: line, size) ?? size.lengths[0]
        guard let screw = line.screw(diameter: size.diameter, length: long) else { return 1e6 }
        let m = measurement.clearance(screw, step: 1, spokes: 12, wanted: guide.margin, softBelow: nil)
        func square(_ x: Double) -> Double { x * x }
        var cost = 2 * square(m.worstShortfall) + m.meanSquaredShortfall + 20 * max(-m.bone, 0)
        cost += square(max(guide.canal - m.canal, 0)) + 20 * max(-m.canal, 0)
        if let foramen = lines.anatomy.transverseForamen(side) {
            let clear = foramen.clearance(of: screw)
            cost += square(max(guide.artery - clear, 0)) + 20 * max(1 - clear, 0)
        }
        cost += 0.5 * square(off.0 / guide.freedom) + 0.5 * square(off.1 / guide.freedom)
        cost += 4 * square(max(max(off.0, off.1) - guide.freedom, 0) / 0.05)
        cost += 0.15 * max(16 - long, 0) + 3 * max(guide.ahead - (line.depth - long), 0)
        return cost + 0.3 * square(max(abs(p[0]), abs(p[1])) / guide.place)
    }
}
