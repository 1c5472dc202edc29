import Foundation
import Imaging
import Planning
import Segmentation

extension Sentences {
    static func failureOf(_ error: SegmentationError) -> Failure {
        switch error {
        case .noBodyFound: Failure(code: "no-body", message: "No body was found in the image: is it a CT in HU?")
        case .noSpineFound, .noSkullFound, .levelsNotFound: failureOfAnatomy(error)
        case .noWholeVertebra(let length):
            Failure(
                code: "no-whole-vertebra",
                message: String(
                    format:
                        "The image shows no vertebra from its upper to its lower endplate (%.0f mm of spine): scan a larger field.",
                    length))
        case .imageTooSmall, .tooCoarse, .notHounsfield: failureOfGrid(error)
        case .settlement(let problem): Failure(code: "level-not-settled", message: sentence(problem) + ".")
        }
    }

    /// What the image does not show.
    private static func failureOfAnatomy(_ error: SegmentationError) -> Failure {
        switch error {
        case .noSpineFound(let length):
            Failure(
                code: "no-spine",
                message: String(
                    format:
                        "No spinal canal with bone round it was found over at least %.0f mm: give an image of the spine, or labels made elsewhere with --labels.",
                    length))
        case .noSkullFound(let share):
            Failure(
                code: "no-skull",
                message: String(
                    format:
                        "No brain surrounded by bone was found (bone in %.0f %% of directions from the best place): give an image that holds the skull down to its base.",
                    share * 100))
        case .levelsNotFound(let missing, let found):
            Failure(
                code: "levels-not-found",
                message:
                    "\(missing.joined(separator: ", ")) are not in the image; found are \(found.isEmpty ? "none" : found.joined(separator: ", "))."
            )
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    /// Images on which nothing can be found.
    private static func failureOfGrid(_ error: SegmentationError) -> Failure {
        switch error {
        case .imageTooSmall(let x, let y, let z):
            Failure(code: "image-too-small", message: "\(x)×\(y)×\(z) voxels are too few to hold a bone.")
        case .tooCoarse(let spacing, let limit):
            Failure(
                code: "too-coarse",
                message: String(
                    format: "Voxels of %.1f mm hide discs and joints (limit %.1f mm): scan thinner slices.", spacing,
                    limit))
        case .notHounsfield(let low, let high):
            Failure(
                code: "not-hu",
                message: "Values from \(low) to \(high) cannot be HU: there must be air below −200 and bone above 150.")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    static func sentence(_ evidence: NamingEvidence) -> String {
        switch evidence {
        case .countedFromSacrum(let between): "the sacrum is seen, \(between) vertebrae below lie between"
        case .countedFromLastRib(let above) where above >= 0: "the lowest rib is seen \(above) levels below"
        case .countedFromLastRib(let above): "the lowest rib is seen \(-above) levels above"
        case .countedFromAtlas(0): "it is a ring round the tooth of the vertebra below"
        case .countedFromAtlas(let below): "the ring of C1 is seen \(below) levels above"
        case .countedFromFirstRib(let below) where below >= 0: "the highest rib is seen \(below) levels above"
        case .countedFromFirstRib(let below): "the highest rib is seen \(-below) levels below"
        case .vertebraeBetweenRibAndSacrum(let count):
            "\(count) vertebrae without ribs lie between the lowest rib and the sacrum"
        case .settledByPerson(let named): "counted from \(named.levelName), which a person named"
        case .noAnchor: "neither sacrum nor lowest rib is seen"
        }
    }

    private static func sentence(_ problem: SettlementProblem) -> String {
        func at(_ level: SettledLevel) -> String {
            String(format: "%@@%g,%g,%g", level.label.levelName, level.point.x, level.point.y, level.point.z)
        }
        switch problem {
        case .noVertebra(let level, let nearest, let distance):
            guard let nearest else { return "\(at(level)): the image has no vertebra" }
            return String(
                format: "%@: no vertebra is there; the nearest, called %@, is %.0f mm away", at(level),
                nearest.levelName,
                distance)
        case .anotherKind(let level, let found):
            return "\(at(level)): what lies there is \(found == .sacrum ? "the sacrum" : "a vertebra, not the sacrum")"
        case .contradiction(let a, let b, let between):
            return "\(at(a)) and \(at(b)) contradict one another: \(between) vertebra(e) lie between them"
        case .sacrumContradicts(let level, let count):
            return
                "\(at(level)): counted from there, \(count) lumbar vertebra(e) would lie above the sacrum that the image shows"
        case .ribsContradict(let level, let rib):
            return "\(at(level)): counted from there, the lowest ribs would sit at \(rib.levelName)"
        case .beyondTheSpine(let level):
            return "\(at(level)): counted from there, the vertebrae of the image would reach beyond the spine's ends"
        }
    }

    private static func sentence(_ doubt: HeadDoubt) -> String {
        switch doubt {
        case .noContrast: "no contrast in the vessels: they cannot be told from brain, and none are labelled"
        case .ventriclesNotSeen: "fluid cannot be told from brain here: no ventricles are labelled"
        case .skullCutOff(let share):
            String(
                format: "the image ends within the skull: bone closes it in %.0f %% of directions", share * 100)
        case .foramenNotSeen: "the image ends above the foramen magnum: skull and neck are not parted"
        case .lesionsNotSought: "lesions are not looked for: mark them by hand"
        }
    }

    private static func levelsBesideMetal(_ found: SpineSegmentationResult) -> String {
        let levels = found.vertebrae.filter(\.metal).map(\.label.levelName)
        return levels.isEmpty ? "" : " of \(levels.joined(separator: ", "))"
    }

    /// What a person should know before trusting the labels.
    static func remarks(on found: SpineSegmentationResult) -> [String] {
        found.warnings.map { warning in
            switch warning {
            case .metal(let volume):
                String(format: "%.2f ml of metal: its streaks can move boundaries", volume) + levelsBesideMetal(found)
            case .thickVoxels(let spacing):
                String(
                    format: "voxels of %.1f mm: surfaces across them are uncertain by about a third of that", spacing)
            case .lowDensity(let level, let hu):
                String(
                    format: "%@: %.0f HU in its body suggests osteoporosis; screws may not hold", level.levelName, hu)
            case .uncertainLevels:
                "level names are uncertain: "
                    + found.vertebrae.filter { !$0.isCertain }.map {
                        "\($0.label.levelName) may be \($0.candidates.dropFirst().map(\.levelName).joined(separator: " or "))"
                    }.joined(separator: "; ")
                    + ". Confirm them on another image before planning."
            case .head(let doubt): sentence(doubt)
            case .partialVertebra(let level): "\(level.levelName) is cut off by the image and is not planned on"
            }
        }
    }
}
