import Frames
import TestSupport
import Testing

@testable import Imaging

/// Whose numbers a map holds, from where they lie along an adult's spine.
@Suite struct LabelOrderTests {
    /// Distances from each vertebra to the next below, C1 to the sacrum, mm: about 17 in the neck, growing to 36.
    static let steps: [Double] =
        [Double](repeating: 17, count: 7) + [19, 20, 20.5, 21, 21.5, 22, 22.5, 23, 24, 25, 26.5, 28]
        + [32, 34, 35, 36, 36]

    /// Centres of C1 (0) … L5 (23), sacrum (24) of a spine that is not straight.
    static let places: [Vector3] = {
        var z = 0.0
        return (0...24).map { k in
            defer { if k < 24 { z -= steps[k] } }
            return Vector3(2 * Double(k % 3), 0.0003 * z * z, z)
        }
    }()

    private func judge(_ levels: ClosedRange<Int>, _ number: (Int) -> Int) -> LabelScheme? {
        LabelOrder.judge(Dictionary(uniqueKeysWithValues: levels.map { (number($0), Self.places[$0]) }))
    }

    /// VerSe: C1 = 1 … sacrum 26 (25 is L6). TotalSegmentator: C1 = 50 … L5 27, S1 26; first version: L5 18 … C1 41.
    private func verse(_ k: Int) -> Int { k == 24 ? 26 : k + 1 }
    private func second(_ k: Int) -> Int { 50 - k }
    private func firstVersion(_ k: Int) -> Int { k == 24 ? 92 : 41 - k }

    @Test func everyWindowOfTheSpineIsReadRightOrAsked() {
        var settled = 0
        for low in 0...24 {
            for high in low...24 {
                let asVerse = judge(low...high, verse), asSecond = judge(low...high, second)
                let asFirst = judge(low...high, firstVersion)
                #expect(asVerse == .verse || asVerse == nil, "\(low)…\(high)")
                #expect(asSecond == .totalSegmentator || asSecond == nil, "\(low)…\(high)")
                #expect(asFirst == nil, "\(low)…\(high)")
                if high - low >= 3 { settled += (asVerse == .verse ? 1 : 0) + (asSecond == .totalSegmentator ? 1 : 0) }
            }
        }
        // 253 windows of at least four levels, by two schemes.
        #expect(settled >= 480, "\(settled)")
    }

    /// A lumbar map numbered 1 … 5 is not five cervical vertebrae.
    @Test func lumbarNumbersFromOneAreAsked() {
        #expect(judge(19...23) { $0 - 18 } == nil)
        #expect(judge(19...23) { 24 - $0 } == nil)
    }

    /// A child's or a scaled spine: what the distances leave open is asked.
    @Test func aSmallSpineIsAsked() {
        let small = Dictionary(uniqueKeysWithValues: (19...23).map { (50 - $0, Self.places[$0] * 0.6) })
        #expect(LabelOrder.judge(small) == nil)
    }

    @Test func firstVersionWhenNamed() {
        let scheme = LabelScheme.totalSegmentator1
        for k in 0..<24 { #expect(scheme.label(for: firstVersion(k)) == AnatomicalLabel(UInt8(k + 1))) }
        #expect(scheme.label(for: 92) == .sacrum && scheme.label(for: 58) == .rib && scheme.label(for: 90) == .pelvis)
        #expect(scheme.label(for: 11) == nil && scheme.label(for: 50) == nil && scheme.label(for: 93) == nil)
        let organs = [5: "liver", 17: "lung", 42: "oesophagus", 44: "heart", 57: "bowel", 104: "urinary bladder"]
        for (number, name) in organs { #expect(scheme.label(for: number)?.name == name) }
    }

    /// TotalSegmentator's class list, version 2.
    @Test func organsOfTheSecondVersion() {
        let organs = [
            1: "spleen", 2: "kidney", 3: "kidney", 4: "gallbladder", 5: "liver", 6: "stomach", 7: "pancreas",
            10: "lung",
            14: "lung", 15: "oesophagus", 16: "trachea", 18: "bowel", 19: "bowel", 20: "bowel", 21: "urinary bladder",
            51: "heart",
        ]
        for (number, name) in organs { #expect(LabelScheme.totalSegmentator.label(for: number)?.name == name) }
        for number in [8, 17, 22, 79, 90, 117] { #expect(LabelScheme.totalSegmentator.label(for: number) == nil) }
    }
}
