import Foundation
import Planning

/// The view that turns, on the page: its still picture, its data and its controls.
struct ModelSection {
    let scene: ModelScene
    let library: ThreeLibrary?

    static let missing =
        "The view that turns needs three.js, which is not installed where this page was made (Debian: libjs-three); a still picture stands for it."

    /// The scripts that the page needs for it.
    var scripts: [PageScript] {
        (library?.scripts ?? []).map(PageScript.init) + (library == nil ? [] : [PageScript(text: ModelScript.text)])
    }

    func add(to page: inout HTMLPage) throws(ReportError) {
        page.heading("Model")
        if library == nil { page.notice(Self.missing) }
        for remark in scene.omitted { page.notice(remark) }
        page.add("<div id=\"model\" class=\"model\"><div class=\"stage\">\(try still())</div>")
        page.add("<p class=\"remark\" role=\"status\"></p>")
        if library != nil { page.add(Self.controls) }
        page.add("</div>")
        guard library != nil else { return }
        page.add("<script type=\"application/json\" id=\"model-data\">\(scene.json.insideScript)</script>")
        page.scripts += scripts
    }

    private static let controls: String = {
        let ways = [
            ("first", "Start"), ("back", "From the back"), ("front", "From the front"), ("left", "From the left"),
            ("right", "From the right"), ("head", "From the head"), ("feet", "From the feet"),
        ]
        let buttons = ways.map { "<button type=\"button\" data-way=\"\($0.0)\">\($0.1)</button>" }.joined()
        return "<div class=\"controls\"><div class=\"ways\">\(buttons)<label>Bone "
            + "<input type=\"range\" min=\"0\" max=\"100\" value=\"50\" aria-label=\"How solid bone looks, percent\"></label></div>"
            + "<div class=\"choices\"></div><p class=\"hint\">Drag to turn, right button to shift, wheel to zoom once it is chosen; arrow keys, plus, minus and Home do the same.</p></div>"
    }()

    /// The picture with the names of levels and items written over it.
    private func still() throws(ReportError) -> String {
        let still = ModelStill(scene, width: 960, height: 600)
        let address = try still.picture().dataAddress()
        var words = ""
        for name in scene.names {
            let p = still.project(name.at)
            words += Self.word(name.text, p.x, p.y, "level")
        }
        return
            "<div class=\"picture still\"><img alt=\"The plan's model, seen from the back and the left\" src=\"\(address)\">"
            + "<svg viewBox=\"0 0 \(still.width) \(still.height)\">\(words)</svg></div>"
    }

    private static func word(_ text: String, _ x: Double, _ y: Double, _ look: String) -> String {
        "<text class=\"\(look)\" x=\"\(x.text(1))\" y=\"\(y.text(1))\" text-anchor=\"middle\">\(text.htmlEscaped)</text>"
    }
}

extension JSONValue {
    /// As text inside a script element: whatever could end the element, open a comment or a character reference is written
    /// as an escape, so that a name in the data stays a name.
    var insideScript: String {
        var out = ""
        for c in String(decoding: canonicalBytes, as: UTF8.self).unicodeScalars {
            switch c {
            case "<": out += "\\u003c"
            case ">": out += "\\u003e"
            case "&": out += "\\u0026"
            case "\u{2028}": out += "\\u2028"
            case "\u{2029}": out += "\\u2029"
            default: out.unicodeScalars.append(c)
            }
        }
        return out
    }
}
