import Frames
import Imaging

/// The risk of a straight path to one target from every side, for people to look at.
///
/// Directions are the cells of `DirectionCells`, 64 to an edge: 1.4°, 2 mm on the scalp.
public struct RiskMap: Sendable {
    public struct Entry: Sendable {
        /// From the target outwards.
        public let direction: Direction<CT>
        /// Where the line meets the skin, or where it was stopped.
        public let skin: Point<CT>
        /// `nil` where lines are blocked, or vessels are not known.
        public let risk: Double?
        public let vesselDistance: Double?
        public let skullAngle: Double?
        public let block: PathBlock?
        /// The first limit that it breaks.
        public let broken: BrokenTrajectoryLimit?
    }

    /// A path of the plan, as the map shows it.
    public struct Mark: Sendable {
        public let id: String
        public let direction: Direction<CT>
        public let isAlternative: Bool
    }

    public let id: String
    public let target: Point<CT>
    public let limits: TrajectoryLimits
    /// By cell: (face · 64 + i) · 64 + j.
    public let entries: [Entry]
    public private(set) var marks: [Mark] = []

    static let cells = 64

    init(_ judge: PathJudge, id: String) {
        (self.id, target, limits) = (id, judge.target, judge.limits)
        let n = Self.cells
        entries = parallelMap(6 * n) { row in
            (0..<n).compactMap { Self.entry(judge, DirectionCells.direction(face: row / n, row % n, $0, n)) }
        }.flatMap { $0 }
    }

    private static func entry(_ judge: PathJudge, _ u: Vector3) -> Entry? {
        guard let direction = Direction<CT>(u) else { return nil }
        let c = judge.candidate(u, complete: true)
        let seen = c.layout.block == nil && judge.hazards.vessels != nil
        let limits = judge.limits
        return Entry(
            direction: direction, skin: judge.target + direction * c.layout.skin,
            risk: seen ? limits.risk(near: c.vessels.near, broken: c.vessels.broken, least: c.vessels.least) : nil,
            vesselDistance: seen ? c.vessels.least : nil, skullAngle: c.angle, block: c.layout.block, broken: c.broken)
    }

    /// With the paths of a plan that lead to this target.
    func marking(_ items: [PlanItem]) -> RiskMap {
        var map = self
        map.marks = items.compactMap { item in
            guard item.id == id || item.alternativeTo == id, let direction = (item.entry - item.target).direction else {
                return nil
            }
            return Mark(id: item.id, direction: direction, isAlternative: item.alternativeTo != nil)
        }
        return map
    }

    /// The entry of the cell that holds a direction.
    public func entry(_ direction: Vector3) -> Entry {
        let (face, i, j) = DirectionCells.cell(of: direction, Self.cells)
        return entries[(face * Self.cells + i) * Self.cells + j]
    }

    /// A table for other programs: one row a direction.
    public var csv: String {
        var text = "x_mm,y_mm,z_mm,risk,vessel_distance_mm,skull_angle_deg,state\n"
        func number(_ x: Double?) -> String { x.map { $0.isFinite ? "\(($0 * 1000).rounded() / 1000)" : "" } ?? "" }
        for e in entries {
            let state =
                e.block.map { "blocked:\($0.rawValue)" } ?? e.broken.map { "limit:\($0.name.rawValue)" } ?? "safe"
            let p = [e.skin.x, e.skin.y, e.skin.z].map { number($0) }.joined(separator: ",")
            let angle = number(e.skullAngle.map { degrees(radians: $0) })
            text += "\(p),\(number(e.risk)),\(number(e.vesselDistance)),\(angle),\(state)\n"
        }
        return text
    }
}
