import Frames
import Imaging

/// One thing to be done along a straight line.
public struct PlanItem: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        case pedicleScrew = "pedicle-screw"
        case lateralMassScrew = "lateral-mass-screw"
        case parsScrew = "pars-screw"
        case alarIliacScrew = "s2-alar-iliac-screw"
        case biopsy, electrode

        public var isScrew: Bool {
            switch self {
            case .pedicleScrew, .lateralMassScrew, .parsScrew, .alarIliacScrew: true
            case .biopsy, .electrode: false
            }
        }
    }

    public var id: String
    public var kind: Kind
    /// The vertebra, where the item has one.
    public var level: AnatomicalLabel?
    public var side: Side?
    public var entry: Point<CT>
    /// Where the item ends: a screw's tip.
    public var target: Point<CT>
    /// mm.
    public var diameter: Double
    /// From entry to target, mm.
    public var length: Double
    /// As the file holds them; `screwMetrics` reads those of a screw.
    public var metrics: [String: JSONValue]
    /// What the file has beside, kept for the canonical bytes.
    var others: [String: JSONValue] = [:]

    public init(
        id: String, kind: Kind, level: AnatomicalLabel?, side: Side?, entry: Point<CT>, target: Point<CT>,
        diameter: Double, metrics: [String: JSONValue] = [:]
    ) {
        self.id = id
        self.kind = kind
        self.level = level
        self.side = side
        self.entry = entry
        self.target = target
        self.diameter = diameter
        self.length = entry.distance(to: target)
        self.metrics = metrics
    }

    /// The metrics of a screw; `nil` for other kinds, or where one of CONTRACT.md's is missing. Only a pedicle screw's
    /// `grade` is one of Gertzbein and Robbins.
    public var screwMetrics: ScrewMetrics? { ScrewMetrics(json: metrics, kind: kind) }

    public var cylinder: ScrewCylinder? { ScrewCylinder(entry: entry, tip: target, diameter: diameter) }

    /// `L3-left`: how a planned screw is called.
    public static func screwIdentifier(_ level: AnatomicalLabel, _ side: Side) -> String {
        "\(level.levelName)-\(side.rawValue)"
    }
}

extension AnatomicalLabel {
    /// The name of a level in a plan: as `name`, but `S1` where the label is the sacrum.
    public var levelName: String { self == .sacrum ? "S1" : name }
}

/// The solid that a screw sweeps: a straight cylinder from entry to tip.
public struct ScrewCylinder: Equatable, Sendable {
    public let entry: Point<CT>
    public let tip: Point<CT>
    public let diameter: Double
    public let axis: Direction<CT>
    public let length: Double

    /// `nil` where entry and tip coincide, or a number is not finite or not positive.
    public init?(entry: Point<CT>, tip: Point<CT>, diameter: Double) {
        guard entry.isFinite, tip.isFinite, diameter.isFinite, diameter > 0, let axis = (tip - entry).direction else {
            return nil
        }
        self.entry = entry
        self.tip = tip
        self.diameter = diameter
        self.axis = axis
        length = entry.distance(to: tip)
    }

    public var radius: Double { diameter / 2 }

    /// The point of the axis so many mm from the entry towards the tip.
    public func point(at depth: Double) -> Point<CT> { entry + axis * depth }
}
