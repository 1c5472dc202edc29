import ArgumentParser
import Foundation
import Frames
import Imaging
import Planning
import Segmentation

struct Segment: StyletCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find bone, canal and skin, separate the vertebrae and name their levels.",
        discussion: """
            Level names are certain only where the image shows why: the answer says which. Numbers as in VerSe (L1–L5 = 20–24, sacrum 26),
            103 spinal canal, 110 disc, 111 rib, 112 pelvis, 100 other bone, 102 everything else within the skin. A name that the image leaves
            open is settled by --name with a point in that vertebra; all others are counted from it. --out may end in .nii.gz, .nii, .nrrd,
            .mha, or in .dcm for a DICOM segmentation that refers to the series.

            Example:
              stylet segment ct/ --out labels.nii.gz --levels L1-L5
              stylet segment ct/ --out labels.nii.gz --name L3@-4,12,233
              stylet segment ct/ --out labels.dcm --with 'TotalSegmentator -i {in} -o {out} --ml' --label-scheme totalsegmentator
            """)

    @OptionGroup var input: ImageOptions
    @Option(help: "The label map to write, on the image's grid.") var out: String
    @Option(help: "spine, bone or head.") var anatomy: Anatomy = .spine
    @Option(help: "Vertebrae to keep, as L1-L5; others become bone without a name.") var levels: LevelRange?
    @Option(
        name: .customLong("name"),
        help: "The level of the vertebra at a point (LPS mm), as L3@x,y,z; several times for several.")
    var names: [LevelName] = []
    @Option(name: .customLong("with"), help: "Another segmenter to run, as 'COMMAND {in} {out}'; no shell sees it.")
    var command: String?
    @OptionGroup var meaning: LabelMeaningOptions
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        if command != nil, !names.isEmpty || levels != nil {
            throw ValidationError("--name and --levels belong to our own segmentation: leave out --with, or them.")
        }
        guard command != nil || (meaning.map == nil && meaning.labelScheme == .automatic) else {
            throw ValidationError("--map and --label-scheme say what another segmenter's numbers mean: give --with.")
        }
        guard names.isEmpty || anatomy == .spine else {
            throw ValidationError("--name names vertebrae: it goes with --anatomy spine.")
        }
        guard LabelWriter.knows(out) else {
            throw ValidationError("--out must end in .nii.gz, .nii, .nrrd, .nhdr, .mha, .mhd or .dcm.")
        }
    }

    func execute(_ console: Console) throws -> Answer {
        try Output.mustBePossible(out)
        let segmenter = try command.map { try ExternalSegmenter($0) }
        let image = try input.readForPlanning(console)
        try mustBeWritable(image)
        if let segmenter { return try external(segmenter, image, console) }
        let found = try own(image, console)
        try write(found.labels, image, console)
        let byLabel = Dictionary(found.vertebrae.map { ($0.label, $0) }, uniquingKeysWith: { a, _ in a })
        for remark in Sentences.remarks(on: found) { console.warn(remark) }
        for structure in found.structures { console.say(line(structure, byLabel[structure.label])) }
        console.say("\(out): \(found.vertebrae.count) vertebrae")
        return Answer(fields: [
            "out": .string(out), "labels": .array(found.structures.map { json($0, byLabel[$0.label]) }),
            "levels_certain": .bool(!found.vertebrae.isEmpty && found.vertebrae.allSatisfy(\.isCertain)),
            "warnings": .strings(Sentences.remarks(on: found)),
        ])
    }

    /// Before minutes of work: a segmentation object needs a DICOM series to refer to.
    private func mustBeWritable(_ image: LoadedImage) throws {
        guard !LabelWriter.isSegmentationObject(out) || image.metadata.format == .dicom else {
            throw ImagingError.noSourceSeries(path: out)
        }
    }

    private func own(_ image: LoadedImage, _ console: Console) throws -> SpineSegmentationResult {
        let found = try console.step("segment", "segmenting") { progress in
            // Levels are chosen by their settled names.
            try SpineSegmentation.segment(
                image.ct, options: SegmentationOptions(anatomy: anatomy, levels: names.isEmpty ? levels?.labels : nil),
                progress: progress)
        }
        guard !names.isEmpty else { return found }
        let settled = try LevelSettlement.settle(found, names.map(\.level))
        return try levels.map { try settled.keeping($0.labels) } ?? settled
    }

    private func write(_ labels: LabelVolume, _ image: LoadedImage, _ console: Console) throws {
        try console.step("write", "writing \(out)") {
            try LabelWriter.write(labels, of: image.metadata, to: out, progress: $0)
        }
    }

    private func line(_ s: StructureFinding, _ vertebra: VertebraFinding?) -> String {
        var text = Self.line(s.label, s.volume)
        guard let vertebra else { return text }
        text +=
            vertebra.isCertain
            ? "  certain" : "  uncertain, one of \(vertebra.candidates.map(\.levelName).joined(separator: ", "))"
        if vertebra.isPartial { text += "  cut off by the image" }
        if vertebra.metal { text += "  metal in or near it" }
        return text
    }

    private static func line(_ label: AnatomicalLabel, _ volume: Double) -> String {
        String(
            format: "  %3d  %@  %9.2f ml", Int(label.number),
            label.name.padding(toLength: 14, withPad: " ", startingAt: 0), volume)
    }

    private static func json(
        _ label: AnatomicalLabel, _ volume: Double, _ voxels: Int, _ c: Point<CT>
    ) -> [String: JSONValue] {
        [
            "label": .int(Int(label.number)), "name": .string(label.name), "volume_ml": .number(volume),
            "voxels": .int(voxels), "centroid_mm": .numbers([c.x, c.y, c.z]),
        ]
    }

    private func json(_ s: StructureFinding, _ vertebra: VertebraFinding?) -> JSONValue {
        var fields = Self.json(s.label, s.volume, s.voxels, s.centroid)
        if let vertebra {
            fields["certain"] = .bool(vertebra.isCertain)
            fields["partial"] = .bool(vertebra.isPartial)
            fields["metal"] = .bool(vertebra.metal)
            fields["candidates"] = .strings(vertebra.candidates.map(\.levelName))
            fields["evidence"] = .strings(vertebra.evidence.map(Sentences.sentence))
            fields["body_hu"] = vertebra.bodyHU.map { .number($0) } ?? .null
        }
        return .object(fields)
    }
}

extension Segment {
    /// Runs the user's own segmenter and takes its labels only where they can be a spine on this image's grid.
    private func external(
        _ segmenter: ExternalSegmenter, _ image: LoadedImage, _ console: Console
    ) throws -> Answer {
        let labels = try segmenter.run(on: image, console) { path in
            do { return try meaning.read(path, named: "{out}", on: image, console) } catch let error as ImagingError {
                let failure = Sentences.failureOf(error)
                throw Failure(
                    code: failure.code,
                    message: "The answer of \(segmenter.name) cannot be used. "
                        + failure.message.replacing(path, with: "{out}"))
            }
        }
        let census = LabelCensus(labels)
        if anatomy == .spine { try refuse(census.doubts, segmenter) }
        try write(labels, image, console)
        for entry in census.entries {
            console.say(Self.line(entry.label, entry.volume) + (isCut(entry) ? "  reaches the image's edge" : ""))
        }
        console.warn("the level names are those of \(segmenter.name); nothing in the image has been asked about them")
        console.say("\(out): \(census.entries.count { $0.label.isVertebra || $0.label == .sacrum }) vertebrae")
        return Answer(fields: [
            "out": .string(out), "segmented_by": .string(segmenter.name), "levels_certain": false,
            "labels": .array(census.entries.map { json($0) }), "warnings": .array([]),
        ])
    }

    private func refuse(_ doubts: [LabelDoubt], _ segmenter: ExternalSegmenter) throws {
        guard let first = doubts.first else { return }
        let more = doubts.count > 1 ? "; and \(doubts.count - 1) more" : ""
        throw Failure(
            code: "implausible-labels",
            message:
                "The labels of \(segmenter.name) cannot be a spine: \(Sentences.sentence(first))\(more). "
                + "Check its numbers (--label-scheme, --map) and its result.")
    }

    private func isCut(_ entry: LabelCensus.Entry) -> Bool {
        entry.touchesEdge && (entry.label.isVertebra || entry.label == .sacrum)
    }

    private func json(_ entry: LabelCensus.Entry) -> JSONValue {
        var fields = Self.json(entry.label, entry.volume, entry.voxels, entry.centroid)
        if entry.label.isVertebra || entry.label == .sacrum {
            fields["certain"] = false
            fields["partial"] = .bool(entry.touchesEdge)
            fields["candidates"] = .strings([entry.label.levelName])
            fields["evidence"] = .array([])
        }
        return .object(fields)
    }
}

extension Anatomy: ExpressibleByArgument {}
