import Frames

/// A limit that is broken, as a person reads it: the metric's key in a plan, and numbers in the unit of that key.
public struct LimitReading: Equatable, Sendable {
    public let key: String
    public let value, limit: Double

    /// The value is above what is allowed, or else below.
    public var isAbove: Bool { value > limit }
    public var name: String { MetricKey.name(key) }
    /// For narrow places.
    public var short: String { MetricKey.short(key) }
    public var unit: String { MetricKey.unit(key) }
}

extension LimitName {
    /// The metric that it limits.
    public var key: String {
        switch self {
        case .breach: "breach_mm"
        case .margin: "margin_mm"
        case .medialMargin: "medial_margin_mm"
        case .anteriorMargin: "anterior_margin_mm"
        case .entryDistance: "entry_distance_mm"
        case .isthmusFill: "isthmus_fill"
        case .gapOfPair: "pair_gap_mm"
        case .convergence: "convergence_deg"
        case .cranialTilt: "cranial_tilt_deg"
        case .arteryMargin: "artery_margin_mm"
        }
    }
}

extension TrajectoryLimitName {
    /// The metric that it limits.
    public var key: String {
        switch self {
        case .vesselDistance: "vessel_distance_mm"
        case .ventricleDistance: "ventricle_distance_mm"
        case .noGoDistance: "no_go_distance_mm"
        case .boneDistance: "bone_distance_mm"
        case .skullAngle: "skull_angle_deg"
        case .scalp: "scalp_length_mm"
        case .bone: "bone_length_mm"
        case .depth: "depth_mm"
        case .electrodeGap: "electrode_spacing_mm"
        case .boltSpacing: "bolt_spacing_mm"
        }
    }
}

extension BrokenLimit {
    public var reading: LimitReading { LimitReading(name.key, value, limit) }
}

extension BrokenTrajectoryLimit {
    public var reading: LimitReading { LimitReading(name.key, value, limit) }
}

extension LimitReading {
    /// - Parameter value: in mm, rad, or as a fraction.
    fileprivate init(_ key: String, _ value: Double, _ limit: Double) {
        let scale = key.hasSuffix("_deg") ? degrees(radians: 1) : 1
        self.init(key: key, value: value * scale, limit: limit * scale)
    }
}

extension MetricKey {
    /// At most sixteen letters: names for a narrow column.
    public static func short(_ key: String) -> String { brief[key] ?? name(key) }

    private static let brief = [
        "gertzbein_robbins": "grade", "breach_mm": "breach", "margin_mm": "margin to bone",
        "medial_margin_mm": "to the canal", "anterior_margin_mm": "bone ahead", "mean_hu": "density",
        "cranial_tilt_deg": "tilt", "endplate_clearance_mm": "to the endplate", "isthmus_width_mm": "isthmus width",
        "isthmus_fill": "isthmus filled", "entry_distance_mm": "entry off bone", "pair_gap_mm": "gap of the pair",
        "artery_margin_mm": "to the artery", "vessel_distance_mm": "to a vessel",
        "skull_angle_deg": "to skull's normal",
        "ventricle_distance_mm": "to a ventricle", "no_go_distance_mm": "to the avoided", "depth_mm": "skin to target",
        "bone_distance_mm": "to other bone", "scalp_length_mm": "skin to skull", "bone_length_mm": "within skull bone",
        "brain_length_mm": "within the skull", "midline_crossing_mm": "beyond midline",
        "electrode_spacing_mm": "to an electrode", "bolt_spacing_mm": "to a bolt", "p_grade_a": "P(grade A)",
        "facet_clearance_mm": "to facet above", "foramen_above_mm": "to foramen above",
        "foramen_below_mm": "to foramen below", "pullout_estimate_n": "pull-out", "rod_offset_mm": "head off rod",
        "tip_error_95_mm": "tip error, 95 %",
    ]
}
