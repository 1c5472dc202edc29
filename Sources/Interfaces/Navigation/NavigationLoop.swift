import Foundation
import SerialPorts
import Synchronization
import SliceDrawing
import TerminalKit
import Trackers

/// Where the tracker's thread leaves what came, and the screen finds it.
public final class SampleMailbox: Sendable {
    private struct Box {
        var batches: [[TrackedBody]] = []
        var failure: String?
        var lost: Loss?
    }
    /// The tracker is lost since so many s, and why.
    struct Loss {
        let since: Double
        let sentence: String
        /// The connection stands or is made anew each time, but nothing comes: its program may only see no tool.
        let isSilence: Bool
    }
    private let box = Mutex(Box())

    public init() {}

    public func put(_ bodies: [TrackedBody]) { box.withLock { $0.batches.append(bodies) } }
    /// What came, and whether the tracker is lost, with the sentence for it.
    public func put(_ bodies: [TrackedBody], lost: LostTracker?, sentence: String?, isSilence: Bool) {
        box.withLock {
            if !bodies.isEmpty { $0.batches.append(bodies) }
            $0.lost = lost.map { Loss(since: $0.since, sentence: sentence ?? "", isSilence: isSilence) }
        }
    }
    public func fail(_ sentence: String) { box.withLock { $0.failure = sentence } }

    func take() -> (batches: [[TrackedBody]], failure: String?, lost: Loss?) {
        box.withLock { box in
            defer { box.batches = [] }
            return (box.batches, box.failure, box.lost)
        }
    }
}

/// What a session at the screen came to.
public struct NavigationReport: Sendable {
    public internal(set) var pictures = 0
    /// How often real pictures were drawn anew, where the terminal shows them.
    public internal(set) var realPictures = 0
    public internal(set) var seconds = 0.0
    /// From the time at which a sample was true to the end of writing the picture that shows it, s.
    public internal(set) var latencies: [Double] = []
    public internal(set) var failure: String?
    /// How often the tracker was lost and it was tried to connect anew.
    public internal(set) var losses = 0

    public func latency(_ share: Double) -> Double? {
        let sorted = latencies.sorted()
        return sorted.isEmpty ? nil : sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)]
    }
}

/// Runs the screen until a person quits, the time is over, or the terminal goes away.
public final class NavigationLoop {
    private let terminal: Terminal
    private let mailbox: SampleMailbox
    private var model: NavigationModel
    private var screen: NavigationScreen
    private var painter: FramePainter
    private var pictures = PictureTurns()
    private var decoder = InputDecoder()
    private var report = NavigationReport()
    private var lastPicture = -Double.infinity
    private var wasBad = false
    private var loss: SampleMailbox.Loss?
    /// Each sample as it came, for a record.
    public var onSamples: ([TrackedBody]) -> Void = { _ in }

    /// Even without samples the screen is drawn so often: what is stale must say so, and grow older.
    static let slowest = 1.0 / 30
    /// No oftener than this, however many samples come: more than 120 pictures a second nobody sees.
    static let fastest = 1.0 / 120

    public init(
        terminal: Terminal, model: NavigationModel, screen: NavigationScreen, mailbox: SampleMailbox,
        depth: ColorDepth, graphics: TerminalGraphics? = nil
    ) {
        (self.terminal, self.model, self.screen, self.mailbox) = (terminal, model, screen, mailbox)
        painter = FramePainter(depth: depth, graphics: graphics, even: [NavigationScreen.outside])
    }

    /// - Throws: `TerminalError`.
    public func run(seconds: Double? = nil) throws(TerminalError) -> NavigationReport {
        let start = MonotonicClock.seconds
        var hasNew = false
        painter.learn(terminal.size)
        try terminal.write(painter.question)
        while seconds.map({ MonotonicClock.seconds - start < $0 }) ?? true {
            let wake = try terminal.wait(seconds: 0.003)
            switch wake {
            case .ended: return finished(start)
            case .resized:
                painter.forget()
                painter.learn(terminal.size)
                pictures.forget()
            case .timeout: if decoder.isWaiting, take(decoder.flush()) { return finished(start) }
            case .input(let bytes): if take(decoder.receive(bytes)) { return finished(start) }
            }
            if collect() { hasNew = true }
            let pause = MonotonicClock.seconds - lastPicture
            if pause >= Self.slowest || hasNew && pause >= Self.fastest {
                try draw(hasNew, start)
                hasNew = false
            }
        }
        return finished(start)
    }

    private func finished(_ start: Double) -> NavigationReport {
        report.seconds = MonotonicClock.seconds - start
        return report
    }

    private func collect() -> Bool {
        let (batches, failure, lost) = mailbox.take()
        for bodies in batches {
            model.take(bodies)
            onSamples(bodies)
        }
        if let failure { report.failure = failure }
        if lost != nil, loss == nil { report.losses += 1 }
        loss = lost
        model.setLost(since: lost.flatMap { $0.isSilence ? nil : $0.since })
        return !batches.isEmpty
    }

    private func draw(_ hasNew: Bool, _ start: Double) throws(TerminalError) {
        let now = MonotonicClock.seconds
        var moment = NavigationScreen.Moment(model, at: now)
        moment.connection = report.failure ?? loss?.sentence
        moment.framesPerSecond = now > start ? Double(report.pictures) / (now - start) : 0
        let size = terminal.size
        let kept = pictures.kept(at: now)
        let frame = screen.frame(
            moment, columns: size.columns, rows: size.rows, pixels: painter.pixelsOfCell, kept: kept)
        var bytes = painter.paint(frame)
        let isBad = moment.isBad
        // the bell rings when it turns bad, and not for as long as it is
        if isBad, !wasBad { bytes.append(7) }
        wasBad = isBad
        if !bytes.isEmpty { try terminal.write(bytes) }
        if kept.count < frame.images.count { report.realPictures += frame.images.count - kept.count }
        pictures.shown(frame.images, isNew: kept.count < frame.images.count, from: now, to: MonotonicClock.seconds)
        (lastPicture, report.pictures) = (now, report.pictures + 1)
        guard hasNew, let newest = model.newest, report.latencies.count < 1 << 20 else { return }
        report.latencies.append(MonotonicClock.seconds - newest)
    }

    /// Whether a person quits.
    private func take(_ events: [InputEvent]) -> Bool {
        for case .answer(let answer) in events { _ = painter.learn(answer) }
        for case .key(let key, let held) in events {
            switch key {
            case .character("q"), .escape: return true
            case .character("c") where held.contains(.control): return true
            case .character("n"), .down: model.select(model.selected + 1)
            case .character("p"), .up: model.select(model.selected - 1)
            case .character("l"): model.checkLandmark()
            default:
                screen.press(key)
                pictures.forget()
            }
        }
        return false
    }
}

extension NavigationScreen {
    mutating func press(_ key: Key) {
        switch key {
        case .character("w"):
            let all = DisplayWindow.presets
            window = all[((all.firstIndex(of: window) ?? 0) + 1) % all.count]
        case .character("+"): field = max(30, field / 1.25)
        case .character("-"): field = min(300, field * 1.25)
        default: break
        }
    }
}

extension NavigationScreen.Moment {
    /// What a surgeon must hear: no pose where there was one, or a limit that is broken.
    var isBad: Bool {
        guard case .live(let guidance, _, _) = sight else { return true }
        return guidance.distance > settings.distanceLimit || guidance.angle > settings.angleLimit
            || guidance.remaining < 0
    }
}
