import ArgumentParser
import Foundation
import Imaging
import Planning
import Report

struct ReportCommand: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write a plan as one self-contained page with pictures.",
        discussion: "Example:\n  stylet report plan.json ct/ --labels labels.nii.gz --out report.html")

    @Argument(help: "The plan.") var plan: String
    @OptionGroup var input: ImageOptions
    @OptionGroup var labelOptions: LabelOptions
    @Option(help: "The page to write.") var out: String
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        try Output.mustBePossible(out)
        let file = try PlanFile.read(plan)
        let image = try input.read(console)
        let labels = try labelOptions.read(on: image, console)
        try file.checkImage(image.ct)
        try console.step("report", "drawing the report") { progress in
            var page = PlanReport(image: image, labels: labels, plan: file)
            page.remarks = image.irregularities.map { "The image: \(Sentences.sentence($0))." }
            try page.write(to: out, progress: progress)
        }
        console.say("\(out): \(file.items.count) items")
        return Answer(fields: ["out": .string(out), "items": .int(file.items.count)])
    }
}
