import ArgumentParser
import CaseStore
import Foundation
import Frames
import Imaging
import Planning
import Segmentation

struct PlanGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Plan screws, check a plan, approve it.",
        subcommands: [PlanSpine.self, PlanCheck.self, PlanApprove.self, PlanBatch.self])
}

/// The screws to choose from and the limits to keep.
struct CatalogueOptions: ParsableArguments {
    @Option(help: "A screw catalogue in YAML; default: Catalogues/pedicle-screws.yaml, built in.")
    var catalogue: String?

    func planner() throws -> PedicleScrewPlanner {
        PedicleScrewPlanner(catalogue: try catalogue.map { try ScrewCatalogue(path: $0) } ?? .standard)
    }
}

struct PlanSpine: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "spine", abstract: "Plan two pedicle screws for each level.",
        discussion: """
            Without --labels the vertebrae are segmented first. A vertebra that the image cuts off is never planned on; a level
            without a safe screw is left out, and the reason is said.

            Example:
              stylet plan spine ct/ --labels labels.nii.gz --levels L1-L5 --out plan.json
            """)

    @OptionGroup var input: ImageOptions
    @OptionGroup var labelOptions: LabelOptions
    @OptionGroup var catalogue: CatalogueOptions
    @Option(help: "Vertebrae, as L1-L5 or T12,L1; S1 is the sacrum's first.") var levels: LevelRange
    @Option(help: "The plan to write.") var out: String
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        try Output.mustBePossible(out)
        let planner = try catalogue.planner()
        let image = try input.readForPlanning(console)
        let spine = try labelOptions.readOrSegment(image, console)
        let result = try console.step("plan", "planning screws") { progress in
            try planner.plan(
                ct: image.ct, labels: spine.labels, levels: levels.labels.filter { !spine.partial.contains($0) },
                seriesUID: image.metadata.seriesUID, progress: progress)
        }
        let cut = levels.labels.filter(spine.partial.contains).map { PlanningError.vertebra($0, .cutByImageEdge) }
        let refusals = cut + result.refusals
        var plan = result.plan
        for i in plan.items.indices {
            if let level = plan.items[i].level, spine.uncertain.contains(level) {
                plan.items[i].metrics["level_is_certain"] = false
            }
        }
        for refusal in refusals { console.warn(Sentences.failureOf(refusal).message) }
        guard !plan.items.isEmpty else {
            throw Failure(
                code: "nothing-planned",
                message:
                    "No screw was planned: \(refusals.map { Sentences.failureOf($0).message }.joined(separator: " "))")
        }
        if result.labelAccuracy > PedicleScrewPlanner.coarseLabelAccuracy {
            console.warn(
                "\(Sentences.describe(image.ct.geometry)): margins are not known better than \(String(format: "%.1f", result.labelAccuracy)) mm."
            )
        }
        try plan.write(to: out)
        for item in plan.items { console.say(Sentences.line(item, metrics: item.screwMetrics)) }
        console.say("\(out): \(plan.items.count) screws")
        let bad = plan.items.filter { ($0.screwMetrics?.grade ?? .E) > .B }
        return Answer(
            fields: [
                "plan": .string(out), "items": .array(try plan.items.map { try JSONValue(item: $0) }),
                "refusals": .array(
                    refusals.map { refusal in
                        let failure = Sentences.failureOf(refusal)
                        return ["code": .string(failure.code), "message": .string(failure.message)]
                    }),
                "label_accuracy_mm": .number(result.labelAccuracy),
            ], accepted: bad.isEmpty)
    }
}

extension JSONValue {
    /// What a plan's file says of an item.
    init(item: PlanItem) throws {
        let plan = PlanFile(image: .init(seriesUID: nil, sha256: ""), items: [item])
        self = try JSONParser.parse(plan.fileBytes).object?["items"]?.array?.first ?? .null
    }
}

/// Labels to plan on, and what is known of their names.
struct SpineLabels {
    let labels: LabelVolume
    /// Levels whose names the image does not settle; of labels made elsewhere nothing is known.
    var uncertain: Set<AnatomicalLabel> = []
    /// Levels that the image cuts off.
    var partial: Set<AnatomicalLabel> = []
}

extension LabelOptions {
    /// The given labels, or our own segmentation of the image.
    func readOrSegment(_ image: LoadedImage, _ console: Console) throws -> SpineLabels {
        if let given = try read(on: image, console) { return SpineLabels(labels: given) }
        let found = try console.step("segment", "segmenting") { progress in
            try SpineSegmentation.segment(image.ct, progress: progress)
        }
        for remark in Sentences.remarks(on: found) { console.warn(remark) }
        return SpineLabels(
            labels: found.labels, uncertain: Set(found.vertebrae.filter { !$0.isCertain }.map(\.label)),
            partial: Set(found.vertebrae.filter(\.isPartial).map(\.label)))
    }
}

struct PlanCheck: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Measure every item of a plan anew, another way than it was planned.",
        discussion:
            "Exit status 2 where a limit is broken or a stated number is wrong.\n\nExample:\n  stylet plan check plan.json ct/ --labels labels.nii.gz"
    )

    @Argument(help: "The plan.") var plan: String
    @OptionGroup var input: ImageOptions
    @OptionGroup var labelOptions: LabelOptions
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let file = try PlanFile.read(plan)
        let image = try input.readForPlanning(console)
        let labels = try labelOptions.readOrSegment(image, console).labels
        let result = try console.step("check", "measuring") { progress in
            try PlanChecker().check(file, ct: image.ct, labels: labels, progress: progress)
        }
        for (item, planned) in zip(result.items, file.items) {
            console.say(Sentences.line(planned, metrics: item.metrics))
            for finding in item.findings { console.say("    \(Sentences.sentence(finding))") }
        }
        console.say(result.passed ? "every limit holds" : "limits are broken")
        let items = zip(result.items, file.items).map { item, planned -> JSONValue in
            [
                "id": .string(item.id), "passed": .bool(item.passed),
                "metrics": item.metrics.map { .object($0.json(diameter: planned.diameter)) } ?? .null,
                "findings": .strings(item.findings.map(Sentences.sentence)),
            ]
        }
        return Answer(fields: ["items": .array(items), "passed": .bool(result.passed)], accepted: result.passed)
    }
}

struct PlanApprove: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Sign a plan as it stands; any later edit voids the signature.",
        discussion: """
            With --patient the signed plan goes into that case of the store as well.

            Example:
              stylet plan approve plan.json --as "A Surgeon" --key surgeon.key
            """)

    @Argument(help: "The plan; the approval is added to it.") var plan: String
    @Option(name: .customLong("as"), help: "Your name, as it stands in the file of trusted keys.") var name: String
    @Option(help: "Your private key, as 'stylet keys make' or 'openssl genpkey -algorithm ed25519' writes it.") var key:
        String
    @Option(help: "Keep the signed plan in this patient's case, too.") var patient: String?
    @Option(help: "What the plan is called in that case.") var planName = "plan"
    @OptionGroup var store: StoreOptions
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        var file = try PlanFile.read(plan)
        let secret = try ApprovalKey(path: key)
        // Before signing, so that a case that is not there leaves the plan as it was.
        let archive = try patient.map { name in
            let archive = try store.open()
            return (archive, try archive.patient(name))
        }
        try file.approve(as: name, with: secret, at: Date())
        try file.write(to: plan)
        guard let approval = file.approvals.last else {
            throw Failure(code: "failed", message: "The approval was not added.")
        }
        console.say("\(plan): approved by \(name), \(file.items.count) items")
        if let (archive, record) = archive {
            let occasion = CaseOccasion(who: name, time: Date())
            let kept = try archive.addPlanVersion(file, named: planName, of: record, on: occasion).record
            console.say("\(record.name): '\(planName)' version \(kept.number) is signed")
        }
        return Answer(fields: [
            "plan": .string(plan), "name": .string(approval.name), "approved_at": .string(approval.approvedAt),
            "public_key": .string(Data(approval.publicKey).base64EncodedString()),
            "signature": .string(Data(approval.signature).base64EncodedString()),
        ])
    }
}
