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

    @Test func namesNeverRepeat() {
        for count in 1...16 {
            for sacrum in [true, false] {
                let labels = Self.names(count, firstRib: nil, sacrum: sacrum).map(\.label)
                #expect(Set(labels).count == labels.count)
            }
        }
    }
}
