import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// Pixels of every layout and syntax, against numbers worked out by hand here.
@Suite struct DICOMPixelTests {
    private func read(_ sets: [CraftedDataSet], keepsExact: Bool = true) throws -> LoadedImage {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (i, set) in sets.enumerated() { try set.data.write(to: folder.appendingPathComponent("\(i)")) }
        return try ImageReader.read(folder.path, keepsExact: keepsExact)
    }

    /// Stored bits with junk in all others, as overlays once had it.
    struct Layout: CustomStringConvertible, Sendable {
        var stored: Int
        var high: Int
        var signed: Bool
        var description: String { "\(stored) bits up to \(high), \(signed ? "signed" : "unsigned")" }
    }

    static let layouts = [(16, 15), (12, 11), (12, 15), (12, 13), (10, 9), (15, 14)].flatMap { stored, high in
        [true, false].map { Layout(stored: stored, high: high, signed: $0) }
    }

    /// The two ways to the pixels, plain words and DCMTK's decoder, and the truth agree.
    @Test(arguments: layouts, CraftedSyntax.allCases)
    func layoutsAndSyntaxes(_ layout: Layout, _ syntax: CraftedSyntax) throws {
        var g = SeededGenerator(seed: UInt64(layout.stored * 100 + layout.high))
        let low = layout.signed ? -(1 << (layout.stored - 1)) : 0
        let truth = (0..<30).map { _ in Int.random(in: low..<(low + 1 << layout.stored), using: &g) }
        let shift = layout.high + 1 - layout.stored
        let mask = ((1 << layout.stored) - 1) << shift
        let words = truth.map { UInt16(($0 << shift & mask) | (Int.random(in: 0...65535, using: &g) & ~mask & 0xFFFF)) }
        var slice = CraftedDataSet.image(columns: 6, rows: 5, pixels: words, signed: layout.signed)
        slice.syntax = syntax
        slice[0x0028_0101] = .us(layout.stored)
        slice[0x0028_0102] = .us(layout.high)
        slice.place("0\\0\\0")
        let image = try read([slice])
        #expect(image.ct.voxels == truth.map { Int16(clamping: $0 - 1024) })
        let exact = image.exact?.voxels ?? image.ct.voxels.map { Double($0) }
        #expect(exact == truth.map { Double($0 - 1024) })
    }

    @Test func everySliceHasItsOwnRescale() throws {
        let slices = [(1.0, -1024.0), (2, -1500), (-1, 300), (0.5, -700)].enumerated().map { i, rescale in
            var slice = CraftedDataSet.image(columns: 4, rows: 1, pixels: [0, 10, 100, 1001])
            slice[0x0028_1053] = .ds(rescale.0)
            slice[0x0028_1052] = .ds(rescale.1)
            slice.place("0\\0\\\(i)")
            return slice
        }
        let image = try read(slices)
        #expect(
            image.ct.voxels == [
                -1024, -1014, -924, -23, -1500, -1480, -1300, 502, 300, 290, 200, -701, -700, -695, -650, -200,
            ])
        #expect(image.exact?.voxels[15] == -199.5)
        #expect(image.metadata.rescale == nil)
        #expect(try read(slices, keepsExact: false).exact == nil)
    }

    @Test func paddingIsAValueOrARange() throws {
        func slice(_ padding: [UInt32: Int]) -> CraftedDataSet {
            var slice = CraftedDataSet.image(columns: 6, rows: 1, pixels: [0, 10, 20, 30, 1000, 1100])
            for (tag, value) in padding { slice[tag] = .us(value) }
            slice.place("0\\0\\0")
            return slice
        }
        func padding(_ tags: [UInt32: Int]) throws -> [Irregularity] {
            try read([slice(tags)]).irregularities.filter { if case .padding = $0.kind { true } else { false } }
        }
        #expect(try padding([:]).isEmpty)
        #expect(try padding([0x0028_0120: 0]) == [Irregularity(.padding(voxels: 1), .noted)])
        #expect(try padding([0x0028_0120: 0, 0x0028_0121: 20]) == [Irregularity(.padding(voxels: 3), .noted)])
        #expect(try padding([0x0028_0120: 20, 0x0028_0121: 0]) == [Irregularity(.padding(voxels: 3), .noted)])
        // Padding that reads as tissue: nobody can tell it from the patient.
        #expect(try padding([0x0028_0120: 1100]) == [Irregularity(.padding(voxels: 1), .forbidsPlanning)])
        #expect(
            try padding([0x0028_0120: 0, 0x0028_0121: 1000]) == [Irregularity(.padding(voxels: 5), .forbidsPlanning)])
        // Far below anything measured: read as air, and the file's own number kept beside.
        var far = slice([0x0028_0120: 0])
        far[0x0028_1052] = .ds(-9000)
        let image = try read([far])
        #expect(image.ct.voxels[0] == -1024 && image.exact?.voxels[0] == -9000)
    }

    @Test func paddingAloneIsNoAir() throws {
        // Values offset by 1024 with padding at −2000: without the padding there is nothing below 0.
        let slices = (0..<3).map { z in
            var slice = CraftedDataSet.image(
                columns: 5, rows: 1, pixels: [UInt16(bitPattern: -2000), 24, 1000, 1060, 1500], signed: true)
            slice.place("0\\0\\\(z)")
            slice[0x0028_1052] = .ds(0)
            return slice
        }
        let kinds = try read(slices).irregularities.map(\.kind)
        #expect(kinds == [.valuesNotHU(smallest: -2000, largest: 1500)])
    }

    @Test func oneSliceOnAnotherScaleIsNamed() throws {
        let slices = (0..<8).map { z in
            var slice = CraftedDataSet.image(columns: 5, rows: 1, pixels: [0, 24, 1000, 1060, 1500])
            slice.place("0\\0\\\(z)", instance: 11 + z)
            if z == 5 { slice[0x0028_1052] = .ds(0) }
            return slice
        }
        let image = try read(slices)
        guard case .slicesNotHU(let named) = image.irregularities.first?.kind else {
            Issue.record("\(image.irregularities)")
            return
        }
        #expect(named.map(\.instanceNumber) == [16] && !image.allowsPlanning)
    }

    @Test(
        arguments: [
            ("HU", nil), ("US", .noted), ("HU_MOD", .noted), ("OD", .forbidsPlanning), ("Z_EFF", .forbidsPlanning),
        ]
            as [(String, IrregularityEffect?)])
    func unitsOfTheHeader(_ unit: String, _ effect: IrregularityEffect?) throws {
        let slices = (0..<2).map { z in
            var slice = CraftedDataSet.image(columns: 2, rows: 1, pixels: [24, 1024])
            slice.place("0\\0\\\(z)")
            slice[0x0028_1054] = .text("LO", unit)
            return slice
        }
        #expect(try read(slices).irregularities.map(\.effect) == (effect.map { [$0] } ?? []))
    }

    @Test func unknownSyntaxesAreRefused() throws {
        var slice = CraftedDataSet.image(columns: 2, rows: 1, pixels: [24, 1024])
        slice.place("0\\0\\0")
        slice.declaredSyntax = "1.2.840.10008.1.2.99"
        #expect(
            fileProblem { _ = try read([slice]) }
                == .unsupported(field: "image", value: "transfer syntax 1.2.840.10008.1.2.99"))
    }

    /// GE's private syntax: little endian but for the pixels.
    @Test func bigEndianPixelsInALittleEndianFile() throws {
        var slice = CraftedDataSet.image(
            columns: 2, rows: 1, pixels: [UInt16(24).byteSwapped, UInt16(1024).byteSwapped])
        slice.place("0\\0\\0")
        slice.syntax = .implicitLittle
        slice.declaredSyntax = "1.2.840.113619.5.2"
        #expect(try read([slice]).ct.voxels == [-1000, 0])
    }

    @Test func tablesOfValuesAreRefused() throws {
        var slice = CraftedDataSet.image(columns: 2, rows: 1, pixels: [24, 1024])
        slice.place("0\\0\\0")
        slice[0x0028_3000] = .sequence([[0x0028_3002: .shorts("US", [2, 0, 16])]])
        guard case .unsupported(_, let what) = fileProblem({ _ = try read([slice]) }) else {
            Issue.record("a table of values was passed over")
            return
        }
        #expect(what.contains("ModalityLUTSequence"))
    }

    @Test func pixelsOfAnIconAreNotThoseOfTheImage() throws {
        for syntax in CraftedSyntax.allCases {
            var slice = CraftedDataSet.image(columns: 3, rows: 1, pixels: [24, 1024, 2024])
            slice.place("0\\0\\0")
            slice.syntax = syntax
            slice[0x0088_0200] = .sequence([
                [0x0028_0010: .us(1), 0x0028_0011: .us(3), 0x7FE0_0010: .shorts("OW", [7, 8, 9])]
            ])
            #expect(try read([slice]).ct.voxels == [-1000, 0, 1000], "\(syntax)")
        }
    }
}
