import Frames

/// What a number of a plan must or should keep to: at least `lowest`, at most `highest`, in the unit of its key.
public struct MetricLimit: Equatable, Sendable {
    public let lowest: Double?
    public let highest: Double?
    /// Closer to the limit than this is called near.
    public let band: Double
    /// What a plan should reach and need not: no limit of `plan check`, and to miss it is a warning.
    public let isAim: Bool

    public init(lowest: Double? = nil, highest: Double? = nil, band: Double, isAim: Bool = false) {
        self.isAim = isAim
        self.lowest = lowest
        self.highest = highest
        self.band = band
    }

    /// How far `x` may still go before it breaks the nearer limit; negative where it has.
    public func headroom(_ x: Double) -> Double {
        min(lowest.map { x - $0 } ?? .infinity, highest.map { $0 - x } ?? .infinity)
    }
}

/// How a number stands to its limit.
public enum LimitStanding: String, CaseIterable, Sendable {
    case held, near
    /// An aim that is missed, or something that a person must settle: nothing that `plan check` refuses.
    case warning
    /// A limit of `plan check` that does not hold.
    case broken
}

/// One metric of an item as a person reads it: what it is called, its unit, and its limit where it has one.
public struct MetricReading: Equatable, Sendable {
    /// As in the plan, with the unit: `medial_margin_mm`.
    public let key: String
    public let value: JSONValue
    public let limit: MetricLimit?
    /// `nil` for what has no limit.
    public let standing: LimitStanding?

    public var number: Double? { value.number }
    public var headroom: Double? { number.flatMap { x in limit.map { $0.headroom(x) } } }
    public var name: String { MetricKey.name(key) }
    public var unit: String { MetricKey.unit(key) }
}

/// The names of metrics: words with a unit at the end.
public enum MetricKey {
    private static let units: [(suffix: String, unit: String)] = [
        ("_mm2", "mm²"), ("_mm", "mm"), ("_deg", "°"), ("_hu", "HU"), ("_ml", "ml"), ("_ms", "ms"), ("_n", "N"),
        ("_hz", "Hz"),
    ]

    /// What one reads most easily; other keys are told in their own words.
    private static let known = [
        "gertzbein_robbins": "Gertzbein–Robbins grade", "breach_mm": "stands out of the bone",
        "margin_mm": "margin within the bone", "medial_margin_mm": "to the spinal canal",
        "anterior_margin_mm": "bone ahead of the tip", "mean_hu": "mean density along it",
        "convergence_deg": "convergence", "cranial_tilt_deg": "tilt towards the head",
        "endplate_clearance_mm": "to the nearer endplate", "isthmus_width_mm": "width of the isthmus",
        "isthmus_fill": "part of the isthmus filled", "entry_distance_mm": "entry from the bone's surface",
        "body_depth_fraction": "depth in the body", "vessel_distance_mm": "to the nearest vessel",
        "skull_angle_deg": "angle to the skull's normal", "depth_mm": "depth", "risk": "risk",
        "level_is_certain": "level's name certain", "p_grade_a": "probability of grade A",
        "p_vessel_margin": "probability that no vessel is nearer than 3 mm",
        "p_vessel_clear": "probability that no vessel is met", "vessel_distance_95_mm": "to vessels, kept with 95 %",
        "tip_error_95_mm": "tip's error, 95 %", "tip_error_rms_mm": "tip's error, RMS",
        "angle_error_rms_deg": "axis's error, RMS", "dominant_error": "error that matters most",
        "pair_gap_mm": "gap to the other screw", "artery_margin_mm": "to the vertebral artery's hole",
        "ventricle_distance_mm": "to the nearest ventricle", "no_go_distance_mm": "to what is to be avoided",
        "bone_distance_mm": "to other bone", "scalp_length_mm": "way from skin to skull",
        "bone_length_mm": "way within the skull's bone", "brain_length_mm": "way within the skull",
        "midline_crossing_mm": "way beyond the midline", "electrode_spacing_mm": "gap to the nearest electrode",
        "bolt_spacing_mm": "to the nearest electrode's bolt",
    ]

    /// The order in which a person wants the ones above; the rest follow by name.
    static let order = [
        "gertzbein_robbins", "breach_mm", "margin_mm", "medial_margin_mm", "anterior_margin_mm", "mean_hu",
        "convergence_deg", "cranial_tilt_deg", "isthmus_fill", "isthmus_width_mm", "endplate_clearance_mm",
        "entry_distance_mm", "body_depth_fraction", "risk", "vessel_distance_mm", "skull_angle_deg", "depth_mm",
        "p_grade_a", "p_vessel_margin", "p_vessel_clear", "vessel_distance_95_mm", "tip_error_95_mm",
        "tip_error_rms_mm", "angle_error_rms_deg", "dominant_error",
    ]

    public static func unit(_ key: String) -> String { units.first { key.hasSuffix($0.suffix) }?.unit ?? "" }

    public static func name(_ key: String) -> String {
        if let known = known[key] { return known }
        let suffix = units.first { key.hasSuffix($0.suffix) }?.suffix ?? ""
        return key.dropLast(suffix.count).split(separator: "_").joined(separator: " ")
    }

    /// Keys as people want to read them.
    public static func sorted(_ keys: some Sequence<String>) -> [String] {
        func place(_ key: String) -> Int { order.firstIndex(of: key) ?? order.count }
        return keys.sorted { (place($0), $0) < (place($1), $1) }
    }
}

extension PlanLimits {
    /// A path in the head keeps this far from every vessel, mm, its angle to the skull's normal and its risk below these
    /// (ANCHORS: electrode planners' usual limits).
    public static let smallestVesselDistance = 3.0
    public static let largestSkullAngle = 30.0
    public static let largestRisk = 1.0
    /// What a screw's probability of grade A should reach, and a path's of meeting no vessel.
    public static let smallestProbabilityOfA = 0.95
    public static let smallestProbabilityOfNoVessel = 0.99

    /// The limit on a metric of this kind of item by its key in the plan, in the key's unit; `nil` for what is only told.
    public func limit(on key: String, of kind: PlanItem.Kind = .pedicleScrew) -> MetricLimit? {
        if kind.isScrew, kind != .pedicleScrew {
            switch key {
            case "anterior_margin_mm": return MetricLimit(lowest: smallestAnteriorMarginBeside, band: 1)
            case "artery_margin_mm": return MetricLimit(lowest: smallestArteryMargin, band: 1)
            case "isthmus_fill", "convergence_deg", "cranial_tilt_deg": return nil
            default: break
            }
        }
        return switch key {
        case "breach_mm": MetricLimit(highest: largestBreach, band: largestBreach)
        case "margin_mm": MetricLimit(lowest: smallestMargin, band: 1)
        case "medial_margin_mm": MetricLimit(lowest: smallestMedialMargin, band: 1)
        case "anterior_margin_mm": MetricLimit(lowest: smallestAnteriorMargin, band: 1)
        case "entry_distance_mm": MetricLimit(highest: largestEntryDistance, band: 0.5)
        case "isthmus_fill": MetricLimit(highest: largestFill, band: 0.05)
        case "convergence_deg":
            MetricLimit(
                lowest: degrees(radians: convergence.lowerBound), highest: degrees(radians: convergence.upperBound),
                band: 3)
        case "cranial_tilt_deg":
            MetricLimit(lowest: -degrees(radians: largestTilt), highest: degrees(radians: largestTilt), band: 3)
        case "vessel_distance_mm": MetricLimit(lowest: Self.smallestVesselDistance, band: 2)
        case "skull_angle_deg": MetricLimit(highest: Self.largestSkullAngle, band: 5)
        case "risk": MetricLimit(highest: Self.largestRisk, band: 0.2)
        case "p_grade_a": MetricLimit(lowest: Self.smallestProbabilityOfA, band: 0.02, isAim: true)
        case "p_vessel_clear": MetricLimit(lowest: Self.smallestProbabilityOfNoVessel, band: 0.005, isAim: true)
        default: nil
        }
    }

    /// Every metric of an item, of whatever kind, as the plan states it: nothing is measured here.
    public func readings(of item: PlanItem) -> [MetricReading] {
        MetricKey.sorted(item.metrics.keys).map { key in
            let value = item.metrics[key] ?? .null
            let limit = limit(on: key, of: item.kind)
            return MetricReading(key: key, value: value, limit: limit, standing: standing(key, value, limit))
        }
    }

    private func standing(_ key: String, _ value: JSONValue, _ limit: MetricLimit?) -> LimitStanding? {
        if key == "gertzbein_robbins" { return value.string == "A" ? .held : .broken }
        if key == "level_is_certain" { return value == .bool(false) ? .warning : .held }
        guard let limit, let x = value.number else { return nil }
        let headroom = limit.headroom(x)
        // Two roundings to 1/10000 must not break a limit that holds.
        return headroom < -1e-4 ? limit.isAim ? .warning : .broken : headroom < limit.band - 1e-9 ? .near : .held
    }
}
