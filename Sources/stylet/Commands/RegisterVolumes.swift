import ArgumentParser
import Foundation
import Frames
import Imaging
import Planning
import Registration

struct RegisterVolumes: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "volumes", abstract: "An image onto another of the same patient, by what they show.",
        discussion: """
            CT onto CT or cone beam, of any spacing, kernel and field of view, whole or one vertebra by itself. It says how far
            the result may be off, and whether it may be trusted; exit status 2 where it may not.

            Example:
              stylet register volumes --moving cone-beam/ --fixed ct/ --labels labels.nii.gz --level L3 --out l3.json

            Without --initial the images' own coordinates are taken to agree, or their middles, to within 15 mm and 15°.
            """)

    @Option(help: "The image to be mapped.") var moving: String
    @Option(help: "The image to map to, the one that was planned on.") var fixed: String
    @Option(help: "A first guess: a rigid transform from the moving image to the fixed.") var initial: String?
    @Option(help: "The vertebra to register by itself; without it, everything.") var level: String?
    @OptionGroup var labels: LabelOptions
    @Option(help: "A file for the transform.") var out: String?
    @Option(help: "The moving frame's name in that file.") var from = "moving"
    @Option(help: "The fixed frame's name in that file.") var to = CT.name
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard (level == nil) == (labels.labels == nil) else {
            throw ValidationError("--level and --labels go together: the vertebra, and labels of the fixed image.")
        }
    }

    func execute(_ console: Console) throws -> Answer {
        let here = try image(fixed, console), there = try image(moving, console)
        let region = try region(on: here, console)
        let guess = try initial.map { try RegisterSurface.start(try RigidTransformFile.read($0), path: $0) }
        let fit = try console.step("register", "registering") { progress in
            try VolumeRegistration<Moving>(
                moving: there.ct, fixed: here.ct, from: guess, region: region, progress: progress)
        }
        console.say(Sentences.sentence(fit))
        console.say(Sentences.sentence(fit.verdict))
        let transform = RigidTransformFile(fit.X_CTB, from: from, to: to)
        if let out { try transform.write(to: out) }
        return Answer(
            fields: [
                "transform": try JSONValue(transform: transform), "mutual_information_nats": .number(fit.information),
                "overlap_fraction": .number(fit.overlap), "halves_disagree_mm": .number(fit.disagreement),
                "expected_error_mm": fit.predictedTRE(at: fit.centre).map { .number($0) } ?? .null,
                "trustworthy": .bool(fit.verdict == .trustworthy), "verdict": .string(Sentences.sentence(fit.verdict)),
            ], accepted: fit.verdict == .trustworthy)
    }

    /// Patients are navigated by this: what must not be planned on must not be registered.
    private func image(_ path: String, _ console: Console) throws -> LoadedImage {
        let image = try console.step("load", "reading \(path)") { progress in
            try ImageReader.read(path, keepsExact: false, progress: progress)
        }
        try image.mustServePlanning(path, console)
        return image
    }

    private func region(on image: LoadedImage, _ console: Console) throws -> ImageRegion? {
        guard let level, let map = try labels.read(on: image, console) else { return nil }
        guard let label = AnatomicalLabel(vertebra: level.uppercased()) else {
            throw Failure(code: "no-such-level", message: "'\(level)' is no vertebra: say for example L3.")
        }
        return try ImageRegion(label, in: map)
    }
}
