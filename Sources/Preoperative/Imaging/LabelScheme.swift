/// Who numbered a label map.
public enum LabelScheme: String, CaseIterable, Equatable, Sendable {
    /// Found from the map itself: from the order of its numbers along the patient.
    case automatic
    /// VerSe's numbers and ours above 99: C1 = 1 … L5 = 24, sacrum 26.
    case verse
    /// TotalSegmentator's (version 2): sacrum 25, S1 26, L5 27 … C1 50.
    case totalSegmentator
}

extension LabelScheme {
    /// What a number of this scheme means; `nil` for numbers that have no label here.
    func label(for number: Int) -> AnatomicalLabel? {
        switch self {
        case .automatic, .verse:
            guard (1...28).contains(number) || (100...114).contains(number) && number != 109 else { return nil }
            return AnatomicalLabel(UInt8(number))
        case .totalSegmentator: return Self.totalSegmentatorLabel(number)
        }
    }

    /// TotalSegmentator's class list, version 2 (Wasserthal 2023): vertebrae count up from sacrum to C1. Organs, muscles and
    /// the cord (which is not the canal) have no label here.
    private static func totalSegmentatorLabel(_ number: Int) -> AnatomicalLabel? {
        switch number {
        case 25, 26: .sacrum
        case 27...31: AnatomicalLabel(UInt8(24 - (number - 27)))
        case 32...43: AnatomicalLabel(UInt8(19 - (number - 32)))
        case 44...50: AnatomicalLabel(UInt8(7 - (number - 44)))
        case 52...60, 62...68: .vessel
        case 69...74, 116: .otherBone
        case 75, 76: .femur
        case 77, 78: .pelvis
        case 91: .skull
        case 92...115: .rib
        default: nil
        }
    }
}
