import Frames
import Imaging
import PhantomKit
import TestSupport
import Testing

@testable import Segmentation

/// The neck and the top of the chest against the phantom's exact labels.
@Suite(.serialized) struct AtlasTests {
    /// With the skull's base and the first ribs, no wider.
    static let shared = Result {
        try PhantomCase("cervical", spacing: Vector3(1, 1, 1.2), size: Vector3(150, 170, 206), seed: 4)
    }
    static let result = Result { try SpineSegmentation.segment(shared.get().ct) }

    @Test func atlasAndAxisAreWholeAndApart() throws {
        let truth = try Self.shared.get().truth, found = try Self.result.get()
        for number in [UInt8(1), 2] {
            let label = AnatomicalLabel(number)
            let finding = try #require(found.vertebrae.first { $0.label == label }, "\(label.name) was not found")
            #expect(dice(found.labels, truth, label) >= 0.94, "\(label.name)")
            #expect(finding.isCertain && !finding.isPartial)
            #expect(finding.evidence.contains(.countedFromAtlas(levelsBelow: Int(number) - 1)))
        }
    }

    /// Joints of C3 to C7, and the transverse processes of T1, which the first ribs' necks run beside.
    @Test func whatLiesBelowIsNamedFromTheAtlas() throws {
        let truth = try Self.shared.get().truth, found = try Self.result.get()
        for number in UInt8(3)...8 {
            let label = AnatomicalLabel(number)
            let finding = try #require(found.vertebrae.first { $0.label == label }, "\(label.name) was not found")
            #expect(finding.isCertain)
            #expect(dice(found.labels, truth, label) >= 0.94, "\(label.name)")
        }
    }

    /// The phantom ends with T2: muscle below it was once painted in T2's shape and called T3.
    @Test func noVertebraIsFoundWhereNoBoneIs() throws {
        let truth = try Self.shared.get().truth, found = try Self.result.get()
        let real = Set(truth.voxels)
        #expect(found.vertebrae.allSatisfy { real.contains($0.label.number) })
    }

    @Test func noBoneOfTheSkullIsAVertebras() throws {
        let truth = try Self.shared.get().truth, found = try Self.result.get()
        let voxels = zip(found.labels.voxels, truth.voxels)
            .count { (1...28).contains($0) && $1 == AnatomicalLabel.skull.number }
        // A tenth of C1, 8 ml.
        #expect(Double(voxels) * truth.geometry.voxelVolume < 800)
    }

    /// Seen from a false disc 14 mm above the true one the ring of C1 shows in full, too, only lower (cervical phantom,
    /// person 110): discs 17 mm apart lie 24–41 mm below the middle of a ring.
    @Test func theRingLiesAsHighAboveItsDiscAsC2IsTall() throws {
        let atlas = Atlas(dens: .zero, up: Vector3(0, 0, 1), left: Vector3(1, 0, 0), back: Vector3(0, 1, 0), ring: [])
        func views(_ seen: ClosedRange<Int>) -> [AtlasFinder.View] {
            AtlasFinder.heights.map { seen.contains($0) ? AtlasFinder.View(part: 1, atlas: atlas) : AtlasFinder.View() }
        }
        #expect(AtlasFinder.clearest(views(17...25), distance: 17) == nil)
        #expect(try #require(AtlasFinder.clearest(views(30...38), distance: 17)).sum == 9)
        #expect(AtlasFinder.clearest(views(17...25), distance: nil) != nil)
        // a child's discs are nearer to each other
        #expect(AtlasFinder.clearest(views(17...25), distance: 12) != nil)
    }

    /// Without C1 in view the highest pieces are not told apart, and nothing is counted.
    @Test func withoutTheAtlasNothingIsCounted() throws {
        let shared = try Self.shared.get(), ct = shared.ct
        let centres = try Self.result.get().structures
        let c3 = try #require(centres.first { $0.label.number == 3 }).centroid.z
        let top = Int((c3 - ct.geometry.origin.z) / ct.geometry.spacing.z)
        let found = try SpineSegmentation.segment(ct.slices(0..<top))
        #expect(found.vertebrae.allSatisfy { !$0.isCertain })
        for (truth, finding) in pairs(found, try shared.truth.sliced(0..<top)) {
            let finding = try #require(finding, "\(truth.name) was not found")
            #expect(finding.candidates.contains(truth), "\(truth.name) is none of \(finding.candidates.map(\.name))")
        }
    }

    @Test func aRingIsFirstOfSeven() {
        var signs = (0..<9).map { _ in LevelSigns(rib: false, height: 18) }
        signs[8] = LevelSigns(isAtlas: true)
        signs[0].rib = true
        let names = LevelNaming(hasSacrum: false, signs: signs).names()
        #expect(names.map(\.label.name) == ["T2", "T1", "C7", "C6", "C5", "C4", "C3", "C2", "C1"])
        #expect(names.allSatisfy { $0.isCertain && $0.candidates == [$0.label] })
        // A disc that was missed spoils the count.
        signs[4].height = 36
        #expect(LevelNaming(hasSacrum: false, signs: signs).names().allSatisfy { !$0.isCertain })
    }

    /// A view of the neck's lower end, so narrow that the first ribs hardly reach beyond where ribs are looked for.
    @Test func firstRibsThatDoNotShowAreNoSign() {
        let heights: [Double?] = [nil, 17.7, 18.7, 17.2, 17.1, 17.4, nil]
        let ribs: [Bool?] = [nil, nil, false, false, false, false, false]
        let signs = zip(ribs, heights).map { LevelSigns(rib: $0, height: $1) }
        let names = LevelNaming(hasSacrum: false, signs: signs).names()
        #expect(names[2].candidates.contains(AnatomicalLabel(8)))
        #expect(names.allSatisfy { !$0.isCertain })
    }
}

extension LabelVolume {
    /// Some slices along z.
    fileprivate func sliced(_ range: Range<Int>) throws -> LabelVolume {
        let part = try Volume<UInt8>(geometry: geometry, voxels: voxels).slices(range)
        return LabelVolume(geometry: part.geometry, voxels: part.voxels)
    }
}
