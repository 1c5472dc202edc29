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

            --size-mm and --centre-mm give another field of view; --person another patient of the same kind.
            """)

    @Argument(help: "A phantom definition, as Phantoms/lumbar.yaml.") var definition: String
    @Option(help: "The folder for the DICOM series.") var out: String
    @Option(help: "The folder for the truth.") var truth: String?
    @Option(help: "Seed of the scanner's noise.") var seed: UInt64 = 1
    @Option(name: .customLong("spacing-mm"), help: "x,y,z spacing of the voxels; default: the definition's.")
    var spacing: Spacing?
    @Option(name: .customLong("size-mm"), help: "x,y,z size of the field of view; default: the definition's.")
    var size: FieldVector?
    @Option(name: .customLong("centre-mm"), help: "x,y,z middle of the field of view, CT coordinates.")
    var centre: FieldVector?
    @Option(help: "Seed of another patient drawn about the definition.") var person: UInt64?
    @Option(name: .customLong("gantry-tilt-deg"), help: "Scan with a tilted gantry; only for a DICOM series.")
    var gantryTilt: Double?
    @Flag(help: "As a cone-beam scanner in an operating room shows it: cupping, rings, bands, noise, a short cylinder.")
    var coneBeam = false
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        if coneBeam && gantryTilt != nil { throw ValidationError("A cone-beam scanner has no gantry to tilt.") }
        if let gantryTilt, !gantryTilt.isFinite || abs(gantryTilt) > 30 {
            throw ValidationError("--gantry-tilt-deg goes from -30 to 30.")
        }
        if gantryTilt != nil, [".gz", ".nii", ".nrrd", ".mha", ".mhd"].contains(where: { out.hasSuffix($0) }) {
            throw ValidationError("A tilted scan is a DICOM series: --out is a folder.")
        }
        if let size, size.vector.min() < 10 || size.vector.max() > 2000 {
            throw ValidationError("--size-mm goes from 10 to 2000 mm an axis.")
        }
    }

    func execute(_ console: Console) throws -> Answer {
        for folder in [out, truth].compactMap({ $0 }) { try Output.mustBePossible(folder) }
        let phantom = try Phantom(try wanted())
        let geometry = try phantom.geometry(spacing: spacing?.vector)
        try scan(phantom, geometry, console)
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

extension PhantomMake {
    /// The definition with the patient and the field of view that were asked for.
    private func wanted() throws -> PhantomDefinition {
        var wanted = try PhantomDefinition.load(definition)
        if let person { wanted = wanted.varied(seed: person) }
        if let size { wanted.fieldOfView.size = size.vector }
        if let centre { wanted.fieldOfView.centre = centre.vector }
        return wanted
    }

    private func scan(_ phantom: Phantom, _ geometry: GridGeometry, _ console: Console) throws {
        if let gantryTilt {
            return try console.step("scan", "scanning with a tilted gantry") { progress in
                try phantom.writeTiltedSeries(
                    on: geometry, tilt: gantryTilt * .pi / 180, seed: seed, to: out, progress: progress)
            }
        }
        let ct = console.step("scan", "scanning") { progress in
            let ct = phantom.sample(geometry, seed: seed, progress: progress)
            return coneBeam ? ConeBeamArtefacts().applied(to: ct, seed: seed) : ct
        }
        try console.step("write", "writing \(out)") { progress in
            try phantom.writeSeries(ct, seed: seed, to: out, progress: progress)
        }
    }
}

extension Vector3 {
    /// Three numbers between commas.
    fileprivate init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard parts.count == 3, let x = parts[0], let y = parts[1], let z = parts[2] else { return nil }
        self = Vector3(x, y, z)
    }
}

/// Three lengths in mm, as 300,200,150.
struct FieldVector: ExpressibleByArgument {
    let vector: Vector3

    init?(argument: String) {
        guard let three = Vector3(argument: argument) else { return nil }
        vector = three
        guard vector.isFinite, max(vector.max(), -vector.min()) <= 2000 else { return nil }
    }
}

/// Three spacings in mm, as 0.7,0.7,1.
struct Spacing: ExpressibleByArgument {
    let vector: Vector3

    init?(argument: String) {
        guard let three = Vector3(argument: argument) else { return nil }
        vector = three
        guard vector.isFinite, vector.min() >= 0.2, vector.max() <= 10 else { return nil }
    }
}
