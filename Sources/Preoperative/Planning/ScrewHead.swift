import Frames
import Imaging

/// A screw's head: the ball behind its entry, on which the rod's holder turns.
public struct ScrewHead: Equatable, Sendable {
    public let centre: Point<CT>
    public let radius: Double

    /// From the entry backwards to the ball's middle, and the ball's radius, mm: usual for polyaxial screws.
    public static let usualLift = 3.0
    public static let usualRadius = 4.0

    public init(of screw: ScrewCylinder) {
        centre = Point(screw.entry.coordinates - screw.axis.vector * Self.usualLift)
        radius = Self.usualRadius
    }
}

/// The vertebra above, whose inferior articular process must be left alone.
struct UpperNeighbour: Sendable {
    /// 1 where the neighbour is, in the part of the labels round this vertebra.
    private let stairs: LabelStairs

    /// Beyond this nothing is looked for, mm.
    static let horizon = 12.0

    /// `nil` where no vertebra is labelled above within this one's surroundings.
    init?(above level: AnatomicalLabel, in labels: LabelVolume, _ survey: LabelSurvey) {
        let order = AnatomicalLabel.craniocaudal
        guard let place = order.firstIndex(of: level),
            let above = order[..<place].suffix(2).reversed().first(where: { survey[$0] != nil }),
            let region = survey.region(of: level, margin: Self.horizon)
        else { return nil }
        let mask = labels.mask(of: above, in: region)
        guard mask.withVoxels({ $0.contains { $0 != 0 } }) else { return nil }
        stairs = LabelStairs(mask: mask)
    }

    /// From the head and the shaft's first 15 mm to the neighbour's voxels, the nearest, mm; negative where they meet.
    func clearance(of screw: ScrewCylinder) -> Double {
        let head = ScrewHead(of: screw)
        var least = -stairs.depth(head.centre, within: Self.horizon) - head.radius
        for along in stride(from: 0.0, through: min(15, screw.length), by: 1) {
            let near = max(least + screw.radius, 0.5)
            least = min(least, -stairs.depth(screw.point(at: along), within: min(near, Self.horizon)) - screw.radius)
        }
        return least
    }

    /// Whether the head meets the neighbour, quickly.
    func meetsHead(of screw: ScrewCylinder) -> Bool {
        let head = ScrewHead(of: screw)
        return -stairs.depth(head.centre, within: head.radius) < head.radius
    }
}
