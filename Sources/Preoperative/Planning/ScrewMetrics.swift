import Frames

/// How far a screw stands out of its vertebra, in the classes of Gertzbein and Robbins (Spine 1990;15:11–14) as
/// CONTRACT.md has them.
public enum GertzbeinRobbins: String, CaseIterable, Comparable, Sendable {
    case A, B, C, D, E

    /// Outside by no more than this counts as inside: the accuracy of a label, mm.
    public static let tolerance = 0.25
    /// From the entry so far the screw must cross the posterior cortex, and is not judged, mm.
    public static let skipped = 5.0

    /// - Parameter breach: the furthest that the swept cylinder stands out, mm.
    public init(breach: Double) {
        switch breach {
        case ...Self.tolerance: self = .A
        case ..<2: self = .B
        case ..<4: self = .C
        case ..<6: self = .D
        default: self = .E
        }
    }

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// What is measured of a pedicle screw. Lengths in mm, angles in rad, density in HU; files hold mm, degrees and HU.
public struct ScrewMetrics: Equatable, Sendable {
    public var grade: GertzbeinRobbins
    /// The furthest that the cylinder beyond the first 5 mm stands out of the bone's surface or of the label's voxels,
    /// whichever is more; 0 where it does not.
    public var breach: Double
    /// The smallest distance from that part of the cylinder to the outside of the bone; negative where it stands out.
    ///
    /// To the surface that the image shows between voxels, or to the faces of the label's voxels and half their longest
    /// side, where that is less: more than the label's stairs explain.
    public var margin: Double
    /// The smallest distance from the whole cylinder to this vertebra's spinal canal; negative within it.
    public var medialMargin: Double
    /// The way straight on from the tip to the end of the bone, the least over the tip's centre and 64 places of its
    /// rim.
    public var anteriorMargin: Double
    /// Mean density within the cylinder beyond the first 5 mm.
    public var meanDensity: Double
    /// From the vertebra's sagittal plane towards the midline, positive where the screw converges.
    public var convergence: Double
    /// From the plane of the cranial endplate towards the head.
    public var cranialTilt: Double
    /// From the screw's part within the body to the nearer endplate.
    public var endplateClearance: Double?
    /// The narrowest width of the pedicle.
    public var isthmusWidth: Double?
    /// Distance from the entry to the bone's surface.
    public var entryDistance: Double?
    /// How far into the body the tip reaches: 0 at its posterior wall, 1 at its anterior one.
    public var bodyDepthFraction: Double?
    /// As `margin`, by the faces of the label's voxels alone.
    public var labelMargin: Double?
    /// From the screw to the pedicle's upper and lower notch, by which nerve roots leave.
    public var foramenAbove: Double?
    public var foramenBelow: Double?
    /// From the screw's head and the shaft's first 15 mm to the vertebra above; negative where they meet.
    public var facetClearance: Double?
    /// What would pull the screw out, by the density along its thread, N; for comparing screws of one image.
    public var pulloutEstimate: Double?
    /// From the screw to the hole of the vertebral artery; negative within it.
    public var arteryMargin: Double?
    /// From the screw's head to the smooth curve through the heads of its side, where there are four or more.
    public var rodOffset: Double?

    /// Joins what the surface and the label's voxels say: each the least depth of the cylinder in the bone, mm.
    ///
    /// - Parameter accuracy: of the label, mm: what its stairs explain.
    static func joined(surface: Double, label: Double, accuracy: Double) -> (breach: Double, margin: Double) {
        (max(-surface, -label, 0), min(surface, label + accuracy))
    }

    /// Diameter by isthmus width.
    public func fill(diameter: Double) -> Double? { isthmusWidth.map { diameter / $0 } }
}

extension ScrewMetrics {
    /// The keys of `metrics` in a plan; only screws through a pedicle have a grade.
    public func json(diameter: Double, kind: PlanItem.Kind = .pedicleScrew) -> [String: JSONValue] {
        var object: [String: JSONValue] = [:]
        if kind == .pedicleScrew { object["gertzbein_robbins"] = .string(grade.rawValue) }
        func put(_ key: String, _ x: Double?) { if let x { object[key] = .number(roundedForFile(x)) } }
        put("breach_mm", breach)
        put("margin_mm", margin)
        put("medial_margin_mm", medialMargin)
        put("anterior_margin_mm", anteriorMargin)
        put("mean_hu", meanDensity)
        put("convergence_deg", degrees(radians: convergence))
        put("cranial_tilt_deg", degrees(radians: cranialTilt))
        put("endplate_clearance_mm", endplateClearance)
        put("isthmus_width_mm", isthmusWidth)
        put("isthmus_fill", fill(diameter: diameter))
        put("entry_distance_mm", entryDistance)
        put("body_depth_fraction", bodyDepthFraction)
        put("label_margin_mm", labelMargin)
        put("foramen_above_mm", foramenAbove)
        put("foramen_below_mm", foramenBelow)
        put("facet_clearance_mm", facetClearance)
        put("pullout_estimate_n", pulloutEstimate)
        put("artery_margin_mm", arteryMargin)
        put("rod_offset_mm", rodOffset)
        return object
    }

    /// `nil` where one of those that CONTRACT.md asks for is missing or no number.
    public init?(json: [String: JSONValue], kind: PlanItem.Kind = .pedicleScrew) {
        let claimed = json["gertzbein_robbins"]?.string.flatMap(GertzbeinRobbins.init(rawValue:))
        guard kind.isScrew, let breach = json["breach_mm"]?.number, let margin = json["margin_mm"]?.number,
            let medial = json["medial_margin_mm"]?.number, let anterior = json["anterior_margin_mm"]?.number,
            let density = json["mean_hu"]?.number, let convergence = json["convergence_deg"]?.number,
            let tilt = json["cranial_tilt_deg"]?.number,
            let grade = kind == .pedicleScrew ? claimed : GertzbeinRobbins(breach: breach)
        else { return nil }
        self.init(
            grade: grade, breach: breach, margin: margin, medialMargin: medial, anteriorMargin: anterior,
            meanDensity: density, convergence: radians(degrees: convergence), cranialTilt: radians(degrees: tilt),
            endplateClearance: json["endplate_clearance_mm"]?.number, isthmusWidth: json["isthmus_width_mm"]?.number,
            entryDistance: json["entry_distance_mm"]?.number, bodyDepthFraction: json["body_depth_fraction"]?.number,
            labelMargin: json["label_margin_mm"]?.number, foramenAbove: json["foramen_above_mm"]?.number,
            foramenBelow: json["foramen_below_mm"]?.number, facetClearance: json["facet_clearance_mm"]?.number,
            pulloutEstimate: json["pullout_estimate_n"]?.number, arteryMargin: json["artery_margin_mm"]?.number,
            rodOffset: json["rod_offset_mm"]?.number)
    }
}
