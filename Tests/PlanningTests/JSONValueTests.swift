import Testing

@testable import Planning

@Suite struct JSONValueTests {
    /// The example of RFC 8785, section 3.2.2 to 3.2.4: input, and its canonical form.
    @Test func rfc8785Example() throws {
        let text = """
            {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
             "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
             "literals": [null, true, false]}
            """
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(String(decoding: value.canonicalBytes, as: UTF8.self) == expected)
    }

    /// Pairs of RFC 8785, appendix B.
    @Test(arguments: [
        (UInt64(0), "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"), (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"), (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5555, "333333333.3333333"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
    ])
    func numbersAsInECMAScript(_ bits: UInt64, _ expected: String) {
        #expect(JSONWriter.ecmaScript(Double(bitPattern: bits)) == expected)
    }

    @Test func keysSortByUTF16() throws {
        // RFC 8785, section 3.2.3: the order of the sorted property names.
        let keys = ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}"]
        let value = JSONValue.object(Dictionary(uniqueKeysWithValues: keys.map { ($0, .null) }))
        let expected =
            "{\"\\r\":null,\"1\":null,\"\u{80}\":null,\"\u{f6}\":null,\"\u{20ac}\":null,\"\u{1f600}\":null,\"\u{fb33}\":null}"
        #expect(String(decoding: value.canonicalBytes, as: UTF8.self) == expected)
    }

    @Test func prettyReadsBackTheSame() throws {
        let text = #"{"a":[1,2.5,[]],"b":{},"c":[{"d":"x"}],"e":null}"#
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(try JSONParser.parse(value.prettyBytes) == value)
    }

    @Test(arguments: [
        ("", JSONFault.unexpectedEnd), ("{", .unexpectedEnd), ("[1,]", .unexpectedByte(0x5D)),
        ("{\"a\":1,\"a\":2}", .repeatedKey("a")), ("1 2", .trailingBytes), ("01", .badNumber), ("1.", .badNumber),
        ("1e999", .numberOutOfRange), ("9007199254740993", .numberOutOfRange), ("-", .unexpectedByte(0x2D)),
        ("\"\\ud800\"", .unexpectedByte(0x22)), ("\"\\x\"", .badEscape), ("\"\n\"", .unexpectedByte(0x0A)),
        ("NaN", .unexpectedByte(0x4E)), ("tru", .unexpectedEnd),
        (String(repeating: "[", count: 100_000), .tooDeep(limit: 64)),
    ])
    func hostileTextIsRefused(_ text: String, _ fault: JSONFault) {
        do {
            _ = try JSONParser.parse(Array(text.utf8))
            Issue.record("read \(text.prefix(20))")
        } catch {
            guard case .notJSON(_, let found) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(found == fault)
        }
    }

    @Test func bytesThatAreNoUTF8AreRefused() {
        #expect(throws: PlanningError.self) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
    }
}
