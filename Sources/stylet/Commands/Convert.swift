import ArgumentParser
import Imaging
import Planning

struct Convert: StyletCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write an image or labels in another format: the same in patient space, the same HU.",
        discussion: """
            The ending of --out chooses: .nii, .nii.gz, .nrrd, .mha or .mhd; anything else is a folder for a DICOM series. With --as-labels the
            input is labels (a label map, a folder with one mask a structure, or a DICOM segmentation), which get our numbers; .dcm then writes
            a DICOM segmentation, and --image names the series that it refers to.

            Example:
              stylet convert ct-folder/ --out ct.nii.gz
              stylet convert labels.nii.gz --as-labels --image ct-folder/ --out labels.dcm
            """)

    @OptionGroup var input: ImageOptions
    @Option(help: "The file or folder to write.") var out: String
    @Flag(help: "The input is labels, which get our numbers.") var asLabels = false
    @Option(help: "The image that the labels were made from.") var image: String?
    @OptionGroup var meaning: LabelMeaningOptions
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard asLabels || (image == nil && meaning.map == nil && meaning.labelScheme == .automatic) else {
            throw ValidationError("--image, --map and --label-scheme go with --as-labels.")
        }
        guard !asLabels || LabelWriter.knows(out) else {
            throw ValidationError("--out must end in .nii.gz, .nii, .nrrd, .nhdr, .mha, .mhd or .dcm for labels.")
        }
    }

    func execute(_ console: Console) throws -> Answer {
        try Output.mustBePossible(out)
        if asLabels { return try convertLabels(console) }
        let image = try input.read(console)
        for found in image.irregularities { console.warn("\(input.volume): \(Sentences.sentence(found))") }
        try console.step("write", "writing \(out)") { try ImageWriter.write(image, to: out, progress: $0) }
        return done(image.ct.geometry, console)
    }

    private func convertLabels(_ console: Console) throws -> Answer {
        let labelled = try image.map { path in
            try console.step("load", "reading \(path)") {
                try ImageReader.read(path, series: input.series, progress: $0)
            }
        }
        let labels = try meaning.read(input.volume, on: labelled, console)
        try console.step("write", "writing \(out)") {
            try LabelWriter.write(labels, of: labelled?.metadata, to: out, progress: $0)
        }
        var answer = done(labels.geometry, console)
        let present = labels.counts().keys.sorted()
        answer.fields["labels"] = .array(present.map { ["label": .int(Int($0.number)), "name": .string($0.name)] })
        return answer
    }

    private func done(_ geometry: GridGeometry, _ console: Console) -> Answer {
        console.say("\(out): \(Sentences.describe(geometry))")
        let (size, spacing) = (geometry.size, geometry.spacing)
        return Answer(fields: [
            "out": .string(out), "size": [.int(size.x), .int(size.y), .int(size.z)],
            "spacing_mm": .numbers([spacing.x, spacing.y, spacing.z]),
        ])
    }
}
