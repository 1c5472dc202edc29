import Foundation
import Testing

@testable import Imaging

@Suite struct RadiographTests {
    static func word(_ x: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: x >> $0) } }

    static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        word(body.count) + Array(name.utf8) + body + word(0)
    }

    /// A zlib stream of one block that is not compressed (RFC 1950 and 1951).
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        let count = [bytes.count & 255, bytes.count >> 8].map { UInt8($0) }
        let sums = bytes.reduce((1, 0)) { sum, byte in
            let a = (sum.0 + Int(byte)) % 65521
            return (a, (sum.1 + a) % 65521)
        }
        return [0x78, 0x01, 0x01] + count + count.map { ~$0 } + bytes + word(sums.1 << 16 | sums.0)
    }

    /// A PNG whose rows use each of the five filters in turn.
    static func png(_ pixels: [[UInt16]], bits: Int = 16, colour: UInt8 = 0, filter: UInt8? = nil) -> Data {
        let per = bits / 8
        let plain = pixels.map { row in row.flatMap { per == 2 ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0)] } }
        var rows: [UInt8] = []
        for (y, row) in plain.enumerated() {
            let kind = filter ?? UInt8(y % 5)
            rows.append(kind)
            for x in row.indices {
                let a = x >= per ? Int(row[x - per]) : 0
                let b = y > 0 ? Int(plain[y - 1][x]) : 0
                let c = y > 0 && x >= per ? Int(plain[y - 1][x - per]) : 0
                let p = a + b - c
                let paeth = [a, b, c].min { abs(p - $0) < abs(p - $1) } ?? 0
                let guess = [0, a, b, (a + b) / 2, paeth][Int(min(kind, 4))]
                rows.append(row[x] &- UInt8(truncatingIfNeeded: guess))
            }
        }
        let header = word(pixels[0].count) + word(pixels.count) + [UInt8(bits), colour, 0, 0, 0]
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let parts = chunk("IHDR", header) + chunk("IDAT", stored(rows)) + chunk("IEND", [])
        return Data(signature + parts)
    }

    static func picture(_ width: Int, _ height: Int, most: Int) -> [[UInt16]] {
        (0..<height).map { y in (0..<width).map { x in UInt16((x * 977 + y * 7919 + x * y * 31) % (most + 1)) } }
    }

    @Test func aPNGOfAllFiltersIsReadExactly() throws {
        for (bits, most) in [(16, 65535), (8, 255)] {
            let pixels = Self.picture(37, 23, most: most)
            let found = try GreyPicture.png(Self.png(pixels, bits: bits)).radiograph
            #expect(found.width == 37 && found.height == 23)
            #expect(found.pixels == pixels.joined().map { Float($0) })
        }
    }

    @Test func aPGMIsReadExactly() throws {
        let pixels = Self.picture(11, 5, most: 4095)
        let bytes = pixels.joined().flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        let file = Data("P5 # a comment\n11 5\n# another\n4095\n".utf8) + bytes
        #expect(try GreyPicture.pgm(file).radiograph.pixels == pixels.joined().map { Float($0) })
        #expect(throws: FileProblem.self) { try GreyPicture.pgm(file.dropLast()) }
    }

    @Test func whatIsNoGreyPictureIsRefused() throws {
        let good = Self.png(Self.picture(9, 7, most: 255), bits: 8)
        #expect(throws: FileProblem.unknownFormat) { try GreyPicture.png(Data("P5 3 3 255\n".utf8)) }
        #expect(throws: FileProblem.unsupported(field: "colour type", value: "2")) {
            try GreyPicture.png(Self.png(Self.picture(9, 7, most: 255), bits: 8, colour: 2))
        }
        #expect(throws: FileProblem.damaged("filter 5")) {
            try GreyPicture.png(Self.png(Self.picture(9, 7, most: 255), bits: 8, filter: 5))
        }
        for word in ["P5", "P5 ", "P5 0 4 255\n", "P5 999999 999999 255\n", "P5 4 4 70000\n", "P5 -1 4 255\n"] {
            #expect(throws: FileProblem.self) { try GreyPicture.pgm(Data(word.utf8)) }
        }
        for length in 0..<good.count - 12 {
            #expect(throws: FileProblem.self) { try GreyPicture.png(good.prefix(length)) }
        }
    }

    /// Bytes changed anywhere end nothing.
    @Test func damagedPicturesEndNothing() {
        let good = [UInt8](Self.png(Self.picture(19, 13, most: 65535)))
        for i in good.indices {
            for value in [0, 1, 127, 255] as [UInt8] {
                var bad = good
                bad[i] = value
                _ = try? GreyPicture.png(Data(bad))
            }
        }
    }

    static func read(_ image: CraftedDataSet, frame: Int = 1) throws -> Radiograph {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).dcm")
        defer { try? FileManager.default.removeItem(at: path) }
        try image.data.write(to: path)
        return try Radiograph.read(path.path, frame: frame)
    }

    /// Frames of a C-arm have no place in the patient; their pixels are all that is wanted.
    @Test(arguments: CraftedSyntax.allCases) func aFrameOfADICOMFileIsRead(_ syntax: CraftedSyntax) throws {
        var image = CraftedDataSet.image(columns: 3, rows: 2, pixels: (0..<12).map { 4000 * $0 })
        image.syntax = syntax
        image[0x0028_0008] = .text("IS", "2")
        image[0x0008_0060] = .text("CS", "XA")
        let (first, second) = (try Self.read(image), try Self.read(image, frame: 2))
        #expect(first.pixels == [0, 4000, 8000, 12000, 16000, 20000] && first.frames == 2 && first.modality == "XA")
        #expect(second.pixels == [24000, 28000, 32000, 36000, 40000, 44000] && second.width == 3)
        image[0x0028_0004] = .text("CS", "MONOCHROME1")
        #expect(try Self.read(image).pixels == first.pixels.map { -$0 })
        #expect(throws: ImagingError.self) { try Self.read(image, frame: 3) }
        #expect(throws: ImagingError.self) { try Self.read(image, frame: 0) }
        image[0x0008_0060] = .text("CS", "CT")
        #expect(throws: ImagingError.self) { try Self.read(image) }
    }

    /// A CT whose least value is the brightest is still refused.
    @Test func aCTOfMonochrome1IsRefused() throws {
        var image = CraftedDataSet.image(columns: 3, rows: 2, pixels: (0..<6).map { 100 * $0 })
        image.place("0\\0\\0")
        image[0x0028_0004] = .text("CS", "MONOCHROME1")
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).dcm").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try image.data.write(to: URL(fileURLWithPath: path))
        let problem = FileProblem.unsupported(field: "image", value: "PhotometricInterpretation MONOCHROME1")
        #expect(throws: ImagingError.unreadable(path: path, problem)) { try ImageReader.read(path) }
    }
}
