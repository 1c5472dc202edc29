import ArgumentParser
import Foundation
import Frames
import Imaging
import Planning
import Report
import Scenes

struct SceneGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scene", abstract: "A whole operation in simulation.", subcommands: [SceneRun.self])
}

struct SceneRun: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a scene from the phantom's CT to the last screw.",
        discussion: """
            In virtual time: the same seed gives the same result. Exit status 2 where a check does not hold.

            Example:
              stylet scene run SimScenes/lumbar-screws.yaml --seed 3 --report report.html
            """)

    @Argument(help: "A scene, as SimScenes/lumbar-screws.yaml.") var scene: String
    @Option(help: "Seed of every simulated chance.") var seed: UInt64 = 1
    @Option(help: "A folder for the plan and the labels.") var out: String?
    @Option(help: "A page with pictures and plots to write.") var report: String?
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        if let out { try Output.makeFolder(out) }
        if let report { try Output.mustBePossible(report) }
        let definition = try SceneDefinition.load(scene)
        let outcome = try Scene(definition, seed: seed).run(ConsoleObserver(console: console))
        let result = outcome.result
        console.say(
            String(
                format: "           FRE %.2f mm, largest error expected at a tip %.2f mm", result.fre,
                result.worstPredictedTRE))
        for screw in result.screws { console.say(line(screw)) }
        try write(outcome, console)
        for check in result.checks {
            console.say(
                "\(check.passed ? "held  " : "FAILED") \(check.name): \(String(format: "%.3f", check.value)) (limit \(String(format: "%g", check.limit)))"
            )
        }
        console.say("\(result.name), seed \(seed): \(result.passed ? "passed" : "FAILED")")
        return Answer(fields: result.json, accepted: result.passed)
    }

    private func line(_ s: ScrewOutcome) -> String {
        if !s.held {
            let why = s.abandonedIn.map { "given up while \(Sentences.describe($0))" } ?? "not begun"
            return "  \(s.id.padding(toLength: 9, withPad: " ", startingAt: 0))  NOT HELD: \(why)"
        }
        return String(
            format: "  %@  tip error %.2f mm, angle %.2f°, grade %@ by truth",
            s.id.padding(toLength: 9, withPad: " ", startingAt: 0), s.tipError,
            degrees(radians: s.angleError), s.gradeByTruth)
    }

    private func write(_ outcome: Scene.Outcome, _ console: Console) throws {
        if let out {
            try outcome.prepared.plan.write(to: out + "/plan.json")
            try LabelWriter.write(outcome.prepared.labels, to: out + "/labels.nii.gz")
            try ImageWriter.write(outcome.prepared.image, to: out + "/ct.nrrd")
        }
        guard let report else { return }
        try console.step("report", "drawing the report") { progress in
            var page = PlanReport(
                image: outcome.prepared.image, labels: outcome.prepared.labels, plan: outcome.prepared.plan)
            page.scene = outcome.result
            try page.write(to: report, progress: progress)
        }
        console.say(String(format: "%-10@ %6.1f s  %@", "report" as NSString, console.lastStepSeconds, report))
    }
}

/// Shows a scene's stages: a bar while each runs, then a line with its time.
struct ConsoleObserver: SceneObserver {
    let console: Console

    func stage<R, Failure: Error>(
        _ name: String, _ title: String, _ body: (_ progress: @escaping ProgressReport) throws(Failure) -> R
    ) throws(Failure) -> R {
        let result = try console.step(name, title, body)
        console.say(
            "\(name.padding(toLength: 10, withPad: " ", startingAt: 0)) \(String(format: "%6.1f", console.lastStepSeconds)) s  \(title)"
        )
        return result
    }
}

extension SceneResult {
    /// The fields of CONTRACT.md, and what each screw gave.
    var json: [String: JSONValue] {
        [
            "scene": .string(name), "seed": .number(Double(seed)), "passed": .bool(passed),
            "checks": .array(
                checks.map {
                    [
                        "name": .string($0.name), "value": .number($0.value), "limit": .number($0.limit),
                        "passed": .bool($0.passed),
                    ]
                }),
            "tip_error_mm": .numbers(screws.map(\.tipError)),
            "angle_error_deg": .numbers(screws.map { degrees(radians: $0.angleError) }),
            "screws": .array(
                screws.map {
                    [
                        "id": .string($0.id), "tip_error_mm": .number($0.tipError),
                        "entry_error_mm": .number($0.entryError),
                        "angle_error_deg": .number(degrees(radians: $0.angleError)),
                        "grade_by_truth": .string($0.gradeByTruth),
                        "aligned_after_ms": .number($0.alignedAfter * 1000), "held": .bool($0.held),
                        "error_rms_mm": [
                            "total": .number($0.parts.total), "registration": .number($0.parts.registration),
                            "patient": .number($0.parts.patient), "set_points": .number($0.parts.setPoints),
                            "servo": .number($0.parts.servo),
                        ],
                    ]
                }),
            "registration": ["fre_mm": .number(fre), "tre_predicted_max_mm": .number(worstPredictedTRE)],
            "ticks": .int(ticks), "overruns": .int(overruns), "late_wakeups": .int(lateWakeups),
            "allocations_in_loop": .int(allocationsInLoop),
            "faults": .array(
                faults.map {
                    [
                        "kind": .string($0.kind), "injected_at_ms": .number($0.injectedAt * 1000),
                        "detected_at_ms": $0.detectedAt.map { .number($0 * 1000) } ?? .null,
                        "stopped_at_ms": $0.stoppedAt.map { .number($0 * 1000) } ?? .null,
                        "reason": $0.reason.map { .string("\($0)") } ?? .null, "drift_mm": .number($0.drift),
                        "overshoot_mm": $0.overshoot.map { .number($0) } ?? .null,
                        "bounded": $0.bounded.map { .string($0) } ?? .null,
                    ]
                }),
        ]
    }
}
