import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

@Suite struct NIfTIReaderTests {
    private func read(_ data: Data, name: String = "a.nii") throws -> LoadedImage {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appendingPathComponent(name)
        try data.write(to: url)
        return try ImageReader.read(url.path)
    }

    /// Values −3…20 in every type of the standard and both byte orders.
    @Test(
        arguments: [(2, 1), (4, 2), (8, 4), (16, 4), (64, 8), (256, 1), (512, 2), (768, 4), (1024, 8), (1280, 8)],
        [false, true])
    func everyTypeAndByteOrder(_ type: (code: Int, bytes: Int), _ bigEndian: Bool) throws {
        var file = CraftedNIfTI(dataType: Int16(type.code), bitsPerVoxel: Int16(type.bytes * 8), bigEndian: bigEndian)
        file.slope = 1
        let isUnsigned = [2, 512, 768, 1280].contains(type.code)
        let values = (0..<24).map { $0 - (isUnsigned ? 0 : 3) }
        var data = CraftedBytes(bytes: file.header, bigEndian: bigEndian)
        for v in values {
            switch (type.code, type.bytes) {
            case (16, _): data.put(Float(v))
            case (64, _): data.put(Double(v))
            case (_, 1): data.put(UInt8(truncatingIfNeeded: v))
            case (_, 2): data.put(UInt16(truncatingIfNeeded: v))
            case (_, 4): data.put(UInt32(truncatingIfNeeded: v))
            default: data.put(UInt64(truncatingIfNeeded: v))
            }
        }
        #expect(try read(data.bytes).ct.voxels == values.map { Int16($0) })
        #expect(try read(craftedGzip(data.bytes), name: "a.nii.gz").ct.voxels == values.map { Int16($0) })
    }

    private func shorts(_ file: CraftedNIfTI, _ values: [Int16] = (0..<24).map { $0 - 900 }) -> Data {
        var data = CraftedBytes(bytes: file.header, bigEndian: file.bigEndian)
        for v in values { data.put(v) }
        return data.bytes
    }

    /// Header and voxels in two files, the latter from their first byte on; either name opens the pair.
    @Test(arguments: [false, true]) func pairs(compressed: Bool) throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var file = CraftedNIfTI()
        file.dataOffset = 0
        let whole = shorts(file)
        let parts = [("hdr", whole.prefix(344) + Data("ni1\0".utf8) + Data(count: 4)), ("img", whole.dropFirst(352))]
        for (ending, data) in parts {
            let path = folder.appendingPathComponent("a." + ending + (compressed ? ".gz" : ""))
            try (compressed ? craftedGzip(Data(data)) : Data(data)).write(to: path)
        }
        for (ending, _) in parts {
            let path = folder.appendingPathComponent("a." + ending + (compressed ? ".gz" : "")).path
            #expect(try ImageReader.read(path).ct.voxels == (0..<24).map { $0 - 900 })
            try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
            let other = path.replacingOccurrences(of: ending, with: ending == "hdr" ? "img" : "hdr")
            let name = "a." + (ending == "hdr" && compressed ? "hdr.gz" : ending)
            #expect(fileProblem { _ = try ImageReader.read(other) } == .dataFileNotFound(name: name))
            try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        }
    }

    /// NIfTI's +X is right and +Y anterior: RAS (10, 20, 30) is LPS (−10, −20, 30).
    @Test func sformBecomesPatientCoordinates() throws {
        var file = CraftedNIfTI()
        file.sform = (2, [2, 0, 0, 10, 0, 3, 0, 20, 0, 0, 4, 30])
        let g = try read(shorts(file)).ct.geometry
        #expect(g.origin == Point(-10, -20, 30))
        #expect(g.spacing == Vector3(2, 3, 4))
        #expect(g.point(VoxelIndex(1, 1, 1)) == Point(-12, -23, 34))
    }

    /// A quaternion of 90° about z, worked by hand: the x axis runs along RAS +Y, the y axis along −X; qfac −1 turns z.
    @Test func qformHoldsWhereThereIsNoSform() throws {
        var file = CraftedNIfTI()
        file.sform.code = 0
        file.voxelSize = (2, 3, 4)
        file.handedness = -1
        file.qform = (1, 0, 0, Float(0.5).squareRoot(), 5, 6, 7)
        let g = try read(shorts(file)).ct.geometry
        #expect(g.point(VoxelIndex(1, 0, 0)).distance(to: Point(-5, -8, 7)) < 1e-5)
        #expect(g.point(VoxelIndex(0, 1, 0)).distance(to: Point(-2, -6, 7)) < 1e-5)
        #expect(g.point(VoxelIndex(0, 0, 1)).distance(to: Point(-5, -6, 3)) < 1e-5)
    }

    @Test func disagreeingFormsAreReported() throws {
        var file = CraftedNIfTI()
        file.qform = (1, 0, 0, 0, 3, 0, 0)
        let image = try read(shorts(file))
        #expect(image.irregularities.contains(Irregularity(.formsDisagree(millimetres: 3), .noted)))
        file.handedness = -1
        #expect(try !read(shorts(file)).allowsPlanning)
    }

    @Test func withoutFormsNobodyKnowsThePatient() throws {
        var file = CraftedNIfTI()
        file.sform.code = 0
        #expect(try read(shorts(file)).irregularities.contains(Irregularity(.noPatientPosition, .forbidsPlanning)))
    }

    @Test func unitsOfMetresAndMicrometres() throws {
        var file = CraftedNIfTI()
        file.sform.rows = [0.002, 0, 0, 0, 0, 0.002, 0, 0, 0, 0, 0.002, 0]
        file.units = 1
        #expect(abs(try read(shorts(file)).ct.geometry.spacing.x - 2) < 1e-6)
        file.sform.rows = [2000, 0, 0, 0, 0, 2000, 0, 0, 0, 0, 2000, 0]
        file.units = 3
        #expect(abs(try read(shorts(file)).ct.geometry.spacing.x - 2) < 1e-6)
    }

    @Test func slopeAndInterceptGiveExactValues() throws {
        var file = CraftedNIfTI()
        (file.slope, file.intercept) = (0.25, -1000)
        let image = try read(shorts(file, (0..<24).map { Int16($0) }))
        #expect(image.exact?.voxels == (0..<24).map { Double($0) * 0.25 - 1000 })
        #expect(image.ct.voxels[1] == -1000 && image.ct.voxels[3] == -999)
        (file.slope, file.intercept) = (1, -1024)
        let whole = try read(shorts(file, (0..<24).map { Int16($0) }))
        #expect(whole.exact == nil && whole.ct.voxels[23] == -1001)
    }

    @Test func valuesBeyondSixteenBitsAndNaN() throws {
        var file = CraftedNIfTI(dataType: 16, bitsPerVoxel: 32)
        file.size = (2, 1, 2)
        var data = CraftedBytes(bytes: file.header)
        for v in [Float(1e6), -1e6, .nan, -1000] { data.put(v) }
        let image = try read(data.bytes)
        #expect(image.ct.voxels == [32767, -32768, -1024, -1000])
        #expect(image.exact?.voxels[0] == 1e6)
        #expect(image.irregularities.contains(Irregularity(.clippedValues(voxels: 2), .noted)))
        #expect(image.irregularities.contains(Irregularity(.notFinite(voxels: 1), .noted)))
    }

    @Test func shearIsRefused() throws {
        var file = CraftedNIfTI()
        file.sform.rows = [1, 0.1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
        guard case .sheared(let deviation) = problem(shorts(file)) else {
            Issue.record("a sheared grid was read")
            return
        }
        #expect(abs(deviation - 0.1 / Double(1.01).squareRoot()) < 1e-6)
    }

    private func problem(_ data: Data, name: String = "a.nii") -> FileProblem? {
        fileProblem { _ = try read(data, name: name) }
    }

    @Test func headersThatLie() throws {
        var large = CraftedNIfTI()
        large.size = (32767, 32767, 32767)
        #expect(problem(shorts(large)) == .tooLarge(voxels: 32767 * 32767 * 32767))
        large.size = (1000, 1000, 1000)
        #expect(problem(shorts(large)) == .truncated(expectedBytes: 2_000_000_352, foundBytes: 400))
        let small = craftedGzip(shorts(large))
        #expect(
            problem(small, name: "a.nii.gz")
                == .compressedTooShort(expectedBytes: 2_000_000_352, compressedBytes: small.count))
        large.size = (-3, 2, 2)
        #expect(problem(shorts(large)) == .badHeader(field: "size", value: "-3"))
        #expect(problem(shorts(CraftedNIfTI(fourth: 2))) == .unsupported(field: "dim", value: "2×3×4×2×1×1×1"))
        #expect(problem(shorts(CraftedNIfTI(dataType: 128))) == .unsupported(field: "datatype", value: "128"))
        var nowhere = CraftedNIfTI()
        nowhere.sform.rows[3] = .nan
        #expect(problem(shorts(nowhere)) != nil)
        nowhere = CraftedNIfTI()
        nowhere.dataOffset = 1e30
        #expect(problem(shorts(nowhere)) == .badHeader(field: "vox_offset", value: "\(Double(Float(1e30)))"))
    }

    /// What a person is told counts the bytes that come out, not those that are compressed.
    @Test func cutCompressedFilesSayHowFarTheyReach() throws {
        let plain = shorts(CraftedNIfTI())
        let packed = craftedGzip(plain)
        // 10 bytes of gzip's header and 5 of the block's come before the first byte, 8 of the checksum after the last.
        #expect(packed.count == plain.count + 23)
        #expect(
            problem(packed.prefix(15 + 390), name: "a.nii.gz")
                == .compressedDataEnds(expectedBytes: plain.count, decodedBytes: 390))
        #expect(
            problem(packed.dropLast(3), name: "a.nii.gz")
                == .compressedDataEnds(expectedBytes: plain.count, decodedBytes: plain.count))
    }

    /// Three numbers that belong to no unit quaternion are no orientation; with an sform beside them that one counts.
    @Test func impossibleQuaternions() throws {
        var file = CraftedNIfTI()
        file.qform = (1, 3, 0, 0, 0, 0, 0)
        #expect(try read(shorts(file)).irregularities.allSatisfy { $0.kind != .noPatientPosition })
        file.sform.code = 0
        guard case .badHeader("quatern", _) = problem(shorts(file)) else {
            return #expect(Bool(false), "an orientation was made up")
        }
    }

    @Test func everyTruncationIsAnError() throws {
        let plain = shorts(CraftedNIfTI())
        for count in 0..<plain.count { #expect(problem(plain.prefix(count)) != nil, "\(count) bytes") }
        let packed = craftedGzip(plain)
        for count in 0..<packed.count {
            #expect(problem(packed.prefix(count), name: "a.nii.gz") != nil, "\(count) bytes")
        }
    }

    @Test func aFlippedBitInCompressedVoxelsIsFound() throws {
        var packed = craftedGzip(shorts(CraftedNIfTI()))
        packed[packed.count - 20] ^= 4
        #expect(problem(packed, name: "a.nii.gz") == .damaged("incorrect data check"))
    }
}
