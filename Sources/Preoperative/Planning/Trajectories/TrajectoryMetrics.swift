import Frames
import Imaging

/// What is measured of a straight path. Lengths in mm, angles in rad; files hold mm and degrees. Distances are from the
/// instrument's surface, its radius counted, over the whole path from skin to target.
public struct TrajectoryMetrics: Equatable, Sendable {
    /// To the nearest vessel; `nil` where the labels have none. Negative by up to the radius where the axis is in one.
    public var vesselDistance: Double?
    /// See `TrajectoryLimits.risk`; `nil` where vessels are not known.
    public var risk: Double?
    /// Between the path and the normal of the skull's outer surface; `nil` where the path crosses no skull.
    public var skullAngle: Double?
    /// From skin to target.
    public var depth: Double
    /// To the nearest ventricle; `nil` where the target lies in one or the labels have none.
    public var ventricleDistance: Double?
    /// To the nearest label of those forbidden; `nil` where there is none.
    public var noGoDistance: Double?
    /// To the nearest bone that is not meant to be crossed, outside the head; `nil` in the head.
    public var boneDistance: Double?
    /// Skin to skull, within the skull, and from the skull's inner table to the target.
    public var scalpLength, boneLength, brainLength: Double?
    /// How much of the path lies on the other side of the midline than the target.
    public var midlineCrossing: Double?
    /// Where the path crosses the skull's outer surface.
    public var skullCrossing: Point<CT>?

    public init(depth: Double) { self.depth = depth }
}

extension TrajectoryMetrics {
    /// The keys of `metrics` in a plan; those of CONTRACT.md are always there, `null` where nothing can be said.
    public var json: [String: JSONValue] {
        func number(_ x: Double?) -> JSONValue { x.map { .number(roundedForFile($0)) } ?? .null }
        var object: [String: JSONValue] = [
            "vessel_distance_mm": number(vesselDistance), "risk": number(risk), "depth_mm": number(depth),
            "skull_angle_deg": number(skullAngle.map { degrees(radians: $0) }),
            "vessels_known": .bool(vesselDistance != nil),
        ]
        func put(_ key: String, _ x: Double?) { if let x { object[key] = .number(roundedForFile(x)) } }
        put("ventricle_distance_mm", ventricleDistance)
        put("no_go_distance_mm", noGoDistance)
        put("bone_distance_mm", boneDistance)
        put("scalp_length_mm", scalpLength)
        put("bone_length_mm", boneLength)
        put("brain_length_mm", brainLength)
        put("midline_crossing_mm", midlineCrossing)
        object["skull_crossing_mm"] = skullCrossing.map { p in
            .array([p.x, p.y, p.z].map { .number(roundedForFile($0)) })
        }
        return object
    }

    /// `nil` where one of those that CONTRACT.md asks for is missing, or neither a number nor `null`.
    public init?(json: [String: JSONValue]) {
        guard let depth = json["depth_mm"]?.number else { return nil }
        for key in ["vessel_distance_mm", "risk", "skull_angle_deg"] {
            guard let value = json[key], value.number != nil || value == .null else { return nil }
        }
        self.init(depth: depth)
        vesselDistance = json["vessel_distance_mm"]?.number
        risk = json["risk"]?.number
        skullAngle = json["skull_angle_deg"]?.number.map { radians(degrees: $0) }
        ventricleDistance = json["ventricle_distance_mm"]?.number
        noGoDistance = json["no_go_distance_mm"]?.number
        boneDistance = json["bone_distance_mm"]?.number
        scalpLength = json["scalp_length_mm"]?.number
        boneLength = json["bone_length_mm"]?.number
        brainLength = json["brain_length_mm"]?.number
        midlineCrossing = json["midline_crossing_mm"]?.number
        if let p = json["skull_crossing_mm"]?.array?.compactMap(\.number), p.count == 3 {
            skullCrossing = Point(p[0], p[1], p[2])
        }
    }
}

extension PlanItem {
    /// The metrics of a straight path; `nil` for screws, or where one of CONTRACT.md's is missing.
    public var trajectoryMetrics: TrajectoryMetrics? {
        kind == .pedicleScrew ? nil : TrajectoryMetrics(json: metrics)
    }

    /// The item in whose place this one could be chosen; `nil` for an item that is to be carried out.
    ///
    /// No robot follows an alternative: choosing it (`PlanFile.choose`) makes it the item, and voids approvals.
    public var alternativeTo: String? {
        get { others["alternative_to"]?.string }
        set { others["alternative_to"] = newValue.map(JSONValue.string) }
    }
}

extension PlanFile {
    /// The items that are to be carried out: all but alternatives.
    public var chosenItems: [PlanItem] { items.filter { $0.alternativeTo == nil } }

    /// The item of that identifier, where a machine may follow it.
    ///
    /// - Throws: `PlanningError.itemNotFound`, `.trajectory(.alternative)`.
    public func itemToCarryOut(_ id: String) throws(PlanningError) -> PlanItem {
        let found = try item(id)
        if let other = found.alternativeTo { throw .trajectory(.alternative(id, of: other)) }
        return found
    }

    /// Makes an alternative the item to be carried out; what it replaces becomes its alternative. Identifiers stay with
    /// their paths, so that a name never means another path than it did.
    ///
    /// - Throws: `PlanningError.itemNotFound`.
    public mutating func choose(_ id: String) throws(PlanningError) {
        guard let former = try item(id).alternativeTo else { return }
        for i in items.indices {
            if items[i].id == id {
                items[i].alternativeTo = nil
            } else if items[i].id == former || items[i].alternativeTo == former {
                items[i].alternativeTo = id
            }
        }
    }
}
