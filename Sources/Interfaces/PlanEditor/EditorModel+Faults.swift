import Foundation
import Frames
import Imaging
import Planning

extension EditorModel {
    /// Which limits a screw breaks.
    func broken(_ item: PlanItem) -> [BrokenLimit] {
        guard let metrics = item.screwMetrics else { return [] }
        var found = options.limits.broken(by: metrics, diameter: item.diameter, kind: item.kind)
        for other in items where other.id != item.id && other.level == item.level && other.kind.isScrew {
            guard let gap = item.cylinder.flatMap({ own in other.cylinder?.gap(to: own) }),
                gap < options.limits.smallestGapOfPair - 1e-6
            else { continue }
            found.append(BrokenLimit(name: .gapOfPair, value: gap, limit: options.limits.smallestGapOfPair))
        }
        return found
    }

    /// Everything that speaks against an item as it lies, in words for narrow places; as far as it is known by now.
    func faults(_ item: PlanItem) -> [String] {
        guard !item.kind.isScrew else {
            return misplacements(item).map(LimitWords.text) + broken(item).map { LimitWords.text($0.reading) }
        }
        return pathFindings(item).map(LimitWords.text)
    }

    /// What is wrong with where a screw lies, as the plan's check finds it; nothing before its level is measured.
    private func misplacements(_ item: PlanItem) -> [PlanChecker.Finding] {
        session.anatomy(of: item).map { item.placeFindings(in: $0, labels: session.draft.labels) } ?? []
    }

    /// What is found of a path; from its own numbers alone while the rest is worked out.
    private func pathFindings(_ item: PlanItem) -> [TrajectoryFinding] {
        if let found = session.paths.measured(item, among: items) { return found.findings }
        guard let metrics = item.trajectoryMetrics else { return [] }
        let limits = TrajectoryLimits()
        // A target nearer to a ventricle than the margin is reached all the same: only measuring tells.
        return limits.broken(by: metrics, skullAngle: limits.largestSkullAngle, ventricleMargin: -1e9).map {
            .brokenLimit($0)
        }
    }

    /// Whether all that the list says of an item is of the item as it lies.
    func isMeasured(_ item: PlanItem) -> Bool {
        if item.kind.isScrew { return item.screwMetrics != nil }
        return session.paths.measured(item, among: items) != nil
    }

    func warnOfLimits() {
        guard let item else { return }
        let faults = faults(item)
        guard let first = faults.first else { return }
        let more = faults.count - 1
        warn("\(item.id): \(first)" + (more > 0 ? ", and \(more) more" : ""))
    }

    /// The views in which an item is still to be looked at; an alternative, which nobody carries out, need not be.
    func unseen(_ item: PlanItem) -> [ViewKind] { item.alternativeTo == nil ? review.missing(item) : [] }

    /// What stands against signing, in the plan's order: what was not looked at, what breaks a limit.
    struct Obstacle: Equatable {
        let id: String
        let text: String
        /// Numbers that are missing or break a limit; unlooked-at pictures are the signer's to judge.
        let isLimit: Bool
    }

    var obstacles: [Obstacle] {
        items.flatMap { item -> [Obstacle] in
            var found: [Obstacle] = []
            let missing = unseen(item)
            if !missing.isEmpty {
                let names = missing.map { $0.title(of: item) }.joined(separator: "; ")
                found.append(Obstacle(id: item.id, text: "not looked at: \(names)", isLimit: false))
            }
            if !isMeasured(item) {
                let text = session.isMeasuring(item) ? "still being measured" : "not measured"
                found.append(Obstacle(id: item.id, text: text, isLimit: true))
            }
            found += faults(item).map { Obstacle(id: item.id, text: $0, isLimit: true) }
            if isUncertain(item) {
                found.append(Obstacle(id: item.id, text: "the image does not settle this level's name", isLimit: true))
            }
            return found
        }
    }
}
