import Foundation
import Frames
import Planning

/// What the panels say of limits and refusals, short enough for a narrow one.
enum LimitWords {
    static func text(_ broken: LimitReading) -> String {
        let scale = broken.unit.isEmpty ? 100.0 : 1
        let unit = broken.unit.isEmpty ? " %" : broken.unit == "°" ? "°" : " \(broken.unit)"
        return "\(broken.short) \(number(broken.value * scale)) \(broken.isAbove ? "above" : "below") "
            + "\(number(broken.limit * scale))\(unit)"
    }

    private static func number(_ x: Double) -> String { String(format: "%.2f", x) }

    static func text(_ finding: PlanChecker.Finding) -> String {
        switch finding {
        case .lengthDiffers(let stated, let measured): "length \(number(stated)) is \(number(measured)) mm as it lies"
        case .wrongSide: "entry on the other side"
        case .notForwards: "does not run forwards"
        case .entryInFrontOfArch(let inFront): "entry \(number(inFront)) mm in front of the arch"
        case .tipOutsideBone: "tip outside its vertebra"
        case .brokenLimit(let broken): text(broken.reading)
        case .trajectory(let found): text(found)
        case .notMeasurable(let error): text(error)
        default: "it is not as the plan says"
        }
    }

    static func text(_ finding: TrajectoryFinding) -> String {
        switch finding {
        case .brokenLimit(let broken): text(broken.reading)
        case .entryOffSkin(let distance): "entry \(number(abs(distance))) mm \(distance < 0 ? "under" : "off") the skin"
        case .blocked(let block): text(block)
        case .target(let fault): text(fault)
        case .tooNear(let other, let broken): "\(other): \(text(broken.reading))"
        case .vesselsUnknown: "no vessels in the labels"
        case .canalUnknown: "the spinal canal is not known"
        case .alternativeOfNothing(let other): "alternative to \(other), which is not there"
        }
    }

    private static func text(_ block: PathBlock) -> String {
        switch block {
        case .imageEdge: "the image ends before the skin"
        case .bodyAgain: "the body begins again outside"
        case .noSkull: "misses the skull's vault"
        case .otherBone: "crosses other bone"
        case .roughSkull: "no smooth vault to drill"
        case .air: "crosses air"
        case .bright: "crosses metal or unlabelled bone"
        }
    }

    private static func text(_ fault: TargetFault) -> String {
        switch fault {
        case .notFinite: "the target is no place"
        case .outsideImage: "target outside the image"
        case .outsideBody, .inAir: "target in air"
        case .inBone(let label): "target in bone (\(label.name))"
        case .inVessel: "target in a vessel"
        case .inMetal: "target in metal"
        case .inForbidden(let label): "target in \(label.name), to be avoided"
        }
    }

    static func text(_ error: PlanningError) -> String {
        switch error {
        case .vertebra(let level, let fault): "\(level.name) cannot be measured: \(text(fault))"
        case .gridsDiffer: "labels and CT do not lie on one grid"
        default: "it cannot be measured"
        }
    }

    private static func text(_ fault: VertebraFault) -> String {
        switch fault {
        case .labelMissing: "no label"
        case .cutByImageEdge: "the image cuts it off"
        case .inPieces: "its label is in pieces"
        case .tooFewVoxels: "too few voxels"
        case .canalNotFound: "no canal found"
        case .bodyNotFound: "no body found"
        case .orientationUnclear: "head and feet unclear"
        }
    }

    static func text(_ refusal: EditRefusal) -> String {
        switch refusal {
        case .nothingChanges: "nothing changes"
        case .noSuchItem(let id): "no item \(id)"
        case .identifierTaken(let id): "\(id) is already in the plan"
        case .tooManyItems: "the plan holds no more items"
        case .impossibleStroke: "the brush cannot paint there"
        case .nameTaken(let level): "\(level.name) is already another level: rename that one first, or shift all"
        case .noSuchLevel(let level): "no level \(level.name) here"
        }
    }
}
