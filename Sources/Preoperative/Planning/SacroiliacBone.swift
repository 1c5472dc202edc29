import Frames
import Glibc
import Imaging
import Meshing

/// Sacrum and ilium of one side as one solid, the joint between them closed: what a screw from S2 into the ilium runs in.
struct SacroiliacBone: Sendable {
    let anatomy: VertebraAnatomy
    let side: Side
    /// 1 in the solid.
    let mask: LabelVolume
    /// Negative within the solid.
    let field: SignedDistanceField
    /// Negative within the ilium.
    let ilium: SignedDistanceField

    /// Sacrum and ilium nearer to each other than this are joined, mm: cartilage of two to five.
    static let widestJoint = 5.0
    /// The part of the pelvis that is looked at, in S1's frame, mm: towards the side, backwards, and upwards.
    private static let low = Vector3(-15, -110, -85), high = Vector3(110, 70, 30)

    /// - Throws: `PlanningError.pedicle` where there is no ilium, `.distance`.
    init(_ anatomy: VertebraAnatomy, _ side: Side, in labels: LabelVolume) throws(PlanningError) {
        let X = anatomy.X_CTVertebra
        let corners = (0..<8).map { i -> Point<CT> in
            let pick = Vector3(Double(i & 1), Double(i >> 1 & 1), Double(i >> 2 & 1))
            let p = Self.low + (Self.high - Self.low) * pick
            return X * Point(p.x * side.sign, p.y, p.z)
        }
        guard let box = VoxelBox(around: corners, margin: 1, in: labels.geometry)?.clipped(to: labels.size),
            !box.isEmpty
        else { throw .pedicle(anatomy.level, side, .iliumNotFound) }
        var part = labels.cropped(to: box)
        do throws(MeshingError) {
            let sacrum = try SignedDistanceField(of: [.sacrum], in: part, margin: 8, finestStep: 1)
            let ilium = try SignedDistanceField(of: [.pelvis], in: part, margin: 8, finestStep: 1)
            let g = part.geometry
            part.withMutableVoxels { v in
                let v = SharedBuffer(v)
                parallelFor(g.size.z) { z in
                    let layer = g.size.x * g.size.y
                    for i in (z * layer)..<((z + 1) * layer) {
                        if v[i] == AnatomicalLabel.sacrum.number || v[i] == AnatomicalLabel.pelvis.number {
                            v[i] = 1
                            continue
                        }
                        let p = g.point(g.index(offset: i))
                        let near = sacrum.distance(at: p)
                        v[i] = near < Self.widestJoint && near + ilium.distance(at: p) < Self.widestJoint ? 1 : 0
                    }
                }
            }
            field = try SignedDistanceField(of: [VertebraShape.inside], in: part, margin: 4, finestStep: 1)
            self.ilium = ilium
        } catch {
            guard case .labelNotFound = error else { throw .distance(error) }
            throw .pedicle(anatomy.level, side, .iliumNotFound)
        }
        (self.anatomy, self.side, mask) = (anatomy, side, part)
    }

    /// How deep within the solid, mm.
    func depth(_ p: Point<CT>) -> Double { -field.distance(at: p) }

    /// From `p`, within the solid, along a direction to its end, mm.
    func wayOut(from p: Point<CT>, along direction: Vector3, limit: Double) -> Double {
        var (way, inside) = (0.0, depth(p))
        while way < limit, inside > 0 {
            way += max(inside * 0.8, 0.3)
            inside = depth(Point(p.coordinates + direction * way))
        }
        return min(way, limit)
    }
}

/// Measures a screw from S2 into the ilium; there is no grade of Gertzbein and Robbins, which is for pedicles.
extension SacroiliacBone {
    /// The planner's way: a sampled field, then the voxels about the lowest places.
    func metrics(_ screw: ScrewCylinder, _ ct: Volume<Int16>) -> ScrewMetrics {
        let stairs = LabelStairs(mask: mask)
        let reach = length(mask.geometry.spacing)
        let margin = CylinderProbe(screw, from: PlanLimits.skippedIntoIlium).least(
            depth, { p in stairs.depth(p, within: abs(field.distance(at: p)) + reach) })
        let canal = CylinderProbe(screw, from: 0).least(anatomy.canal.field.distance, anatomy.canal.field.distance)
        return metrics(
            screw, ct, margin: margin, canal: canal, entry: abs(stairs.depth(screw.entry, within: 30)),
            density: ScrewMeasurement(anatomy: anatomy, ct: ct).meanDensity(screw))
    }

    /// The checker's way: the voxels' faces.
    func examined(_ screw: ScrewCylinder, _ ct: Volume<Int16>) -> ScrewMetrics {
        let faces = VoxelFaces(of: VertebraShape.inside, in: mask, near: screw, horizon: ScrewExamination.horizon)
        let start = PlanLimits.skippedIntoIlium
        let margin = faces.depth(of: screw, from: start)
        let canal = screw.places(from: 0).map { anatomy.canal.field.distance(at: $0) }.min() ?? 0
        return metrics(
            screw, ct, margin: margin, canal: canal, entry: faces.distance(screw.entry),
            density: ScrewMeasurement(anatomy: anatomy, ct: ct).meanDensity(screw, step: 0.5))
    }

    private func metrics(
        _ screw: ScrewCylinder, _ ct: Volume<Int16>, margin: Double, canal: Double, entry: Double, density: Double
    ) -> ScrewMetrics {
        let breach = max(-margin, 0)
        let (convergence, tilt) = anatomy.angles(of: screw.axis, side: side)
        return ScrewMetrics(
            grade: GertzbeinRobbins(breach: breach), breach: breach, margin: margin, medialMargin: canal,
            anteriorMargin: wayOut(from: screw.tip, along: screw.axis.vector, limit: 60), meanDensity: density,
            convergence: convergence, cranialTilt: tilt, entryDistance: entry,
            pulloutEstimate: PulloutEstimate(screw, in: ct, step: 0.5).force)
    }
}

/// The search for a screw from beside the dorsal foramina of S1 and S2 into the ilium.
struct AlarIliacSearch {
    let bone: SacroiliacBone
    let ct: Volume<Int16>
    let catalogue: ScrewCatalogue
    let limits: PlanLimits

    /// Outwards and against S1's endplate, rad: what leads above the greater sciatic notch.
    private static let outwards = radians(degrees: 40), freedom = radians(degrees: 25)
    private static let wantedMargin = 2.5, ahead = 3.0

    private var level: AnatomicalLabel { bone.anatomy.level }

    /// Place beside and above S1's middle (mm), and the two angles (rad).
    private func line(_ p: [Double]) -> (entry: Point<CT>, axis: Vector3, depth: Double)? {
        let (X, sign) = (bone.anatomy.X_CTVertebra, bone.side.sign)
        let axis = bone.anatomy.axis(convergence: -p[2], tilt: p[3], side: bone.side)
        var y = 65.0
        while y > 0 {
            let q = X * Point(p[0] * sign, y, p[1])
            let depth = bone.depth(q)
            if depth > 0 {
                // Back along the screw's own axis to where it leaves the bone.
                let inner = Point<CT>(q.coordinates + axis * 4)
                let back = bone.wayOut(from: inner, along: -axis, limit: 30)
                let entry = Point<CT>(inner.coordinates - axis * back)
                return (entry, axis, back + bone.wayOut(from: inner, along: axis, limit: 140))
            }
            y -= max(-depth * 0.8, 0.4)
        }
        return nil
    }

    private func screw(_ p: [Double], _ size: ScrewCatalogue.Screw) -> ScrewCylinder? {
        guard let line = line(p) else { return nil }
        let end = min(line.depth - Self.ahead, wideWay(line, radius: size.diameter / 2))
        guard let long = size.lengths.last(where: { $0 <= end }) else { return nil }
        return ScrewCylinder(
            entry: line.entry.roundedForFile, tip: Point<CT>(line.entry.coordinates + line.axis * long).roundedForFile,
            diameter: size.diameter)
    }

    /// How far from the entry the bone stays wide enough for a screw of this radius, mm: the ilium narrows in front.
    private func wideWay(_ line: (entry: Point<CT>, axis: Vector3, depth: Double), radius: Double) -> Double {
        let leastLength = catalogue.screws[0].lengths[0]
        var way = leastLength
        while way < line.depth, bone.depth(Point(line.entry.coordinates + line.axis * way)) > radius + 1.2 { way += 1 }
        return way
    }

    private func cost(_ p: [Double], _ size: ScrewCatalogue.Screw) -> Double {
        func square(_ x: Double) -> Double { x * x }
        guard let screw = screw(p, size) else { return 1e4 - (line(p)?.depth ?? 0) }
        let (side, start) = (perpendicular(to: screw.axis.vector), PlanLimits.skippedIntoIlium)
        let other = cross(screw.axis.vector, side)
        var (least, canal, shortfall) = (Double.infinity, Double.infinity, 0.0)
        for along in stride(from: start, through: screw.length, by: 2) {
            for k in 0..<8 {
                let out = side * cos(Double(k) * .pi / 4) + other * sin(Double(k) * .pi / 4)
                let q = Point<CT>(screw.point(at: along).coordinates + out * screw.radius)
                let depth = bone.depth(q)
                least = min(least, depth)
                shortfall += square(max(Self.wantedMargin - depth, 0))
                canal = min(canal, bone.anatomy.canal.field.distance(at: q))
            }
        }
        var cost = 0.03 * shortfall + 10 * max(1.2 - least, 0) + 5 * max(2 - canal, 0)
        // The tip must be well within the ilium.
        cost += 2 * max(bone.ilium.distance(at: screw.tip) + 8, 0)
        cost += 0.08 * (100 - screw.length)
        return cost + 0.5 * square((p[2] - Self.outwards) / Self.freedom) + 0.5 * square(p[3] / Self.freedom)
    }

    /// - Throws: `PlanningError.pedicle` with why there is none.
    func best() throws(PlanningError) -> (screw: ScrewCylinder, metrics: ScrewMetrics) {
        var refusal = PlanningError.pedicle(
            level, bone.side, .tooShallow(depth: 0, shortestScrew: catalogue.screws[0].lengths[0]))
        // The thickest that fits: a screw of 8.5 mm and more is usual.
        for (k, size) in catalogue.screws.reversed().enumerated() {
            var starts: [(p: [Double], cost: Double)] = []
            for x in [14.0, 20, 26] {
                for z in [-18.0, -26, -34] {
                    for turn in [0.45, 0.7, 0.95] {
                        for tilt in [-0.3, 0, 0.3] {
                            let p = [x, z, turn, tilt]
                            starts.append((p, cost(p, size)))
                        }
                    }
                }
            }
            var best: (parameters: [Double], value: Double) = ([], .infinity)
            let order = starts.indices.sorted { (starts[$0].cost, $0) < (starts[$1].cost, $1) }
            for i in order.prefix(4) {
                let found = PatternSearch(steps: [2, 2, 0.08, 0.08], halvings: 4, mostEvaluations: 250)
                    .minimise(from: starts[i].p) { cost($0, size) }
                if found.value < best.value { best = found }
            }
            guard let screw = screw(best.parameters, size) else { continue }
            let metrics = bone.metrics(screw, ct)
            let broken = limits.broken(by: metrics, diameter: size.diameter, kind: .alarIliacScrew)
            if broken.isEmpty, metrics.margin >= 0 { return (screw, metrics) }
            if k == catalogue.screws.count - 1, let first = broken.first {
                refusal = .pedicle(level, bone.side, .limitBroken(first))
            }
        }
        throw refusal
    }
}
