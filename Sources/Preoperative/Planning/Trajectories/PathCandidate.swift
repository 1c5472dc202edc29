import Frames
import Imaging
import Meshing

/// One line through a target, as the search sees it.
struct PathCandidate: Sendable {
    let direction: Vector3
    var layout: PathLayout
    /// rad; `nil` outside the head.
    var angle: Double?
    /// Least distances less the radius, mm; infinite where there is none of it.
    var vessels = LineScan()
    var ventricle = Double.infinity
    var forbidden = Double.infinity
    var obstacle = Double.infinity
    var crossing = 0.0
    /// The first limit that it breaks; `nil` where it keeps them all, or is blocked.
    var broken: BrokenTrajectoryLimit?
    /// Lower is better; above 10 where a limit is broken, infinite where blocked.
    var cost = Double.infinity

    var isSafe: Bool { layout.block == nil && broken == nil }

    init(_ direction: Vector3, _ layout: PathLayout) { (self.direction, self.layout) = (direction, layout) }
}

/// What speaks against a path, in the risk's own unit.
///
/// Beside the mean risk the nearest vessel counts, a slanting skull, a long way through the brain, the other hemisphere, and
/// other structures that are near though not too near. The weights are this project's own.
struct PathCost: Sendable {
    let limits: TrajectoryLimits

    func value(
        risk: Double?, vessel: Double?, angle: Double?, length: Double, crossing: Double?, ventricle: Double?,
        forbidden: Double?, obstacle: Double?
    ) -> Double {
        var sum = (risk ?? 0) + 0.4 * length / 100 + 0.5 * min((crossing ?? 0) / 10, 1)
        if let vessel { sum += 0.5 * limits.nearness(vessel) }
        if let angle {
            let share = angle / limits.plannedSkullAngle
            // beyond what is planned for only where nothing else is left
            sum += 0.2 * share * share + (share > 1 ? 1 : 0)
        }
        sum += 0.2 * near(ventricle, limits.ventricleMargin, 5) + 0.2 * near(forbidden, limits.noGoMargin, 5)
        return sum + 0.2 * near(obstacle, limits.boneMargin, 4)
    }

    func value(_ m: TrajectoryMetrics) -> Double {
        value(
            risk: m.risk, vessel: m.vesselDistance, angle: m.skullAngle, length: m.brainLength ?? m.depth,
            crossing: m.midlineCrossing, ventricle: m.ventricleDistance, forbidden: m.noGoDistance,
            obstacle: m.boneDistance)
    }

    /// 1 at the margin, 0 so many mm beyond it.
    private func near(_ distance: Double?, _ margin: Double, _ beyond: Double) -> Double {
        distance.map { ((margin + beyond - $0) / beyond).clamped(to: 0...1) } ?? 0
    }
}

/// Judges lines through one target by distance fields.
struct PathJudge: Sendable {
    let target: Point<CT>
    let radius: Double
    let tracer: PathTracer
    let hazards: Hazards
    let skull: SkullSurface?
    let measurement: PathMeasurement
    let limits: TrajectoryLimits
    /// The target lies in a ventricle, so that these are no hazard.
    let targetInVentricle: Bool
    /// The limits' own, or less for a target that is nearer, mm.
    let ventricleMargin: Double

    /// - Parameter complete: measure all, also where an earlier limit is broken already.
    func candidate(_ direction: Vector3, complete: Bool = false) -> PathCandidate {
        var c = PathCandidate(direction, tracer.layout(direction))
        guard c.layout.block == nil else { return c }
        if let outer = c.layout.outerTable {
            guard let normal = skull?.normal(at: Point(target.coordinates + direction * outer)) else {
                c.layout.block = .roughSkull
                return c
            }
            c.angle = Frames.angle(normal, direction)
        }
        judgeShape(&c)
        if c.broken == nil || complete { judgeHazards(&c) }
        c.cost = cost(c)
        return c
    }

    private func judgeShape(_ c: inout PathCandidate) {
        func most(_ name: TrajectoryLimitName, _ value: Double?, _ limit: Double) {
            if c.broken == nil, let value, value > limit { c.broken = .init(name, value: value, limit: limit) }
        }
        let l = c.layout
        most(.depth, l.skin, limits.largestDepth)
        if let inner = l.innerTable, let outer = l.outerTable {
            most(.scalp, l.skin - outer, limits.largestScalp)
            most(.bone, outer - inner, limits.largestBone)
        }
        most(.skullAngle, c.angle, limits.largestSkullAngle)
    }

    private func judgeHazards(_ c: inout PathCandidate) {
        let (u, long) = (c.direction, c.layout.skin)
        func least(_ field: SignedDistanceField?) -> Double {
            field?.least(target, u, length: long, radius: radius) ?? .infinity
        }
        if let field = hazards.vessels {
            c.vessels = field.scan(target, u, length: long, radius: radius, limits)
        }
        c.ventricle = targetInVentricle ? .infinity : least(hazards.ventricles)
        c.forbidden = least(hazards.forbidden)
        c.obstacle = least(hazards.obstacles)
        if let inner = c.layout.innerTable { c.crossing = measurement.crossed(target, u, inner) ?? 0 }
        func atLeast(_ name: TrajectoryLimitName, _ value: Double, _ limit: Double) {
            if c.broken == nil, value < limit - hazards.slack { c.broken = .init(name, value: value, limit: limit) }
        }
        atLeast(.vesselDistance, c.vessels.least, limits.vesselMargin)
        atLeast(.ventricleDistance, c.ventricle, ventricleMargin)
        atLeast(.noGoDistance, c.forbidden, limits.noGoMargin)
        atLeast(.boneDistance, c.obstacle, limits.boneMargin)
    }

    private func cost(_ c: PathCandidate) -> Double {
        let known = hazards.vessels != nil
        let least = c.vessels.least
        let value = PathCost(limits: limits).value(
            risk: known
                ? limits.risk(near: c.vessels.near, broken: c.vessels.broken, least: least + hazards.slack) : nil,
            vessel: known ? least : nil, angle: c.angle, length: c.layout.innerTable ?? c.layout.skin,
            crossing: c.crossing, ventricle: c.ventricle, forbidden: c.forbidden, obstacle: c.obstacle)
        // what the field leaves open is better not there
        let doubt = [
            limits.vesselMargin - least, ventricleMargin - c.ventricle, limits.noGoMargin - c.forbidden,
            limits.boneMargin - c.obstacle,
        ].reduce(0) { $0 + max($1 + hazards.slack, 0) }
        guard let broken = c.broken else { return value + doubt }
        return 10 + Double(penalty(broken))
    }

    /// Worse for earlier limits and for larger breaks: a search among unsafe lines climbs towards safe ones.
    private func penalty(_ broken: BrokenTrajectoryLimit) -> Double {
        let off = abs(broken.value - broken.limit)
        switch broken.name {
        case .depth, .scalp, .bone: return 300 + min(off, 99)
        case .skullAngle: return 200 + min(degrees(radians: off), 99)
        case .vesselDistance: return 100 + min(off, 99)
        default: return min(off, 99)
        }
    }

    /// Whether no line within `spread` rad of this one can keep the margins: along it every place moves by its distance from
    /// the target times the angle at most.
    func excludesNeighbours(_ c: PathCandidate, spread: Double) -> Bool {
        guard c.layout.block == nil else { return false }
        if let angle = c.angle, angle - limits.largestSkullAngle > 3 * spread + radians(degrees: 5) { return true }
        let fields: [(SignedDistanceField?, Double)] = [
            (hazards.vessels, limits.vesselMargin), (targetInVentricle ? nil : hazards.ventricles, ventricleMargin),
            (hazards.forbidden, limits.noGoMargin), (hazards.obstacles, limits.boneMargin),
        ]
        // a neighbour's path may be shorter: only what lies surely within it counts
        let sure = max(c.layout.skin - 10, 0)
        for (field, margin) in fields {
            guard let field else { continue }
            for s in stride(from: 0, through: sure, by: 1) {
                let d = field.distance(at: Point(target.coordinates + c.direction * s)) - radius
                if d + s * spread < margin - hazards.slack { return true }
            }
        }
        return false
    }
}

extension PathJudge {
    /// Where the target itself lies nearer to something than the instrument may come, whatever the way.
    var targetTooNear: NoPath? {
        let near = [
            (measurement.outer.vessels, limits.vesselMargin), (measurement.outer.forbidden, limits.noGoMargin),
            (measurement.outer.obstacles, limits.boneMargin),
        ]
        for (voxels, margin) in near {
            if let found = measurement.distance(voxels, target, target), found.0 < margin {
                return .targetTooNear(found.1, distance: found.0, margin: margin)
            }
        }
        return nil
    }
}
