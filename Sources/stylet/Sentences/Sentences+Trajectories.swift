import Foundation
import Frames
import Imaging
import Planning

extension Sentences {
    static func failureOf(_ fault: TrajectoryFault) -> Failure {
        switch fault {
        case .target(let id, let p, let fault):
            Failure(
                code: code(fault),
                message: String(format: "%@ (%.1f, %.1f, %.1f) %@.", id, p.x, p.y, p.z, sentence(fault)))
        case .skullMissing, .vesselsUnknown, .labelMissing: failureOfStructures(fault)
        case .impossibleParameter(let name, let value):
            Failure(code: "impossible-parameter", message: "The \(name) cannot be \(String(format: "%g", value)).")
        case .noPath(let target, let reason):
            Failure(code: "no-safe-path", message: "\(target): no safe path, \(sentence(reason)).")
        case .alternative(let id, let other):
            Failure(
                code: "not-chosen",
                message:
                    "'\(id)' is an alternative to '\(other)' and is not carried out: choose it with 'stylet plan choose', look at the plan and approve it anew."
            )
        }
    }

    /// What the labels must have and do not.
    private static func failureOfStructures(_ fault: TrajectoryFault) -> Failure {
        switch fault {
        case .skullMissing(let target):
            Failure(
                code: "labels-without-skull",
                message:
                    "\(target) lies within a head, but the labels have no skull (101) round it: give labels that have one, or leave --labels out."
            )
        case .vesselsUnknown:
            Failure(
                code: "vessels-unknown",
                message:
                    "The labels have no vessel (104), so no path in the head can be called safe: scan with contrast, give labels with vessels, or plan with --without-vessels, knowing what that means."
            )
        case .labelMissing(let label):
            Failure(
                code: "label-not-found",
                message: "The label map has no \(label.name) (\(label.number)): name a label that it has.")
        default: Failure(code: "failed", message: "\(fault)")
        }
    }

    private static func code(_ fault: TargetFault) -> String {
        switch fault {
        case .notFinite: "target-not-finite"
        case .outsideImage: "target-outside-image"
        case .outsideBody, .inAir: "target-in-air"
        case .inBone: "target-in-bone"
        case .inVessel: "target-in-vessel"
        case .inMetal: "target-in-metal"
        case .inForbidden: "target-forbidden"
        }
    }

    static func sentence(_ fault: TargetFault) -> String {
        switch fault {
        case .notFinite: "is no place: give three finite numbers"
        case .outsideImage: "lies outside the image: check the coordinates (LPS, mm)"
        case .outsideBody: "lies outside the skin: check the coordinates (LPS, mm)"
        case .inAir(let hu): String(format: "lies in air (%.0f HU): move it into tissue", hu)
        case .inBone(.skull): "lies in the skull's bone: move it to one side of it"
        case .inBone(let label): "lies in bone (\(label.name)): move it, or allow that bone with --through"
        case .inVessel: "lies in a vessel: move it"
        case .inMetal: "lies in metal: move it"
        case .inForbidden(let label): "lies in \(label.name), which --avoid forbids: move it or allow that label"
        }
    }

    private static func sentence(_ reason: NoPath) -> String {
        switch reason {
        case .targetTooNear(let label, let distance, let margin):
            String(
                format: "since at the target itself the instrument is %.2f mm from %@, and %.2f mm are the limit",
                distance,
                label.name, margin)
        case .blocked(let block):
            "since no straight line from the skin reaches it; most are stopped because \(sentence(block))"
        case .limit(let broken): "since the best of all lines breaks a limit: \(sentence(broken))"
        case .collision(let other): "since every safe one comes too near to that of \(other)"
        }
    }

    static func sentence(_ block: PathBlock) -> String {
        switch block {
        case .imageEdge: "the image ends before the skin"
        case .bodyAgain: "beyond the skin the body begins again"
        case .noSkull: "they leave the head without crossing its vault"
        case .otherBone: "they cross other bone"
        case .roughSkull: "where they leave the skull there is no smooth vault to drill"
        case .air: "they cross air, as in a sinus, in bowel or in the lung"
        case .bright: "they cross something as bright as metal or bone without a label"
        }
    }

    static func sentence(_ broken: BrokenTrajectoryLimit) -> String { sentence(broken.reading) }

    static func sentence(_ finding: TrajectoryFinding) -> String {
        switch finding {
        case .brokenLimit(let broken): sentence(broken)
        case .entryOffSkin(let distance):
            String(format: "its entry lies %.2f mm %@ the skin", abs(distance), distance < 0 ? "under" : "outside")
        case .blocked(let block): "it must not run there: " + sentence(block).replacing("they ", with: "it ")
        case .target(let fault): "its target " + sentence(fault)
        case .tooNear(let other, let broken): "\(other): \(sentence(broken))"
        case .vesselsUnknown: "the labels have no vessel, so that its distance to them is not known"
        case .canalUnknown: "the vertebra's spinal canal is neither labelled (103) nor shown by its bone: label it"
        case .alternativeOfNothing(let other): "it is an alternative to '\(other)', which the plan does not carry out"
        }
    }

    /// A straight path on one line.
    static func line(_ item: PlanItem, path: TrajectoryMetrics?) -> String {
        let head = String(
            format: "%@%@  %.1f × %3.0f mm", item.alternativeTo == nil ? "" : "  or ",
            item.id.padding(toLength: item.alternativeTo == nil ? 14 : 10, withPad: " ", startingAt: 0), item.diameter,
            item.length)
        guard let m = path else { return head + "  not measured" }
        func text(_ name: String, _ x: Double?, _ format: String, _ unit: String) -> String {
            x.map { "  \(name) " + String(format: format, $0) + unit } ?? ""
        }
        return head + (m.vesselDistance == nil ? "  vessels unknown" : "")
            + text("vessel", m.vesselDistance, "%5.2f", " mm") + text("risk", m.risk, "%.3f", "")
            + text("skull", m.skullAngle.map { degrees(radians: $0) }, "%4.1f", "°")
            + text("brain", m.brainLength, "%4.1f", " mm") + text("ventricle", m.ventricleDistance, "%4.1f", " mm")
            + text("avoided", m.noGoDistance, "%4.1f", " mm") + text("bone", m.boneDistance, "%4.1f", " mm")
            + text("across the midline", m.midlineCrossing.flatMap { $0 > 0 ? $0 : nil }, "%.1f", " mm")
    }
}
