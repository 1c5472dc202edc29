import Frames
import Glibc
import Imaging
import Planning

/// What a pane shows.
public enum ViewKind: String, CaseIterable, Sendable {
    case axial, sagittal, coronal
    /// The plane of the screw's axis, seen from the feet, and from the side.
    case alongFromBelow, alongFromSide
    /// Across the screw, seen from behind, as the surgeon looks down its barrel.
    case barrel
    case model

    public var title: String {
        switch self {
        case .axial: "axial"
        case .sagittal: "sagittal"
        case .coronal: "coronal"
        case .alongFromBelow: "along, from below"
        case .alongFromSide: "along, from the side"
        case .barrel: "down its barrel"
        case .model: "3-D"
        }
    }

    /// Of the view for an item: a straight path has no below and no side.
    func title(of item: PlanItem?) -> String {
        guard let item, !item.kind.isScrew else { return title }
        return self == .alongFromBelow ? "along, across" : self == .alongFromSide ? "along, upright" : title
    }

    var followsItem: Bool { self == .alongFromBelow || self == .alongFromSide || self == .barrel }
}

/// Where slices are laid: the cursor, and how far the selected item's views are turned and scrolled.
struct ViewPlaces: Equatable, Sendable {
    var cursor: Point<CT>
    /// Of the views along the item, about its axis, rad.
    var turn = 0.0
    /// Of the view down its barrel: from the entry, mm.
    var depth = 15.0

    /// The plane of a view; `nil` where it needs an item that is not there.
    func plane(
        _ kind: ViewKind, item: PlanItem?, axes: ItemAxes?, width: Int, height: Int, millimetresPerPixel: Double
    ) -> PicturePlane? {
        func make(_ centre: Point<CT>, _ right: Direction<CT>, _ down: Direction<CT>) -> PicturePlane {
            PicturePlane(
                centre: centre, right: right, down: down, width: width, height: height,
                millimetresPerPixel: millimetresPerPixel)
        }
        switch kind {
        // Radiologists look from the feet, and from the patient's left.
        case .axial: return make(cursor, .x, .y)
        case .sagittal: return make(cursor, .y, -.z)
        case .coronal: return make(cursor, .x, -.z)
        case .model: return nil
        case .alongFromBelow, .alongFromSide, .barrel:
            guard let item, let axes else { return nil }
            return alongPlane(kind, item, axes, make)
        }
    }

    private func alongPlane(
        _ kind: ViewKind, _ item: PlanItem, _ axes: ItemAxes,
        _ make: (Point<CT>, Direction<CT>, Direction<CT>) -> PicturePlane
    ) -> PicturePlane? {
        let middle = item.entry + axes.along * (item.length / 2)
        // The patient's left: medial of a right screw.
        let left = item.side == .right ? axes.medial : -axes.medial
        let turned = { (a: Direction<CT>, b: Direction<CT>, angle: Double) -> Direction<CT> in
            Direction<CT>(a.vector * cos(angle) + b.vector * sin(angle)) ?? a
        }
        switch kind {
        case .alongFromBelow:
            let right = turned(left, axes.cranial, turn)
            // Front above, as in an axial slice.
            return make(middle, right, -axes.along)
        case .alongFromSide:
            let up = turned(axes.cranial, -left, turn)
            // Back of the patient to the right, as in a sagittal slice.
            return make(middle, -axes.along, -up)
        default:
            // From behind, the patient's left is on the left.
            return make(item.entry + axes.along * depth, -left, -axes.cranial)
        }
    }
}
