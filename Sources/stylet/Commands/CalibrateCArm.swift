import ArgumentParser
import Foundation
import Frames
import Imaging
import Planning
import Registration

struct CalibrateCArm: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "carm", abstract: "A C-arm's projection, from an image of beads at known places.",
        discussion: """
            A row for each bead: its place in the room, x_mm,y_mm,z_mm, and where the image shows it, u_px,v_px (across and down, the
            first pixel's middle is 0,0). Eight beads and more, not all in one plane. Each bead in turn is left out and predicted: exit
            status 2 where that is off by more than --most-px.

            --out with --image writes a view for register xray.

            Example:
              stylet calibrate carm beads.csv --image front.dcm --bone dark --out front.json
            """)

    @Argument(help: "CSV: x_mm,y_mm,z_mm,u_px,v_px.") var beads: String
    @Option(help: "The image that the view shows: DICOM, PNG, PGM, .mha, .nrrd or .nii.") var image: String?
    @Option(help: "Which frame of a DICOM image, from 1.") var frame: Int?
    @Option(help: "Whether the image shows bone bright or dark.") var bone: XRayViewFile.Bone = .bright
    @Option(help: "A file for the view: image and projection.") var out: String?
    @Option(help: "The most that a bead left out may be off, RMS, pixels.") var mostPx = 1.0
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard (out == nil) == (image == nil) else { throw ValidationError("--out and --image go together.") }
        guard frame ?? 1 >= 1 else { throw ValidationError("--frame counts from 1.") }
        guard mostPx > 0, mostPx <= 100 else { throw ValidationError("--most-px goes from above 0 to 100.") }
    }

    func execute(_ console: Console) throws -> Answer {
        if let out { try Output.mustBePossible(out) }
        let table = try console.step("load", "reading \(beads)") { _ in try BeadTable.read(beads) }
        let fit = try console.step("calibrate", "calibrating") { _ in
            try CArmCalibration(beads: table.places, pixels: table.pixels)
        }
        let source = fit.projection.source
        console.say(
            String(
                format: "source at (%.2f, %.2f, %.2f) mm; RMS %.3f px over %d beads, %.3f px where each is left out",
                source.x, source.y, source.z, fit.rms, table.places.count, fit.leftOut))
        let isGood = fit.leftOut <= mostPx
        if !isGood { console.warn(doubt(fit)) }
        if let out { try write(fit, to: out, console) }
        return Answer(
            fields: [
                "projection": .numbers(fit.projection.rows), "source_mm": .numbers([source.x, source.y, source.z]),
                "rms_px": .number(fit.rms), "left_out_px": .number(fit.leftOut),
                "residuals_px": .numbers(fit.residuals), "trustworthy": .bool(isGood),
                "out": out.map { .string($0) } ?? .null,
            ], accepted: isGood)
    }

    private func doubt(_ fit: CArmCalibration) -> String {
        let worst = fit.residuals.indices.max { fit.residuals[$0] < fit.residuals[$1] } ?? 0
        return String(
            format:
                "not to be trusted: a bead left out is off by %.2f px (%.2f allowed); bead %d fits worst, by %.2f px. Look whether rows are swapped, or the image is distorted",
            fit.leftOut, mostPx, worst + 1, fit.residuals[worst])
    }

    /// The image is named as it is reached from the view's folder.
    private func write(_ fit: CArmCalibration, to out: String, _ console: Console) throws {
        guard let image else { return }
        let (picture, view) = (
            URL(fileURLWithPath: image).standardizedFileURL, URL(fileURLWithPath: out).standardizedFileURL
        )
        let isBeside = picture.deletingLastPathComponent() == view.deletingLastPathComponent()
        var file = XRayViewFile(
            image: isBeside ? picture.lastPathComponent : picture.path, projection: fit.projection, bone: bone)
        file.frame = frame
        try file.save(to: out)
        // what cannot be read is told now, not at the registration
        _ = try console.step("view", "reading \(image)") { _ in try XRayViewFile.read(out) }
        console.say("\(out): the view")
    }
}

extension XRayViewFile.Bone: ExpressibleByArgument {}
