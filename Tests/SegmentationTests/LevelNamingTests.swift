import Imaging
import Testing

@testable import Segmentation

@Suite struct LevelNamingTests {
    /// `count` vertebrae from the lowest, of which those from `firstRib` on carry ribs.
    static func names(_ count: Int, firstRib: Int?, sacrum: Bool) -> [LevelNaming.Name] {
        LevelNaming(hasSacrum: sacrum, ribs: (0..<count).map { k in firstRib.map { k >= $0 } ?? false }).names()
    }

    @Test func fiveBetweenRibAndSacrumAreCertain() {
        let names = Self.names(8, firstRib: 5, sacrum: true)
        #expect(names.map(\.label.name) == ["L5", "L4", "L3", "L2", "L1", "T12", "T11", "T10"])
        #expect(names.allSatisfy { $0.isCertain && $0.candidates == [$0.label] })
    }

    @Test(arguments: [4, 6]) func aTransitionalVertebraMakesEveryNameUncertain(between: Int) {
        let names = Self.names(between + 3, firstRib: between, sacrum: true)
        #expect(names.allSatisfy { !$0.isCertain && $0.candidates.count >= 2 && $0.candidates[0] == $0.label })
        #expect(names[0].evidence.contains(.vertebraeBetweenRibAndSacrum(between)))
    }

    @Test func sixLumbarVertebraeOfferL6() {
        #expect(Self.names(8, firstRib: 6, sacrum: true)[0].candidates.map(\.name).contains("L6"))
    }

    @Test func oneEndAloneIsNotCertain() {
        let fromSacrum = Self.names(4, firstRib: nil, sacrum: true)
        #expect(fromSacrum.map(\.label.name) == ["L5", "L4", "L3", "L2"])
        #expect(fromSacrum.allSatisfy { !$0.isCertain })
        let fromRib = Self.names(5, firstRib: 2, sacrum: false)
        #expect(fromRib.map(\.label.name) == ["L2", "L1", "T12", "T11", "T10"])
        #expect(fromRib.allSatisfy { !$0.isCertain })
    }

    @Test func ribsEverywhereAnchorNothing() {
        let names = Self.names(6, firstRib: 0, sacrum: false)
        #expect(
            names.allSatisfy { $0.evidence == [.noAnchor] && !$0.isCertain && (2...4).contains($0.candidates.count) })
    }

    @Test func twelveRibsBetweenNeckAndLoinAreCertain() {
        let signs = ([false] + Array(repeating: true, count: 12) + [false, false]).map { LevelSigns(rib: $0) }
        let names = LevelNaming(hasSacrum: false, signs: signs).names()
        let called = names.map(\.label.name)
        #expect(called.first == "L1")
        #expect(called.last == "C6")
        #expect(names.allSatisfy { $0.isCertain && $0.candidates == [$0.label] })
        // With one rib missed nothing is counted any more.
        var missed = signs
        missed[12].rib = false
        let fewer = LevelNaming(hasSacrum: false, signs: missed).names()
        #expect(fewer.allSatisfy { !$0.isCertain })
    }

    @Test func sixBelowTheRibsAreNamedFromTheRibsDown() {
        let names = Self.names(8, firstRib: 6, sacrum: true)
        #expect(names.map(\.label.name) == ["L6", "L5", "L4", "L3", "L2", "L1", "T12", "T11"])
    }

    @Test func whatTheImageDoesNotReachSaysNothing() {
        let signs = (0..<6).map { _ in LevelSigns() }
        let names = LevelNaming(hasSacrum: true, signs: signs).names()
        #expect(names.map(\.label.name) == ["L5", "L4", "L3", "L2", "L1", "T12"])
        #expect(names.allSatisfy { !$0.isCertain && $0.candidates.count > 1 })
    }

    /// Panjabi 1991 and 1992: heights of bodies with discs.
    @Test(arguments: [3, 8, 13, 18]) func sizesAloneFindTheRegion(lowest: Int) {
        let labels = (0..<6).map { AnatomicalLabel(UInt8(lowest + 5 - $0)) }
        let signs = labels.map { LevelSigns(height: 1.04 * BodySizes.height($0), width: 1.04 * BodySizes.width($0)) }
        let names = LevelNaming(hasSacrum: false, signs: signs).names()
        for (name, label) in zip(names, labels) {
            #expect(!name.isCertain)
            #expect(abs(Int(name.label.number) - Int(label.number)) <= 2, "\(label.name) was named \(name.label.name)")
        }
    }

    @Test func aCutPieceBelowMayBeTheSacrum() {
        let signs =
            [LevelSigns(rib: nil)] + (1...5).map { k in LevelSigns(rib: false, height: 34 - Double(k)) }
            + [LevelSigns(rib: true, height: 30)]
        let names = LevelNaming(hasSacrum: false, signs: signs).names()
        #expect(names[0].candidates.contains(.sacrum))
        let second = names[1].candidates.map(\.name)
        #expect(second.contains("L5"))
    }

    @Test func probabilitiesSumToOne() {
        let ways = LevelHypothesis.all(hasSacrum: false, signs: [LevelSigns(rib: true), LevelSigns(rib: false)])
        let sum = ways.reduce(0) { $0 + $1.probability }
        #expect(abs(sum - 1) < 1e-12)
    }

    @Test func namesNeverRepeat() {
        for count in 1...16 {
            for sacrum in [true, false] {
                let labels = Self.names(count, firstRib: nil, sacrum: sacrum).map(\.label)
                #expect(Set(labels).count == labels.count)
            }
        }
    }
}
