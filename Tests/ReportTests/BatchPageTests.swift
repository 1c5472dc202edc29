import Foundation
import Planning
import TestSupport
import Testing

@testable import Report

@Suite struct BatchPageTests {
    /// A page of a case that has gone meanwhile still says what became of it, and nothing that came from outside is
    /// markup.
    @Test func aPageNeedsNoImages() throws {
        let folder = try temporaryFolder().path
        let json = JSONValue.object([
            "schema": .string(BatchResult.schema), "name": .string("<b>one</b>"), "inputs_sha256": .string(""),
            "status": .string("partly"), "plan_sha256": .null, "uncertain_levels": .array([.string("L5")]),
            "screws": .array([
                .object([
                    "id": .string("L3-left"), "gertzbein_robbins": .string("A"), "margin_mm": .number(1.25),
                    "medial_margin_mm": .number(2), "diameter_mm": .number(6.5), "length_mm": .number(45),
                ])
            ]),
            "reasons": .array([.object(["code": .string("x"), "message": .string("a < b & c")])]),
        ])
        let result = try #require(BatchResult(json))
        let page = BatchPage(table: BatchTable([result]), runner: BatchRunner(cases: [], out: folder))
        try page.write(to: folder + "/index.html")
        let html = try String(contentsOfFile: folder + "/index.html", encoding: .utf8)
        #expect(html.contains("&lt;b&gt;one&lt;/b&gt;") && !html.contains("<b>one"))
        #expect(html.contains("a &lt; b &amp; c") && html.contains("1.25") && html.contains("L5"))
        #expect(html.contains("cannot be read any more") && !html.contains("http:") && !html.contains("https:"))
    }
}
