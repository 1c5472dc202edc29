import Foundation
import Frames
import Planning

/// What the panels say of limits and refusals, short enough for a narrow one.
enum LimitWords {
    static func text(_ broken: BrokenLimit) -> String {
        let isAngle = broken.name == .convergence || broken.name == .cranialTilt
        let scale = isAngle ? 180 / Double.pi : 1
        let unit = isAngle ? "°" : broken.name == .isthmusFill ? "" : " mm"
        let word = broken.value > broken.limit ? "above" : "below"
        return String(
            format: "%@ %.2f %@ %.2f%@", name(broken.name), broken.value * scale, word, broken.limit * scale, unit)
    }

    private static func name(_ limit: LimitName) -> String {
        switch limit {
        case .breach: "breach"
        case .margin: "bone round it"
        case .medialMargin: "canal margin"
        case .anteriorMargin: "bone ahead"
        case .entryDistance: "entry off bone"
        case .isthmusFill: "isthmus fill"
        case .gapOfPair: "gap of the pair"
        case .convergence: "convergence"
        case .cranialTilt: "tilt"
        case .arteryMargin: "artery margin"
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
