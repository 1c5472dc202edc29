import ArgumentParser
import Imaging

struct Convert: StyletCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write an image in another format: the same in patient space, the same HU.",
        discussion: """
            The ending of --out chooses: .nii, .nii.gz, .nrrd, .mha or .mhd; anything else is a folder for a DICOM series.

            Example:
              stylet convert ct-folder/ --out ct.nii.gz
            """)

    @OptionGroup var input: ImageOptions
    @Option(help: "The file or folder to write.") var out: String
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        try Output.mustBePossible(out)
        let image = try input.read(console)
        for found in image.irregularities { console.warn("\(input.volume): \(Sentences.sentence(found))") }
        try console.step("write", "writing \(out)") { try ImageWriter.write(image, to: out, progress: $0) }
        console.say("\(out): \(Sentences.describe(image.ct.geometry))")
        let (size, spacing) = (image.ct.geometry.size, image.ct.geometry.spacing)
        return Answer(fields: [
            "out": .string(out), "size": [.int(size.x), .int(size.y), .int(size.z)],
            "spacing_mm": .numbers([spacing.x, spacing.y, spacing.z]),
        ])
    }
}
