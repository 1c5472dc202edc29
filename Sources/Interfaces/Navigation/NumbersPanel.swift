import Frames
import SliceDrawing
import TerminalKit

/// The numbers at the side, with how sure they are and what they mean against their limits.
struct NumbersPanel {
    let scheme: ColorScheme
    let moment: NavigationScreen.Moment

    func draw(in rect: CellRect, _ grid: inout CellGrid) {
        grid.fill(rect, with: Cell(" ", CellStyle(scheme.text, on: scheme.panel)))
        var row = rect.row + 1
        func line(_ text: String, _ style: CellStyle? = nil) {
            let style = style ?? CellStyle(scheme.text, on: scheme.panel)
            grid.write(text, column: rect.column + 1, row: row, style: style, within: rect)
            row += 1
        }
        switch moment.sight {
        case .live(let guidance, let errors, let age): numbers(guidance, errors, age, line)
        default:
            for text in moment.sight.explanation { line(text, CellStyle(scheme.bad, on: scheme.panel, bold: true)) }
        }
        row += 1
        if let connection = moment.connection { line(connection, CellStyle(scheme.bad, on: scheme.panel, bold: true)) }
        for reminder in moment.settings.reminders { line("! " + reminder, CellStyle(scheme.fair, on: scheme.panel)) }
        if moment.framesPerSecond > 0 {
            line("\(Int(moment.framesPerSecond.rounded())) pictures a second", CellStyle(scheme.dim, on: scheme.panel))
        }
    }

    private func numbers(
        _ guidance: Guidance, _ errors: GuidanceErrors, _ age: Double, _ line: (String, CellStyle?) -> Void
    ) {
        let settings = moment.settings
        let beside = Verdict(guidance.distance, error: errors.distance, limit: settings.distanceLimit)
        let aslant = Verdict(guidance.angle, error: errors.angle, limit: settings.angleLimit)
        let deep = Verdict(-guidance.remaining, error: errors.depth, limit: 0)
        line("FROM THE AXIS", CellStyle(scheme.dim, on: scheme.panel))
        line(Self.number(guidance.distance, errors.distance, "mm") + "  " + beside.word, style(beside))
        line("", nil)
        line("ANGLE", CellStyle(scheme.dim, on: scheme.panel))
        let inDegrees = errors.angle.map { degrees(radians: $0) }
        line(Self.number(degrees(radians: guidance.angle), inDegrees, "°") + "  " + aslant.word, style(aslant))
        line("", nil)
        line("DEPTH FROM THE ENTRY", CellStyle(scheme.dim, on: scheme.panel))
        line(Self.number(guidance.depth, errors.depth, "mm"), nil)
        line("LEFT TO THE TARGET", CellStyle(scheme.dim, on: scheme.panel))
        // far from the target its depth is no question
        let near = guidance.remaining < 5
        line(
            Self.number(guidance.remaining, errors.depth, "mm") + (near ? "  " + deep.word : ""),
            near ? style(deep) : nil)
        line("", nil)
        line("sample \(Int((age * 1000).rounded())) ms old", CellStyle(scheme.dim, on: scheme.panel))
    }

    private func style(_ verdict: Verdict) -> CellStyle {
        switch verdict {
        case .within: CellStyle(scheme.good, on: scheme.panel, bold: true)
        case .doubtful: CellStyle(scheme.fair, on: scheme.panel, bold: true)
        case .outside: CellStyle(.white, on: RGB(150, 40, 0), bold: true)
        }
    }

    /// Two standard deviations stand behind the number; a question mark where they are not known.
    static func number(_ value: Double, _ error: Double?, _ unit: String) -> String {
        func tenths(_ x: Double) -> String {
            let count = Int((abs(x) * 10).rounded())
            return (x < 0 && count > 0 ? "-" : "") + "\(count / 10).\(count % 10)"
        }
        return "\(tenths(value)) ± \(error.map { tenths(2 * $0) } ?? "?") \(unit)"
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

extension Sight {
    /// Lines that say why there are no numbers.
    var explanation: [String] {
        switch self {
        case .live: []
        case .stale(let age): ["No sample for \(Self.seconds(age)) s.", "Where the tool is", "is not known."]
        case .toolHidden(let age): ["The tracker has not seen", "the tool for \(Self.seconds(age)) s."]
        case .referenceHidden: ["The patient's reference is", "not seen: nothing can be", "told of the patient."]
        case .outOfVolume: ["The tool is outside the", "tracker's volume."]
        case .waiting: ["No sample yet."]
        }
    }
}
