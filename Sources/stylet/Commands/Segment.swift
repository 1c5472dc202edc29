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
            103 spinal canal, 110 disc, 111 rib, 112 pelvis, 100 other bone, 102 everything else within the skin.

            Example:
              stylet segment ct/ --out labels.nii.gz --levels L1-L5
            """)

    @OptionGroup var input: ImageOptions
    @Option(help: "The label map to write, on the image's grid.") var out: String
    @Option(help: "spine, bone or head.") var anatomy: Anatomy = .spine
    @Option(help: "Vertebrae to keep, as L1-L5; others become bone without a name.") var levels: LevelRange?
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        try Output.mustBePossible(out)
        let image = try input.readForPlanning(console)
        let found = try console.step("segment", "segmenting") { progress in
            try SpineSegmentation.segment(
                image.ct, options: SegmentationOptions(anatomy: anatomy, levels: levels?.labels), progress: progress)
        }
        try console.step("write", "writing \(out)") { try LabelWriter.write(found.labels, to: out, progress: $0) }
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

    private func line(_ s: StructureFinding, _ vertebra: VertebraFinding?) -> String {
        var text = String(
            format: "  %3d  %@  %9.2f ml", Int(s.label.number),
            s.label.name.padding(toLength: 14, withPad: " ", startingAt: 0), s.volume)
        guard let vertebra else { return text }
        text +=
            vertebra.isCertain
            ? "  certain" : "  uncertain, one of \(vertebra.candidates.map(\.levelName).joined(separator: ", "))"
        if vertebra.isPartial { text += "  cut off by the image" }
        return text
    }

    private func json(_ s: StructureFinding, _ vertebra: VertebraFinding?) -> JSONValue {
        let c = s.centroid
        var fields: [String: JSONValue] = [
            "label": .int(Int(s.label.number)), "name": .string(s.label.name), "volume_ml": .number(s.volume),
            "voxels": .int(s.voxels), "centroid_mm": .numbers([c.x, c.y, c.z]),
        ]
        if let vertebra {
            fields["certain"] = .bool(vertebra.isCertain)
            fields["partial"] = .bool(vertebra.isPartial)
            fields["candidates"] = .strings(vertebra.candidates.map(\.levelName))
            fields["evidence"] = .strings(vertebra.evidence.map(Sentences.sentence))
            fields["body_hu"] = vertebra.bodyHU.map { .number($0) } ?? .null
        }
        return .object(fields)
    }
}

extension Anatomy: ExpressibleByArgument {}
