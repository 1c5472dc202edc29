import Frames
import Glibc
import Imaging
import Planning
import SliceDrawing

extension EditorModel {
    /// What is right for a first look at straight paths: the head as it is, seen from where they enter.
    func lookAtPaths(_ item: PlanItem) {
        if let brain = DisplayWindow.presets.first(where: { $0.name == "soft tissue" }) { state.window = brain }
        state.part = .entry
        guard let axis = (item.target - item.entry).direction?.vector else { return }
        // A little from the side, so that the path is a line and not a point.
        state.model.yaw = atan2(-axis.x, -axis.y) + 0.5
        state.model.pitch = min(max(asin(min(max(-axis.z, -1), 1)) + 0.3, -1.5), 1.5)
    }

    /// The next path to the same target is carried out in place of this one; of an alternative, itself.
    func nextAlternative(_ item: PlanItem) {
        let chosen = item.alternativeTo ?? item.id
        let family = items.filter { $0.id == chosen || $0.alternativeTo == chosen }.map(\.id)
        guard family.count > 1, let place = family.firstIndex(of: chosen) else {
            return warn("the plan has no other path to this target: 'plan trajectory' proposes some")
        }
        let next = item.alternativeTo == nil ? family[(place + 1) % family.count] : item.id
        perform(.choose(id: next), title: "\(next) takes the place of \(chosen)")
        if let now = items.firstIndex(where: { $0.id == next }) { select(now) }
        let number = (family.firstIndex(of: next) ?? 0) + 1
        say("\(next) is to be carried out now, path \(number) of \(family.count) to this target")
        warnOfLimits()
    }
}
