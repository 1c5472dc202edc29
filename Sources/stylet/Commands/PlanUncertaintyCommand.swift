import ArgumentParser
import Foundation
import Frames
import Imaging
import Planning
import Registration
import Uncertainty

/// The errors that a plan will be carried out with.
struct BudgetOptions: ParsableArguments {
    @Option(
        help:
            "An error budget in YAML or JSON (stylet.error-budget/1); default: usual values, see Documentation/uncertainty.md."
    )
    var budget: String?

    @Option(help: "Fiducials of the registration in CT coordinates (x_mm,y_mm,z_mm), in place of the budget's.")
    var fiducials: String?

    @Option(help: "Their localisation error, RMS in three dimensions, mm.")
    var fleMm: Double = 0.5

    var isGiven: Bool { budget != nil || fiducials != nil }

    func read() throws -> ErrorBudget<CT> {
        var found = try budget.map { try ErrorBudgetFile.read($0) } ?? .usual
        if let fiducials {
            let points = try PointsFile<CT>.read(fiducials).points
            found.registration = .fiducials(points, try Covariance(rms: fleMm))
        }
        return found
    }
}

struct PlanUncertainty: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "uncertainty",
        abstract: "Say how likely each screw comes out grade A, and how far its tip may be off.",
        discussion: """
            An error budget (registration, tracker, robot, motion, segmentation) is carried to every item. With --out the plan
            is written with the numbers among its metrics; approvals of the plan as it was do not hold for that one.

            Example:
              stylet plan uncertainty plan.json ct/ --labels labels.nii.gz --budget budget.yaml
            """)

    @Argument(help: "The plan.") var plan: String
    @OptionGroup var input: ImageOptions
    @OptionGroup var labelOptions: LabelOptions
    @OptionGroup var budget: BudgetOptions
    @Option(help: "The plan to write, with the numbers in it.") var out: String?
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        if let out { try Output.mustBePossible(out) }
        let file = try PlanFile.read(plan)
        let propagation = UncertaintyPropagation(budget: try budget.read())
        let image = try input.readForPlanning(console)
        try file.checkImage(image.ct)
        let labels = try labelOptions.readOrSegment(image, console).labels
        let findings = try console.step("uncertainty", "carrying the error budget") { progress in
            try propagation.findings(for: file, labels: labels, ct: image.ct, progress: progress)
        }
        for finding in findings { console.say(Sentences.line(finding)) }
        for finding in findings {
            if let fault = finding.fault { console.warn("\(finding.id): \(Sentences.failureOf(fault).message)") }
        }
        if let out {
            try file.adding(findings).write(to: out)
            if !file.approvals.isEmpty {
                console.warn("\(out): approvals of \(plan) do not hold for it: approve it anew.")
            }
        }
        return Answer(fields: [
            "items": .array(findings.map(\.json)), "plan": out.map(JSONValue.string) ?? .null,
            "samples": .int(propagation.samples),
        ])
    }
}

extension UncertaintyPropagation.Finding {
    /// The keys are those of the plan's metrics.
    var json: JSONValue {
        var object = uncertainty.json
        object["id"] = .string(id)
        return .object(object)
    }
}

extension Sentences {
    static func line(_ finding: UncertaintyPropagation.Finding) -> String {
        let u = finding.uncertainty
        let path = u.clearance.map {
            String(
                format: "%.0f mm from vessels with %5.1f %%, clear of them with %5.1f %%", $0.margin,
                $0.probabilityOfMargin * 100, $0.probabilityOfNone * 100)
        }
        let grade = u.probabilityOfA.map { String(format: "grade A with %5.1f %%", $0 * 100) }
        let likely = grade ?? path ?? (finding.isScrew ? "grade A unknown" : "distance to vessels unknown")
        return "\(finding.id.padding(toLength: 10, withPad: " ", startingAt: 0))  \(likely)"
            + String(
                format: "  tip within %.2f mm (95 %%)  axis %.2f° RMS", u.tipError95, degrees(radians: u.angleRMS))
            + (u.dominant.map { "  mostly \($0.rawValue) (\(String(format: "%.0f", (u.shares[$0] ?? 0) * 100)) %)" }
                ?? "")
    }
}
