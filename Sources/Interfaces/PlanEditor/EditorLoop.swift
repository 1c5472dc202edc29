import Foundation
import TerminalKit

/// Runs the editor in a terminal until a person quits, or the terminal goes away.
public final class EditorLoop {
    private let terminal: Terminal
    private let model: EditorModel
    private var decoder = InputDecoder()
    private var painter: FramePainter
    public private(set) var times = AnswerTimes()
    private var lastFlush = 0.0

    /// - Parameter graphics: `nil` for half blocks, which every terminal shows.
    public init(terminal: Terminal, model: EditorModel, depth: ColorDepth, graphics: TerminalGraphics?) {
        (self.terminal, self.model) = (terminal, model)
        painter = FramePainter(depth: depth, graphics: graphics, even: [SlicePainter.outside])
    }

    /// Seconds that never go back.
    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// - Throws: `TerminalError` where the terminal fails; a lost connection ends the editor, its work stays in the journal.
    public func run() throws(TerminalError) {
        painter.learn(terminal.size)
        try terminal.write(painter.question)
        try draw()
        var isDone = false
        while !isDone {
            // An Escape alone is one only when nothing follows it at once.
            let wake = try terminal.wait(seconds: decoder.isWaiting || model.isWaiting ? 0.03 : 0.5)
            let start = Self.now
            switch wake {
            case .ended: isDone = true
            case .resized:
                painter.forget()
                painter.learn(terminal.size)
                try draw()
            case .timeout: isDone = try answer(decoder.isWaiting ? decoder.flush() : [], start)
            case .input(let bytes): isDone = try answer(decoder.receive(bytes), start)
            }
            flush(Self.now)
        }
        model.session.flushAtOnce()
    }

    /// Does what was asked for, and shows it.
    /// - Returns: whether the editor is to end.
    private func answer(_ events: [InputEvent], _ start: Double) throws(TerminalError) -> Bool {
        let before = model.mark
        for event in events { take(event, start) }
        let isNew = model.collect(at: start)
        guard isNew || !events.isEmpty else { return false }
        let isSaving = model.isAboutToSave
        if isSaving {
            // A disk may take its time: that it was asked for shows at once.
            model.say("saving …")
            try draw()
        }
        if model.carryOut(at: Date()) { return true }
        try draw()
        if events.contains(where: \.isOfPerson) {
            times.record(isSaving ? .save : model.kind(since: before), 1000 * (Self.now - start))
        }
        return false
    }

    private func flush(_ now: Double) {
        guard now - lastFlush > 0.5 else { return }
        model.session.flush()
        lastFlush = now
    }

    private func take(_ event: InputEvent, _ time: Double) {
        if case .answer(let answer) = event, painter.learn(answer) { return }
        model.handle(event, at: time)
    }

    private func draw() throws(TerminalError) {
        let size = terminal.size
        let frame = EditorScreen(model, pixels: painter.cellSize).draw(columns: size.columns, rows: size.rows)
        let bytes = painter.paint(frame)
        if !bytes.isEmpty { try terminal.write(bytes) }
    }
}

extension InputEvent {
    /// What the terminal itself says is nobody's wish.
    fileprivate var isOfPerson: Bool {
        switch self {
        case .answer, .focus: false
        default: true
        }
    }
}
