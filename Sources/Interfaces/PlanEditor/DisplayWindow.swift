import TerminalKit

/// The HU shown as black and as white.
public struct DisplayWindow: Equatable, Sendable {
    public let name: String
    public var level, width: Double

    /// Usual ones; bone first, as screws are planned in it.
    public static let presets = [
        DisplayWindow(name: "bone", level: 400, width: 1300),
        DisplayWindow(name: "spine", level: 250, width: 700),
        DisplayWindow(name: "soft tissue", level: 50, width: 400),
        DisplayWindow(name: "brain", level: 40, width: 90),
        DisplayWindow(name: "metal", level: 1500, width: 4000),
    ]

    /// Level and width changed by hand.
    func moved(level: Double, width: Double) -> DisplayWindow {
        DisplayWindow(
            name: "own", level: min(max(self.level + level, -1000), 4000),
            width: min(max(self.width + width, 20), 6000))
    }

    func gray(_ hu: Float) -> UInt8 {
        let share = (Double(hu) - level) / width + 0.5
        return UInt8(min(max(share, 0), 1) * 255)
    }
}
