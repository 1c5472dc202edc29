import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

@Suite struct SliceAcquisitionsTests {
    private func slices(_ places: [Double], acquisition: Int?, first: Int = 1, time: String? = nil) -> [CraftedDataSet]
    {
        places.enumerated().map { i, z in
            var slice = CraftedDataSet.image(columns: 2, rows: 1, pixels: [24, UInt16(1000 + first)])
            slice.place("0\\0\\\(z)", instance: first + i)
            if let acquisition { slice[0x0020_0012] = .text("IS", "\(acquisition)") }
            if let time { slice[0x0008_0032] = .text("TM", time) }
            return slice
        }
    }

    private func read(_ sets: [CraftedDataSet], acquisition: Int? = nil) throws -> LoadedImage {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (i, set) in sets.enumerated() { try set.data.write(to: folder.appendingPathComponent("\(i)")) }
        return try ImageReader.read(folder.path, acquisition: acquisition)
    }

    private func acquisitions(_ image: LoadedImage) -> (found: [AcquisitionSummary], kept: Int)? {
        for case .severalAcquisitions(let found, let kept) in image.irregularities.map(\.kind) { return (found, kept) }
        return nil
    }

    /// Before and after contrast at the same places; interleaved ones; ones that overlap at their ends alone.
    @Test(arguments: [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9], [7, 9, 11, 13, 15]] as [[Double]])
    func overlappingOnesForbid(_ second: [Double]) throws {
        let sets = slices([0, 2, 4, 6, 8, 10], acquisition: 3) + slices(second, acquisition: 5, first: 101)
        let image = try read(sets)
        let (found, kept) = try #require(acquisitions(image))
        #expect(found.map(\.number) == [3, 5] && found.map(\.slices) == [6, 5] && kept == 3)
        #expect(found[1].first.instanceNumber == 101 && found[1].last.instanceNumber == 105)
        #expect(!image.allowsPlanning)
        #expect(image.ct.size.z == 6 && image.ct.geometry.spacing.z == 2)
        let chosen = try read(sets, acquisition: 5)
        #expect(chosen.allowsPlanning)
        #expect(chosen.ct.size.z == 5 && chosen.ct.geometry.origin.coordinates.z == second[0])
        #expect(chosen.ct.range.largest == 77)
        #expect(
            fileProblem { _ = try read(sets, acquisition: 4) } == .noSuchAcquisition(wanted: 4, available: [3, 5]))
    }

    @Test func stepAndShootIsOneScan() throws {
        let image = try read(slices([0, 2], acquisition: 1) + slices([4, 6], acquisition: 2, first: 3))
        #expect(image.irregularities.isEmpty && image.ct.size.z == 4)
    }

    @Test func timesTellWhereNumbersDoNot() throws {
        let sets =
            slices([0, 2, 4, 6], acquisition: nil, time: "101010")
            + slices([1, 3, 5, 7], acquisition: nil, first: 5, time: "101510")
        #expect(acquisitions(try read(sets))?.found.map(\.slices) == [4, 4])
        // A time a slice is how many scanners write one scan.
        let one = (0..<8).flatMap { slices([Double($0)], acquisition: 1, first: $0, time: "10101\(($0 * 3) % 8)") }
        #expect(try read(one).irregularities.isEmpty)
    }

    @Test func phasesOfAHeart() throws {
        var sets = slices([0, 1, 2], acquisition: 1) + slices([0, 1, 2], acquisition: 1, first: 11)
        for i in sets.indices { sets[i][0x0020_0100] = .text("IS", i < 3 ? "1" : "2") }
        #expect(acquisitions(try read(sets))?.found.map(\.slices) == [3, 3])
    }

    @Test func twoPatientsInOneSeries() throws {
        var sets = slices([0, 1, 2, 3], acquisition: 1)
        for i in sets.indices { sets[i][0x0010_0020] = .text("LO", i == 3 ? "B" : "A") }
        let image = try read(sets)
        guard case .mixedPatients(let found) = image.irregularities.first?.kind else {
            Issue.record("\(image.irregularities)")
            return
        }
        #expect(found.map(\.instanceNumber) == [4] && !image.allowsPlanning)
    }

    @Test func gapsAndShortScans() throws {
        func kinds(thickness: Double, announced: Int?) throws -> [Irregularity] {
            var sets = slices([0, 3, 6], acquisition: 1)
            for i in sets.indices {
                sets[i][0x0018_0050] = .ds(thickness)
                if let announced { sets[i][0x0020_1002] = .text("IS", "\(announced)") }
            }
            return try read(sets).irregularities
        }
        #expect(try kinds(thickness: 3, announced: 3).isEmpty)
        #expect(try kinds(thickness: 5, announced: 2).isEmpty)
        #expect(
            try kinds(thickness: 2.5, announced: nil)
                == [Irregularity(.gapsBetweenSlices(thickness: 2.5, spacing: 3), .noted)])
        #expect(
            try kinds(thickness: 1, announced: nil)
                == [Irregularity(.gapsBetweenSlices(thickness: 1, spacing: 3), .forbidsPlanning)])
        #expect(
            try kinds(thickness: 3, announced: 40)
                == [Irregularity(.fewerImagesThanAnnounced(announced: 40, found: 3), .noted)])
    }
}
