import Testing

@testable import TerminalKit

@Suite struct ScreenPainterTests {
    private func random(_ state: inout UInt64) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33)
    }

    /// Whatever was shown before, after painting the emulated screen shows the grid.
    @Test func changesBringTheScreenToTheGrid() {
        var state: UInt64 = 7
        var painter = ScreenPainter(depth: .full)
        var screen = EmulatedScreen(23, 7)
        var grid = CellGrid(width: 23, height: 7)
        let words = ["L4", "漢字", "é", "▀▀", "a b", "🙂", "screw"]
        for _ in 0..<400 {
            for _ in 0..<(random(&state) % 6) {
                let style = CellStyle(
                    random(&state) % 2 == 0 ? nil : RGB(UInt8(random(&state) % 256), 3, 9),
                    on: random(&state) % 3 == 0 ? RGB(1, 2, UInt8(random(&state) % 256)) : nil,
                    bold: random(&state) % 4 == 0)
                grid.write(
                    words[random(&state) % words.count], column: random(&state) % 26 - 2, row: random(&state) % 8,
                    style: style)
                if random(&state) % 9 == 0 { grid.fill(CellRect(column: 3, row: 1, width: 8, height: 3)) }
            }
            screen.receive(painter.paint(grid))
            for row in 0..<7 {
                for column in 0..<23 {
                    let cell = grid[column, row]
                    let shown = screen.text[row * 23 + column]
                    var pen = screen.pens[row * 23 + column]
                    // A lower half in the colours the other way round is the same picture.
                    let isTurned = shown == "▄"
                    if isTurned { (pen.foreground, pen.background) = (pen.background, pen.foreground) }
                    #expect((isTurned ? "▀" : shown) == (cell.width == 0 ? "" : String(cell.character)))
                    func code(_ c: RGB?) -> String { c.map { "\($0.red);\($0.green);\($0.blue)" } ?? "" }
                    #expect(pen.background == code(cell.style.background))
                    // A blank shows no foreground.
                    guard cell.character != " " else { continue }
                    #expect(pen.foreground == code(cell.style.foreground))
                    #expect(pen.attributes == (cell.style.isBold ? [1] : []))
                }
            }
        }
    }

    @Test func nothingChangedSendsNothing() {
        var painter = ScreenPainter(depth: .full)
        var grid = CellGrid(width: 200, height: 60)
        grid.write("HU 312", column: 4, row: 5)
        #expect(!painter.paint(grid).isEmpty)
        #expect(painter.paint(grid).isEmpty)
        grid.write("HU 313", column: 4, row: 5)
        #expect(painter.paint(grid).count < 60)
    }

    /// A slice of grey pixels that all change: so many bytes a cell at most over a slow line.
    @Test func aPictureCostsFewBytes() {
        var painter = ScreenPainter(depth: .full)
        var bytes = 0
        for step in 0..<2 {
            var image = RasterImage(width: 60, height: 40)
            for i in image.pixels.indices { image.pixels[i] = RGB(gray: UInt8((i * 7 + step * 90) % 256)) }
            var grid = CellGrid(width: 60, height: 20)
            grid.draw(image, in: grid.bounds)
            bytes = painter.paint(grid).count
        }
        // Two colours of three numbers and the half block: "ESC [ 38;2;…;…;… ; 48;2;…;…;… m" and three bytes.
        #expect(bytes <= 60 * 20 * (2 + 2 * 16 + 2 + 3) + 20 * 8 + 30)
    }

    /// Two cells whose halves change places: the second is drawn in the colours that stand.
    @Test func halvesThatChangePlacesCostNoColour() {
        var painter = ScreenPainter(depth: .full)
        var image = RasterImage(width: 60, height: 2)
        for x in 0..<60 { (image[x, 0], image[x, 1]) = x % 2 == 0 ? (.white, .black) : (.black, .white) }
        var grid = CellGrid(width: 60, height: 1)
        grid.draw(image, in: grid.bounds)
        let bytes = painter.paint(grid)
        #expect(bytes.count < 60 * 3 + 80)
        var screen = EmulatedScreen(60, 1)
        screen.receive(bytes)
        #expect(screen.text == (0..<60).map { $0 % 2 == 0 ? "▀" : "▄" })
    }

    /// Text of files and people must not reach the terminal as commands.
    @Test func controlCharactersAreShownAsSuch() {
        var painter = ScreenPainter(depth: .none)
        var grid = CellGrid(width: 20, height: 1)
        grid.write("a\u{1B}[2Jb\u{9B}c\r\n", column: 0, row: 0)
        let text = String(decoding: painter.paint(grid), as: UTF8.self)
        #expect(text.contains("a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}"))
    }

    @Test func widths() {
        // Unicode Standard Annex 11's own examples, and wcwidth of glibc 2.36 for the rest.
        for (text, width) in [
            ("a", 1), ("é", 1), ("漢", 2), ("ﾊ", 1), ("Ａ", 2), ("▀", 1), ("🙂", 2), ("\u{200B}", 0), ("가", 2),
        ] {
            #expect(CharacterWidth.of(Character(text)) == width, "\(text)")
        }
    }

    @Test func indexedColours() {
        // xterm's table: 16 black, 231 white, 196 red, 244 a grey of 128.
        #expect(RGB.black.indexed == 16 && RGB.white.indexed == 231 && RGB(255, 0, 0).indexed == 196)
        #expect(RGB(gray: 128).indexed == 244)
    }
}
