import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// Series crafted byte by byte, so that neither reader nor writer of the program is judged by itself.
@Suite struct DICOMReaderTests {
    /// Writes the files in an order that is not theirs along the patient.
    private func read(_ slices: [CraftedDICOM], series: String? = nil, extra: [String: Data] = [:]) throws
        -> LoadedImage
    {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (i, slice) in slices.enumerated() {
            try slice.data.write(to: folder.appendingPathComponent("\((i * 7) % 11)-\(i)"))
        }
        for (name, data) in extra { try data.write(to: folder.appendingPathComponent(name)) }
        return try ImageReader.read(folder.path, series: series)
    }

    private func stack(_ places: [Double], shift: Double = 0) -> [CraftedDICOM] {
        places.enumerated().map { i, z in
            var slice = CraftedDICOM(position: "10\\\(20 + shift * Double(i))\\\(z)")
            slice.pixels[0] = UInt16(100 + i)
            return slice
        }
    }

    /// How the reader names the slice at height `z`, which is number `index` among the files.
    private func reference(_ image: LoadedImage, _ index: Int, z: Double) -> SliceReference {
        SliceReference(instanceNumber: nil, position: Point(10, 20, z), file: image.metadata.sourceFiles[index])
    }

    private func kinds(_ image: LoadedImage) -> [Irregularity.Kind] { image.irregularities.map(\.kind) }

    @Test func spacingComesFromPositionsAndOrderFromTheNormal() throws {
        let image = try read(stack([30, 32.5, 35, 37.5, 40]).reversed())
        let g = image.ct.geometry
        #expect(g.size == GridSize(5, 4, 5))
        #expect(g.spacing == Vector3(0.5, 0.5, 2.5))  // SliceThickness says 9
        #expect(g.origin == Point(10, 20, 30))
        #expect((0..<5).map { image.ct[VoxelIndex(0, 0, $0)] } == [-924, -923, -922, -921, -920])
        #expect(image.ct[VoxelIndex(2, 1, 3)] == 7 * 60 - 1024)
        #expect(image.irregularities.isEmpty)
        #expect(image.metadata.seriesUID == "1.2.3.5")
        #expect(image.metadata.sourceFiles.count == 5)
    }

    @Test func anisotropicPixelsAreRowsFirst() throws {
        var slices = stack([0, 1])
        for i in slices.indices { slices[i].texts[0x0028_0030] = ("DS", "0.7\\0.4") }
        #expect(try read(slices).ct.geometry.spacing == Vector3(0.4, 0.7, 1))
    }

    @Test func sagittalSlices() throws {
        var slices = stack([0, 0, 0])
        for i in slices.indices {
            slices[i].texts[0x0020_0037] = ("DS", "0\\1\\0\\0\\0\\-1")
            slices[i].texts[0x0020_0032] = ("DS", "\(-3 * i)\\20\\30")
        }
        let image = try read(slices)
        #expect(image.ct.geometry.spacing.z == 3)
        #expect(image.ct.geometry.direction.columns.2 == Vector3(-1, 0, 0))
        #expect(image.ct.geometry.origin == Point(0, 20, 30))
        #expect(image.irregularities.isEmpty)
    }

    @Test func missingSlicesLeaveAirAndForbid() throws {
        let image = try read(stack([0, 2, 4, 10, 12]))
        #expect(
            image.irregularities
                == [Irregularity(.missingSlices(after: [reference(image, 2, z: 4)], count: 2), .forbidsPlanning)])
        #expect(image.ct.geometry.size.z == 7)
        #expect(image.ct.geometry.spacing.z == 2)
        #expect(image.ct[VoxelIndex(2, 2, 3)] == -1024)
        #expect(image.ct[VoxelIndex(0, 0, 5)] == -921)
    }

    @Test func unevenSpacingIsEvenedAndForbids() throws {
        // Values rise with height by 50 HU a millimetre, so that every plane of the even grid tells its own height.
        let places = [0.0, 2, 4, 7, 10]
        var slices = stack(places)
        for i in slices.indices { slices[i].pixels = [UInt16](repeating: UInt16(50 * places[i]), count: 20) }
        let image = try read(slices)
        #expect(
            kinds(image).first
                == .unevenSpacing(smallest: 2, largest: 3, slices: [2, 3].map { reference(image, $0, z: places[$0]) }))
        #expect(!image.allowsPlanning)
        let g = image.ct.geometry
        #expect(g.size.z == 6 && g.spacing.z == 2)
        for plane in 0..<6 { #expect(image.ct[VoxelIndex(2, 2, plane)] == Int16(100 * plane - 1024)) }
        // Positions rounded to a tenth of a millimetre are no reason to refuse.
        #expect(try read(stack([0, 0.6, 1.3, 1.9, 2.5])).irregularities.isEmpty)
    }

    @Test func slightlyUnevenSpacingIsMended() throws {
        let places = [0.0, 3, 6.2, 9, 12.3, 15]
        var slices = stack(places)
        for i in slices.indices { slices[i].pixels = [UInt16](repeating: UInt16(50 * places[i]), count: 20) }
        let image = try read(slices)
        #expect(image.allowsPlanning)
        guard case .unevenSpacing(let least, let most, _) = kinds(image).first else {
            Issue.record("uneven spacing not named")
            return
        }
        #expect(abs(least - 2.7) < 1e-9 && abs(most - 3.3) < 1e-9)
        #expect(image.ct.geometry.spacing.z == 3 && image.ct.geometry.size.z == 6)
        for plane in 0..<6 { #expect(abs(Int(image.ct[VoxelIndex(2, 2, plane)]) - (150 * plane - 1024)) <= 1) }
    }

    @Test func doubledSlicesAreNamed() throws {
        // A copy under another name, and one that differs.
        let image = try read(
            stack([0, 1, 1, 2]).enumerated().map { i, slice in
                var slice = slice
                if i == 2 { slice.pixels[0] = 101 }
                return slice
            })
        guard case .doubledSlices(let slices, true) = kinds(image).first else {
            Issue.record("\(kinds(image))")
            return
        }
        #expect(slices.map(\.position) == [Point(10, 20, 1)])
    }

    @Test func doubledSlices() throws {
        var slices = stack([0, 1, 2])
        slices.append(slices[1])
        let same = try read(slices)
        #expect(
            same.irregularities
                == [Irregularity(.doubledSlices(slices: [reference(same, 1, z: 1)], identical: true), .mended)])
        #expect(same.ct.geometry.size.z == 3)
        slices[3].pixels[5] = 7
        let differ = try read(slices)
        #expect(
            differ.irregularities
                == [
                    Irregularity(
                        .doubledSlices(slices: [reference(differ, 1, z: 1)], identical: false), .forbidsPlanning)
                ])
    }

    @Test func scoutsLeaveQuietlyOthersDoNot() throws {
        var slices = stack([0, 1, 2])
        var scout = CraftedDICOM(position: "0\\0\\0")
        scout.texts[0x0020_0037] = ("DS", "1\\0\\0\\0\\0\\-1")
        scout.texts[0x0008_0008] = ("CS", "ORIGINAL\\PRIMARY\\LOCALIZER")
        slices.append(scout)
        let image = try read(slices)
        #expect(image.ct.geometry.size.z == 3)
        guard case .localisers(let scouts) = image.irregularities.first?.kind else {
            Issue.record("scout not named")
            return
        }
        #expect(scouts.count == 1 && image.allowsPlanning)
        slices[3].texts[0x0008_0008] = nil
        guard case .mixedGrids = try read(slices).irregularities.first?.kind else {
            Issue.record("mixed orientation not named")
            return
        }
        slices[3] = stack([3])[0]
        slices[3].texts[0x0020_0052] = ("UI", "9.9")
        let strange = try read(slices)
        guard case .mixedFramesOfReference = strange.irregularities.first?.kind else {
            Issue.record("mixed frames of reference not named")
            return
        }
        #expect(!strange.allowsPlanning)
    }

    @Test func severalSeriesAreListed() throws {
        var slices = stack([0, 1, 2])
        slices[2].texts[0x0020_000E] = ("UI", "1.2.3.9")
        slices[2].texts[0x0008_103E] = ("LO", "Bone")
        let expected = [
            SeriesSummary(uid: "1.2.3.5", description: "", modality: "CT", slices: 2),
            SeriesSummary(uid: "1.2.3.9", description: "Bone", modality: "CT", slices: 1),
        ]
        guard case .severalSeries(_, expected) = imagingError({ _ = try read(slices) }) else {
            Issue.record("two series read as one")
            return
        }
        #expect(try read(slices, series: "1.2.3.5").ct.geometry.size.z == 2)
        guard case .seriesNotFound(_, "7", expected) = imagingError({ _ = try read(slices, series: "7") }) else {
            Issue.record("a missing series was read")
            return
        }
    }

    @Test func otherFilesInTheFolder() throws {
        let image = try read(
            stack([0, 1]), extra: ["README.txt": Data("read me, this is long enough".utf8), "empty": Data()])
        #expect(image.irregularities.isEmpty)
        // A file cut within its header could be anything; one cut within its pixels is a slice that is missing.
        var half = stack([2])[0]
        half.cut = 150
        let anything = try read(stack([0, 1]), extra: ["half": half.data])
        half.cut = 25
        let missing = try read(stack([0, 1]), extra: ["half": half.data])
        for (image, planes, allows) in [(anything, 2, true), (missing, 3, false)] {
            guard case .unreadableFiles(let files, _) = image.irregularities.first?.kind else {
                Issue.record("half a file not named")
                continue
            }
            #expect(files.count == 1)
            #expect(image.ct.geometry.size.z == planes)
            #expect(image.allowsPlanning == allows)
        }
    }

    @Test func aDamagedSliceWithinIsNeverPlannedOn() throws {
        var slices = stack([0, 1, 2])
        slices[1].cut = 25
        #expect(try !read(slices).allowsPlanning)
        slices[1].cut = 0
        slices[1].shorts[0x0028_0010] = 4
        slices[1].pixels.removeLast(3)
        #expect(try !read(slices).allowsPlanning)
    }

    @Test func signedPixelsSlopeAndPadding() throws {
        var slices = stack([0, 1])
        for i in slices.indices {
            slices[i].shorts[0x0028_0103] = 1
            slices[i].shorts[0x0028_0120] = UInt16(bitPattern: -2000)
            slices[i].texts[0x0028_1052] = ("DS", "0.5")
            slices[i].texts[0x0028_1053] = ("DS", "0.25")
            slices[i].pixels = (0..<20).map { UInt16(bitPattern: Int16($0 * 200 - 2000)) }
        }
        var image = try read(slices)
        #expect(image.exact?.voxels[3] == -1400 * 0.25 + 0.5)
        #expect(image.irregularities.contains(Irregularity(.padding(voxels: 2), .forbidsPlanning)))
        for i in slices.indices {
            (slices[i].texts[0x0028_1052], slices[i].texts[0x0028_1053]) = (("DS", "-1024"), ("DS", "1"))
        }
        image = try read(slices)
        #expect(image.ct.voxels[0] == -3024 && image.exact == nil)
        #expect(image.irregularities == [Irregularity(.padding(voxels: 2), .noted)])
    }

    @Test func valuesThatCannotBeHUAndOtherModalities() throws {
        var slices = stack([0, 1])
        for i in slices.indices { slices[i].texts[0x0028_1052] = ("DS", "0") }
        #expect(
            try read(slices).irregularities == [
                Irregularity(.valuesNotHU(smallest: 60, largest: 1140), .forbidsPlanning)
            ])
        for i in slices.indices { slices[i].texts[0x0008_0060] = ("CS", "MR") }
        #expect(try kinds(read(slices)).contains(.notCT(modality: "MR")))
    }

    @Test func aLoneSliceIsReadable() throws {
        let image = try read(stack([5]))
        #expect(image.ct.geometry.size == GridSize(5, 4, 1))
        #expect(kinds(image) == [.singleSlice])
        #expect(!image.allowsPlanning)
    }

    private func problem(_ change: (inout CraftedDICOM) -> Void) -> FileProblem? {
        var slices = stack([0, 1])
        for i in slices.indices { change(&slices[i]) }
        return fileProblem { _ = try read(slices) }
    }

    @Test func headersThatLie() throws {
        #expect(problem { $0.shorts[0x0028_0010] = 6000 } == .damaged("fewer pixels than the header names"))
        #expect(problem { $0.shorts[0x0028_0010] = 60000 } == .tooLarge(voxels: 300_000))
        let huge = problem { ($0.shorts[0x0028_0010], $0.shorts[0x0028_0011]) = (8000, 8000) }
        guard case .truncated(expectedBytes: 15625, _) = huge else {
            Issue.record("\(String(describing: huge))")
            return
        }
        #expect(problem { $0.texts[0x0028_0030] = nil } == .badHeader(field: "PixelSpacing", value: ""))
        #expect(problem { $0.texts[0x0028_0030] = ("DS", "0\\0.5") } != nil)
        #expect(problem { $0.texts[0x0028_0030] = ("DS", "-1\\0.5") } != nil)
        #expect(problem { $0.texts[0x0020_0037] = ("DS", "1\\0\\0\\1\\0\\0") } != nil)
        #expect(problem { $0.texts[0x0020_0037] = ("DS", "1\\0\\0\\0.1\\1\\0") } != nil)
        #expect(problem { $0.texts[0x0020_0032] = nil } == .badHeader(field: "ImagePositionPatient", value: ""))
        #expect(problem { $0.texts[0x0028_1053] = ("DS", "0") } != nil)
        #expect(problem { $0.shorts[0x0028_0101] = 20 } != nil)
        #expect(problem { $0.shorts[0x0028_0100] = 12 } == .unsupported(field: "image", value: "BitsAllocated 12"))
        #expect(problem { $0.shorts[0x0028_0002] = 3 } != nil)
        #expect(problem { $0.texts[0x0020_0032] = ("DS", "0\\0\\1e12") } != nil)
    }

    @Test func everyTruncationIsAnErrorOrNamed() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let whole = stack([0])[0].data
        let path = folder.appendingPathComponent("a.dcm").path
        for count in 0..<whole.count {
            try whole.prefix(count).write(to: URL(fileURLWithPath: path))
            #expect(throws: ImagingError.self, "\(count) of \(whole.count) bytes") { try ImageReader.read(path) }
        }
    }

    @Test func foldersWithoutImages() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: ImagingError.noImage(path: folder.path, filesSeen: 0)) { try ImageReader.read(folder.path) }
        let missing = folder.appendingPathComponent("none").path
        #expect(throws: ImagingError.unreadable(path: missing, .notFound)) { try ImageReader.read(missing) }
        try Data("plain text".utf8).write(to: folder.appendingPathComponent("a.txt"))
        #expect(throws: ImagingError.noImage(path: folder.path, filesSeen: 1)) { try ImageReader.read(folder.path) }
        #expect(throws: ImagingError.unreadable(path: "/dev/zero", .notAFile)) { try ImageReader.read("/dev/zero") }
    }
}
