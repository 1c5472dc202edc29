import ArgumentParser
import Foundation
import Frames
import Imaging
import Meshing
import Planning
import Registration

struct RegisterSurface: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "surface", abstract: "Touched points onto a bone's surface, or a scanned cloud onto the skin.",
        discussion: """
            Without --initial it searches from any start. It says which motions the points do not hold, what error to expect at the
            targets, where to touch next so that it falls most, and whether the result may be trusted; exit status 2 where it may not.

            With --skin in place of --mesh the points are a cloud as a depth camera or a laser sees it, 100 points and more, and are
            brought onto the skin of that image from any start.

            Example:
              stylet register surface --mesh L3.stl --points touched.csv --initial guess.json --targets tips.csv --out reference-to-ct.json
            """)

    @Option(help: "The bone, as 'stylet mesh' writes it: STL, PLY or OBJ in CT coordinates.") var mesh: String?
    @Option(help: "The image to whose skin the cloud belongs.") var skin: String?
    @Option(help: "CSV with x_mm,y_mm,z_mm.") var points: String
    @Option(help: "A first guess, to within some 14 mm and 16°: a rigid transform from the points' frame to ct.")
    var initial: String?
    @Option(help: "Points in ct at which the error is predicted, as screw tips; default: the bone's outermost places.")
    var targets: String?
    @Option(
        name: .customLong("point-error-mm"),
        help: "Standard deviation of a point along the surface's normal; default: 0.25 for touches, 1 for a cloud.")
    var pointError: Double?
    @Option(help: "How many places to name for the next touches.") var advise = 3
    @Option(help: "A file for the transform.") var out: String?
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard (mesh == nil) != (skin == nil) else { throw ValidationError("Give --mesh or --skin, one of them.") }
        guard skin == nil || initial == nil else {
            throw ValidationError("--skin searches from any start: it takes no --initial.")
        }
        guard pointError.map({ $0 >= 0.01 && $0 <= 5 }) ?? true else {
            throw ValidationError("--point-error-mm goes from 0.01 to 5.")
        }
        guard advise >= 0, advise <= 20 else { throw ValidationError("--advise goes from 0 to 20.") }
    }

    func execute(_ console: Console) throws -> Answer {
        let surface = try surface(console)
        let touched = try PointsFile<Moving>.read(points).points
        let places = try targets.map { try PointsFile<CT>.read($0).points } ?? []
        let guess = try initial.map { try RigidTransformFile.read($0) }
        let start = try guess.map { try Self.start($0, path: initial ?? "") }
        let fit = try console.step("register", "registering") { progress in
            try registration(touched, surface, from: start, progress)
        }
        let advice = console.step("advise", "looking where to touch next") { _ in
            TouchAdvice(after: fit, touched: touched, on: surface, targets: places, count: skin == nil ? advise : 0)
        }
        say(fit, advice, touched.count, console)
        let transform = RigidTransformFile(fit.X_CTB, from: guess?.from ?? "points", to: CT.name)
        if let out { try transform.write(to: out) }
        var fields = try Self.fields(fit)
        fields["transform"] = try JSONValue(transform: transform)
        fields["tre_mm"] = .array(places.map { fit.predictedTRE(at: $0).map { .number($0) } ?? .null })
        fields["worst_tre_mm"] = advice.worstTRE.isFinite ? .number(advice.worstTRE) : .null
        fields["touch_next"] = .array(
            advice.touches.map {
                [
                    "place_mm": .numbers([$0.place.x, $0.place.y, $0.place.z]),
                    "normal": .numbers([$0.normal.vector.x, $0.normal.vector.y, $0.normal.vector.z]),
                    "worst_tre_then_mm": .number($0.worstTRE),
                ]
            })
        return Answer(fields: fields, accepted: fit.verdict == .trustworthy)
    }

    private func surface(_ console: Console) throws -> RegistrationSurface {
        if let skin {
            let image = try console.step("load", "reading \(skin)") {
                try ImageReader.read(skin, keepsExact: false, progress: $0)
            }
            try image.mustServePlanning(skin, console)
            return try console.step("skin", "looking for the skin") {
                RegistrationSurface(try SkinSurface.mesh(of: image.ct, progress: $0))
            }
        }
        let path = mesh ?? ""
        return try console.step("load", "reading \(path)") { _ in RegistrationSurface(try MeshFile.read(path)) }
    }

    private func registration(
        _ points: [Point<Moving>], _ surface: RegistrationSurface, from start: Pose<CT, Moving>?,
        _ progress: @escaping ProgressReport
    ) throws -> SurfaceRegistration<Moving> {
        if skin != nil {
            var search = CloudSearch()
            search.pointError = pointError ?? search.pointError
            return try search.run(cloud: points, on: surface, progress: progress)
        }
        var options = SurfaceFitOptions()
        options.pointError = pointError ?? options.pointError
        if let start { return try SurfaceRegistration(points: points, on: surface, from: start, options: options) }
        return try SurfaceSearch().run(points: points, on: surface, options: options, progress: progress)
    }

    private func say(
        _ fit: SurfaceRegistration<Moving>, _ advice: TouchAdvice, _ count: Int, _ console: Console
    ) {
        console.say(String(format: "RMS %.3f mm over %d points", fit.rms, count))
        for one in fit.constraints { console.say("  \(Sentences.sentence(one))") }
        for line in Sentences.sentences(advice) { console.say(line) }
        console.say(Sentences.sentence(fit.verdict))
    }

    private static func fields(_ fit: SurfaceRegistration<Moving>) throws -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "rms_mm": .number(fit.rms), "residuals_mm": .numbers(fit.residuals), "weights": .numbers(fit.weights),
            "point_error_mm": .number(fit.deviation), "trustworthy": .bool(fit.verdict == .trustworthy),
            "verdict": .string(Sentences.sentence(fit.verdict)),
        ]
        fields["constraints"] = .array(
            fit.constraints.map {
                ["motion": .string(Sentences.sentence($0)), "deviation_mm": .number($0.deviation)]
            })
        return fields
    }

    /// The first guess, which must lead into the image.
    static func start(_ file: RigidTransformFile, path: String) throws -> Pose<CT, Moving> {
        guard file.to == CT.name else {
            throw Failure(
                code: "wrong-frames",
                message: "\(path): it maps \(file.from) to \(file.to), but must map the points' frame to ct.")
        }
        do throws(TransformFileProblem) { return try file.poseOfAnyFrames() } catch {
            throw RegistrationError.file(path: path, error)
        }
    }
}
