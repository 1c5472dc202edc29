import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// Enhanced multi-frame CT (PS3.3 A.38), put together by hand.
@Suite struct DICOMEnhancedTests {
    /// Four frames of 3×2 pixels in an order that is not theirs, with a rescale each.
    private func image(_ syntax: CraftedSyntax = .explicitLittle) -> CraftedDataSet {
        let places = [4.0, 0, 6, 2]
        let pixels = places.flatMap { z in (0..<6).map { UInt16(100 + 10 * Int(z) + $0) } }
        var set = CraftedDataSet.image(columns: 3, rows: 2, pixels: pixels)
        set.syntax = syntax
        set[0x0008_0016] = .text("UI", "1.2.840.10008.5.1.4.1.1.2.1")
        set[0x0028_0008] = .text("IS", "4")
        set[0x5200_9229] = .sequence([
            [
                0x0020_9116: .sequence([[0x0020_0037: .text("DS", "1\\0\\0\\0\\1\\0")]]),
                0x0028_9110: .sequence([[0x0028_0030: .text("DS", "0.8\\0.4"), 0x0018_0050: .text("DS", "2")]]),
                0x0028_9145: .sequence([
                    [0x0028_1052: .text("DS", "-1024"), 0x0028_1053: .text("DS", "1"), 0x0028_1054: .text("LO", "HU")]
                ]),
            ]
        ])
        set[0x5200_9230] = .sequence(
            places.map { z in
                [0x0020_9113: .sequence([[0x0020_0032: .text("DS", "1\\2\\\(z)")]])]
            })
        return set
    }

    private func change(
        _ set: inout CraftedDataSet, frame: Int, group: UInt32, _ elements: [UInt32: DICOMElement]
    ) {
        guard case .sequence(var items) = set[0x5200_9230] else { return }
        items[frame][group] = .sequence([elements])
        set[0x5200_9230] = .sequence(items)
    }

    private func read(_ set: CraftedDataSet, acquisition: Int? = nil) throws -> LoadedImage {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.dcm")
        try set.data.write(to: path)
        return try ImageReader.read(path.path, acquisition: acquisition)
    }

    @Test(arguments: CraftedSyntax.allCases)
    func framesAreOrderedByTheirPositions(_ syntax: CraftedSyntax) throws {
        let image = try read(image(syntax))
        let g = image.ct.geometry
        #expect(g.size == GridSize(3, 2, 4))
        #expect(g.spacing == Vector3(0.4, 0.8, 2))
        #expect(g.origin == Point(1, 2, 0))
        let expected: [Int16] = [0, 2, 4, 6].flatMap { (z: Int) in (0..<6).map { (i: Int) in Int16(10 * z + i - 924) } }
        #expect(image.ct.voxels == expected)
        #expect(image.irregularities.isEmpty)
    }

    @Test func aFramesOwnGroupsWin() throws {
        var set = image()
        change(&set, frame: 1, group: 0x0028_9145, [0x0028_1052: .text("DS", "-1000"), 0x0028_1053: .text("DS", "2")])
        let image = try read(set)
        #expect(image.ct.voxels.prefix(6) == [-800, -798, -796, -794, -792, -790])
        #expect(image.ct.voxels[6] == 120 - 1024)
    }

    @Test func framesThatDoNotBelongAreNamed() throws {
        var set = image()
        change(&set, frame: 2, group: 0x0028_9110, [0x0028_0030: .text("DS", "0.9\\0.4")])
        let image = try read(set)
        guard case .mixedGrids(let slices) = image.irregularities.first?.kind else {
            Issue.record("\(image.irregularities)")
            return
        }
        #expect(slices.map(\.instanceNumber) == [3] && slices.map(\.position) == [Point(1, 2, 6)])
        #expect(!image.allowsPlanning)
        set = self.image()
        change(&set, frame: 2, group: 0x0018_9329, [0x0008_9007: .text("CS", "ORIGINAL\\PRIMARY\\LOCALIZER\\NONE")])
        #expect(try read(set).irregularities.map(\.effect) == [.mended])
    }

    @Test func acquisitionsOfFrames() throws {
        var set = image()
        for (frame, number) in [1, 1, 2, 2].enumerated() {
            change(&set, frame: frame, group: 0x0020_9111, [0x0020_9156: .us(number)])
        }
        // Along the patient: 1, 2, 1, 2.
        let image = try read(set)
        guard case .severalAcquisitions(let found, kept: 1) = image.irregularities.first?.kind else {
            Issue.record("\(image.irregularities)")
            return
        }
        #expect(found.map(\.slices) == [2, 2])
        let second = try read(set, acquisition: 2)
        #expect(second.ct.geometry.origin == Point(1, 2, 2) && second.ct.geometry.spacing.z == 4)
    }

    @Test func framesWithoutAPlaceAreRefused() throws {
        var set = image()
        change(&set, frame: 3, group: 0x0020_9113, [0x0020_0032: .text("DS", "1\\2")])
        #expect(fileProblem { _ = try read(set) } == .badHeader(field: "ImagePositionPatient", value: ""))
        set = image()
        set[0x0028_0008] = .text("IS", "5")
        #expect(throws: ImagingError.self) { try read(set) }
        set[0x0028_0008] = .text("IS", "70000")
        #expect(throws: ImagingError.self) { try read(set) }
    }
}
