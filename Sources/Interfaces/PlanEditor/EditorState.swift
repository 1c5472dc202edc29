import Frames
import Imaging
import Planning
import SliceDrawing
import TerminalKit

/// What the screen shows beside the plan itself.
struct EditorState {
    /// Which of the plan's items is meant.
    var selected = 0
    var step = MotionStep.usual
    var part = ItemMotion.Part.whole
    var places: ViewPlaces
    var model = ModelView()
    var window = DisplayWindow.presets[0]
    var overlay = LabelOverlay.outline
    var scheme = ColorScheme.standard
    /// mm a pixel by view, times the usual.
    var zoom: [ViewKind: Double] = [:]
    var panes: [ViewKind] = [.alongFromBelow, .alongFromSide, .barrel, .model, .axial, .sagittal]
    var focus = 0
    var isWhole = false
    var mode = Mode.edit
    var message: Message?
    /// Which part of a long page of text is shown.
    var page = 0
    /// Of the planner's proposals for the selected pedicle, which comes next.
    var proposal = 0
    /// One was asked for before they were worked out.
    var wantsProposal = false
    var brush = Brush()
    var shown: [Pane] = []
    var drag: Drag?

    enum Mode: Equatable {
        case edit, labels, help, approval, comparison
        case prompt(Prompt)
        /// A question that a single key answers.
        case question(Question)
    }

    struct Message: Equatable {
        let text: String
        var isWarning = false
    }

    struct Brush: Equatable {
        var tool = BrushStroke.Tool.paint
        var label: AnatomicalLabel?
        /// mm.
        var radius = 2.0
    }

    /// A view on the screen: where, and the plane it shows.
    struct Pane {
        let kind: ViewKind
        let rect: CellRect
        let plane: PicturePlane?
        /// Pixels a cell.
        let scale: (x: Int, y: Int)

        /// The pixel under a cell's middle.
        func pixel(column: Int, row: Int) -> (x: Double, y: Double) {
            (
                (Double(column - rect.column) + 0.5) * Double(scale.x) - 0.5,
                (Double(row - rect.row) + 0.5) * Double(scale.y) - 0.5
            )
        }

        func point(column: Int, row: Int) -> Point<CT>? {
            let at = pixel(column: column, row: row)
            return plane?.point(at.x, at.y)
        }
    }

    /// A part of the item in hand. The view it was taken in stays as it was: one that follows the item would run away from
    /// under the mouse.
    struct ItemDrag: Equatable {
        let part: ItemMotion.Part
        let burst: String
        let kind: ViewKind
        let plane: PicturePlane
    }

    enum Drag: Equatable {
        case item(ItemDrag)
        case cursor(ViewKind)
        case turn(column: Int, row: Int)
        case paint
        case window(column: Int, row: Int)
    }

    init(cursor: Point<CT>) { places = ViewPlaces(cursor: cursor) }
}

/// A line that a person types.
struct Prompt: Equatable {
    enum Purpose: Equatable {
        case note(id: String)
        case rename(AnatomicalLabel)
        case approverName
        case keyFile(name: String)
    }

    let purpose: Purpose
    let title: String
    var text: String

    mutating func take(_ key: Key) {
        switch key {
        case .character(let c) where text.utf8.count < PlanItem.longestNote: text.append(c)
        case .backspace where !text.isEmpty: text.removeLast()
        default: break
        }
    }
}

/// What is asked before something is lost.
enum Question: Equatable {
    case quitUnsaved
    case removeItem(id: String)

    var text: String {
        switch self {
        case .quitUnsaved: "The plan has changes that are not saved.  s save and quit · d discard them · Esc stay"
        case .removeItem(let id): "Take \(id) out of the plan?  y yes · Esc no"
        }
    }
}

/// Which views of each item have been on the screen since it last moved.
struct ReviewRecord: Equatable, Sendable {
    /// The views that a screw must be looked at in before it is signed.
    static let needed: [ViewKind] = [.alongFromBelow, .alongFromSide, .barrel]

    private struct Place: Equatable, Sendable {
        let entry, target: Point<CT>
        let diameter: Double

        init(_ item: PlanItem) { (entry, target, diameter) = (item.entry, item.target, item.diameter) }
    }

    private var seen: [String: (place: Place, views: Set<ViewKind>)] = [:]

    static func == (a: Self, b: Self) -> Bool {
        a.seen.keys == b.seen.keys
            && a.seen.allSatisfy { $1.views == b.seen[$0]?.views && $1.place == b.seen[$0]?.place }
    }

    mutating func see(_ item: PlanItem, in view: ViewKind) {
        let place = Place(item)
        if seen[item.id]?.place == place {
            seen[item.id]?.views.insert(view)
        } else {
            seen[item.id] = (place, [view])
        }
    }

    /// What has not been looked at since the item lies where it lies.
    func missing(_ item: PlanItem) -> [ViewKind] {
        let views = seen[item.id].flatMap { $0.place == Place(item) ? $0.views : nil } ?? []
        return Self.needed.filter { !views.contains($0) }
    }
}
