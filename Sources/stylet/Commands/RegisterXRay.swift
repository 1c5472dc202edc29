import ArgumentParser
import Foundation
import Frames
import Imaging
import Planning
import Registration

struct RegisterXRay: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "xray", abstract: "Calibrated X-ray views onto one vertebra of the CT.",
        discussion: """
            A view is JSON: {"image": "front.mha", "projection": [12 numbers], "bone": "bright"}. The projection maps millimetres in
            the room to pixels, row by row; bone is bright or dark. The views must differ by 20° and more. Exit status 2 where the
            result may not be trusted.

            Example:
              stylet register xray ct/ --view front.json --view side.json --labels labels.nii.gz --level L3 --out l3-to-xray.json
            """)

    @OptionGroup var input: ImageOptions
    @Option(help: "A view's JSON; twice or more.") var view: [String]
    @Option(help: "The vertebra to register.") var level: String
    @OptionGroup var labels: LabelOptions
    @Option(help: "A first guess, to within 10 mm and 10°: a rigid transform from ct to xray. Default: they agree.")
    var initial: String?
    @Option(help: "A file for the transform from ct to xray.") var out: String?
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard labels.labels != nil else {
            throw ValidationError("--labels must tell where the vertebra is in the image.")
        }
        guard view.count >= 2, view.count <= 8 else { throw ValidationError("--view is given two to eight times.") }
    }

    func execute(_ console: Console) throws -> Answer {
        let image = try input.readForPlanning(console)
        guard let map = try labels.read(on: image, console) else { return Answer(fields: [:]) }
        guard let label = AnatomicalLabel(vertebra: level.uppercased()) else {
            throw Failure(code: "no-such-level", message: "'\(level)' is no vertebra: say for example L3.")
        }
        let views = try console.step("views", "reading the views") { _ in try view.map { try XRayViewFile.read($0) } }
        let guess = try initial.map { try RigidTransformFile.read($0, as: Pose<XRayRoom, CT>.self).inverse }
        let fit = try console.step("register", "registering \(level)") { progress in
            try XRayRegistration(
                ct: image.ct, labels: map, bone: label, views: views, from: guess, progress: progress)
        }
        console.say(
            String(
                format: "gradients agree to %@; two searches ended %.2f mm apart",
                fit.similarity.map { String(format: "%.2f", $0) }.joined(separator: ", "), fit.disagreement))
        console.say(Sentences.sentence(fit.verdict, views: view))
        let transform = RigidTransformFile(fit.X_CTRoom.inverse)
        if let out { try transform.write(to: out) }
        return Answer(
            fields: [
                "transform": try JSONValue(transform: transform), "similarity": .numbers(fit.similarity),
                "searches_disagree_mm": .number(fit.disagreement), "trustworthy": .bool(fit.verdict == .trustworthy),
                "verdict": .string(Sentences.sentence(fit.verdict, views: view)),
            ], accepted: fit.verdict == .trustworthy)
    }
}

struct SimXRay: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "xray", abstract: "What a C-arm would show of a CT: images with their projections.",
        discussion: """
            Each --angle-deg makes view-N.json and view-N.mha: 0 looks from the front, 90 from the patient's left. --patient tells where
            the patient lies in the room of the C-arm.

            Example:
              stylet sim xray ct/ --out views --angle-deg 0 --angle-deg 90 --centre-mm 0,10,-20
            """)

    @OptionGroup var input: ImageOptions
    @Option(help: "The folder for the views.") var out: String
    @Option(help: "The C-arm's angle about the patient's long axis; several times for several views.")
    var angleDeg: [Double]
    @Option(
        name: .customLong("centre-mm"), help: "What the C-arm turns about, x,y,z in the room; default: the CT's middle."
    )
    var centre: FieldVector?
    @Option(help: "A rigid transform from ct to xray; default: they agree.") var patient: String?
    @Option(help: "Photons a pixel where nothing is in their way; 0: no noise.") var photons = 20_000.0
    @Option(help: "Seed of the noise.") var seed: UInt64 = 1
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard !angleDeg.isEmpty, angleDeg.count <= 100, angleDeg.allSatisfy({ $0.isFinite && abs($0) <= 360 }) else {
            throw ValidationError("--angle-deg is given once to a hundred times, from -360 to 360.")
        }
        guard photons >= 0, photons <= 1e12 else { throw ValidationError("--photons goes from 0 to 1e12.") }
    }

    func execute(_ console: Console) throws -> Answer {
        try Output.mustBePossible(out)
        let image = try input.readForPlanning(console)
        let X_RoomCT = try patient.map { try RigidTransformFile.read($0, as: Pose<XRayRoom, CT>.self) } ?? .identity()
        let middle = centre.map { Point<XRayRoom>($0.vector) } ?? X_RoomCT * image.ct.geometry.centre
        let arm = CArm()
        try Output.makeFolder(out)
        var files: [String] = []
        for (i, angle) in angleDeg.enumerated() {
            try console.step("view-\(i)", "projecting at \(angle)°") { _ in
                let projection = try arm.projection(angle: radians(degrees: angle), about: middle)
                let view = try SimulatedXRay.image(
                    of: image.ct, at: X_RoomCT.inverse, projection, pixels: arm.pixels, photons: photons,
                    seed: seed &+ UInt64(i))
                try XRayViewFile.write(view, pixelSize: arm.pixelSize, to: out, name: "view-\(i)")
            }
            files.append("\(out)/view-\(i).json")
        }
        console.say(files.joined(separator: " "))
        return Answer(fields: ["views": .strings(files), "pixel_mm": .number(arm.pixelSize)])
    }
}
