/// The HU shown as black and as white.
public struct DisplayWindow: Equatable, Sendable {
    public let name: String
    public var level, width: Double

    public init(name: String, level: Double, width: Double) {
        (self.name, self.level, self.width) = (name, level, width)
    }

    /// Usual ones; bone first, as screws are planned in it.
    public static let presets = [
        DisplayWindow(name: "bone", level: 400, width: 1300),
        DisplayWindow(name: "spine", level: 250, width: 700),
        DisplayWindow(name: "soft tissue", level: 50, width: 400),
        DisplayWindow(name: "brain", level: 40, width: 90),
        DisplayWindow(name: "metal", level: 1500, width: 4000),
    ]

    /// Level and width changed by hand.
    public func moved(level: Double, width: Double) -> DisplayWindow {
        DisplayWindow(
            name: "own", level: min(max(self.level + level, -1000), 4000),
            width: min(max(self.width + width, 20), 6000))
    }

    /// - Parameter step: how far apart two shades are that are told from each other, of 256.
    public func gray(_ hu: Float, step: Int = 1) -> UInt8 {
        let share = min(max((Double(hu) - level) / width + 0.5, 0), 1) * 255
        guard step > 1 else { return UInt8(share) }
        return UInt8(min(((share / Double(step)).rounded() * Double(step)), 255))
    }
}
