import ArgumentParser
import Foundation
import Frames
import Imaging
import Meshing
import Planning
import Registration

struct RegisterGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Bring the patient and the image together.",
        subcommands: [RegisterPoints.self, RegisterSurface.self, RegisterVolumes.self, RegisterXRay.self])
}

/// The frames of a registration between files that do not say what they are.
enum Moving: Frame { static let name = "moving" }
enum Fixed: Frame { static let name = "fixed" }

struct RegisterPoints: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "points", abstract: "Paired points: transform, residuals, and the error to expect at each target.",
        discussion: """
            Points are CSV with x_mm,y_mm,z_mm and optionally name. FRE does not predict the error at a target: read tre_mm.
            With --any-order the fixed points may have been touched in any order, and not all of them: which is which
            follows from the distances between them, and a layout that leaves a doubt is refused.

            Example:
              stylet register points --moving planned.csv --fixed touched.csv --fle-mm 0.35 --targets tips.csv --out ct-to-base.json \\
                --from ct --to base
            """)

    @Option(help: "Points in the frame to be mapped.") var moving: String
    @Option(help: "The same points in the frame to map to, in the same order.") var fixed: String
    @Flag(help: "The fixed points come in any order, and may be fewer.") var anyOrder = false
    @Option(
        name: .customLong("fle-mm"),
        help: "Localisation error of the fixed points: RMS in three dimensions, or x,y,z along the fixed axes.")
    var fle: FLE?
    @Option(help: "Points in the moving frame at which the error is predicted.") var targets: String?
    @Option(help: "A file for the transform.") var out: String?
    @Option(help: "The moving frame's name in that file.") var from = "moving"
    @Option(help: "The fixed frame's name in that file.") var to = "fixed"
    @OptionGroup var answer: AnswerOptions

    func execute(_ console: Console) throws -> Answer {
        let a = try PointsFile<Moving>.read(moving), b = try PointsFile<Fixed>.read(fixed)
        let at = try targets.map { try PointsFile<Moving>.read($0) }
        let (fit, order) = try console.step("register", "registering") { _ in try registration(a.points, b.points) }
        for warning in fit.warnings { console.warn(Sentences.sentence(warning)) }
        if fit.fleIsEstimated {
            console.note(
                "no --fle-mm: the localisation error is estimated from the residuals, which few points support badly")
        }
        let tre = (at?.points ?? []).map { fit.predictedTRE(at: $0) }
        let names = order.map { name(of: $0, in: a) }
        say(fit, names, console)
        for (i, error) in tre.enumerated() {
            console.say(
                String(format: "  target %@: TRE %.3f mm expected", at.map { name(of: i, in: $0) } ?? "", error))
        }
        let transform = RigidTransformFile(fit.X_AB, from: from, to: to)
        if let out { try transform.write(to: out) }
        return Answer(fields: [
            "transform": try JSONValue(transform: transform), "fre_mm": .number(fit.fre), "fle_mm": .number(fit.fle),
            "fle_is_estimated": .bool(fit.fleIsEstimated), "residuals_mm": .numbers(fit.residuals.map(\.length)),
            "leave_one_out_mm": .array(fit.leaveOneOut.map { $0.map { .number($0) } ?? .null }),
            "tre_mm": .numbers(tre), "matched": .strings(names),
            "warnings": .strings(fit.warnings.map(Sentences.sentence)),
        ])
    }

    /// The fit, and for each fixed point which moving one it is.
    private func registration(
        _ a: [Point<Moving>], _ b: [Point<Fixed>]
    ) throws -> (PointRegistration<Fixed, Moving>, [Int]) {
        guard anyOrder else {
            return (try PointRegistration(moving: a, fixed: b, error: fle?.error), Array(a.indices))
        }
        let match = try FiducialMatch(touched: b, fiducials: a, error: fle?.error)
        return (match.registration, match.assignment)
    }

    private func say(_ fit: PointRegistration<Fixed, Moving>, _ names: [String], _ console: Console) {
        console.say(String(format: "FRE %.3f mm over %d points", fit.fre, names.count))
        for (i, residual) in fit.residuals.enumerated() {
            let out = fit.leaveOneOut[i].map { String(format: "%.3f mm when left out", $0) } ?? "cannot be left out"
            console.say(String(format: "  %@: residual %.3f mm, %@", names[i], residual.length, out))
        }
    }

    private func name<F>(of i: Int, in file: PointsFile<F>) -> String {
        i < file.names.count ? file.names[i] : "\(i + 1)"
    }
}

/// One number, or three for the axes.
struct FLE: ExpressibleByArgument {
    let error: LocalisationError<Fixed>

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        guard parts.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
        switch parts.count {
        case 1: error = .isotropic(rms: parts[0])
        case 3: error = .alongAxes(Vector3(parts[0], parts[1], parts[2]))
        default: return nil
        }
    }
}

extension JSONValue {
    init(transform: RigidTransformFile) throws {
        self = ["from": .string(transform.from), "to": .string(transform.to), "matrix": .numbers(transform.matrix)]
    }
}
