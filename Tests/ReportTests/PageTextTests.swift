import Testing

@testable import Report

@Suite struct PageTextTests {
    @Test func hostileTextIsHarmless() {
        #expect(
            "<script>alert('x' && \"y\")</script>".htmlEscaped
                == "&lt;script&gt;alert(&#39;x&#39; &amp;&amp; &quot;y&quot;)&lt;/script&gt;")
        #expect("a\u{0}\u{1B}b\n".htmlEscaped == "a\u{FFFD}\u{FFFD}b\n")
        #expect("Wirbelsäule, 脊椎 🦴".htmlEscaped == "Wirbelsäule, 脊椎 🦴")
        // A mark may combine with the sign before it into one character; the sign is escaped all the same.
        #expect("<\u{338}".htmlEscaped.unicodeScalars.first == "&")
        #expect("".htmlEscaped == "")
    }

    @Test func numbersAreShort() {
        #expect(1.005.text(1) == "1.0" && (-0.25).text(2) == "-0.25" && 1e6.text(0) == "1000000")
        #expect(Double.infinity.text(2) == "–" && Double.nan.text(0) == "–")
    }
}
