import Frames
import SliceDrawing
import TerminalKit
import Trackers

/// The numbers at the side, with how sure they are and what they mean against their limits.
struct NumbersPanel {
    let scheme: ColorScheme
    let moment: NavigationScreen.Moment

    func draw(in rect: CellRect, _ grid: inout CellGrid) {
        grid.fill(rect, with: Cell(" ", CellStyle(scheme.text, on: scheme.panel)))
        var rest = rect.split(top: 1).bottom
        if case .live(let guidance, let errors, _) = moment.sight {
            for row in rows(guidance, errors) { draw(row, height: rect.height, &rest, &grid) }
        }
        for (text, style) in remarks(width: rect.width - 2) {
            grid.write(text, column: rest.column + 1, row: rest.row, style: style, within: rest)
            rest = rest.split(top: 1).bottom
        }
    }

    /// The lines below the numbers, or in their place.
    private func remarks(width: Int) -> [(String, CellStyle)] {
        let dim = CellStyle(scheme.dim, on: scheme.panel), reminding = CellStyle(scheme.fair, on: scheme.panel)
        let plain = CellStyle(scheme.text, on: scheme.panel, bold: true)
        let warning = CellStyle(scheme.bad, on: scheme.panel, bold: true)
        var lines = moment.sight.explanation.map { ($0, warning) }
        if case .live(_, _, let age) = moment.sight {
            lines.append(("sample \(Int((age * 1000).rounded())) ms old", dim))
        }
        lines.append(("", dim))
        lines += (moment.connection?.wrapped(to: width) ?? []).map { ($0, warning) }
        if let breathing = moment.breathing { lines += remarks(breathing, plain: plain, reminding, warning) }
        if let landmark = moment.landmark { lines.append((landmark.sentence, plain)) }
        for reminder in moment.doubts + moment.settings.reminders {
            lines += ("! " + reminder).wrapped(to: width).map { ($0, reminding) }
        }
        if moment.framesPerSecond > 0 {
            lines.append(("\(Int(moment.framesPerSecond.rounded())) pictures a second", dim))
        }
        return lines
    }

    /// Nothing is told by colour alone: the word comes first.
    private func remarks(
        _ breathing: BreathingGate.Reading, plain: CellStyle, _ reminding: CellStyle, _ warning: CellStyle
    ) -> [(String, CellStyle)] {
        var (text, style) = (breathing.state.words, reminding)
        if case .open = breathing.state { style = plain }
        if case .restMoved = breathing.state { style = warning }
        if case .closed = breathing.state { style = warning }
        if let off = breathing.displacement, let error = breathing.error {
            text.append("\(Self.tenths(off)) mm from rest \(Self.behind(error / 3.0.squareRoot(), "mm"))")
        }
        return text.map { ($0, style) }
    }

    /// A number with its name, and its verdict where it has one.
    private struct Row {
        let name: String
        let number: String
        let behind: String
        var verdict: Verdict?
        var isLarge = true
    }

    private func rows(_ guidance: Guidance, _ errors: GuidanceErrors) -> [Row] {
        let settings = moment.settings
        let near = guidance.remaining < 5
        return [
            Row(
                name: "FROM THE AXIS", number: Self.tenths(guidance.distance),
                behind: Self.behind(errors.distance, "mm"),
                verdict: Verdict(guidance.distance, error: errors.distance, limit: settings.distanceLimit)),
            Row(
                name: "ANGLE", number: Self.tenths(degrees(radians: guidance.angle)),
                behind: Self.behind(errors.angle.map { degrees(radians: $0) }, "°"),
                verdict: Verdict(guidance.angle, error: errors.angle, limit: settings.angleLimit)),
            // far from the target its depth is no question
            Row(
                name: "LEFT TO THE TARGET", number: Self.tenths(guidance.remaining),
                behind: Self.behind(errors.depth, "mm"),
                verdict: near ? Verdict(-guidance.remaining, error: errors.depth, limit: 0) : nil),
            Row(
                name: "DEPTH FROM THE ENTRY", number: Self.tenths(guidance.depth),
                behind: Self.behind(errors.depth, "mm"), isLarge: false),
        ]
    }

    /// In large letters where there is room: who holds the tool stands two metres away.
    private func draw(_ row: Row, height: Int, _ rest: inout CellRect, _ grid: inout CellGrid) {
        let style = row.verdict.map { self.style($0) } ?? CellStyle(scheme.text, on: scheme.panel)
        let head = CellStyle(scheme.dim, on: scheme.panel)
        grid.write(row.name, column: rest.column + 1, row: rest.row, style: head, within: rest)
        let word = row.verdict.map { "  " + $0.word } ?? ""
        let (isBig, isTight) = (height >= 36, height < 24)
        if isBig, row.isLarge {
            let wide = BigLetters.width(of: row.number)
            let box = CellRect(column: rest.column + 1, row: rest.row + 1, width: wide, height: 5)
            BigLetters.draw(row.number, in: box, style: bigStyle(row.verdict), &grid)
            grid.write(
                row.behind + word, column: box.columns.upperBound + 2, row: rest.row + 5, style: style, within: rest)
            rest = rest.split(top: 7).bottom
        } else {
            grid.write(
                row.number + " " + row.behind + word, column: rest.column + 1, row: rest.row + 1, style: style,
                within: rest)
            // a low screen has no lines to spare: what a person must be reminded of comes below
            rest = rest.split(top: isTight ? 2 : 3).bottom
        }
    }

    private func bigStyle(_ verdict: Verdict?) -> CellStyle {
        switch verdict {
        case nil: CellStyle(scheme.text, on: scheme.panel)
        case .within: CellStyle(scheme.good, on: scheme.panel)
        case .doubtful: CellStyle(scheme.fair, on: scheme.panel)
        case .outside: CellStyle(scheme.bad, on: scheme.panel)
        }
    }

    private func style(_ verdict: Verdict) -> CellStyle {
        switch verdict {
        case .within: CellStyle(scheme.good, on: scheme.panel, bold: true)
        case .doubtful: CellStyle(scheme.fair, on: scheme.panel, bold: true)
        case .outside: CellStyle(.white, on: RGB(150, 40, 0), bold: true)
        }
    }

    /// Two standard deviations; a question mark where they are not known.
    static func behind(_ error: Double?, _ unit: String) -> String {
        "± \(error.map { tenths(2 * $0) } ?? "?") \(unit)"
    }

    static func tenths(_ x: Double) -> String {
        let count = Int((min(abs(x), 1e6) * 10).rounded())
        return (x < 0 && count > 0 ? "-" : "") + "\(count / 10).\(count % 10)"
    }
}

extension Verdict {
    /// Nothing is told by colour alone.
    var word: String {
        switch self {
        case .within: "OK"
        case .doubtful: "DOUBTFUL"
        case .outside: "OUT"
        }
    }
}

extension BreathingGate.State {
    var words: [String] {
        switch self {
        case .open(let holds): ["BREATHING: IN, \(NumbersPanel.tenths(min(holds, 9.9))) s at least"]
        case .closed(let opensIn):
            ["BREATHING: OUT" + (opensIn.map { ", back in \(NumbersPanel.tenths($0)) s" } ?? "")]
        case .restMoved(let by): ["BREATHING: REST MOVED \(NumbersPanel.tenths(by)) mm"]
        case .unknown(.tooFewBreaths(let seen, let needed)): ["breathing not known: \(seen) of \(needed)"]
        case .unknown(.notSeen): ["breathing not known: not seen"]
        case .unknown(.noRest): ["breathing not known: no rest"]
        }
    }
}

extension LandmarkCheck.Verdict {
    var sentence: String {
        switch self {
        case .holding(let seconds): "landmark: hold still, \(NumbersPanel.tenths(seconds)) s"
        case .learned: "landmark learned"
        case .there(let offset): "landmark found, \(NumbersPanel.tenths(offset)) mm off"
        case .elsewhere(let offset): "LANDMARK \(NumbersPanel.tenths(offset)) mm OFF"
        }
    }
}

extension Sight {
    /// Lines that say why there are no numbers.
    var explanation: [String] {
        switch self {
        case .live: []
        case .stale(let age): ["No sample for \(Self.seconds(age)) s.", "Where the tool is", "is not known."]
        case .toolHidden(let age): ["The tracker has not seen", "the tool for \(Self.seconds(age)) s."]
        case .referenceHidden: ["The patient's reference is", "not seen: nothing can be", "told of the patient."]
        case .referenceMoved(let distance):
            ["The reference slipped,", "by \(NumbersPanel.tenths(distance)) mm or more: register", "the patient anew."]
        case .outOfVolume: ["The tool is outside the", "tracker's volume."]
        case .waiting: ["No sample yet."]
        case .lost(let age):
            ["No sample for \(Self.seconds(age)) s:", "the tracker is lost, and", "looked for."]
        }
    }
}
