/// How a cell looks; a colour of `nil` is the terminal's own.
public struct CellStyle: Hashable, Sendable {
    /// A colour takes 25 bits, of which the highest says that there is one; the background's lie above the foreground's, and above
    /// both the attributes. Plain memory: a screen of 12,000 cells is compared and copied for every key.
    private var bits: UInt64 = 0

    public var foreground: RGB? {
        get { Self.color(bits) }
        set { bits = bits & ~Self.colorMask | Self.bits(newValue) }
    }
    public var background: RGB? {
        get { Self.color(bits >> 25) }
        set { bits = bits & ~(Self.colorMask << 25) | Self.bits(newValue) << 25 }
    }
    public var isBold: Bool {
        get { has(Self.bold) }
        set { set(Self.bold, newValue) }
    }
    public var isDim: Bool {
        get { has(Self.dim) }
        set { set(Self.dim, newValue) }
    }
    public var isUnderlined: Bool {
        get { has(Self.underlined) }
        set { set(Self.underlined, newValue) }
    }
    public var isReversed: Bool {
        get { has(Self.reversed) }
        set { set(Self.reversed, newValue) }
    }

    public init(_ foreground: RGB? = nil, on background: RGB? = nil, bold: Bool = false, dim: Bool = false) {
        bits = Self.bits(foreground) | Self.bits(background) << 25
        set(Self.bold, bold)
        set(Self.dim, dim)
    }

    public static let plain = CellStyle()

    private static let bold: UInt64 = 1 << 50, dim: UInt64 = 1 << 51
    private static let underlined: UInt64 = 1 << 52, reversed: UInt64 = 1 << 53
    private static let colorMask: UInt64 = 1 << 25 - 1

    /// Whether both have the same attributes.
    func hasAttributes(of other: CellStyle) -> Bool { bits >> 50 == other.bits >> 50 }

    private func has(_ bit: UInt64) -> Bool { bits & bit != 0 }
    private mutating func set(_ bit: UInt64, _ isSet: Bool) { bits = isSet ? bits | bit : bits & ~bit }

    private static func bits(_ color: RGB?) -> UInt64 {
        guard let color else { return 0 }
        return 1 << 24 | UInt64(color.red) << 16 | UInt64(color.green) << 8 | UInt64(color.blue)
    }

    private static func color(_ bits: UInt64) -> RGB? {
        guard bits & (1 << 24) != 0 else { return nil }
        return RGB(
            UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8),
            UInt8(truncatingIfNeeded: bits))
    }
}

/// A character as its UTF-8, the first byte lowest.
struct Glyph: Hashable, Sendable {
    let bits: UInt64

    static let blank = Glyph(" "), upperHalf = Glyph("\u{2580}"), lowerHalf = Glyph("\u{2584}")

    /// Equal to no character's.
    static let unknown = Glyph(bits: .max)

    private init(bits: UInt64) { self.bits = bits }

    /// Of a character of more than eight bytes the scalars that fit: its first, and marks upon it.
    init(_ character: Character) {
        var (bits, filled) = (UInt64(0), 0)
        for scalar in character.unicodeScalars {
            let bytes = UTF8.encode(scalar)
            guard let bytes, filled + bytes.count <= 8 else { break }
            for byte in bytes {
                bits |= UInt64(byte) << UInt64(8 * filled)
                filled += 1
            }
        }
        self.bits = bits
    }

    var character: Character {
        var bytes: [UInt8] = [], rest = bits
        while rest != 0 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
        return String(decoding: bytes, as: UTF8.self).first ?? " "
    }
}

/// One place on the screen. The right half of a wide character is a cell of its own, with `width` 0.
public struct Cell: Hashable, Sendable {
    var glyph: Glyph
    public var style: CellStyle
    public internal(set) var width: UInt8 = 1

    public var character: Character {
        get { glyph.character }
        set { glyph = Glyph(newValue) }
    }

    public init(_ character: Character, _ style: CellStyle = .plain) { self.init(Glyph(character), style) }

    init(_ glyph: Glyph, _ style: CellStyle) { (self.glyph, self.style) = (glyph, style) }

    public static let blank = Cell(" ")
}
