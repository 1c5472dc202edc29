/// A colour in sRGB, eight bits a channel.
public struct RGB: Hashable, Sendable {
    public var red, green, blue: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }

    public init(gray: UInt8) { self.init(gray, gray, gray) }

    public static let black = RGB(gray: 0)
    public static let white = RGB(gray: 255)

    /// A mixture with `other`, of which `share` (0…1) comes from it.
    public func mixed(with other: RGB, _ share: Double) -> RGB {
        let part = min(max(share, 0), 1)
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Double(a) + (Double(b) - Double(a)) * part).rounded()) }
        return RGB(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
    }

    /// Its number in xterm's palette where it is one of the palette's greys, which lie ten apart from 8 to 238; they are the same
    /// in all terminals, unlike the first sixteen colours.
    var indexOfGray: UInt8? {
        guard red == green, green == blue else { return nil }
        if red == 0 { return 16 }
        if red == 255 { return 231 }
        return red >= 8 && red <= 238 && (red - 8) % 10 == 0 ? 232 + (red - 8) / 10 : nil
    }

    /// The nearest of xterm's 256 colours: the 6×6×6 cube from 16 on, or the 24 greys from 232 on.
    public var indexed: UInt8 {
        let levels: [Int] = [0, 95, 135, 175, 215, 255]
        func nearest(_ v: UInt8) -> Int {
            levels.indices.min { abs(levels[$0] - Int(v)) < abs(levels[$1] - Int(v)) } ?? 0
        }
        let cube = (nearest(red), nearest(green), nearest(blue))
        let mean = (Int(red) + Int(green) + Int(blue)) / 3
        let gray = min(max((mean - 3) / 10, 0), 23)
        func distance(_ r: Int, _ g: Int, _ b: Int) -> Int {
            let d = (r - Int(red), g - Int(green), b - Int(blue))
            return d.0 * d.0 + d.1 * d.1 + d.2 * d.2
        }
        let shade = 8 + 10 * gray
        let toGray = distance(shade, shade, shade)
        let toCube = distance(levels[cube.0], levels[cube.1], levels[cube.2])
        return toGray < toCube ? UInt8(232 + gray) : UInt8(16 + 36 * cube.0 + 6 * cube.1 + cube.2)
    }
}
