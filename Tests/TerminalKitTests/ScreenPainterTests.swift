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
                let gray = random(&state) % 3 == 0
                let style = CellStyle(
                    gray
                        ? RGB(gray: UInt8(random(&state) % 256))
                        : random(&state) % 2 == 0 ? nil : RGB(UInt8(random(&state) % 256), 3, 9),
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

    /// Every grey that is sent by a number of the palette is exactly that one.
    @Test func greysOfThePaletteAreExact() {
        var short = 0
        for value in 0...255 {
            var painter = ScreenPainter(depth: .full)
            var grid = CellGrid(width: 1, height: 1)
            grid.fill(grid.bounds, with: Cell("x", CellStyle(RGB(gray: UInt8(value)), on: .black)))
            let bytes = painter.paint(grid)
            var screen = EmulatedScreen(1, 1)
            screen.receive(bytes)
            #expect(screen.pens[0].foreground == "\(value);\(value);\(value)")
            if String(decoding: bytes, as: UTF8.self).contains("38;5;") { short += 1 }
        }
        // Black, white, and 24 from 8 to 238.
        #expect(short == 26)
    }

    /// A picture over a wide character's half, and a frame of many more bytes than the one before.
    @Test func aPictureBreaksWideCharacters() {
        var painter = ScreenPainter(depth: .full)
        var grid = CellGrid(width: 300, height: 100)
        _ = painter.paint(grid)
        grid.write("漢字漢字", column: 2, row: 3)
        var image = RasterImage(width: 3, height: 2)
        for i in image.pixels.indices { image.pixels[i] = RGB(UInt8(40 * i), 7, 9) }
        grid.draw(image, in: CellRect(column: 3, row: 3, width: 3, height: 1))
        #expect((0..<8).map { grid[2 + $0, 3].character } == [" ", "▀", "▀", "▀", "漢", " ", "字", " "])
        var screen = EmulatedScreen(300, 100)
        screen.receive(painter.paint(grid))
        #expect(screen.text[3 * 300 + 2] == " " && screen.text[3 * 300 + 6] == "漢")
        var state: UInt64 = 3
        for row in 0..<100 {
            for column in 0..<300 {
                let color = RGB(UInt8(random(&state) % 256), UInt8(random(&state) % 256), 200)
                grid[column, row] = Cell("x", CellStyle(color, on: RGB(color.green, 201, 202)))
            }
        }
        let bytes = painter.paint(grid)
        #expect(bytes.count > 1_000_000)
        screen.receive(bytes)
        #expect(screen.pens[77 * 300 + 123].foreground.hasSuffix(";200") && !screen.text.contains { $0 != "x" })
    }

    /// Where a picture was, blank cells are sent again, though they are as before; where one stays, they are not.
    @Test func whatIsForgottenIsPaintedAgain() {
        var painter = ScreenPainter(depth: .full)
        var grid = CellGrid(width: 20, height: 6, filledWith: Cell(" ", CellStyle(nil, on: RGB(9, 8, 7))))
        grid.write("view", column: 1, row: 0)
        _ = painter.paint(grid)
        painter.forget(
            CellRect(column: 0, row: 1, width: 10, height: 9),
            kept: [CellRect(column: 0, row: 1, width: 10, height: 3)])
        let bytes = painter.paint(grid)
        var screen = EmulatedScreen(20, 6)
        screen.receive(bytes)
        let written = screen.pens.indices.filter { screen.pens[$0].background == "9;8;7" }
        #expect(written == (4..<6).flatMap { row in (0..<10).map { row * 20 + $0 } })
        #expect(painter.paint(grid).isEmpty)
    }

    /// What a cell holds, and of a character of many marks as much as fits.
    @Test func cellsHoldCharacters() {
        for character in ["x", " ", "▀", "漢", "🙂", "é", "e\u{301}"] as [Character] {
            #expect(Cell(character).character == character)
        }
        #expect(Cell("x\u{301}\u{302}\u{303}\u{304}").character == "x\u{301}\u{302}\u{303}")
        var style = CellStyle(RGB(1, 2, 3), on: nil, bold: true)
        (style.background, style.isReversed, style.foreground) = (RGB(250, 251, 252), true, nil)
        #expect(style.foreground == nil && style.background == RGB(250, 251, 252))
        #expect(style.isBold && style.isReversed && !style.isDim && !style.isUnderlined)
        style.isBold = false
        #expect(!style.isBold && style.isReversed && style.background == RGB(250, 251, 252))
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
