/// Who numbered a label map.
public enum LabelScheme: String, CaseIterable, Equatable, Sendable {
    /// Found from the map itself: from the order of its numbers along the patient.
    case automatic
    /// VerSe's numbers and ours above 99: C1 = 1 … L5 = 24, sacrum 26.
    case verse
    /// TotalSegmentator's (version 2): sacrum 25, S1 26, L5 27 … C1 50.
    case totalSegmentator
    /// TotalSegmentator's first version: L5 18 … C1 41, sacrum 92.
    case totalSegmentator1
}

extension LabelScheme {
    /// What a number of this scheme means; `nil` for numbers that have no label here.
    func label(for number: Int) -> AnatomicalLabel? {
        switch self {
        case .automatic, .verse:
            guard
                (1...28).contains(number) || (100...114).contains(number) && number != 109
                    || (120...131).contains(number)
            else { return nil }
            return AnatomicalLabel(UInt8(number))
        case .totalSegmentator: return Self.totalSegmentatorLabel(number)
        case .totalSegmentator1: return Self.firstTotalSegmentatorLabel(number)
        }
    }

    /// TotalSegmentator's class list, version 2 (Wasserthal 2023): vertebrae count up from sacrum to C1. Glands, muscles and
    /// the cord (which is not the canal) have no label here.
    private static func totalSegmentatorLabel(_ number: Int) -> AnatomicalLabel? {
        switch number {
        case 25, 26: .sacrum
        case 27...50: vertebra(aboveSacrum: number - 27)
        case 52...60, 62...68: .vessel
        case 69...74, 116: .otherBone
        case 75, 76: .femur
        case 77, 78: .pelvis
        case 91: .skull
        case 92...115: .rib
        default: organ(number)
        }
    }

    /// Organs of version 2: the lungs' lobes are one, and so are the parts of the bowel.
    private static func organ(_ number: Int) -> AnatomicalLabel? {
        let known: [Int: UInt8] = [
            1: 121, 2: 122, 3: 122, 4: 128, 5: 120, 6: 123, 7: 127, 10: 125, 11: 125, 12: 125, 13: 125, 14: 125,
            15: 130, 16: 131, 18: 124, 19: 124, 20: 124, 21: 129, 51: 126,
        ]
        return known[number].map { AnatomicalLabel($0) }
    }

    /// TotalSegmentator's class list, version 1: vertebrae from 18 on, vessels 7–9 and 49–57, ribs 58–81.
    private static func firstTotalSegmentatorLabel(_ number: Int) -> AnatomicalLabel? {
        switch number {
        case 18...41: vertebra(aboveSacrum: number - 18)
        case 7...9, 49, 51...54: .vessel
        case 58...81: .rib
        case 82...87: .otherBone
        case 88, 89: .femur
        case 90, 91: .pelvis
        case 92: .sacrum
        default: firstOrgan(number)
        }
    }

    private static func firstOrgan(_ number: Int) -> AnatomicalLabel? {
        let known: [Int: UInt8] = [
            1: 121, 2: 122, 3: 122, 4: 128, 5: 120, 6: 123, 10: 127, 13: 125, 14: 125, 15: 125, 16: 125, 17: 125,
            42: 130, 43: 131, 44: 126, 45: 126, 46: 126, 47: 126, 48: 126, 55: 124, 56: 124, 57: 124, 104: 129,
        ]
        return known[number].map { AnatomicalLabel($0) }
    }

    /// L5 for 0 … L1 for 4, T12 … T1, C7 … C1 for 23.
    private static func vertebra(aboveSacrum steps: Int) -> AnatomicalLabel { AnatomicalLabel(UInt8(24 - steps)) }
}
