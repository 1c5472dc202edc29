import Foundation
import Frames
import Imaging
import Planning

extension Sentences {
    static func failureOf(_ error: PlanningError) -> Failure {
        switch error {
        case .file, .notJSON, .notAPlan, .notACatalogue, .notAKey, .impossibleName: failureOfPlanFile(error)
        case .settings(let inner): failureOf(inner)
        case .anotherImage, .imageForbidsPlanning, .gridsDiffer: failureOfImage(error)
        case .levelNotPlannable, .vertebra, .pedicle, .itemNotFound: failureOfItem(error)
        case .notApproved(let state): notApproved(state)
        case .distance(let inner): failureOf(inner)
        case .trajectory(let fault): failureOf(fault)
        case .uncertainty(let inner): failureOf(inner)
        }
    }

    /// Files of plans, catalogues and keys.
    private static func failureOfPlanFile(_ error: PlanningError) -> Failure {
        switch error {
        case .file(let path, let number):
            Failure(
                code: "file",
                message: "\(path) cannot be read or written: \(String(cString: strerror(number)).lowercased()).")
        case .notJSON(let byte, let fault):
            Failure(code: "not-json", message: "The plan is no JSON: at byte \(byte), \(sentence(fault)).")
        case .notAPlan(let key, let fault):
            Failure(code: "not-a-plan", message: "The file is no plan: '\(key)' \(sentence(fault)).")
        case .notACatalogue(let key, let fault):
            Failure(
                code: "not-a-catalogue", message: "The screw catalogue cannot be used: '\(key)' \(sentence(fault)).")
        case .notAKey(let path, let fault): Failure(code: "not-a-key", message: "\(path) \(sentence(fault)).")
        case .impossibleName(let name):
            Failure(
                code: "impossible-name",
                message: "'\(name)' cannot be a name in an approval: 1 to 100 bytes without control characters.")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// The image of a plan.
    private static func failureOfImage(_ error: PlanningError) -> Failure {
        switch error {
        case .anotherImage(let planned, let given):
            Failure(
                code: "another-image",
                message:
                    "The plan was made on another image (\(planned.prefix(12))…) than the one given (\(given.prefix(12))…): give the CT that it was made on, or plan anew."
            )
        case .imageForbidsPlanning(let path, let found):
            Failure(
                code: "image-not-for-planning",
                message: "\(path) must not be planned on: \(found.map(Sentences.sentence).joined(separator: "; ")).")
        case .gridsDiffer:
            Failure(
                code: "grids-differ",
                message: "Labels and CT do not share one grid: give the labels that were made from this CT.")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Single levels and screws.
    private static func failureOfItem(_ error: PlanningError) -> Failure {
        switch error {
        case .levelNotPlannable(let level):
            Failure(
                code: "level-not-plannable",
                message: "\(level.levelName) cannot be planned that way: screws are planned from C2 to L6 and in S1.")
        case .vertebra(let level, let fault):
            Failure(code: code(fault), message: "\(level.levelName) is not planned: \(sentence(fault)).")
        case .pedicle(let level, let side, let fault):
            Failure(
                code: "no-safe-screw",
                message: "\(level.levelName) \(side.rawValue): no safe screw, \(sentence(fault)).")
        case .itemNotFound(let id): Failure(code: "item-not-found", message: "The plan has no item '\(id)'.")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    private static func notApproved(_ state: ApprovalState) -> Failure {
        switch state {
        case .approved: Failure(code: "failed", message: "The plan is approved.")
        case .none:
            Failure(code: "not-approved", message: "The plan is not approved: sign it with 'stylet plan approve'.")
        case .void(let verdicts):
            Failure(
                code: "approval-void",
                message:
                    "No approval of the plan holds: \(verdicts.map(sentence).joined(separator: "; ")). Look at the plan again and approve it anew."
            )
        }
    }

    private static func sentence(_ verdict: PlanApproval.Verdict) -> String {
        switch verdict {
        case .valid(let name): "\(name) approved it"
        case .unknownKey(let name): "'\(name)' signed with a key that is not trusted here"
        case .edited(let name): "it was changed after \(name) approved it"
        case .anotherName(let claimed, let trusted): "'\(claimed)' signed with the key of \(trusted)"
        }
    }

    private static func code(_ fault: VertebraFault) -> String {
        switch fault {
        case .labelMissing: "level-missing"
        case .cutByImageEdge: "vertebra-cut"
        default: "vertebra-unclear"
        }
    }

    private static func sentence(_ fault: VertebraFault) -> String {
        switch fault {
        case .labelMissing: "it has no label in this image"
        case .cutByImageEdge: "the image cuts it off, so nobody knows what lies beyond; scan a larger field"
        case .inPieces(let outside):
            String(format: "its label is in pieces (%.0f %% lie apart); correct the labels", outside * 100)
        case .tooFewVoxels(let count): "its label has only \(count) voxels"
        case .canalNotFound: "its spinal canal cannot be found; correct the labels"
        case .bodyNotFound: "its body and endplates cannot be found; correct the labels"
        case .orientationUnclear: "head and feet, or front and back, cannot be told from the labels"
        }
    }

    private static func sentence(_ fault: PedicleFault) -> String {
        switch fault {
        case .notFound: "since no pedicle joins body and arch in the labels"
        case .iliumNotFound: "since no ilium is labelled beside the sacrum"
        case .massNotFound: "since no lateral mass lies beside the canal in the labels"
        case .tooNarrow(let width, let screw, let fill):
            String(
                format:
                    "since the isthmus is %.1f mm wide and the thinnest screw of %.1f mm would fill more than %.0f %% of it",
                width, screw, fill * 100)
        case .tooShallow(let depth, let shortest):
            String(format: "since the bone is %.0f mm deep and the shortest screw %.0f mm long", depth, shortest)
        case .limitBroken(let broken): "since the best one found breaks a limit: \(sentence(broken))"
        case .metalInPedicle(let volume):
            String(format: "since metal (%.0f mm³, an earlier screw?) lies in its pedicle", volume)
        case .softTissue(let share):
            String(
                format:
                    "since the image shows soft tissue along %.0f %% of the best one found, where the label says bone;"
                    + " correct the labels here", 100 * share)
        case .labelDisagrees(let broken, let surface, let accuracy):
            String(
                format:
                    "since image and labels disagree: the best one found keeps %.1f mm within the bone that the image"
                    + " shows, but by the labels, accurate to %.1f mm, \(sentence(broken)); correct the labels here, or scan"
                    + " thinner slices", surface, accuracy)
        }
    }

    static func sentence(_ broken: BrokenLimit) -> String { sentence(broken.reading) }

    /// The metric's name is that of reports and of the editor.
    static func sentence(_ broken: LimitReading) -> String {
        let unit = broken.unit.isEmpty || broken.unit == "°" ? broken.unit : " \(broken.unit)"
        return String(
            format: "%@ %.2f%@, limit %.2f%@", broken.name, broken.value, unit, broken.limit, unit)
    }

    static func sentence(_ finding: PlanChecker.Finding) -> String {
        switch finding {
        case .brokenLimit(let broken): sentence(broken)
        case .claimDiffers(let key, let claimed, let measured):
            String(format: "the plan says %@ = %.2f, measured is %.2f", key, claimed, measured)
        case .claimsGrade(let claimed, let measured):
            "the plan claims grade \(claimed.rawValue), measured is \(measured.rawValue)"
        case .metricsIncomplete: "metrics are missing in the plan"
        case .lengthDiffers(let stated, let measured):
            String(format: "the plan says a length of %.2f mm, entry and tip lie %.2f mm apart", stated, measured)
        case .wrongSide: "it lies on the other side of the vertebra"
        case .notForwards: "it does not run forwards"
        case .tipOutsideBone: "its tip lies outside the bone"
        case .entryInFrontOfArch(let inFront):
            String(
                format: "it starts %.1f mm in front of the canal's middle, in the foramen: begin behind the arch",
                inFront)
        case .pedicleTwice(let other): "\(other) goes through the same pedicle"
        case .notMeasurable(let error): failureOf(error).message
        case .noAxis: "it has no axis or no side"
        case .trajectory(let found): sentence(found)
        case .kindNotJudged(let kind): "\(kind.rawValue): no check knows this kind"
        }
    }

    /// A screw on one line.
    static func line(_ item: PlanItem, metrics: ScrewMetrics?) -> String {
        let size = String(
            format: "%@  %.1f × %2.0f mm", item.id.padding(toLength: 10, withPad: " ", startingAt: 0), item.diameter,
            item.length)
        guard let m = metrics else { return size + "  not measured" }
        return size
            + String(
                format:
                    "  grade %@  margin %5.2f  medial %5.2f  anterior %4.1f mm  %4.0f HU  convergence %4.1f°  tilt %5.1f°",
                m.grade.rawValue, m.margin,
                m.medialMargin, m.anteriorMargin, m.meanDensity, degrees(radians: m.convergence),
                degrees(radians: m.cranialTilt))
    }

    private static func sentence(_ fault: JSONFault) -> String {
        switch fault {
        case .unexpectedByte(let byte): "byte 0x\(String(byte, radix: 16)) does not belong there"
        case .unexpectedEnd: "the file ends too early"
        case .notUTF8: "the text is not UTF-8"
        case .badEscape: "an escape is wrong"
        case .badNumber: "a number is malformed"
        case .numberOutOfRange: "a number is too large or too exact to hold"
        case .tooDeep(let limit): "it nests deeper than \(limit)"
        case .tooLarge(let bytes, let limit): "\(bytes) bytes are more than \(limit)"
        case .repeatedKey(let key): "the key '\(key)' stands twice"
        case .trailingBytes: "something follows the end"
        }
    }

    private static func sentence(_ fault: PlanFault) -> String {
        switch fault {
        case .missing: "is missing"
        case .wrongType(let expected): "must be \(expected)"
        case .wrongSchema(let schema): "is '\(schema)', but '\(PlanFile.schema)' is read"
        case .unknownValue(let value): "is '\(value)', which means nothing"
        case .outOfRange(let value, let low, let high): "is \(value), but must lie between \(low) and \(high)"
        case .repeatedIdentifier(let id): "'\(id)' stands twice"
        case .tooMany(let count, let limit): "has \(count) entries, more than \(limit)"
        }
    }

    private static func sentence(_ fault: CatalogueFault) -> String {
        switch fault {
        case .notRising: "must rise from entry to entry"
        case .repeatedName(let name): "names '\(name)' twice"
        case .empty: "is empty"
        }
    }

    private static func sentence(_ fault: KeyFault) -> String {
        switch fault {
        case .noHeader: "is no PEM private key"
        case .notBase64: "is damaged: its text is not base64"
        case .wrongLength(let bytes): "is no Ed25519 key (\(bytes) bytes)"
        case .readableByOthers(let mode):
            "may be read by others (mode \(String(mode, radix: 8))): chmod 600 it, and make a new key if others have seen it"
        case .exists: "exists and is not overwritten: name another file"
        case .badLine(let line): "line \(line) is no trusted key; a line is: ed25519 BASE64 NAME"
        case .repeatedKey(let name): "trusts one key twice (\(name))"
        }
    }
}
