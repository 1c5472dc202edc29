import Frames
import Imaging

/// Measures a straight path against voxels, walking from skin to target: the checker's way. It shares neither distances nor
/// the skull's surface with `PathMeasurement`.
struct TrajectoryExamination {
    let ct: Volume<Int16>
    let labels: LabelVolume
    let limits: TrajectoryLimits
    /// Which labels the map has.
    let present: Set<AnatomicalLabel>
    /// Found from what fills the skull; `nil` outside heads.
    let midline: MidlinePlane?

    /// Two ways to find a normal on stairs of voxels differ by so much, rad.
    private static let normalAccuracy = 2 * Double.pi / 180
    /// The same of skin and skull where a path grazes them, mm.
    private static let lengthAccuracy = 2.0

    /// What a walk along the path meets.
    struct Walk {
        /// mm from the entry; negative where the skin lies outside it.
        var skin: Double?
        var skullFrom, skullTo: Double?
        var findings: [TrajectoryFinding] = []
    }

    func check(_ item: PlanItem) -> (metrics: TrajectoryMetrics, findings: [TrajectoryFinding])? {
        guard let path = item.cylinder else { return nil }
        let mayCrossAir = set(item, "through_labels").union([label(item.target)]).contains(.lung)
        var walk = walk(path, through: through(item), mayCrossAir: mayCrossAir)
        var m = TrajectoryMetrics(depth: path.length)
        walk.findings += targetFindings(item.target, item)
        if present.contains(.vessel) {
            m.vesselDistance = clearance(path, [.vessel]) ?? 150
            m.risk = risk(path, least: m.vesselDistance ?? 0)
        } else if item.metrics["vessels_known"] != .bool(false) {
            walk.findings.append(.vesselsUnknown)
        }
        let isHead = walk.skullFrom != nil
        if isHead, label(item.target) != .ventricle { m.ventricleDistance = clearance(path, [.ventricle]) }
        m.noGoDistance = clearance(path, forbidden(item, isHead), within: 50)
        if let from = walk.skullFrom, let to = walk.skullTo {
            passSkull(path, from, to, &walk, &m)
        } else {
            passBones(path, item, &walk, &m)
        }
        return (m, broken(m, item, path).map(TrajectoryFinding.brokenLimit) + walk.findings)
    }

    /// From the path's surface to the nearest of these labels; `nil` where none is that near.
    private func clearance(
        _ path: ScrewCylinder, _ wanted: Set<AnatomicalLabel>, within farthest: Double = 150
    ) -> Double? {
        let there = wanted.intersection(present)
        guard !there.isEmpty else { return nil }
        for horizon in [15.0, 50, 150] where horizon <= farthest {
            let faces = FaceDistances(of: there, in: labels, from: path.entry, to: path.tip, horizon: horizon)
            let found = faces.least()
            if found < horizon { return found - path.radius }
        }
        return nil
    }

    /// What a path through the vault has to say of it.
    private func passSkull(
        _ path: ScrewCylinder, _ from: Double, _ to: Double, _ walk: inout Walk, _ m: inout TrajectoryMetrics
    ) {
        let skin = walk.skin ?? 0
        (m.scalpLength, m.boneLength, m.brainLength) = (from - skin, to - from, path.length - to)
        m.skullCrossing = path.point(at: from)
        m.skullAngle = skullAngle(path, at: from)
        m.midlineCrossing = beyondMidline(path, from: to)
        if m.skullAngle == nil { walk.findings.append(.blocked(.roughSkull)) }
    }

    private func passBones(
        _ path: ScrewCylinder, _ item: PlanItem, _ walk: inout Walk, _ m: inout TrajectoryMetrics
    ) {
        m.boneDistance = clearance(path, TissueTable.bones.subtracting(through(item)), within: 50)
        if [.intracranial, .ventricle].contains(label(item.target)) { walk.findings.append(.blocked(.noSkull)) }
    }

    /// The limits that it breaks by more than two ways to measure may differ.
    private func broken(
        _ m: TrajectoryMetrics, _ item: PlanItem, _ path: ScrewCylinder
    ) -> [BrokenTrajectoryLimit] {
        var margin = limits.ventricleMargin
        if m.ventricleDistance != nil {
            let there = FaceDistances(
                of: [.ventricle], in: labels, from: item.target, to: item.target, horizon: margin + path.radius + 2)
            margin = min(margin, limits.ventricleMargin(atTarget: there.least() - path.radius - 0.02))
        }
        var limits = limits
        limits.largestScalp += Self.lengthAccuracy
        limits.largestBone += Self.lengthAccuracy
        return limits.broken(
            by: m, skullAngle: limits.largestSkullAngle + Self.normalAccuracy, ventricleMargin: margin)
    }

    /// How much of the path from the skull's inner table on lies on the other side of the midline than its target, stepped
    /// through; a target within 2 mm of it has no side.
    private func beyondMidline(_ path: ScrewCylinder, from start: Double) -> Double? {
        guard let midline else { return nil }
        let own = midline.side(path.tip)
        guard abs(own) > 2 else { return 0 }
        return stride(from: start, to: path.length, by: 0.1).reduce(0) { sum, s in
            midline.side(path.point(at: s)) * own < 0 ? sum + 0.1 : sum
        }
    }

    private func label(_ p: Point<CT>) -> AnatomicalLabel {
        let i = labels.geometry.nearest(p)
        return labels.size.contains(i) ? labels[label: i] : AnatomicalLabel(0)
    }

    private func set(_ item: PlanItem, _ key: String) -> Set<AnatomicalLabel> {
        let numbers = item.metrics[key]?.array?.compactMap(\.number) ?? []
        return Set(numbers.filter { $0 >= 1 && $0 <= 255 && $0 == $0.rounded() }.map { AnatomicalLabel(UInt8($0)) })
    }

    /// Bones that the plan means to cross, and the one that the target lies in; no plan can allow vessels.
    private func through(_ item: PlanItem) -> Set<AnatomicalLabel> {
        set(item, "through_labels").union([label(item.target)]).intersection(TissueTable.bones).subtracting([.skull])
    }

    private func forbidden(_ item: PlanItem, _ isHead: Bool) -> Set<AnatomicalLabel> {
        if isHead { return set(item, "avoid_labels").union([.metal]) }
        let own = set(item, "through_labels").union([label(item.target)])
        return set(item, "avoid_labels").union([.metal, .spinalCanal]).union(AnatomicalLabel.organs.subtracting(own))
    }

    private func targetFindings(_ p: Point<CT>, _ item: PlanItem) -> [TrajectoryFinding] {
        let i = labels.geometry.nearest(p)
        guard labels.size.contains(i) else { return [.target(.outsideImage)] }
        let here = labels[label: i]
        switch here {
        case AnatomicalLabel(0): return [.target(.outsideBody)]
        case .vessel: return [.target(.inVessel)]
        case .metal: return [.target(.inMetal)]
        case .skull: return [.target(.inBone(here))]
        default: return set(item, "avoid_labels").contains(here) ? [.target(.inForbidden(here))] : []
        }
    }

    /// From 10 mm outside the entry to the target in steps of 0.1 mm.
    private func walk(_ path: ScrewCylinder, through: Set<AnatomicalLabel>, mayCrossAir: Bool) -> Walk {
        var walk = Walk()
        var (bones, sinceBone, air) = (0, Double.infinity, 0.0)
        for s in stride(from: -10, through: path.length, by: 0.1) {
            let p = path.point(at: s)
            let here = label(p)
            if walk.skin == nil, here.number != 0 { walk.skin = s }
            guard let skin = walk.skin else { continue }
            if here.number == 0, s > skin + 1.5 { note(.blocked(.bodyAgain), &walk) }
            if here == .skull {
                if walk.skullFrom == nil { walk.skullFrom = s }
                if sinceBone > 3.2 { bones += 1 }
                sinceBone = 0
                walk.skullTo = s + 0.1
            } else {
                sinceBone += 0.1
                let isBone = TissueTable.bones.contains(here) && !through.contains(here)
                if isBone { note(.blocked(.otherBone), &walk) }
            }
            let i = ct.geometry.nearest(p)
            air = s > skin + 3 && ct.size.contains(i) && ct[i] < -300 ? air + 0.1 : 0
            let isHead = walk.skullFrom != nil || present.contains(.intracranial)
            if isHead ? air > 0.3 : air > 1.5 && !mayCrossAir { note(.blocked(.air), &walk) }
        }
        if bones > 1 { note(.blocked(.otherBone), &walk) }
        guard let skin = walk.skin else {
            walk.findings.append(.target(.outsideBody))
            return walk
        }
        // half a voxel's diagonal, and what a hand does
        let tolerance = 0.5 + length(labels.geometry.spacing) / 2
        if abs(skin) > tolerance { walk.findings.append(.entryOffSkin(distance: skin)) }
        if walk.skullFrom != nil, bodyBegins(beyond: path) { note(.blocked(.bodyAgain), &walk) }
        return walk
    }

    private func note(_ finding: TrajectoryFinding, _ walk: inout Walk) {
        if !walk.findings.contains(finding) { walk.findings.append(finding) }
    }

    /// Whether the line outwards of the entry enters the body again before the image ends.
    private func bodyBegins(beyond path: ScrewCylinder) -> Bool {
        var inside = 0.0
        for s in stride(from: 3.0, to: 400, by: 0.25) {
            let i = labels.geometry.nearest(path.point(at: -s))
            guard labels.size.contains(i) else { break }
            inside += labels[i] != 0 ? 0.25 : 0
        }
        return inside > 2.5
    }

    private func risk(_ path: ScrewCylinder, least: Double) -> Double {
        let places = FaceDistances(
            of: [.vessel], in: labels, from: path.entry, to: path.tip, horizon: limits.riskHorizon + path.radius + 1
        ).along().map { $0 - path.radius }
        let count = Double(places.count)
        if least >= limits.vesselMargin - 1e-9 {
            let span = limits.riskHorizon - limits.vesselMargin
            return places.reduce(0) { $0 + min(max((limits.riskHorizon - $1) / span, 0), 1) } / count
        }
        let missing = places.reduce(0) { $0 + min(max(1 - $1 / max(limits.vesselMargin, 1e-9), 0), 1) } / count
        return 1 + max(missing, 1e-6)
    }

    /// Rays beside the path, parallel to it, find the skull's outer surface; a plane through where they do.
    private func skullAngle(_ path: ScrewCylinder, at depth: Double) -> Double? {
        let across = perpendicular(to: path.axis.vector)
        let upwards = cross(path.axis.vector, across)
        var places: [(x: Double, y: Double, z: Double)] = []
        for i in -11...11 {
            for j in -11...11 where i * i + j * j <= 121 {
                let base = path.point(at: depth).coordinates + across * Double(i) + upwards * Double(j)
                let start = -12.0
                for s in stride(from: start, through: 12, by: 0.1)
                where label(Point(base + path.axis.vector * s)) == .skull {
                    if s > start + 0.5 { places.append((Double(i), Double(j), s)) }
                    break
                }
            }
        }
        guard places.count >= 30 else { return nil }
        let n = Double(places.count)
        func mean(_ f: ((x: Double, y: Double, z: Double)) -> Double) -> Double { places.reduce(0) { $0 + f($1) } / n }
        let (mx, my, mz) = (mean(\.x), mean(\.y), mean(\.z))
        let xx = mean { ($0.x - mx) * ($0.x - mx) }, yy = mean { ($0.y - my) * ($0.y - my) }
        let xy = mean { ($0.x - mx) * ($0.y - my) }
        let xz = mean { ($0.x - mx) * ($0.z - mz) }, yz = mean { ($0.y - my) * ($0.z - mz) }
        let determinant = xx * yy - xy * xy
        guard determinant > 1e-6 else { return nil }
        let (a, b) = ((xz * yy - yz * xy) / determinant, (yz * xx - xz * xy) / determinant)
        // the plane z = a x + b y leans from the path's normal plane by the slope's angle
        return angle(Vector3(-a, -b, 1), Vector3(0, 0, 1))
    }
}
