import Frames
import Imaging

/// Ways to put a screw into a vertebra or through the sacrum.
public enum ScrewTechnique: String, CaseIterable, Sendable {
    /// Through the pedicle into the body: C2, C7 and everything below.
    case pedicle
    /// Into the lateral mass of C3–C7, outwards and towards the head, along the facets (Magerl and Seemann 1987).
    case magerl
    /// Into the lateral mass of C3–C7, nearly straight forward (Roy-Camille 1989).
    case royCamille = "roy-camille"
    /// Into the pars of C2, short of the artery's hole.
    case pars
    /// From beside S1's and S2's dorsal foramina through the sacroiliac joint into the ilium (Sponseller 2007).
    case alarIliac = "alar-iliac"

    public var kind: PlanItem.Kind {
        switch self {
        case .pedicle: .pedicleScrew
        case .magerl, .royCamille: .lateralMassScrew
        case .pars: .parsScrew
        case .alarIliac: .alarIliacScrew
        }
    }

    /// Whether this planner plans the technique there.
    public func suits(_ level: AnatomicalLabel) -> Bool {
        switch self {
        case .pedicle: level.number == 2 || (7...26).contains(level.number) || level == .t13
        case .magerl, .royCamille: (3...7).contains(level.number)
        case .pars: level.number == 2
        case .alarIliac: level == .sacrum
        }
    }

    /// What is usual: pedicles from C7 down and in C2, lateral masses between.
    public static func usual(_ level: AnatomicalLabel) -> ScrewTechnique {
        (3...6).contains(level.number) ? .magerl : .pedicle
    }
}
