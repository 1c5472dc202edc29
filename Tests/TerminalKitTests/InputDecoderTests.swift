import Testing

@testable import TerminalKit

@Suite struct InputDecoderTests {
    /// Sequences as xterm's "Control Sequences" and kitty's protocol document them.
    static let table: [(String, [InputEvent])] = [
        ("a", [.key(.character("a"), [])]), ("ä漢", [.key(.character("ä"), []), .key(.character("漢"), [])]),
        ("\r\t\u{7F}", [.key(.enter, []), .key(.tab, []), .key(.backspace, [])]),
        ("\u{3}", [.key(.character("c"), .control)]), ("\u{1B}x", [.key(.character("x"), .alt)]),
        ("\u{1B}[A\u{1B}OB", [.key(.up, []), .key(.down, [])]),
        ("\u{1B}[1;5C", [.key(.right, .control)]), ("\u{1B}[1;4D", [.key(.left, [.shift, .alt])]),
        ("\u{1B}[3~\u{1B}[5;2~", [.key(.delete, []), .key(.pageUp, .shift)]),
        ("\u{1B}[Z", [.key(.tab, .shift)]),
        ("\u{1B}OP\u{1B}[15~\u{1B}[24~", [.key(.function(1), []), .key(.function(5), []), .key(.function(12), [])]),
        ("\u{1B}[<0;11;6M", [.mouse(.press(.left), column: 10, row: 5, [])]),
        ("\u{1B}[<0;11;6m", [.mouse(.release(.left), column: 10, row: 5, [])]),
        ("\u{1B}[<34;1;1M", [.mouse(.drag(.right), column: 0, row: 0, [])]),
        (
            "\u{1B}[<65;3;4M\u{1B}[<80;3;4M",
            [.mouse(.scroll(-1), column: 2, row: 3, []), .mouse(.scroll(1), column: 2, row: 3, .control)]
        ),
        ("\u{1B}[200~a\u{1B}[Ab\u{1B}[201~q", [.paste("a\u{1B}[Ab"), .key(.character("q"), [])]),
        ("\u{1B}[I\u{1B}[O", [.focus(true), .focus(false)]),
        ("\u{1B}[?62;4;6c", [.answer(.attributes([62, 4, 6]))]),
        ("\u{1B}[6;20;10t", [.answer(.cellSize(width: 10, height: 20))]),
        ("\u{1B}_Gi=4211;OK\u{1B}\\", [.answer(.kittyGraphics(true))]),
        ("\u{1B}[97;5u\u{1B}[27u", [.key(.character("a"), .control), .key(.escape, [])]),
        // what means nothing here is dropped whole
        ("\u{1B}[99;9;9$z\u{1B}]11;rgb:0/0/0\u{7}k", [.key(.character("k"), [])]),
    ]

    @Test(arguments: table) func sequences(_ row: (String, [InputEvent])) {
        var decoder = InputDecoder()
        #expect(decoder.receive(Array(row.0.utf8)) == row.1)
        // byte by byte gives the same
        var slow = InputDecoder()
        #expect(row.0.utf8.flatMap { slow.receive([$0]) } == row.1)
        #expect(!slow.isWaiting)
    }

    @Test func aLoneEscapeIsAKeyAfterAPause() {
        var decoder = InputDecoder()
        #expect(decoder.receive([0x1B]).isEmpty && decoder.isWaiting)
        #expect(decoder.flush() == [.key(.escape, [])])
        #expect(decoder.receive([0x1B, 0x1B]) == [.key(.escape, [])])
    }

    /// Noise never stops the reader, and it takes keys again behind it.
    @Test func noise() {
        var state: UInt64 = 99
        for round in 0..<300 {
            var decoder = InputDecoder()
            let bytes = (0..<200).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ UInt64(round)
                return state >> 60 < 3 ? 0x1B : UInt8(truncatingIfNeeded: state >> 33)
            }
            _ = decoder.receive(bytes)
            // whatever was begun ends: paste, strings, sequences
            _ = decoder.receive(Array("\u{1B}[201~\u{1B}\\".utf8))
            _ = decoder.flush()
            #expect(decoder.receive([UInt8(ascii: "q")]).last == .key(.character("q"), []))
        }
    }
}
