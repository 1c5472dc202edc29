import ArgumentParser
import Frames
import Imaging

struct Inspect: StyletCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show an image's size, spacing, orientation and HU range, and everything irregular about it.",
        discussion: "Example:\n  stylet inspect ct-folder/\n  stylet inspect ct.nii.gz --json")

    @OptionGroup var input: ImageOptions
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let image = try input.read(console, keepsExact: false)
        let g = image.ct.geometry
        let (low, high) = image.ct.range
        console.say(
            "\(input.volume): \(image.metadata.format.rawValue), \(image.metadata.modality) \(image.metadata.seriesDescription)"
        )
        console.say("  \(Sentences.describe(g)), axes \(orientation(g)), HU \(low)…\(high)")
        console.say("  series \(image.metadata.seriesUID ?? "without a UID")")
        if image.irregularities.isEmpty { console.say("  nothing irregular") }
        for found in image.irregularities { console.say("  \(found.effect.rawValue): \(Sentences.sentence(found))") }
        let spacing = g.spacing, origin = g.origin.coordinates, d = g.direction
        return Answer(fields: [
            "format": .string(image.metadata.format.rawValue),
            "size": [.int(g.size.x), .int(g.size.y), .int(g.size.z)],
            "spacing_mm": .numbers([spacing.x, spacing.y, spacing.z]),
            "origin_mm": .numbers([origin.x, origin.y, origin.z]),
            "direction": .numbers((0..<3).flatMap { r in (0..<3).map { d[r, $0] } }),
            "orientation": .string(orientation(g)),
            "minimum_hu": .int(Int(low)), "maximum_hu": .int(Int(high)),
            "modality": .string(image.metadata.modality),
            "series_uid": image.metadata.seriesUID.map { .string($0) } ?? .null,
            "series_description": .string(image.metadata.seriesDescription),
            "allows_planning": .bool(image.allowsPlanning),
            "irregularities": .array(
                image.irregularities.map {
                    ["effect": .string($0.effect.rawValue), "message": .string(Sentences.sentence($0))]
                }),
        ])
    }

    /// Where the grid's axes point, as `LPS`: each letter the patient's side towards which an index grows.
    private func orientation(_ g: GridGeometry) -> String {
        let names = [("L", "R"), ("P", "A"), ("S", "I")]
        return [g.direction.columns.0, g.direction.columns.1, g.direction.columns.2].map { axis in
            let most = (0..<3).max { abs(axis[$0]) < abs(axis[$1]) } ?? 0
            return axis[most] > 0 ? names[most].0 : names[most].1
        }.joined()
    }
}
