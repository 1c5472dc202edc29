import ArgumentParser
import CaseStore
import Foundation
import Frames
import Imaging
import Planning
import Segmentation

struct PlanGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Plan screws and straight paths, look at them, check, compare and approve plans.",
        subcommands: [
            PlanSpine.self, PlanTrajectory.self, PlanCheck.self, PlanEdit.self, PlanChoose.self, PlanCompare.self,
            PlanUncertainty.self, PlanApprove.self, PlanBatch.self,
        ])
}

/// The screws to choose from and the limits to keep.
struct CatalogueOptions: ParsableArguments {
    @Option(help: "A screw catalogue in YAML; default: Catalogues/pedicle-screws.yaml, built in.")
    var catalogue: String?

    @Option(help: "A catalogue for pedicles of C2 to C7; default: 3.5 to 4.5 mm.") var neckCatalogue: String?
    @Option(help: "A catalogue for lateral masses and the pars of C2; default: 3.5 and 4.0 mm.")
    var lateralMassCatalogue: String?
    @Option(help: "A catalogue for screws from S2 into the ilium; default: 7.5 to 9.5 mm.") var iliacCatalogue: String?

    func planner() throws -> PedicleScrewPlanner {
        var planner = PedicleScrewPlanner(catalogue: try catalogue.map { try ScrewCatalogue(path: $0) } ?? .standard)
        if let neckCatalogue { planner.neckCatalogue = try ScrewCatalogue(path: neckCatalogue) }
        if let lateralMassCatalogue { planner.lateralMassCatalogue = try ScrewCatalogue(path: lateralMassCatalogue) }
        if let iliacCatalogue { planner.iliacCatalogue = try ScrewCatalogue(path: iliacCatalogue) }
        return planner
    }
}

struct PlanSpine: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "spine", abstract: "Plan two screws for each level.",
        discussion: """
            Without --labels the vertebrae are segmented first. A vertebra that the image cuts off is never planned on; a level
            without a safe screw is left out, and the reason is said.

            Screws go through the pedicles, in C3 to C6 into the lateral masses; --technique chooses another way: pedicle,
            magerl, roy-camille (C3 to C7), pars (C2), alar-iliac (S1: from S2 through the sacrum into the ilium).

            A plan keeps these limits: no breach of the bone; a margin to the canal of at least 0 mm; 3 mm of bone ahead of
            the tip; at most 80 % of the isthmus; convergence from -5 to 45 degrees, tilt up to 25; a pair's screws at least
            1 mm apart. In lateral masses: 0.5 mm of bone ahead, 1 mm to the vertebral artery's hole.

            Example:
              stylet plan spine ct/ --labels labels.nii.gz --levels L1-L5 --out plan.json
              stylet plan spine ct/ --levels C2-C7 --technique C2=pars --technique C3=roy-camille --out plan.json
            """)

    @OptionGroup var input: ImageOptions
    @OptionGroup var labelOptions: LabelOptions
    @OptionGroup var catalogue: CatalogueOptions
    @Option(help: "Vertebrae, as L1-L5 or T12,L1; S1 is the sacrum's first.") var levels: LevelRange
    @Option(help: "Another technique for a level, as C3=roy-camille; repeatable.") var technique: [LevelTechnique] = []
    @Flag(help: "Put other good screws for each pedicle beside the chosen one; no robot executes them.")
    var proposals = false
    @OptionGroup var budget: BudgetOptions
    @Option(help: "The plan to write.") var out: String
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        try Output.mustBePossible(out)
        let errors = budget.isGiven ? UncertaintyPropagation(budget: try budget.read()) : nil
        var planner = try catalogue.planner()
        planner.givesProposals = proposals
        for choice in technique { planner.techniques[choice.level] = choice.technique }
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
        if let errors {
            let findings = try console.step("uncertainty", "carrying the error budget") { [plan] progress in
                try errors.findings(for: plan, labels: spine.labels, ct: image.ct, progress: progress)
            }
            plan = plan.adding(findings)
            for finding in findings { console.say(Sentences.line(finding)) }
        }
        try plan.write(to: out)
        for item in plan.items { console.say(Sentences.line(item, metrics: item.screwMetrics)) }
        console.say("\(out): \(plan.items.count) screws")
        let bad = plan.items.filter { $0.kind == .pedicleScrew && ($0.screwMetrics?.grade ?? .E) > .B }
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

/// `C3=roy-camille`: a level and how its screws go.
struct LevelTechnique: ExpressibleByArgument {
    let level: AnatomicalLabel
    let technique: ScrewTechnique

    init?(argument: String) {
        let parts = argument.split(separator: "=").map(String.init)
        guard parts.count == 2, let level = AnatomicalLabel(vertebra: parts[0]),
            let technique = ScrewTechnique(rawValue: parts[1])
        else { return nil }
        (self.level, self.technique) = (level, technique)
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
        let isOfPaths = file.items.allSatisfy { !$0.kind.isScrew }
        let labels =
            isOfPaths
            ? try labelOptions.readOrSegmentHead(image, console) : try labelOptions.readOrSegment(image, console).labels
        let result = try console.step("check", "measuring") { progress in
            try PlanChecker().check(file, ct: image.ct, labels: labels, progress: progress)
        }
        for (item, planned) in zip(result.items, file.items) {
            console.say(
                planned.kind.isScrew
                    ? Sentences.line(planned, metrics: item.metrics) : Sentences.line(planned, path: item.trajectory))
            for finding in item.findings { console.say("    \(Sentences.sentence(finding))") }
        }
        console.say(result.passed ? "every limit holds" : "limits are broken")
        let items = zip(result.items, file.items).map { item, planned -> JSONValue in
            [
                "id": .string(item.id), "passed": .bool(item.passed),
                "metrics": (item.metrics?.json(diameter: planned.diameter, kind: planned.kind) ?? item.trajectory?.json)
                    .map {
                        .object($0)
                    } ?? .null,
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
        let others = file.items.count - file.chosenItems.count
        if others > 0 { console.say("  \(others) of them are alternatives, which no robot follows") }
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
