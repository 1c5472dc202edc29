/// Real pictures, where the terminal shows them.
public enum TerminalGraphics: String, CaseIterable, Sendable {
    case kitty, sixel
}

/// Brings a terminal from frame to frame: cells, and over some of them real pictures where it shows these.
public struct FramePainter: Sendable {
    /// `nil` for half blocks, which every terminal shows.
    public let graphics: TerminalGraphics?
    /// Pixels of a cell, where pictures are shown and it is known.
    public private(set) var cellSize: (x: Int, y: Int)?
    /// As many pixels as a picture that moves needs of a cell: kitty scales pictures, and takes half of them in a quarter of the time.
    public var pixelsOfCell: (x: Int, y: Int)? {
        graphics == .kitty ? cellSize.map { (max(1, $0.x / 2), max(1, $0.y / 2)) } : cellSize
    }
    private let even: [RGB]
    private var cells: ScreenPainter
    private var drawn: [PlacedImage] = []
    private var kitty = KittyPictures()

    /// - Parameter even: colours of whole areas of the pictures.
    public init(depth: ColorDepth, graphics: TerminalGraphics?, even: [RGB] = []) {
        (self.graphics, self.even) = (graphics, even)
        cells = ScreenPainter(depth: depth)
    }

    /// Nothing is known of what the screen shows.
    public mutating func forget() {
        cells.invalidate()
        drawn = []
    }

    /// What asks for the size of a cell; nothing where no pictures are shown.
    public var question: [UInt8] { graphics == nil ? [] : Array("\u{1B}[16t".utf8) }

    /// From the window's size, where the terminal says that in pixels.
    public mutating func learn(_ size: Terminal.Size) {
        guard graphics != nil, size.pixelWidth > 0, size.pixelHeight > 0 else { return }
        cellSize = (max(1, size.pixelWidth / size.columns), max(1, size.pixelHeight / size.rows))
    }

    /// From the answer to `question`; whether the answer is for this painter.
    public mutating func learn(_ answer: TerminalAnswer) -> Bool {
        guard graphics != nil else { return false }
        if case .cellSize(let width, let height) = answer, width > 0, height > 0 {
            let isNew = cellSize.map { $0 != (width, height) } ?? true
            cellSize = (width, height)
            if isNew { forget() }
        }
        return true
    }

    /// The bytes that show `frame`: only what changed.
    public mutating func paint(_ frame: TerminalFrame) -> [UInt8] {
        let changed = frame.images.indices.filter { !drawn.contains(frame.images[$0]) }
        // A sixel picture stays until its cells are written again, also where they are blank as before.
        if graphics == .sixel {
            for old in drawn { cells.forget(old.rect, kept: frame.images.map(\.rect)) }
        }
        drawn = frame.images
        switch graphics {
        case nil: return cells.paint(frame.grid)
        case .sixel: return cells.paint(frame.grid, pictures: changed.flatMap { sixel(frame.images[$0]) })
        case .kitty:
            let changes = changed.map {
                KittyPictures.Change(place: $0, rect: frame.images[$0].rect, image: frame.images[$0].image)
            }
            // After the cells: with a screen that is wiped, kitty forgets what was sent and does not stand yet.
            return cells.paint(frame.grid) + kitty.show(changes, of: frame.images.count)
        }
    }

    /// xterm shows no picture of more than 1000×1000 pixels (its `maxGraphicSize`), and says nothing.
    private static let largestSixel = 960

    private func sixel(_ picture: PlacedImage) -> [UInt8] {
        picture.tiles(atMost: Self.largestSixel).flatMap { tile in
            Array("\u{1B}[\(tile.rect.row + 1);\(tile.rect.column + 1)H".utf8)
                + SixelEncoder.encode(tile.image, even: even)
        }
    }
}
