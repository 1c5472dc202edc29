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

    public func gray(_ hu: Float) -> UInt8 { UInt8(share(hu)) }

    /// In 53 shades, each within three of the true one: black, white, and every fifth from 3 to 253, so that every second is of
    /// the terminal's own palette and takes half the bytes.
    public func coarseGray(_ hu: Float) -> UInt8 {
        let share = share(hu)
        guard share < 254 else { return 255 }
        return UInt8(max(8 + 5 * ((share - 8) / 5).rounded(), 0))
    }

    /// 0…255.
    private func share(_ hu: Float) -> Double { min(max((Double(hu) - level) / width + 0.5, 0), 1) * 255 }
}
