import Frames
import Glibc
import Imaging
import Planning
import SliceDrawing
import TerminalKit
import Trackers

/// Draws what a surgeon sees: the tool in three planes and along the plan, and the numbers with how sure they are.
///
/// A pose is drawn only while it is live. As soon as it is not, the word for why stands over the pictures, which go dark, and
/// no number of it stays.
public struct NavigationScreen: Sendable {
    let ct: Volume<Int16>
    var scheme = ColorScheme.standard
    var window = DisplayWindow.presets[0]
    /// mm across the smaller side of a picture.
    var field = 90.0
    /// Where the planes lay while the tool was last seen.
    private var lastTip: Point<CT>?

    public static let smallest = (columns: 60, rows: 18)

    public init(ct: Volume<Int16>) { self.ct = ct }

    /// What there is to draw.
    public struct Moment: Sendable {
        public let item: PlanItem
        public let sight: Sight
        public let settings: NavigationSettings
        public let landmark: LandmarkCheck.Verdict?
        public let doubts: [String]
        public let breathing: BreathingGate.Reading?
        public var connection: String?
        public var framesPerSecond = 0.0

        public init(_ model: NavigationModel, at now: Double) {
            (item, sight, settings) = (model.item, model.sight(at: now), model.settings)
            (landmark, doubts) = (model.landmarkVerdict, model.doubts)
            breathing = model.breathing(at: now)
        }
    }

    /// In half blocks, which every terminal shows.
    public mutating func draw(_ moment: Moment, columns: Int, rows: Int) -> CellGrid {
        frame(moment, columns: columns, rows: rows).grid
    }

    /// - Parameters:
    ///   - pixels: of a cell, where the terminal shows real pictures.
    ///   - kept: pictures of the frame before that may stay where they are; whatever is no longer live takes them away.
    public mutating func frame(
        _ moment: Moment, columns: Int, rows: Int, pixels: (x: Int, y: Int)? = nil, kept: [PlacedImage] = []
    ) -> TerminalFrame {
        var grid = CellGrid(
            width: columns, height: rows, filledWith: Cell(" ", CellStyle(scheme.text, on: scheme.panel)))
        guard columns >= Self.smallest.columns, rows >= Self.smallest.rows else {
            grid.write("larger, please: 60×18 and more", column: 0, row: 0)
            return TerminalFrame(grid: grid, images: [])
        }
        var canvas = Canvas(grid: grid, pixels: moment.word == nil ? pixels : nil, kept: kept)
        draw(moment, columns: columns, &canvas)
        return TerminalFrame(grid: canvas.grid, images: canvas.images)
    }

    /// What is drawn on. Letters do not show over real pictures: where a word must, all is drawn in cells.
    private struct Canvas {
        var grid: CellGrid
        let pixels: (x: Int, y: Int)?
        let kept: [PlacedImage]
        var images: [PlacedImage] = []
    }

    private mutating func draw(_ moment: Moment, columns: Int, _ canvas: inout Canvas) {
        if case .live(let guidance, _, _) = moment.sight { lastTip = guidance.tip }
        let (title, rest) = canvas.grid.bounds.split(top: 1)
        let (middle, bottom) = rest.split(top: rest.height - 1)
        let (pictures, panel) = middle.split(left: columns - (columns >= 100 ? 36 : 28))
        drawTitle(moment, title, &canvas.grid)
        drawPictures(moment, pictures, &canvas)
        NumbersPanel(scheme: scheme, moment: moment).draw(in: panel, &canvas.grid)
        let help = " q quit  n p item  l landmark  w window  + - zoom", style = CellStyle(scheme.dim, on: scheme.bar)
        canvas.grid.fill(bottom, with: Cell(" ", style))
        canvas.grid.write(help, column: 0, row: bottom.row, style: style, within: bottom)
    }

    private func drawTitle(_ moment: Moment, _ rect: CellRect, _ grid: inout CellGrid) {
        let style = CellStyle(scheme.title, on: scheme.bar, bold: true)
        grid.fill(rect, with: Cell(" ", style))
        let tool = moment.settings.tool ?? "no tool yet"
        let end = grid.write(" \(moment.item.id)   tool \(tool)", column: 0, row: rect.row, style: style, within: rect)
        let right = "research software, not a medical device "
        guard end + 2 + right.count <= rect.width else { return }
        grid.write(right, column: rect.width - right.count, row: rect.row, style: CellStyle(scheme.dim, on: scheme.bar))
    }

    /// Four planes, or two where there is room for no more.
    private func drawPictures(_ moment: Moment, _ rect: CellRect, _ canvas: inout Canvas) {
        let all = SlicePlane.allCases
        let kinds = rect.height >= 24 ? all : [.along, .axial]
        let across = 2, down = kinds.count / across
        for (index, kind) in kinds.enumerated() {
            let left = rect.width * (index % across) / across, right = rect.width * (index % across + 1) / across
            let top = rect.height * (index / across) / down, bottom = rect.height * (index / across + 1) / down
            let pane = CellRect(
                column: rect.column + left, row: rect.row + top, width: right - left, height: bottom - top)
            drawPane(kind, moment, pane, &canvas)
        }
        if let word = moment.word {
            let band = CellRect(column: rect.column, row: rect.row + rect.height / 2 - 4, width: rect.width, height: 8)
            let style = CellStyle(RGB.white, on: RGB(70, 0, 0), bold: true)
            canvas.grid.fill(band, with: Cell(" ", CellStyle(.white, on: RGB(70, 0, 0))))
            BigLetters.draw(word, in: band, style: style, &canvas.grid)
        }
    }

    private func drawPane(_ kind: SlicePlane, _ moment: Moment, _ pane: CellRect, _ canvas: inout Canvas) {
        let (head, body) = pane.split(top: 1)
        let style = CellStyle(scheme.text, on: scheme.bar)
        canvas.grid.fill(head, with: Cell(" ", style))
        let end = canvas.grid.write(
            " \(kind.rawValue)", column: head.column, row: head.row, style: style, within: head)
        guard body.width > 1, body.height > 0 else { return }
        let scale = canvas.pixels ?? (1, 2)
        let (width, height) = (body.width * scale.x, body.height * scale.y)
        let centre = lastTip ?? moment.item.entry
        let size = field / Double(min(width, height))
        guard let plane = kind.plane(centre, moment.item, width, height, size) else { return }
        if canvas.pixels == nil {
            canvas.grid.draw(picture(plane, moment, isCoarse: true), in: body)
            drawLetters(plane, body, &canvas.grid)
        } else {
            let kept = canvas.kept.first { $0.rect == body }
            canvas.images.append(kept ?? PlacedImage(rect: body, image: picture(plane, moment, isCoarse: false)))
            let compass = AnatomicalLetters.compass(right: plane.right.vector, down: plane.down.vector)
            let column = head.columns.upperBound - compass.count
            if column > end {
                canvas.grid.write(compass, column: column, row: head.row, style: style, within: head)
            }
        }
    }

    private func picture(_ plane: PicturePlane, _ moment: Moment, isCoarse: Bool) -> RasterImage {
        var image = slice(plane, isCoarse: isCoarse)
        draw(moment.item, plane, &image)
        if case .live(let guidance, _, _) = moment.sight {
            image.drawLine(plane, guidance.tip, guidance.tip + guidance.axis * -120, scheme.selected, isDotted: false)
            let at = plane.project(guidance.tip)
            image.drawCross(Int(at.x.rounded()), Int(at.y.rounded()), color: scheme.selected)
        } else {
            image.pixels = image.pixels.map { $0.mixed(with: .black, 0.65) }
        }
        return image
    }

    /// Where there is no image.
    static let outside = RGB(10, 14, 28)

    /// - Parameter isCoarse: in fewer greys: half blocks need no more, and a terminal then takes half the bytes.
    private func slice(_ plane: PicturePlane, isCoarse: Bool) -> RasterImage {
        var image = RasterImage(width: plane.width, height: plane.height)
        let samples = ct.samples(on: plane)
        image.pixels.withUnsafeMutableBufferPointer { pixels in
            for (index, value) in samples.enumerated() {
                let gray = value.isNaN ? 0 : isCoarse ? window.coarseGray(value) : window.gray(value)
                pixels[index] = value.isNaN ? Self.outside : RGB(gray: gray)
            }
        }
        return image
    }

    /// The planned axis, full in the plane and dotted where it lies before or behind it.
    private func draw(_ item: PlanItem, _ plane: PicturePlane, _ image: inout RasterImage) {
        image.drawLine(plane, item.entry, item.target, scheme.entry, isDotted: true)
        guard let along = Direction<CT>((item.target - item.entry).vector) else { return }
        image.drawLine(plane, item.entry, item.entry + along * -60, scheme.ghost, isDotted: true)
    }

    private func drawLetters(_ plane: PicturePlane, _ rect: CellRect, _ grid: inout CellGrid) {
        let style = CellStyle(scheme.title, on: RGB(40, 46, 60), bold: true)
        let (right, down) = (plane.right.vector, plane.down.vector)
        let (column, row) = (rect.column + rect.width / 2, rect.row + rect.height / 2)
        let last = rect.columns.upperBound - 1 - AnatomicalLetters.text(right).count
        for (way, column, row) in [
            (-right, rect.column + 1, row), (right, last, row), (-down, column, rect.row),
            (down, column, rect.rows.upperBound - 1),
        ] { grid.write(AnatomicalLetters.text(way), column: column, row: row, style: style, within: rect) }
    }
}

extension NavigationScreen.Moment {
    /// What stands over the pictures in large letters; `nil` while the pose is live.
    var word: String? { sight.bigWord ?? connection.map { _ in "LOST" } }
}

extension Sight {
    /// What must be seen at once; `nil` while the pose is live.
    var bigWord: String? {
        switch self {
        case .live: nil
        case .stale(let age): age < 99 ? "STALE \(Self.seconds(age))" : "STALE"
        case .toolHidden: "TOOL HIDDEN"
        case .referenceHidden: "REF. HIDDEN"
        case .referenceMoved: "REF. MOVED"
        case .outOfVolume: "OUT OF VOLUME"
        case .waiting: "WAITING"
        case .lost(let age): age < 999 ? "LOST \(Self.seconds(age))" : "LOST"
        }
    }

    static func seconds(_ value: Double) -> String {
        let tenths = Int((max(value, 0) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
