import ArgumentParser
import Foundation
import Planning
import Report

struct PlanCompare: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Say what changed from one plan to another.",
        discussion: """
            Items are matched by their identifier. For each: how far entry and target moved, along the axis that it had and
            across it, by how much the axis turned, its size, and every metric that is not what it was.

            Example:
              stylet plan compare plan-monday.json plan.json
            """)

    @Argument(help: "The plan before.") var before: String
    @Argument(help: "The plan after.") var after: String
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let (old, new) = (try PlanFile.read(before), try PlanFile.read(after))
        let found = PlanComparison(from: old, to: new)
        if !found.isSameImage {
            console.warn("The plans were made on different images: places in them cannot be compared.")
        }
        for item in found.items where item.change != .same {
            console.say("\(item.id): \(item.change.rawValue)")
            for line in PlanChangeText.geometry(of: item) { console.say("    \(line)") }
            for line in PlanChangeText.metrics(of: item) { console.say("    \(line)") }
        }
        let same = found.items.count { $0.change == .same }
        console.say(found.isUnchanged ? "the plans are the same" : "\(same) items are as they were")
        for (text, approvals) in [
            ("approved since", found.approvalsAdded), ("approval no longer there", found.approvalsRemoved),
            ("approval that does not cover the changes", found.approvalsCarriedOver),
        ] {
            for approval in approvals { console.say("\(text): \(approval.name), \(approval.approvedAt)") }
        }
        guard case .object(let fields) = found.json else { return Answer(fields: [:]) }
        return Answer(fields: fields)
    }
}
