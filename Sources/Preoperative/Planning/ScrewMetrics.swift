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
    /// The furthest that the cylinder beyond the first 5 mm stands out of the vertebra's label; 0 where it does not.
    public var breach: Double
    /// The smallest distance from that part of the cylinder to the outside of the bone; −`breach` where it stands out.
    public var margin: Double
    /// The smallest distance from the whole cylinder to this vertebra's spinal canal; negative within it.
    public var medialMargin: Double
    /// The way straight on from the tip to the end of the bone, the least over the tip's centre and its rim.
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

    /// Diameter by isthmus width.
    public func fill(diameter: Double) -> Double? { isthmusWidth.map { diameter / $0 } }
}

extension ScrewMetrics {
    /// The keys of `metrics` in a plan.
    public func json(diameter: Double) -> [String: JSONValue] {
        var object: [String: JSONValue] = ["gertzbein_robbins": .string(grade.rawValue)]
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
        return object
    }

    /// `nil` where one of those that CONTRACT.md asks for is missing or no number.
    public init?(json: [String: JSONValue]) {
        guard let grade = json["gertzbein_robbins"]?.string.flatMap(GertzbeinRobbins.init(rawValue:)),
            let breach = json["breach_mm"]?.number, let margin = json["margin_mm"]?.number,
            let medial = json["medial_margin_mm"]?.number, let anterior = json["anterior_margin_mm"]?.number,
            let density = json["mean_hu"]?.number, let convergence = json["convergence_deg"]?.number,
            let tilt = json["cranial_tilt_deg"]?.number
        else { return nil }
        self.init(
            grade: grade, breach: breach, margin: margin, medialMargin: medial, anteriorMargin: anterior,
            meanDensity: density, convergence: radians(degrees: convergence), cranialTilt: radians(degrees: tilt),
            endplateClearance: json["endplate_clearance_mm"]?.number, isthmusWidth: json["isthmus_width_mm"]?.number,
            entryDistance: json["entry_distance_mm"]?.number, bodyDepthFraction: json["body_depth_fraction"]?.number)
    }
}
