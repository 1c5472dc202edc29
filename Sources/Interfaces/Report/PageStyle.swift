/// The page's look: readable on a screen, printable, dark pictures on a light page; nothing is fetched from outside.
enum PageStyle {
    static let css = """
        :root { --ink: #1b2330; --soft: #5b6778; --line: #d9dfe7; --panel: #f6f8fa; --good: #0a7d50; --fair: #9a6700; --bad: #b3261e; }
        * { box-sizing: border-box; }
        body { margin: 0; font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: var(--ink); background: #fff; }
        main { max-width: 1180px; margin: 0 auto; padding: 28px 24px 60px; }
        h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 36px 0 10px; border-bottom: 2px solid var(--line); padding-bottom: 4px; }
        h3 { font-size: 16px; margin: 0; }
        p.lead { color: var(--soft); margin: 0 0 18px; }
        .notice { background: #fff6e0; border: 1px solid #e8c66a; border-radius: 6px; padding: 8px 12px; margin: 12px 0; }
        .stop { background: #fdecea; border-color: #e2928b; }
        table { border-collapse: collapse; width: 100%; margin: 0 0 18px; font-variant-numeric: tabular-nums; font-size: 14px; }
        th, td { padding: 5px 9px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
        th { color: var(--soft); font-weight: 600; white-space: normal; vertical-align: bottom; } th:first-child, td:first-child { text-align: left; }
        td.text { text-align: left; white-space: normal; }
        .good { color: var(--good); font-weight: 600; } .fair { color: var(--fair); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
        .overview { display: grid; grid-template-columns: repeat(3, 1fr); gap: 14px; }
        .screw { border: 1px solid var(--line); border-radius: 8px; margin: 16px 0; padding: 14px; break-inside: avoid; background: var(--panel); }
        .screw header { display: flex; gap: 14px; align-items: baseline; margin-bottom: 10px; }
        .planes { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; }
        figure { margin: 0; } figcaption { font-size: 12.5px; color: var(--soft); margin-top: 4px; }
        .picture { position: relative; background: #0a0e1c; line-height: 0; border-radius: 4px; overflow: hidden; }
        .picture img, .picture svg { width: 100%; height: auto; display: block; }
        .picture svg { position: absolute; inset: 0; }
        .numbers { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 6px 16px; margin-top: 12px; }
        .numbers div { display: flex; justify-content: space-between; border-bottom: 1px dotted var(--line); font-size: 13.5px; }
        .numbers span { color: var(--soft); } .numbers b { white-space: nowrap; font-variant-numeric: tabular-nums; }
        svg.plot { width: 100%; height: auto; background: #fff; border: 1px solid var(--line); border-radius: 6px; margin: 8px 0; }
        svg.plot .title { font-size: 13px; font-weight: 600; fill: var(--ink); } svg.plot .tick { font-size: 11px; fill: var(--soft); }
        svg.plot .grid { stroke: #e8ecf1; } svg.plot .limit { stroke: var(--bad); stroke-dasharray: 5 4; }
        table.readings td:nth-child(2) { font-weight: 600; }
        td.broken, td.near, td.warning { font-weight: 600; } td.broken { color: var(--bad); } td.near, td.warning { color: var(--fair); }
        tr.broken td { background: #fdecea; box-shadow: inset 0 0 0 999px rgba(179, 38, 30, .04); border-bottom: 2px solid var(--bad); }
        tr.broken td:first-child { border-left: 5px double var(--bad); } tr.near td:first-child, tr.warning td:first-child { border-left: 5px dotted var(--fair); }
        .mark { font-weight: 700; }
        .words td, .words th { white-space: normal; text-align: left; vertical-align: top; }
        .bar { display: inline-block; height: 10px; background: #0072b2; vertical-align: middle; margin-right: 6px; }
        .model .stage { position: relative; overflow: hidden; border: 1px solid var(--line); border-radius: 8px; background: #fff; }
        .model .still { background: #fff; } .model .still text { font-size: 15px; fill: var(--ink); stroke: #fff; stroke-width: 3px; paint-order: stroke; font-weight: 600; }
        .model.live .still { display: none; } .model canvas { display: block; outline-offset: -3px; touch-action: none; }
        .model canvas:focus { outline: 3px solid #0072b2; }
        .tag { position: absolute; transform: translate(-50%, -50%); pointer-events: none; font-size: 12.5px; font-weight: 600; padding: 0 4px; border-radius: 3px; background: rgba(255, 255, 255, .78); white-space: nowrap; }
        .tag.item { background: rgba(27, 35, 48, .82); color: #fff; }
        .controls { display: none; } .model.live .controls { display: block; }
        .ways { display: flex; flex-wrap: wrap; gap: 6px; margin: 8px 0; align-items: center; }
        .ways button { font: inherit; font-size: 13.5px; padding: 3px 10px; border: 1px solid var(--line); border-radius: 5px; background: var(--panel); cursor: pointer; }
        .ways button:focus-visible, .choices input:focus-visible, .ways input:focus-visible { outline: 3px solid #0072b2; }
        .choices { display: flex; flex-wrap: wrap; gap: 8px; } .choices fieldset { border: 1px solid var(--line); border-radius: 6px; font-size: 13.5px; }
        .choices label { display: inline-block; margin-right: 12px; } .hint, .remark { color: var(--soft); font-size: 13px; margin: 6px 0 0; }
        footer { margin-top: 40px; color: var(--soft); font-size: 13px; }
        @page { size: A4; margin: 14mm 12mm; }
        @media print {
            body { font-size: 10.5pt; } main { max-width: none; padding: 0; } .screw, .ways button { background: #fff; }
            h2, h3, p.lead { break-after: avoid; } table { font-size: 8.5pt; } th, td { padding: 2px 5px; } figure, .notice, .overview { break-inside: avoid; } tr { break-inside: avoid; }
            .items, .model-part { break-before: page; } .screw { break-inside: avoid; }
            .picture { background: #fff; border: 1px solid var(--line); } .picture img, .picture svg { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
            .model.live .still { display: block; } .model canvas, .tag, .controls, .remark { display: none !important; }
            a { color: inherit; text-decoration: none; } .bar, tr.broken td { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
        }
        @media screen and (max-width: 760px) { .planes, .overview { grid-template-columns: 1fr; } }
        """
}

/// Builds a page of nested parts; text is escaped where it enters.
struct HTMLPage {
    let title: String
    private var parts: [String] = []
    /// What the page may run, at its end; nothing else runs.
    var scripts: [PageScript] = []

    init(title: String) { self.title = title }

    mutating func add(_ html: String) { parts.append(html) }
    mutating func heading(_ text: String) { parts.append("<h2>\(text.htmlEscaped)</h2>") }
    mutating func notice(_ text: String, stop: Bool = false) {
        parts.append("<p class=\"notice\(stop ? " stop" : "")\">\(text.htmlEscaped)</p>")
    }

    /// Cells are HTML already; the header is text.
    mutating func table(header: [String], rows: [[String]], look: String = "") {
        let head = header.map { "<th>\($0.htmlEscaped)</th>" }.joined()
        let body = rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>" }.joined(separator: "\n")
        let name = look.isEmpty ? "" : " class=\"\(look)\""
        parts.append("<table\(name)><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table>")
    }

    /// Nothing is fetched, sent or framed; pictures come from the page itself, and only scripts with these hashes run.
    private var policy: String {
        let allowed = scripts.isEmpty ? "'none'" : scripts.map(\.source).joined(separator: " ")
        return
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src \(allowed); connect-src 'none'; "
            + "base-uri 'none'; form-action 'none'"
    }

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="\(policy)">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title.htmlEscaped)</title><style>
        \(PageStyle.css)
        </style></head><body><main>
        \(parts.joined(separator: "\n"))
        <footer>Made by Stylet: research software, not a cleared medical device. Planned accuracy, placed accuracy and accuracy in simulation are three different quantities.</footer>
        </main>\(scripts.map(\.html).joined(separator: "\n"))</body></html>
        """
    }
}
