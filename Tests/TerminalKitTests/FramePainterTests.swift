import Testing

@testable import TerminalKit

/// Cells and real pictures from frame to frame.
@Suite struct FramePainterTests {
    static let rect = CellRect(column: 2, row: 1, width: 4, height: 2)

    static func frame(_ color: RGB?, letter: String = "a") -> TerminalFrame {
        var grid = CellGrid(width: 10, height: 5, filledWith: .blank)
        grid.write(letter, column: 8, row: 4)
        let images = color.map {
            [PlacedImage(rect: rect, image: RasterImage(width: 40, height: 40, filledWith: $0))]
        }
        return TerminalFrame(grid: grid, images: images ?? [])
    }

    static func has(_ text: String, in bytes: [UInt8]) -> Bool { bytes.firstRange(of: Array(text.utf8)) != nil }

    @Test func sixelPicturesComeStayAndGo() {
        var painter = FramePainter(depth: .full, graphics: .sixel)
        #expect(Self.has("\u{1B}P0;1;0q", in: painter.paint(Self.frame(.white))))
        // the same again: not a byte; another letter: the letter, and no picture
        #expect(painter.paint(Self.frame(.white)).isEmpty)
        let letter = painter.paint(Self.frame(.white, letter: "b"))
        #expect(Self.has("b", in: letter) && !Self.has("\u{1B}P", in: letter))
        #expect(Self.has("\u{1B}P", in: painter.paint(Self.frame(.black, letter: "b"))))
        // gone: the cells below it are written again, each of the eight
        let gone = painter.paint(Self.frame(nil, letter: "b"))
        #expect(!Self.has("\u{1B}P", in: gone) && gone.count { $0 == UInt8(ascii: " ") } >= 8)
    }

    @Test func kittyPicturesComeStayAndGo() {
        var painter = FramePainter(depth: .full, graphics: .kitty)
        let first = painter.paint(Self.frame(.white))
        #expect(Self.has("a=t,f=24,s=40,v=40", in: first) && Self.has("a=p", in: first))
        #expect(!Self.has("a=t", in: painter.paint(Self.frame(.white, letter: "b"))))
        let gone = painter.paint(Self.frame(nil, letter: "b"))
        #expect(Self.has("a=d", in: gone) && !Self.has("a=t", in: gone))
    }

    @Test func withoutGraphicsNothingIsAskedOrShown() {
        var painter = FramePainter(depth: .full, graphics: nil)
        painter.learn(Terminal.Size(columns: 10, rows: 5, pixelWidth: 100, pixelHeight: 100))
        #expect(painter.question.isEmpty && painter.cellSize == nil && !painter.learn(.cellSize(width: 9, height: 18)))
        #expect(!Self.has("\u{1B}P", in: painter.paint(Self.frame(.white))))
    }

    /// By the window's pixels, and better by the terminal's own answer; nonsense changes nothing.
    @Test func theSizeOfACellIsLearned() throws {
        var painter = FramePainter(depth: .full, graphics: .kitty)
        #expect(Self.has("[16t", in: painter.question) && painter.pixelsOfCell == nil)
        painter.learn(Terminal.Size(columns: 10, rows: 5, pixelWidth: 100, pixelHeight: 110))
        #expect(try #require(painter.cellSize) == (10, 22))
        #expect(painter.learn(.cellSize(width: 9, height: 18)) && painter.learn(.cellSize(width: 0, height: -3)))
        #expect(try #require(painter.cellSize) == (9, 18) && #require(painter.pixelsOfCell) == (4, 9))
    }
}
