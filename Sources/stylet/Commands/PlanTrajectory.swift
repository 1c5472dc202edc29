import ArgumentParser
import Foundation
import Frames
import Imaging
import Planning
import Report
import Segmentation

struct PlanTrajectory: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "trajectory", abstract: "Plan the safest straight path from the skin to each target.",
        discussion: """
            In the head, paths cross the vault at no more than 30° from its normal, and 25° where they can, and keep 3 mm from every vessel along their whole
            length. Elsewhere they start on the skin and keep clear of bones, but for the one that the target lies in. Without
            --labels the head is segmented first. Each target gets one path and, marked as such, alternatives, which no robot
            follows before 'stylet plan choose'. Several electrodes are planned together. Exit status 2 where a target has no safe path.

            Example:
              stylet plan trajectory ct/ --labels labels.nii.gz --target -28,14,-31 --out plan.json --risk-map risk.png
              stylet plan trajectory ct/ --labels labels.nii.gz --target-label L3 --out plan.json
            """)

    @OptionGroup var input: ImageOptions
    @OptionGroup var labelOptions: LabelOptions
    @Option(
        parsing: .unconditionalSingleValue,
        help: "A target, x,y,z in CT coordinates (LPS), mm; several times for several.")
    var target: [TargetPoint] = []
    @Option(help: "A label whose deepest place is a target, by number or name: 107, lesion, L3.")
    var targetLabel: [LabelName] = []
    @Option(help: "biopsy or electrode.") var kind: PathKind = .biopsy
    @Option(help: "The plan to write.") var out: String
    @OptionGroup var limits: TrajectoryOptions
    @Option(help: "A picture (.png) of the risk over all entries.") var riskMap: String?
    @Option(help: "The same as a table (.csv), one file a target where there are several.") var riskTable: String?
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard !target.isEmpty || !targetLabel.isEmpty else {
            throw ValidationError("Name at least one target, with --target x,y,z or --target-label LABEL.")
        }
        guard target.count + targetLabel.count <= TrajectoryPlanner.mostTargets else {
            throw ValidationError("At most \(TrajectoryPlanner.mostTargets) targets are planned at once.")
        }
        guard riskMap?.hasSuffix(".png") ?? true else { throw ValidationError("--risk-map must end in .png.") }
    }

    func execute(_ console: Console) throws -> Answer {
        for path in [out, riskMap, riskTable].compactMap(\.self) { try Output.mustBePossible(path) }
        let planner = limits.planner(kind.kind)
        let image = try input.readForPlanning(console)
        let labels = try labelOptions.readOrSegmentHead(image, console)
        let targets = try namedTargets(labels)
        let result = try console.step("plan", "planning paths") { progress in
            try planner.plan(
                ct: image.ct, labels: labels, targets: targets, withMaps: riskMap != nil || riskTable != nil,
                seriesUID: image.metadata.seriesUID, progress: progress)
        }
        try writeMaps(result.maps, console)
        try result.plan.write(to: out)
        report(result, image, console)
        return Answer(fields: try fields(result), accepted: result.refusals.isEmpty)
    }

    private func namedTargets(_ labels: LabelVolume) throws -> [TrajectoryPlanner.Target] {
        let places =
            try target.map(\.point)
            + targetLabel.map { try TrajectoryPlanner.deepestPlace(of: $0.label, in: labels) }
        return places.enumerated().map { TrajectoryPlanner.Target("target-\($0 + 1)", $1) }
    }

    private func writeMaps(_ maps: [RiskMap], _ console: Console) throws {
        guard !maps.isEmpty else { return }
        try console.step("map", "drawing the risk") { _ in
            if let riskMap { try RiskMapPicture.write(maps, to: riskMap) }
            guard let riskTable else { return }
            for (k, one) in maps.enumerated() {
                let ending = FilePath.ending(riskTable)
                let stem = FilePath.withoutEnding(riskTable)
                let path = maps.count == 1 ? riskTable : "\(stem)-\(k + 1)" + (ending.isEmpty ? "" : ".\(ending)")
                do { try AtomicFile.write(Data(one.csv.utf8), to: path) } catch {
                    throw ReportError.notWritten(path: path, reason: "\(error)")
                }
            }
        }
    }

    private func report(_ result: TrajectoryPlanner.Result, _ image: LoadedImage, _ console: Console) {
        for refusal in result.refusals { console.warn(Sentences.failureOf(refusal).message) }
        if !result.vesselsKnown {
            console.warn("the labels have no vessel (104): how near one is, nobody knows; risk is not given")
        }
        if result.labelAccuracy > PedicleScrewPlanner.coarseLabelAccuracy {
            console.warn(
                "\(Sentences.describe(image.ct.geometry)): distances are not known better than \(String(format: "%.1f", result.labelAccuracy)) mm."
            )
        }
        for item in result.plan.items { console.say(Sentences.line(item, path: item.trajectoryMetrics)) }
        let paths = result.plan.chosenItems.count
        console.say("\(out): \(paths) paths, \(result.plan.items.count - paths) alternatives")
    }

    private func fields(_ result: TrajectoryPlanner.Result) throws -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "plan": .string(out), "items": .array(try result.plan.items.map { try JSONValue(item: $0) }),
            "refusals": .array(
                result.refusals.map { refusal in
                    let failure = Sentences.failureOf(refusal)
                    return ["code": .string(failure.code), "message": .string(failure.message)]
                }),
            "label_accuracy_mm": .number(result.labelAccuracy), "vessels_known": .bool(result.vesselsKnown),
        ]
        if let midline = result.midline {
            let (n, p) = (midline.left.vector, midline.point)
            fields["midline"] = [
                "left": .numbers([n.x, n.y, n.z]), "point_mm": .numbers([p.x, p.y, p.z]),
                "asymmetry_mm": .number(midline.asymmetry),
            ]
        }
        if let riskMap { fields["risk_map"] = .string(riskMap) }
        return fields
    }
}

/// What a straight path must keep to, where it is not the usual.
struct TrajectoryOptions: ParsableArguments {
    @Option(name: .customLong("diameter-mm"), help: "Of the instrument; 2.5 for a biopsy, 0.8 for an electrode.")
    var diameter: Double?
    @Option(help: "A label to keep clear of, by number or name; several times for several.") var avoid: [LabelName] = []
    @Option(help: "A bone's label that paths may cross, by number or name.") var through: [LabelName] = []
    @Option(name: .customLong("vessel-margin-mm"), help: "From the instrument's surface to any vessel.")
    var vesselMargin = 3.0
    @Option(name: .customLong("avoid-margin-mm"), help: "The same to what --avoid names.") var avoidMargin = 3.0
    @Option(name: .customLong("ventricle-margin-mm"), help: "The same to ventricles, unless the target lies in one.")
    var ventricleMargin = 2.0
    @Option(name: .customLong("skull-angle-deg"), help: "The largest angle to the skull's normal.") var skullAngle =
        30.0
    @Option(name: .customLong("electrode-gap-mm"), help: "The least gap between electrodes within the skull.")
    var electrodeGap = 4.0
    @Option(name: .customLong("bolt-spacing-mm"), help: "The least distance of their axes outside it.")
    var boltSpacing = 10.0
    @Option(help: "So many other paths to each target.") var alternatives = 2
    @Flag(help: "Plan in a head though the labels have no vessels.") var withoutVessels = false

    func planner(_ kind: PlanItem.Kind) -> TrajectoryPlanner {
        var planner = TrajectoryPlanner(kind: kind)
        if let diameter { planner.diameter = diameter }
        planner.avoid = Set(avoid.map(\.label))
        planner.through = Set(through.map(\.label))
        planner.alternatives = alternatives
        planner.allowsUnknownVessels = withoutVessels
        planner.limits.vesselMargin = vesselMargin
        planner.limits.riskHorizon = max(planner.limits.riskHorizon, vesselMargin + 7)
        planner.limits.noGoMargin = avoidMargin
        planner.limits.ventricleMargin = ventricleMargin
        planner.limits.largestSkullAngle = radians(degrees: skullAngle)
        planner.limits.plannedSkullAngle = min(planner.limits.plannedSkullAngle, radians(degrees: skullAngle))
        planner.limits.electrodeGap = electrodeGap
        planner.limits.boltSpacing = boltSpacing
        return planner
    }
}

/// Three finite numbers: `-28,14.5,-31`.
struct TargetPoint: ExpressibleByArgument {
    let point: Point<CT>

    init?(argument: String) {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map {
            Double($0.trimmingCharacters(in: .whitespaces))
        }
        guard numbers.count == 3, let x = numbers[0], let y = numbers[1], let z = numbers[2],
            [x, y, z].allSatisfy({ $0.isFinite && abs($0) < 1e5 })
        else { return nil }
        point = Point(x, y, z)
    }
}

/// A label by its number or its name.
struct LabelName: ExpressibleByArgument {
    let label: AnatomicalLabel

    init?(argument: String) {
        let text = argument.trimmingCharacters(in: .whitespaces)
        if let number = UInt8(text), number > 0 {
            label = AnatomicalLabel(number)
        } else if let vertebra = AnatomicalLabel(vertebra: text.uppercased()) {
            label = vertebra
        } else if let known = (1...255).map({ AnatomicalLabel(UInt8($0)) }).first(where: {
            $0.name == text.lowercased()
        }) {
            label = known
        } else {
            return nil
        }
    }
}

enum PathKind: String, ExpressibleByArgument, CaseIterable {
    case biopsy, electrode

    var kind: PlanItem.Kind { self == .biopsy ? .biopsy : .electrode }
}

extension LabelOptions {
    /// The given labels, with the skin of our own segmentation where they have none, or our own segmentation of a head.
    func readOrSegmentHead(_ image: LoadedImage, _ console: Console) throws -> LabelVolume {
        guard var given = try read(on: image, console) else {
            let found = try console.step("segment", "segmenting") { progress in
                try SpineSegmentation.segment(
                    image.ct, options: SegmentationOptions(anatomy: .head), progress: progress)
            }
            for remark in Sentences.remarks(on: found) { console.warn(remark) }
            return found.labels
        }
        guard given.counts()[.softTissue] == nil else { return given }
        let body = try console.step("skin", "finding the skin") { progress in
            try SpineSegmentation.segment(image.ct, options: SegmentationOptions(anatomy: .bone), progress: progress)
        }
        console.warn("the labels do not say where the skin is (102): it was found in the image")
        body.labels.withVoxels { body in
            given.withMutableVoxels { voxels in
                for i in voxels.indices where voxels[i] == 0 && body[i] != 0 {
                    voxels[i] = AnatomicalLabel.softTissue.number
                }
            }
        }
        return given
    }
}

struct PlanChoose: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "choose", abstract: "Make an alternative path the one to be carried out.",
        discussion: """
            The path that it replaces stays in the plan as an alternative to it. Identifiers stay with their paths. Approvals are
            void then: look at the plan again and approve it anew.

            Example:
              stylet plan choose plan.json --item target-1-b
            """)

    @Argument(help: "The plan; it is written anew.") var plan: String
    @Option(help: "The alternative to choose.") var item: String
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        var file = try PlanFile.read(plan)
        let before = file
        try file.choose(item)
        if file != before { try file.write(to: plan) }
        if file != before, !file.approvals.isEmpty { console.warn("the approvals in \(plan) are void now") }
        let chosen = file.chosenItems.map(\.id)
        console.say("\(plan): to be carried out are \(chosen.joined(separator: ", "))")
        return Answer(fields: ["plan": .string(plan), "chosen": .strings(chosen)])
    }
}
