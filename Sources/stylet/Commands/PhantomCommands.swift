import ArgumentParser
import Frames
import Imaging
import PhantomKit
import Planning

struct PhantomGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phantom", abstract: "Images of a patient who does not exist, with exact truth.",
        subcommands: [PhantomMake.self])
}

struct PhantomMake: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Scan a phantom: a DICOM CT series, and the truth of it.",
        discussion: """
            The truth (labels.nii.gz, a mesh a bone, landmarks.json) comes from the same solids as the image.

            Example:
              stylet phantom make Phantoms/lumbar.yaml --out ct --truth truth --spacing-mm 0.7,0.7,1
            """)

    @Argument(help: "A phantom definition, as Phantoms/lumbar.yaml.") var definition: String
    @Option(help: "The folder for the DICOM series.") var out: String
    @Option(help: "The folder for the truth.") var truth: String?
    @Option(help: "Seed of the scanner's noise.") var seed: UInt64 = 1
    @Option(name: .customLong("spacing-mm"), help: "x,y,z spacing of the voxels; default: the definition's.")
    var spacing: Spacing?
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        for folder in [out, truth].compactMap({ $0 }) { try Output.mustBePossible(folder) }
        let phantom = try Phantom(try PhantomDefinition.load(definition))
        let geometry = try phantom.geometry(spacing: spacing?.vector)
        let ct = console.step("scan", "scanning") { phantom.sample(geometry, seed: seed, progress: $0) }
        try console.step("write", "writing \(out)") { progress in
            try phantom.writeSeries(ct, seed: seed, to: out, progress: progress)
        }
        console.say("\(out): \(Sentences.describe(geometry))")
        if let truth {
            try console.step("truth", "writing the truth") { progress in
                try phantom.writeTruth(on: geometry, to: truth, progress: progress)
            }
            console.say("\(truth): labels.nii.gz, meshes, landmarks.json")
        }
        let (size, step) = (geometry.size, geometry.spacing)
        return Answer(fields: [
            "out": .string(out), "truth": truth.map { .string($0) } ?? .null,
            "size": [.int(size.x), .int(size.y), .int(size.z)],
            "spacing_mm": .numbers([step.x, step.y, step.z]), "seed": .number(Double(seed)),
        ])
    }
}

/// Three spacings in mm, as 0.7,0.7,1.
struct Spacing: ExpressibleByArgument {
    let vector: Vector3

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard parts.count == 3, let x = parts[0], let y = parts[1], let z = parts[2] else { return nil }
        vector = Vector3(x, y, z)
        guard vector.isFinite, vector.min() >= 0.2, vector.max() <= 10 else { return nil }
    }
}
