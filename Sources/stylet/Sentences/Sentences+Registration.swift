import Foundation
import Frames
import Registration

extension Sentences {
    private static func mm(_ x: Double) -> String { String(format: "%.3g mm", x) }

    static func failureOf(_ error: RegistrationError) -> Failure {
        switch error {
        case .countMismatch, .tooFewPoints, .notFinite, .duplicatePoints, .collinear: failureOfPoints(error)
        case .impossibleParameter(let name, let value):
            Failure(code: "impossible-parameter", message: "\(name) cannot be \(value).")
        case .uncertainty(let inner): Failure(code: "uncertainty", message: "The error cannot be predicted (\(inner)).")
        case .emptySurface: Failure(code: "empty-surface", message: "The mesh has no triangles.")
        case .noFit, .ambiguous, .noMatch: failureOfFit(error)
        case .noSuchLabel(let label):
            Failure(code: "no-such-label", message: "The labels hold no \(label.name): give those of the fixed image.")
        case .imaging(let error): failureOf(error)
        case .meshing(let error): failureOf(error)
        case .impossibleView(let problem): Failure(code: "impossible-view", message: sentence(problem))
        case .file, .points, .cannotRead, .cannotWrite: failureOfRegistrationFile(error)
        }
    }

    /// Points that cannot hold a registration.
    private static func failureOfPoints(_ error: RegistrationError) -> Failure {
        switch error {
        case .countMismatch(let moving, let fixed):
            Failure(
                code: "count-mismatch",
                message: "Paired points come in equal numbers, but there are \(moving) moving and \(fixed) fixed ones.")
        case .tooFewPoints(let found, let needed):
            Failure(code: "too-few-points", message: "\(found) points are too few: touch at least \(needed).")
        case .notFinite(let set, let index):
            Failure(
                code: "not-finite",
                message: "\(set.rawValue) point \(index + 1) is not a finite place near the patient.")
        case .duplicatePoints, .collinear: failureOfLayout(error)
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Points that lie where they do not help.
    private static func failureOfLayout(_ error: RegistrationError) -> Failure {
        switch error {
        case .duplicatePoints(let set, let first, let second, let distance):
            Failure(
                code: "duplicate-points",
                message:
                    "\(set.rawValue) points \(first + 1) and \(second + 1) are the same place (\(mm(distance)) apart): touch another."
            )
        case .collinear(let set, let across, let along):
            Failure(
                code: "collinear",
                message:
                    "The \(set.rawValue) points lie nearly on one line (\(mm(across)) across, \(mm(along)) along it), so the turn about it is free: add a point away from the line."
            )
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Nothing fits, or more than one pose does.
    private static func failureOfFit(_ error: RegistrationError) -> Failure {
        switch error {
        case .noFit(let rms):
            Failure(
                code: "no-fit",
                message: "The points fit nowhere on the surface (best RMS \(mm(rms))): is it the right bone, in mm?")
        case .ambiguous(let best, let other, let apart):
            Failure(
                code: "ambiguous",
                message:
                    "Two poses fit equally well (RMS \(mm(best)) and \(mm(other)), \(mm(apart.distance)) and \(String(format: "%.1f", degrees(radians: apart.angle)))° apart): touch points elsewhere, or give --initial."
            )
        case .noMatch(let rms):
            Failure(
                code: "no-match",
                message:
                    "The touched points match no set of the found ones\(rms.map { " (best RMS \(mm($0)))" } ?? "").")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Files of transforms and points.
    private static func failureOfRegistrationFile(_ error: RegistrationError) -> Failure {
        switch error {
        case .file(let path, let problem): Failure(code: code(problem), message: "\(path): \(sentence(problem)).")
        case .points(let path, let line, let problem):
            Failure(code: "bad-table", message: "\(path):\(line): \(sentence(problem)).")
        case .cannotRead(let path, let problem):
            Failure(code: "unreadable", message: "\(path) cannot be read: \(sentence(problem)).")
        case .cannotWrite(let path, let problem):
            Failure(code: "not-written", message: "\(path) was not written: \(sentence(problem)).")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    private static func code(_ problem: TransformFileProblem) -> String {
        switch problem {
        case .matrix: "not-a-transform"
        case .wrongFrames: "wrong-frames"
        default: "bad-transform-file"
        }
    }

    private static func sentence(_ problem: TransformFileProblem) -> String {
        switch problem {
        case .notJSON: "it is not a JSON object"
        case .missingKey(let key):
            "'\(key)' is missing or of the wrong kind; a transform is {\"from\":…,\"to\":…,\"matrix\":[16 numbers]}"
        case .matrix(let error): sentence(error)
        case .wrongFrames(let from, let to, let wantedFrom, let wantedTo):
            "it maps \(from) to \(to), but a transform from \(wantedFrom) to \(wantedTo) is needed"
        case .tooLarge(let bytes): "\(bytes) bytes are too many for a transform"
        }
    }

    private static func sentence(_ problem: PointsFileProblem) -> String {
        switch problem {
        case .empty: "there is no point in it"
        case .missingColumns(let names):
            "the first line lacks \(names.joined(separator: ", ")); it must name the columns x_mm,y_mm,z_mm"
        case .doubledColumn(let name): "the column '\(name)' stands twice"
        case .wrongColumnCount(let expected, let found): "\(found) fields instead of \(expected)"
        case .notANumber(let column, let text): "\(column) is '\(text)', which is no number"
        case .notText: "it is no text"
        case .tooMany(let limit): "more than \(limit) points"
        }
    }

    static func sentence(_ warning: PointWarning) -> String {
        switch warning {
        case .mirroredFitsBetter(let fre, let mirrored):
            String(
                format:
                    "a mirrored copy would fit far better (FRE %.2f instead of %.2f mm): left and right, or the order of the points, are swapped",
                mirrored, fre)
        case .scaleDiffers(let ratio):
            String(
                format: "the fixed points lie %.3f times as far apart as the moving ones: other units, or other points",
                ratio)
        }
    }

    static func sentence(_ constraint: SurfaceConstraint) -> String {
        func axis(_ d: Direction<CT>) -> String {
            String(format: "(%.2f, %.2f, %.2f)", d.vector.x, d.vector.y, d.vector.z)
        }
        func place(_ p: Point<CT>) -> String { String(format: "(%.0f, %.0f, %.0f)", p.x, p.y, p.z) }
        let motion =
            switch constraint.kind {
            case .turn(let about, let through): "turning about \(axis(about)) through \(place(through))"
            case .shift(let along): "shifting along \(axis(along))"
            case .screw(let about, let through, _):
                "turning about \(axis(about)) through \(place(through)) while shifting along it"
            }
        return constraint.deviation.isFinite
            ? String(format: "%@: held to %.2f mm", motion, constraint.deviation) : "\(motion): not held at all"
    }

    static func sentence(_ verdict: SurfaceVerdict) -> String {
        switch verdict {
        case .trustworthy: "trustworthy"
        case .poorFit(let rms):
            String(format: "not to be trusted: the points do not lie on this surface (RMS %.2f mm)", rms)
        case .tooManyOutliers(let part):
            String(format: "not to be trusted: only %.0f %% of the points count, the others are astray", part * 100)
        case .rivalled(let rival):
            String(
                format:
                    "not to be trusted: the points fit nearly as well %.1f mm and %.1f° away (e^%.1f times less likely). Touch places that tell them apart",
                rival.apart.distance, degrees(radians: rival.apart.angle), rival.advantage / 2)
        case .weaklyHeld(let motions):
            "not to be trusted: the points leave loose: \(motions.map(sentence).joined(separator: "; ")). Touch places that hold them."
        }
    }

    private static func sentence(_ problem: ViewProblem) -> String {
        switch problem {
        case .notTwelveNumbers(let count):
            "A projection has 12 finite numbers, row by row, but this has \(count) (or one that is not finite)."
        case .singular: "The projection maps the room onto no plane: is it 3 × 4, row by row, from mm to pixels?"
        case .tooSmall(let width, let height):
            "A view of \(width) × \(height) pixels is too small: 64 × 64 at the least."
        case .flat: "The view shows nothing: all its pixels are alike, or some are no numbers."
        case .boneOutside:
            "From the first guess the vertebra does not fall onto a view: give --initial, or the projection belongs to another room."
        case .viewsTooAlike(let angle):
            String(
                format:
                    "The views differ by only %.0f° at the vertebra, which leaves its depth loose: turn the C-arm by 20° and more.",
                degrees(radians: angle))
        case .notOneSlice(let count): "A view has one slice, but this image has \(count)."
        case .beadsTellNothing:
            "The beads tell no projection: are they in one plane, or rows of the table mixed up? Eight beads and more at different depths are needed."
        case .notAProjection(let modality):
            "The view's image is no X-ray projection, but of the modality \(modality): give an image of the C-arm (XA, RF, DX or CR)."
        case .frameUnclear(let frames):
            "The view's image has \(frames) frames: say which in the view's JSON, as \"frame\": 1."
        }
    }

    static func sentence(_ verdict: XRayVerdict, views: [String]) -> String {
        switch verdict {
        case .trustworthy: "trustworthy"
        case .ambiguous(let apart):
            String(
                format:
                    "not to be trusted: two searches ended %.1f mm apart. Give a nearer --initial, or views that show the vertebra better",
                apart)
        case .faint(let view, let similarity):
            String(
                format: "not to be trusted: the vertebra is hardly seen in %@ (gradients agree to %.2f)", views[view],
                similarity)
        }
    }

    static func sentences(_ advice: TouchAdvice) -> [String] {
        let now =
            advice.worstTRE.isFinite
            ? String(format: "%.2f mm expected at the worst target", advice.worstTRE)
            : "the error at the targets is not bounded"
        return [now]
            + advice.touches.enumerated().map { i, touch in
                String(
                    format: "  %@ touch (%.1f, %.1f, %.1f): then %.2f mm", i == 0 ? "next" : "then", touch.place.x,
                    touch.place.y, touch.place.z, touch.worstTRE)
            }
    }

    static func sentence<B: Frame>(_ fit: VolumeRegistration<B>) -> String {
        let error = fit.predictedTRE(at: fit.centre).map { String(format: "%.2f mm expected in the middle", $0) }
        return String(
            format: "%.0f %% of the image shared, its halves agree to %.2f mm, %@", fit.overlap * 100,
            fit.disagreement, error ?? "not held along some motion")
    }

    static func sentence(_ verdict: VolumeVerdict) -> String {
        switch verdict {
        case .trustworthy: "trustworthy"
        case .littleOverlap(let part):
            String(format: "not to be trusted: the images share only %.0f %% of what was compared", part * 100)
        case .unrelated(let sharpness):
            String(
                format:
                    "not to be trusted: 8 mm off the images fit nearly as well (%.0f %% worse). The same patient, the same region?",
                sharpness * 100)
        case .imprecise(let apart):
            String(
                format:
                    "not to be trusted: a half of the image by itself lands %.2f mm elsewhere. Has the spine bent? Register each vertebra by itself (--level)",
                apart)
        case .ambiguous(let part, let apart):
            String(
                format:
                    "not to be trusted: another pose, %.0f mm away, fits nearly as well (%.0f %%). Give --initial.",
                apart, part * 100)
        }
    }
}
