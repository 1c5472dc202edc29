import CPNG
import Foundation
import Testing

@testable import Report

@Suite struct RGBImageTests {
    /// Every pixel another colour, in a size that is no power of two.
    static func pattern(width: Int, height: Int) -> RGBImage {
        var image = RGBImage(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width { image[x, y] = SIMD3(UInt8(x * 7 % 256), UInt8(y * 11 % 256), UInt8((x * y) % 256)) }
        }
        return image
    }

    /// The check of ISO/IEC 15948, annex D, bit by bit.
    static func crc(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var c: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            c ^= UInt32(byte)
            for _ in 0..<8 { c = c & 1 == 1 ? 0xEDB8_8320 ^ (c >> 1) : c >> 1 }
        }
        return ~c
    }

    static func number(_ bytes: some Sequence<UInt8>) -> UInt32 { bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }

    @Test func chunksAreAsTheStandardSays() throws {
        let file = [UInt8](try Self.pattern(width: 37, height: 21).png())
        #expect(file.prefix(8) == [137, 80, 78, 71, 13, 10, 26, 10])
        var names: [String] = []
        var at = 8
        while at < file.count {
            let length = Int(Self.number(file[at...]))
            let body = file[(at + 4)..<(at + 8 + length)]
            names.append(String(decoding: body.prefix(4), as: UTF8.self))
            #expect(Self.crc(body) == Self.number(file[(at + 8 + length)...]), "\(names)")
            if names.count == 1 { #expect(Array(body.dropFirst(4)) == [0, 0, 0, 37, 0, 0, 0, 21, 8, 2, 0, 0, 0]) }
            at += 12 + length
        }
        #expect(names.first == "IHDR" && names.contains("IDAT") && names.last == "IEND" && at == file.count)
    }

    @Test(arguments: [(1, 1), (37, 21), (300, 300)]) func readsBackAsItWas(_ width: Int, _ height: Int) throws {
        let image = Self.pattern(width: width, height: height)
        let file = [UInt8](try image.png())
        var back = [UInt8](repeating: 0, count: width * height * 3)
        // libpng goes on reading from the bytes that it was given at the beginning.
        file.withUnsafeBytes { bytes in
            var header = png_image()
            header.version = UInt32(PNG_IMAGE_VERSION)
            #expect(png_image_begin_read_from_memory(&header, bytes.baseAddress, bytes.count) != 0)
            #expect(header.width == width && header.height == height)
            header.format = UInt32(PNG_FORMAT_FLAG_COLOR)
            #expect(png_image_finish_read(&header, nil, &back, 0, nil) != 0)
        }
        #expect(back == image.bytes)
    }

    @Test func anEmptyPictureIsRefused() {
        #expect(throws: ReportError.pictureNotWritten(width: 0, height: 4)) { try RGBImage(width: 0, height: 4).png() }
    }
}
