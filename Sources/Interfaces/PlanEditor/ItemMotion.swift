import Frames
import Glibc
import Imaging
import Planning

/// A screw's own axes: along it, towards the midline, and towards the head.
public struct ItemAxes: Equatable, Sendable {
    public let along, medial, cranial: Direction<CT>

    /// - Parameter anatomy: gives the midline of a turned vertebra; without it the patient's left and the CT's up count.
    public init(_ item: PlanItem, anatomy: VertebraAnatomy?) {
        let axis = (item.target - item.entry).direction ?? .y
        let frame = anatomy?.X_CTVertebra.rotation.matrix ?? .identity
        let sign = item.side?.sign ?? 1
        along = axis
        let up = frame.columns.2 - axis.vector * dot(frame.columns.2, axis.vector)
        let top = Direction<CT>(up) ?? Direction<CT>(perpendicular(to: axis.vector)) ?? .z
        let side = Direction<CT>(cross(top.vector, axis.vector)) ?? .x
        let towards = dot(side.vector, frame.columns.0) * sign < 0 ? side : -side
        (cranial, medial) = (top, towards)
    }
}

/// Moving and turning an item along its own axes. Its length never changes but by choosing another size.
public struct ItemMotion: Equatable, Sendable {
    /// What a move takes along.
    public enum Part: String, CaseIterable, Sendable {
        case whole, entry, target
    }

    public var part = Part.whole
    /// mm in each of the item's axes.
    public var medial = 0.0
    public var cranial = 0.0
    public var along = 0.0
    /// About the entry: towards the midline and towards the head, rad.
    public var convergence = 0.0
    public var tilt = 0.0

    public init(
        part: Part = .whole, medial: Double = 0, cranial: Double = 0, along: Double = 0, convergence: Double = 0,
        tilt: Double = 0
    ) {
        (self.part, self.medial, self.cranial, self.along) = (part, medial, cranial, along)
        (self.convergence, self.tilt) = (convergence, tilt)
    }

    /// Where the item then lies; `nil` where it would have no axis.
    public func place(_ item: PlanItem, _ axes: ItemAxes) -> (entry: Point<CT>, target: Point<CT>)? {
        let shift = axes.medial * medial + axes.cranial * cranial + axes.along * along
        let long = item.length
        switch part {
        case .whole:
            let entry = item.entry + shift
            guard let axis = turned(axes) else { return nil }
            // The stated length, so that many small moves never add up to another one.
            return (entry, entry + axis * long)
        case .entry:
            let entry = item.entry + shift
            guard let axis = (item.target - entry).direction else { return nil }
            return (entry, entry + axis * long)
        case .target:
            guard let axis = (item.target + shift - item.entry).direction else { return nil }
            return (item.entry, item.entry + axis * long)
        }
    }

    private func turned(_ axes: ItemAxes) -> Direction<CT>? {
        let v = axes.along.vector + axes.medial.vector * tan(convergence) + axes.cranial.vector * tan(tilt)
        return Direction<CT>(v)
    }
}

/// How far one key press goes.
public enum MotionStep: Int, CaseIterable, Sendable {
    case fine, usual, coarse

    /// mm.
    public var distance: Double { [0.1, 1, 5][rawValue] }
    /// rad.
    public var angle: Double { radians(degrees: self == .coarse ? 5 : 0.5) }
}
