import Foundation
import Testing

@testable import TerminalKit

@Suite struct GraphicsTests {
    private func gradient(_ width: Int, _ height: Int) -> RasterImage {
        var image = RasterImage(width: width, height: height)
        for y in 0..<height { for x in 0..<width { image[x, y] = RGB(gray: UInt8((x * 7 + y * 13) % 256)) } }
        return image
    }

    @Test func halfBlocksShowTwoPixelsACell() {
        var grid = CellGrid(width: 3, height: 2)
        var image = RasterImage(width: 3, height: 3)
        (image[0, 0], image[0, 1], image[2, 2]) = (RGB(1, 2, 3), RGB(4, 5, 6), RGB(7, 8, 9))
        grid.draw(image, in: grid.bounds)
        #expect(grid[0, 0] == Cell("▀", CellStyle(RGB(1, 2, 3), on: RGB(4, 5, 6))))
        #expect(grid[1, 0] == Cell(" ", CellStyle(nil, on: .black)))
        #expect(grid[2, 1].style.background == RGB(7, 8, 9))
    }

    /// A colour of whole areas is one colour, and nearly its own.
    @Test func evenColoursStayEven() {
        let color = RGB(10, 14, 28)
        let image = RasterImage(width: 30, height: 20, filledWith: color)
        func palette(_ even: [RGB]) -> [String] {
            let text = String(decoding: SixelEncoder.encode(image, even: even), as: UTF8.self)
            return text.split(separator: "#").dropFirst().filter { $0.contains(";2;") }.map(String.init)
        }
        #expect(palette([]).count > 1, "dots of several colours")
        // 10, 14 and 28 of 255 in percent.
        #expect(palette([color]).count == 1 && palette([color])[0].hasSuffix(";2;4;5;11"))
    }

    @Test func partsOfAPicture() {
        let image = gradient(7, 5)
        let part = image.part(x: 2..<5, y: 3..<9)
        #expect(part.width == 3 && part.height == 2)
        for y in 0..<2 { for x in 0..<3 { #expect(part[x, y] == image[x + 2, y + 3]) } }
    }

    /// Sixels decoded again as the manual says give the picture, to the palette's steps.
    @Test(arguments: [(1, 1), (17, 13), (40, 24)]) func sixels(_ size: (Int, Int)) throws {
        let image = gradient(size.0, size.1)
        let text = String(decoding: SixelEncoder.encode(image), as: UTF8.self)
        #expect(text.hasPrefix("\u{1B}Pq") || text.hasPrefix("\u{1B}P0;1;0q"))
        let body = Array(try #require(text.split(separator: "q", maxSplits: 1).last).dropLast(2))
        var palette: [Int: [Int]] = [:], seen = [Int](repeating: -1, count: size.0 * size.1)
        var (i, x, band, color) = (body.firstIndex(of: "#")!, 0, 0, 0)
        func number() -> Int {
            var n = 0
            while i < body.count, let d = body[i].wholeNumberValue, body[i].isASCII { (n, i) = (n * 10 + d, i + 1) }
            return n
        }
        while i < body.count {
            switch body[i] {
            case "#":
                i += 1
                color = number()
                if i < body.count, body[i] == ";" {
                    var values: [Int] = []
                    while i < body.count, body[i] == ";" {
                        i += 1
                        values.append(number())
                    }
                    palette[color] = Array(values.dropFirst())
                }
            case "$": (x, i) = (0, i + 1)
            case "-": (x, band, i) = (0, band + 1, i + 1)
            default:
                var count = 1
                if body[i] == "!" {
                    i += 1
                    count = number()
                }
                let mask = Int(body[i].asciiValue!) - 63
                for _ in 0..<count {
                    for bit in 0..<6 where mask >> bit & 1 == 1 { seen[(band * 6 + bit) * size.0 + x] = color }
                    x += 1
                }
                i += 1
            }
        }
        let allSeen = seen.allSatisfy { $0 >= 0 }
        #expect(allSeen)
        // every line's mean keeps its brightness: errors are passed on, not lost
        for y in 0..<size.1 where size.0 > 8 {
            let wanted = (0..<size.0).reduce(0.0) { $0 + Double(image[$1, y].green) } / Double(size.0)
            let got =
                (0..<size.0).reduce(0.0) { $0 + Double(palette[seen[y * size.0 + $1]]![1]) * 2.55 } / Double(size.0)
            #expect(abs(wanted - got) < 6)
        }
        // a grey is told to 2 %, half a step off at most
        for i in seen.indices {
            #expect(abs(Double(palette[seen[i]]![0]) * 2.55 - Double(image.pixels[i].red)) < 2.6)
        }
    }

    /// Half a megapixel of CT: quick enough to follow a hand.
    @Test func aPictureIsEncodedInMilliseconds() {
        var image = gradient(800, 600)
        for x in 0..<800 { image[x, 300] = RGB(230, 97, 0) }
        let start = ContinuousClock.now
        let size = SixelEncoder.encode(image).count
        // No more than the pixels themselves in base 64, though every one is another grey than its neighbour.
        #expect(size < 800 * 600 * 4)
        // A machine that does much else gets ten times of what it takes alone.
        #expect(ContinuousClock.now - start < .milliseconds(400))
    }

    @Test func kittysPiecesHoldThePixels() throws {
        let image = gradient(50, 40)
        let text = String(decoding: KittyEncoder.transmit(image, number: 3), as: UTF8.self)
        let pieces = text.components(separatedBy: "\u{1B}\\").dropLast()
        #expect(pieces.allSatisfy { $0.hasPrefix("\u{1B}_G") })
        #expect(pieces.dropLast().allSatisfy { $0.contains("m=1;") } && pieces.last!.contains("m=0;"))
        let payload = pieces.map { $0.split(separator: ";", maxSplits: 1).last! }.joined()
        let data = try #require(Data(base64Encoded: payload))
        #expect([UInt8](data) == image.pixels.flatMap { [$0.red, $0.green, $0.blue] })
    }
}
