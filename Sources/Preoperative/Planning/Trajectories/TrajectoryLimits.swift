import Frames

/// What a straight path must keep to, and from what its risk is computed.
///
/// Vessel margin, the risk's horizon and the skull angle are those of EpiNav's family of planners (Sparks et al. 2017, Int J
/// CARS 12:123–136, doi 10.1007/s11548-016-1452-x): 3 mm, 10 mm and 25–30°. The other numbers are this project's own, and
/// a person may set them.
public struct TrajectoryLimits: Equatable, Sendable {
    /// From the instrument's surface to a vessel, mm.
    public var vesselMargin = 3.0
    /// From so far on a vessel adds no risk, mm.
    public var riskHorizon = 10.0
    /// From the instrument's surface to a ventricle, unless the target lies within one, mm.
    public var ventricleMargin = 2.0
    /// From the instrument's surface to labels that a person forbids, to metal and to the spinal canal, mm.
    public var noGoMargin = 3.0
    /// From the instrument's surface to bones that are not in the way by intent, outside the head, mm.
    public var boneMargin = 1.0
    /// Between path and normal of the skull's outer surface, rad; beyond it only where nothing else is left.
    public var plannedSkullAngle = 25 * Double.pi / 180
    /// The same; never beyond this, where a drill slips.
    public var largestSkullAngle = 30 * Double.pi / 180
    /// Of the part of the path between skin and skull, mm: through the face or the neck's muscles it is longer.
    public var largestScalp = 30.0
    /// Of the part of the path within the skull's bone, mm.
    public var largestBone = 25.0
    /// From skin to target, mm.
    public var largestDepth = 200.0
    /// Between the surfaces of two shafts, from skull to target, mm.
    public var electrodeGap = 4.0
    /// Between the axes of two electrodes outside the skull, where bolts and caps sit, mm.
    public var boltSpacing = 10.0
    /// So far out from the skull bolts reach, mm.
    public var boltReach = 30.0

    public init() {}
}

/// The limits of a straight path by name.
public enum TrajectoryLimitName: String, CaseIterable, Sendable {
    case vesselDistance, ventricleDistance, noGoDistance, boneDistance, skullAngle, scalp, bone, depth
    case electrodeGap, boltSpacing
}

/// A limit that does not hold: the value and what it should have kept to, in mm or rad.
public struct BrokenTrajectoryLimit: Equatable, Sendable {
    public let name: TrajectoryLimitName
    public let value: Double
    public let limit: Double

    public init(_ name: TrajectoryLimitName, value: Double, limit: Double) {
        self.name = name
        self.value = value
        self.limit = limit
    }
}

extension TrajectoryLimits {
    /// What the vessels along a path mean: 0 where none is nearer than the horizon, 1 where all of it runs at the margin,
    /// above 1 exactly where the margin is broken.
    ///
    /// - Parameters:
    ///   - near: mean along the path of how far each place is from the horizon towards the margin, 0…1.
    ///   - broken: mean along the path of the part of the margin that is missing, 0…1.
    ///   - least: the smallest distance, mm.
    func risk(near: Double, broken: Double, least: Double) -> Double {
        least >= vesselMargin - 1e-9 ? min(near, 1) : 1 + max(broken, 1e-6)
    }

    /// A place's share in `near` of `risk`.
    @inline(__always) func nearness(_ distance: Double) -> Double {
        min(max((riskHorizon - distance) / (riskHorizon - vesselMargin), 0), 1)
    }

    /// A place's share in `broken` of `risk`.
    @inline(__always) func shortfall(_ distance: Double) -> Double {
        min(max((vesselMargin - distance) / max(vesselMargin, 1e-9), 0), 1)
    }

    /// Of a target that lies nearer to a ventricle than the margin: its path comes hardly nearer than the target itself.
    ///
    /// - Parameter there: the instrument's distance at the target, mm.
    func ventricleMargin(atTarget there: Double) -> Double { min(ventricleMargin, there - Self.stairs) }

    /// By how much the steps of voxels may bring a path nearer to what its end is near to, mm.
    private static let stairs = 0.1

    /// Every limit that a path breaks, in the order of the names.
    ///
    /// - Parameters:
    ///   - skullAngle: the angle's limit, rad.
    ///   - ventricleMargin: the limits' own, or what a target that is nearer to a ventricle leaves, mm.
    public func broken(
        by m: TrajectoryMetrics, skullAngle: Double, ventricleMargin: Double
    ) -> [BrokenTrajectoryLimit] {
        var found: [BrokenTrajectoryLimit] = []
        func least(_ name: TrajectoryLimitName, _ x: Double?, _ limit: Double) {
            if let x, !(x >= limit - 1e-6) { found.append(BrokenTrajectoryLimit(name, value: x, limit: limit)) }
        }
        func most(_ name: TrajectoryLimitName, _ x: Double?, _ limit: Double) {
            if let x, !(x <= limit + 1e-6) { found.append(BrokenTrajectoryLimit(name, value: x, limit: limit)) }
        }
        least(.vesselDistance, m.vesselDistance, vesselMargin)
        least(.ventricleDistance, m.ventricleDistance, ventricleMargin)
        least(.noGoDistance, m.noGoDistance, noGoMargin)
        least(.boneDistance, m.boneDistance, boneMargin)
        most(.skullAngle, m.skullAngle, skullAngle)
        most(.scalp, m.scalpLength, largestScalp)
        most(.bone, m.boneLength, largestBone)
        most(.depth, m.depth, largestDepth)
        return found
    }
}
