import ControlRuntime
import Foundation
import Frames
import Imaging
import PhantomKit
import Planning

extension Scene {
    /// Puts what was seen into figures and holds them to the scene's limits.
    func judge(_ prepared: PreparedScene, _ room: SceneRoom, _ operated: OperatedScene) throws(SceneError)
        -> SceneResult
    {
        let screws = zip(prepared.plan.items, operated.judge.holds).map { outcome($0, $1, prepared.phantom) }
        let statistics = operated.statistics
        var result = SceneResult(
            name: definition.name, seed: seed, checks: [], screws: screws, faults: operated.faults,
            trace: operated.judge.trace,
            ticks: Int(statistics.ticks), overruns: Int(statistics.overruns), lateWakeups: Int(statistics.lateWakeups),
            allocationsInLoop: Int(statistics.allocations), fre: room.registered.fre,
            worstPredictedTRE: room.registered.worstTRE)
        result.checks = checks(on: result, planned: prepared.plan.items.count)
        return result
    }

    private func outcome(_ item: PlanItem, _ hold: AlignmentJudge.Hold, _ phantom: Phantom) -> ScrewOutcome {
        let seen = hold.ticks > 0
        return ScrewOutcome(
            id: item.id, tipError: seen ? hold.tipError : .infinity, angleError: seen ? hold.angleError : .infinity,
            entryError: seen ? hold.entryError : .infinity,
            gradeByTruth: grade(item, hold, phantom).map(\.rawValue) ?? "–",
            alignedAfter: hold.alignedAfter, held: hold.completed,
            parts: hold.parts, abandonedIn: hold.abandonedIn)
    }

    /// The grade, by the phantom's own solids, of a screw along the guide's true axis at the worst tick of its hold.
    private func grade(_ item: PlanItem, _ hold: AlignmentJudge.Hold, _ phantom: Phantom) -> GertzbeinRobbins? {
        guard let level = item.level, let entry = hold.worstEntry, let tip = hold.worstTip,
            let screw = ScrewCylinder(entry: entry, tip: tip, diameter: item.diameter)
        else { return nil }
        let side = perpendicular(to: screw.axis.vector)
        let other = cross(screw.axis.vector, side)
        var breach = 0.0
        for step in 0...64 {
            let depth = GertzbeinRobbins.skipped + (screw.length - GertzbeinRobbins.skipped) * Double(step) / 64
            for turn in 0..<32 {
                let angle = Double(turn) * .pi / 16
                let rim = (side * cos(angle) + other * sin(angle)) * screw.radius
                let outside =
                    phantom.signedDistance(of: level, at: screw.point(at: depth) + Displacement(rim)) ?? .infinity
                breach = max(breach, outside)
            }
        }
        return GertzbeinRobbins(breach: breach)
    }

    private func checks(on result: SceneResult, planned: Int) -> [SceneCheck] {
        func most(_ values: [Double]) -> Double { values.max() ?? .infinity }
        let limits = definition.limits
        return [
            .atLeast("screws_planned", Double(planned), Double(levels.count * 2)),
            .atLeast("screws_held", Double(result.screws.count { $0.held }), Double(planned)),
            .atMost("tip_error_max_mm", most(result.screws.map(\.tipError)), limits.tipError),
            .atMost(
                "angle_error_max_deg", degrees(radians: most(result.screws.map(\.angleError))),
                degrees(radians: limits.angleError)),
            .atMost("screws_not_grade_a_by_truth", Double(result.screws.count { $0.gradeByTruth != "A" }), 0),
            .atMost("overruns", Double(result.overruns), 0),
            .atMost("allocations_in_loop", Double(result.allocationsInLoop), 0),
        ] + faultChecks(on: result)
    }

    private func faultChecks(on result: SceneResult) -> [SceneCheck] {
        guard !result.faults.isEmpty else { return [] }
        return [
            .atMost("faults_not_stopped", Double(result.faults.count { $0.stoppedAt == nil }), 0),
            .atMost(
                "overshoot_max_mm", result.faults.map { $0.overshoot ?? .infinity }.max() ?? .infinity,
                definition.limits.overshoot),
            .atMost("moved_after_stop_max_mm", result.faults.map(\.drift).max() ?? .infinity, Self.standstill),
        ]
    }

    /// The arm's true joints may settle by this much after a stop, at the tip, mm.
    private static let standstill = 0.1
}
