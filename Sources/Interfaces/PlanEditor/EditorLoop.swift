import Foundation
import TerminalKit

/// Runs the editor in a terminal until a person quits, or the terminal goes away.
public final class EditorLoop {
    private let terminal: Terminal
    private let model: EditorModel
    private var decoder = InputDecoder()
    private var painter: ScreenPainter
    private let graphics: Graphics?
    private var pixels: (x: Int, y: Int)?
    private var drawnImages: [PlacedImage] = []
    private var kitty = KittyPictures()
    public private(set) var times = AnswerTimes()
    private var lastFlush = 0.0

    /// Real pictures, where the terminal shows them.
    public enum Graphics: String, CaseIterable, Sendable {
        case kitty, sixel
    }

    /// - Parameter graphics: `nil` for half blocks, which every terminal shows.
    public init(terminal: Terminal, model: EditorModel, depth: ColorDepth, graphics: Graphics?) {
        (self.terminal, self.model, self.graphics) = (terminal, model, graphics)
        painter = ScreenPainter(depth: depth)
    }

    /// Seconds that never go back.
    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// - Throws: `TerminalError` where the terminal fails; a lost connection ends the editor, its work stays in the journal.
    public func run() throws(TerminalError) {
        try ask()
        try draw()
        var isDone = false
        while !isDone {
            // An Escape alone is one only when nothing follows it at once.
            let wake = try terminal.wait(seconds: decoder.isWaiting || model.isWaiting ? 0.03 : 0.5)
            let start = Self.now
            switch wake {
            case .ended: isDone = true
            case .resized:
                forgetScreen()
                learnCellSize()
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

    /// Nothing is known of what the screen shows.
    private func forgetScreen() {
        painter.invalidate()
        drawnImages = []
    }

    private func flush(_ now: Double) {
        guard now - lastFlush > 0.5 else { return }
        model.session.flush()
        lastFlush = now
    }

    private func take(_ event: InputEvent, _ time: Double) {
        if case .answer(let answer) = event, graphics != nil {
            guard case .cellSize(let width, let height) = answer, width > 0, height > 0 else { return }
            let isNew = pixels.map { $0 != (width, height) } ?? true
            pixels = (width, height)
            if isNew { forgetScreen() }
            return
        }
        model.handle(event, at: time)
    }

    /// Asks for the size of a cell in pixels.
    private func ask() throws(TerminalError) {
        guard graphics != nil else { return }
        learnCellSize()
        try terminal.write(Array("\u{1B}[16t".utf8))
    }

    private func learnCellSize() {
        guard graphics != nil else { return }
        let size = terminal.size
        guard size.pixelWidth > 0, size.pixelHeight > 0 else { return }
        pixels = (max(1, size.pixelWidth / size.columns), max(1, size.pixelHeight / size.rows))
    }

    private func draw() throws(TerminalError) {
        let size = terminal.size
        let frame = EditorScreen(model, pixels: graphics == nil ? nil : pixels).draw(
            columns: size.columns, rows: size.rows)
        let changed = frame.images.indices.filter { !drawnImages.contains(frame.images[$0]) }
        // A sixel picture stays until its cells are written again, also where they are blank as before.
        if graphics == .sixel {
            for old in drawnImages { painter.forget(old.rect, kept: frame.images.map(\.rect)) }
        }
        drawnImages = frame.images
        let bytes: [UInt8]
        switch graphics {
        case nil: bytes = painter.paint(frame.grid)
        case .sixel: bytes = painter.paint(frame.grid, pictures: changed.flatMap { Self.sixel(frame.images[$0]) })
        case .kitty:
            let changes = changed.map {
                KittyPictures.Change(place: $0, rect: frame.images[$0].rect, image: frame.images[$0].image)
            }
            // After the cells: with a screen that is wiped, kitty forgets what was sent and does not stand yet.
            bytes = painter.paint(frame.grid) + kitty.show(changes, of: frame.images.count)
        }
        if !bytes.isEmpty { try terminal.write(bytes) }
    }

    /// xterm shows no picture of more than 1000×1000 pixels (its `maxGraphicSize`), and says nothing.
    private static let largestSixel = 960

    private static func sixel(_ picture: PlacedImage) -> [UInt8] {
        picture.tiles(atMost: largestSixel).flatMap { tile in
            Array("\u{1B}[\(tile.rect.row + 1);\(tile.rect.column + 1)H".utf8)
                + SixelEncoder.encode(tile.image, even: [SlicePainter.outside])
        }
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
