import Frames
import Imaging
import Planning
import SliceDrawing
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
        if !faults(item).isEmpty { return state.scheme.bad }
        return isSelected ? state.scheme.selected : state.scheme.other
    }

    /// What the 3-D view draws. The bone stays where it is while a screw is moved in it.
    func modelScene(width: Int, height: Int) -> ModelScene {
        models.finish(session.draft)
        var scene = ModelScene(view: state.model, width: width, height: height)
        for label in models.shown {
            guard let (surface, version) = models.surface(label) else { continue }
            scene.bones.append(
                .init(
                    surface: surface, label: label.number, version: version, color: color(ofModel: label),
                    isBone: ![.vessel, .ventricle, .lesion].contains(label)))
        }
        scene.items = items.enumerated().compactMap { i, item -> ModelScene.Item? in
            guard i == state.selected || item.alternativeTo == nil else { return nil }
            return item.cylinder.map { .init(cylinder: $0, color: color(of: item, isSelected: i == state.selected)) }
        }
        let isHead = item?.kind.isScrew == false
        if let own = models.surface(isHead ? .skull : item?.level ?? .skull)?.surface {
            (scene.centre, scene.radius) = (Vector3(own.middle), isHead ? 0.62 * Double(own.reach) : 60)
        } else if let c = item?.cylinder {
            (scene.centre, scene.radius) = (c.point(at: c.length / 2).coordinates, isHead ? 100 : 60)
        } else {
            scene.centre = session.ct.geometry.centre.coordinates
        }
        return scene
    }

    private func color(ofModel label: AnatomicalLabel) -> RGB {
        switch label {
        case .vessel: RGB(215, 60, 60)
        case .ventricle: RGB(70, 120, 215)
        case .lesion: RGB(200, 110, 200)
        case _ where label == item?.level: RGB(235, 225, 205)
        default: RGB(165, 160, 150)
        }
    }
}
