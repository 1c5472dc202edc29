import Frames
import Scenes

/// What a scene found, on the page: its checks, each screw's error by the truth, and the errors over time.
struct SceneSection {
    let scene: SceneResult

    func add(to page: inout HTMLPage) {
        page.heading("In simulation: \(scene.name), seed \(scene.seed)")
        page.add(
            "<p>Accuracy in simulation, judged with the phantom's own truth, not with what the controller believes. It is neither planned nor placed accuracy in a patient.</p>"
        )
        page.table(
            header: ["check", "value", "limit", ""],
            rows: scene.checks.map { check in
                [
                    check.name.htmlEscaped, Self.value(check.value), Self.value(check.limit),
                    check.passed ? "<span class=\"good\">held</span>" : "<span class=\"bad\">failed</span>",
                ]
            })
        page.table(
            header: [
                "screw", "largest error at the tip mm", "at the entry mm", "angle °", "grade by truth",
                "aligned after s",
            ],
            rows: scene.screws.map { s in
                [
                    s.id.htmlEscaped, s.tipError.text(2), s.entryError.text(2), degrees(radians: s.angleError).text(2),
                    s.gradeByTruth.htmlEscaped, s.alignedAfter.text(1),
                ]
            })
        if !scene.faults.isEmpty { addFaults(to: &page) }
        page.add(errorPlot)
        page.add(motionPlot)
        page.add(followingPlot)
    }

    private func addFaults(to page: inout HTMLPage) {
        func time(_ t: Double?) -> String { t.map { $0.text(3) } ?? "–" }
        page.table(
            header: [
                "fault", "put in at s", "detected at s", "standing at s", "travel after detection mm", "bounded by",
            ],
            rows: scene.faults.map { f in
                [
                    f.kind.htmlEscaped, f.injectedAt.text(3), time(f.detectedAt), time(f.stoppedAt),
                    f.overshoot.map { $0.text(2) } ?? "–", (f.bounded ?? "–").htmlEscaped,
                ]
            })
    }

    /// Counts without a point.
    private static func value(_ v: Double) -> String { v.text(v == v.rounded() ? 0 : 3) }

    private func curve(_ name: String, _ colour: String, _ value: (SceneTraceRow) -> Double) -> LinePlot.Curve {
        LinePlot.Curve(name: name, colour: colour, points: scene.trace.map { ($0.time, value($0)) })
    }

    private var errorPlot: String {
        LinePlot(
            title: "Error at the screw's tip", xLabel: "time, s", yLabel: "mm (cut at 3)",
            curves: [
                curve("by the truth", "#0072b2") { min($0.tipError, 3) },
                curve("as the loop believes", "#d55e00") { min($0.believedError, 3) },
            ], limit: scene.checks.first { $0.name == "tip_error_max_mm" }?.limit
        ).svg()
    }

    private var motionPlot: String {
        LinePlot(
            title: "Guide's speed", xLabel: "time, s", yLabel: "mm/s",
            curves: [curve("tip speed", "#009e73") { $0.tipSpeed }]
        ).svg()
    }

    private var followingPlot: String {
        let first = scene.trace.filter { $0.screw == 0 }
        return LinePlot(
            title: "Breathing, first screw", xLabel: "time, s", yLabel: "mm",
            curves: [
                LinePlot.Curve(
                    name: "the anatomy's shift", colour: "#56b4e9", points: first.map { ($0.time, $0.anatomyShift) }),
                LinePlot.Curve(
                    name: "error at the tip (cut at 3)", colour: "#0072b2",
                    points: first.map { ($0.time, min($0.tipError, 3)) }),
            ]
        ).svg()
    }
}
