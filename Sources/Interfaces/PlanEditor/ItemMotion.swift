import Frames
import Glibc
import Imaging
import Planning

/// An item's own axes: along it, towards the midline, and towards the head. A straight path has no midline: in its place is
/// what lies on the right as one looks along it.
public struct ItemAxes: Equatable, Sendable {
    public let along, medial, cranial: Direction<CT>

    /// - Parameter anatomy: gives the midline of a turned vertebra; without it the patient's left and the CT's up count.
    public init(_ item: PlanItem, anatomy: VertebraAnatomy?) {
        let axis = (item.target - item.entry).direction ?? .y
        guard item.kind.isScrew else {
            (along, cranial) = (axis, Self.upright(axis))
            // What is on the right as one looks along the path.
            medial = Direction<CT>(cross(axis.vector, cranial.vector)) ?? .x
            return
        }
        let frame = anatomy?.X_CTVertebra.rotation.matrix ?? .identity
        let sign = item.side?.sign ?? 1
        along = axis
        let up = frame.columns.2 - axis.vector * dot(frame.columns.2, axis.vector)
        let top = Direction<CT>(up) ?? Direction<CT>(perpendicular(to: axis.vector)) ?? .z
        let side = Direction<CT>(cross(top.vector, axis.vector)) ?? .x
        let towards = dot(side.vector, frame.columns.0) * sign < 0 ? side : -side
        (cranial, medial) = (top, towards)
    }

    /// Across a path: towards the patient's head, or forwards where the path itself runs along the body.
    private static func upright(_ axis: Direction<CT>) -> Direction<CT> {
        let wanted = abs(axis.vector.z) < 0.85 ? Vector3(0, 0, 1) : Vector3(0, -1, 0)
        return Direction<CT>(wanted - axis.vector * dot(wanted, axis.vector)) ?? .z
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

    /// Where a straight path then lies: its entry stays on the skin, and its length is what that gives. Turning goes about
    /// the target, so that the entry moves the way of the key.
    ///
    /// - Parameter skin: where a line from a target outwards leaves the skin.
    public func place(
        path item: PlanItem, _ axes: ItemAxes, skin: (_ target: Point<CT>, _ outwards: Direction<CT>) -> Point<CT>?
    ) -> (entry: Point<CT>, target: Point<CT>)? {
        let across = axes.medial * medial + axes.cranial * cranial
        var (entry, target) = (item.entry, item.target)
        if part != .entry { target = target + across }
        if part != .target { entry = entry + across }
        let turn = axes.medial * tan(convergence) + axes.cranial * tan(tilt)
        entry = entry + turn * item.length
        guard let outwards = (entry - target).direction else { return nil }
        // Deeper and back is for the target: the skin is where it is.
        if part == .entry || along == 0 { return (skin(target, outwards) ?? target + outwards * item.length, target) }
        target = target - outwards * along
        return (skin(target, outwards) ?? entry, target)
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
