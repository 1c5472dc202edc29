import Frames
import Imaging

/// A screw that could be chosen for a pedicle, and what it is best at.
public struct ScrewProposal: Equatable, Sendable {
    /// What a proposal is drawn to, beside what every screw must keep to.
    public enum Aim: String, CaseIterable, Sendable {
        /// The planner's own choice: safety first, then length and diameter, in a usual direction.
        case recommended
        /// The most bone round the screw, at the cost of diameter.
        case safest
        /// The thickest and longest that keeps the limits.
        case strongest
        /// Parallel to the cranial endplate and as little convergent as the pedicle allows.
        case straight
        /// Along the pedicle's own axis.
        case anatomic
    }

    public let aim: Aim
    public let screw: ScrewCylinder
    /// As a catalogue lists it, mm.
    public let length: Double
    public let metrics: ScrewMetrics

    /// What this proposal wins and loses against another: differences of what a surgeon weighs.
    public struct Trade: Equatable, Sendable {
        /// mm.
        public let margin, medialMargin, diameter, length: Double
        /// As a fraction of the other's; `nil` where one is not known.
        public let pullout: Double?
        /// rad.
        public let convergence, cranialTilt: Double
    }

    public func trade(against other: ScrewProposal) -> Trade {
        let (own, its) = (metrics.pulloutEstimate, other.metrics.pulloutEstimate)
        return Trade(
            margin: metrics.margin - other.metrics.margin,
            medialMargin: metrics.medialMargin - other.metrics.medialMargin,
            diameter: screw.diameter - other.screw.diameter, length: length - other.length,
            pullout: own.flatMap { a in its.flatMap { b in b > 0 ? a / b - 1 : nil } },
            convergence: metrics.convergence - other.metrics.convergence,
            cranialTilt: metrics.cranialTilt - other.metrics.cranialTilt)
    }

    /// Another size, or another way: entry or tip more than 1.5 mm apart.
    func isDistinct(from other: ScrewProposal) -> Bool {
        screw.diameter != other.screw.diameter || length != other.length
            || screw.entry.distance(to: other.screw.entry) > 1.5 || screw.tip.distance(to: other.screw.tip) > 1.5
    }
}

extension ScrewProposal {
    /// As a plan's item lists it under `proposals`, which no robot executes.
    var json: JSONValue {
        .object([
            "aim": .string(aim.rawValue), "entry_mm": .point(screw.entry), "target_mm": .point(screw.tip),
            "diameter_mm": .number(screw.diameter), "length_mm": .number(length),
            "metrics": .object(metrics.json(diameter: screw.diameter)),
        ])
    }
}

extension PlanItem {
    /// What else the planner found for this pedicle; never executed.
    public var proposals: [ScrewProposal] {
        get { (others["proposals"]?.array ?? []).compactMap(ScrewProposal.init(json:)) }
        set { others["proposals"] = newValue.isEmpty ? nil : .array(newValue.map(\.json)) }
    }
}

extension ScrewProposal {
    /// `nil` where something is missing: proposals are for people, who can ask for new ones.
    init?(json: JSONValue) {
        func point(_ key: String) -> Point<CT>? {
            let numbers = (json.object?[key]?.array ?? []).compactMap(\.number)
            return numbers.count == 3 ? Point(numbers[0], numbers[1], numbers[2]) : nil
        }
        guard let aim = json.object?["aim"]?.string.flatMap(Aim.init(rawValue:)), let entry = point("entry_mm"),
            let tip = point("target_mm"), let diameter = json.object?["diameter_mm"]?.number,
            let length = json.object?["length_mm"]?.number,
            let screw = ScrewCylinder(entry: entry, tip: tip, diameter: diameter),
            let metrics = json.object?["metrics"]?.object.flatMap({ ScrewMetrics(json: $0) })
        else { return nil }
        self.init(aim: aim, screw: screw, length: length, metrics: metrics)
    }
}
