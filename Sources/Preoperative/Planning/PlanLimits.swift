/// What a screw must keep to. The planner plans within these, and `plan check` ends with status 2 where one is broken.
///
/// Margins are those of the label, which is itself uncertain by about half a voxel.
public struct PlanLimits: Equatable, Sendable {
    /// The furthest that a screw may stand out of its vertebra, mm: grade A.
    public var largestBreach = GertzbeinRobbins.tolerance
    /// Bone round the cylinder between the voxels, mm; negative: how far it may stand out.
    public var smallestMargin = -GertzbeinRobbins.tolerance
    /// From the cylinder to the spinal canal, mm.
    public var smallestMedialMargin = 0.0
    /// Bone straight ahead of the tip, mm.
    public var smallestAnteriorMargin = 3.0
    /// From the entry to the bone's surface, either way, mm.
    public var largestEntryDistance = 2.0
    /// Diameter by the isthmus's width. Screws of 80 % and more widen or break the pedicle.
    public var largestFill = 0.8
    /// The screw's tip stays on its own side; the axes of a pair stay apart by their radii and this, mm.
    public var smallestGapOfPair = 1.0
    /// Towards the midline, rad: −5° … 45°.
    public var convergence = (-5.0 * .pi / 180)...(45.0 * .pi / 180)
    /// Against the cranial endplate, either way, rad: 25°.
    public var largestTilt = 25.0 * .pi / 180

    /// Of screws that go through no pedicle: bone straight ahead of the tip, and from the screw to the artery's hole, mm.
    public var smallestAnteriorMarginBeside = 0.5
    public var smallestArteryMargin = 1.0

    /// Of screws that go through no pedicle the first part is not judged, where they cross the posterior cortex, mm.
    public static let skippedBesidePedicles = 3.0
    public static let skippedIntoIlium = 8.0

    public init() {}

    /// Every limit that a screw's metrics break, in the order of the list above; angles and the isthmus bind pedicle
    /// screws alone.
    public func broken(by m: ScrewMetrics, diameter: Double, kind: PlanItem.Kind = .pedicleScrew) -> [BrokenLimit] {
        var found: [BrokenLimit] = []
        func most(_ name: LimitName, _ x: Double?, _ limit: Double) {
            if let x, !(x <= limit + 1e-6) { found.append(BrokenLimit(name: name, value: x, limit: limit)) }
        }
        func least(_ name: LimitName, _ x: Double?, _ limit: Double) {
            if let x, !(x >= limit - 1e-6) { found.append(BrokenLimit(name: name, value: x, limit: limit)) }
        }
        most(.breach, m.breach, largestBreach)
        least(.margin, m.margin, smallestMargin)
        least(.medialMargin, m.medialMargin, smallestMedialMargin)
        least(
            .anteriorMargin, m.anteriorMargin,
            kind == .pedicleScrew ? smallestAnteriorMargin : smallestAnteriorMarginBeside)
        most(.entryDistance, m.entryDistance.map(abs), largestEntryDistance)
        guard kind == .pedicleScrew else {
            least(.arteryMargin, m.arteryMargin, smallestArteryMargin)
            return found
        }
        most(.isthmusFill, m.fill(diameter: diameter), largestFill)
        least(.convergence, m.convergence, convergence.lowerBound)
        most(.convergence, m.convergence, convergence.upperBound)
        most(.cranialTilt, abs(m.cranialTilt), largestTilt)
        return found
    }
}

public enum LimitName: String, CaseIterable, Sendable {
    case breach, margin, medialMargin, anteriorMargin, entryDistance, isthmusFill, gapOfPair, convergence, cranialTilt,
        arteryMargin
}

/// A limit that does not hold: the value and what it should have kept to, in mm, rad, or as a fraction.
public struct BrokenLimit: Equatable, Sendable {
    public let name: LimitName
    public let value: Double
    public let limit: Double

    public init(name: LimitName, value: Double, limit: Double) {
        self.name = name
        self.value = value
        self.limit = limit
    }
}
