import Frames
import Imaging
import Planning
import TerminalKit

extension EditorModel {
    /// Every item as slices show it; those of another plan as outlines.
    var solids: [SlicePainter.Solid] {
        var found: [SlicePainter.Solid] = []
        if state.mode == .comparison || options.comparison != nil {
            for old in comparison.items {
                if let cylinder = old.cylinder, items.first(where: { $0.id == old.id })?.cylinder != cylinder {
                    found.append(
                        .init(
                            cylinder: cylinder, color: state.scheme.ghost, bone: nil, isSelected: false, isGhost: true))
                }
            }
        }
        for (i, item) in items.enumerated() {
            guard let cylinder = item.cylinder else { continue }
            let isSelected = i == state.selected
            found.append(
                .init(
                    cylinder: cylinder, color: color(of: item, isSelected: isSelected),
                    bone: item.isOfOneVertebra ? item.level : nil, isSelected: isSelected))
        }
        return found
    }

    /// The plan that differences are told from.
    var comparison: PlanFile { options.comparison ?? session.opened }

    func color(of item: PlanItem, isSelected: Bool) -> RGB {
        if !broken(item).isEmpty { return state.scheme.bad }
        return isSelected ? state.scheme.selected : state.scheme.other
    }

    /// What the 3-D view draws, about the selected item.
    var modelBodies: (bodies: [ModelPainter.Body], centre: Vector3, radius: Double) {
        var bodies: [ModelPainter.Body] = []
        var (low, high) = (Vector3(repeating: .infinity), Vector3(repeating: -.infinity))
        for level in Set(items.compactMap(\.level)).sorted() {
            guard let surface = models.surface(level) else { continue }
            let isOwn = level == item?.level
            let color = isOwn ? RGB(235, 225, 205) : RGB(165, 160, 150)
            bodies.append(.init(surface: surface, color: color, isBone: true))
        }
        for (i, item) in items.enumerated() {
            guard let c = item.cylinder else { continue }
            let solid = ScrewSolid(
                from: c.entry.coordinates, to: c.tip.coordinates, axis: c.axis.vector, radius: c.radius)
            bodies.append(
                .init(
                    surface: ModelSurface(cylinder: solid), color: color(of: item, isSelected: i == state.selected),
                    isBone: false))
            low = pointwiseMin(low, pointwiseMin(solid.from, solid.to))
            high = pointwiseMax(high, pointwiseMax(solid.from, solid.to))
        }
        guard low.isFinite, high.isFinite else { return (bodies, session.ct.geometry.centre.coordinates, 100) }
        let all = length(high - low) / 2 + 25
        // The selected level fills the pane; the zoom goes out to the others.
        guard let item, let c = item.cylinder else { return (bodies, (low + high) / 2, all) }
        return (bodies, c.point(at: c.length / 2).coordinates, min(all, 70))
    }
}
