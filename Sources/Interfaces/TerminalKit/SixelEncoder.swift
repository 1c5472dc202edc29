/// Pictures as sixels (DEC STD 070, chapter 9): six pixels a byte, one colour after the other.
///
/// Sixel colours are told in percent, and terminals have 256 of them. Greys, most of a CT, get 51 of their own, 2 % apart, and
/// need no dots to look even; up to five colours of the caller's are shown as they are; all others are brought to 5 levels of red and
/// blue and 8 of green, with the error passed on along each line.
public enum SixelEncoder {
    private static let greys = 51
    private static let levels = SIMD3<Float>(4, 7, 4)
    private static let mixed = greys + 5 * 8 * 5
    private static let colors = 256

    /// - Parameter even: colours of whole areas, which dots would make restless.
    public static func encode(_ image: RasterImage, even: [RGB] = []) -> [UInt8] {
        guard image.width > 0, image.height > 0 else { return [] }
        let even = Array(even.prefix(colors - mixed))
        let indices = quantised(image, even)
        var out = Array("\u{1B}P0;1;0q\"1;1;\(image.width);\(image.height)".utf8)
        var used = [Bool](repeating: false, count: colors)
        for index in indices { used[Int(index)] = true }
        for index in used.indices where used[index] {
            let (r, g, b) = index < mixed ? percent(index) : percent(even[index - mixed])
            out += "#\(index);2;\(r);\(g);\(b)".utf8
        }
        var bands = SixelBands(width: image.width, colors: colors)
        for top in stride(from: 0, to: image.height, by: 6) {
            bands.append(indices, top: top, rows: min(6, image.height - top), to: &out)
        }
        return out + Array("\u{1B}\\".utf8)
    }

    private static func percent(_ index: Int) -> (Int, Int, Int) {
        guard index >= greys else { return (2 * index, 2 * index, 2 * index) }
        let (r, rest) = (index - greys).quotientAndRemainder(dividingBy: 40)
        let (g, b) = rest.quotientAndRemainder(dividingBy: 5)
        return (25 * r, 100 * g / 7, 25 * b)
    }

    private static func percent(_ color: RGB) -> (Int, Int, Int) {
        func share(_ part: UInt8) -> Int { (Int(part) * 100 + 127) / 255 }
        return (share(color.red), share(color.green), share(color.blue))
    }

    private static func quantised(_ image: RasterImage, _ even: [RGB]) -> [UInt8] {
        var indices = [UInt8](repeating: 0, count: image.pixels.count)
        for y in 0..<image.height {
            var error = SIMD3<Float>(repeating: 0)
            for x in 0..<image.width {
                let p = image[x, y]
                if p.red == p.green, p.green == p.blue {
                    // (50 · grey + 127) / 255, rounded
                    indices[y * image.width + x] = UInt8((Int(p.red) * 50 + 127) / 255)
                    error = .zero
                    continue
                }
                if let known = even.firstIndex(of: p) {
                    indices[y * image.width + x] = UInt8(mixed + known)
                    error = .zero
                    continue
                }
                let wanted = SIMD3(Float(p.red), Float(p.green), Float(p.blue)) + error
                let level = (wanted / 255 * levels).rounded(.toNearestOrEven).clamped(
                    lowerBound: .zero, upperBound: levels)
                error = wanted - level / levels * 255
                indices[y * image.width + x] = UInt8(greys + Int(level.x) * 40 + Int(level.y) * 5 + Int(level.z))
            }
        }
        return indices
    }
}

/// Writes bands of six rows: for each colour of a band, where it is.
private struct SixelBands {
    private let width: Int
    /// Six rows of a colour's pixels as bits, one colour behind the other; empty between two bands.
    private var masks: [UInt8]
    /// The columns that a colour has in this band; empty where it has none.
    private var columns: [ClosedRange<Int>?]

    init(width: Int, colors: Int) {
        self.width = width
        masks = [UInt8](repeating: 0, count: colors * width)
        columns = [ClosedRange<Int>?](repeating: nil, count: colors)
    }

    mutating func append(_ indices: [UInt8], top: Int, rows: Int, to out: inout [UInt8]) {
        for row in 0..<rows {
            for x in 0..<width {
                let color = Int(indices[(top + row) * width + x])
                masks[color * width + x] |= 1 << UInt8(row)
                columns[color] = columns[color].map { min($0.lowerBound, x)...max($0.upperBound, x) } ?? x...x
            }
        }
        for color in columns.indices {
            guard let range = columns[color] else { continue }
            out += "#\(color)".utf8
            write(color, range, &out)
            out.append(UInt8(ascii: "$"))
            columns[color] = nil
        }
        out.append(UInt8(ascii: "-"))
    }

    /// Runs of like sixels; what is empty behind the last need not be sent.
    private mutating func write(_ color: Int, _ range: ClosedRange<Int>, _ out: inout [UInt8]) {
        if range.lowerBound > 0 { put(0, count: range.lowerBound, &out) }
        var at = range.lowerBound
        while at <= range.upperBound {
            let mask = masks[color * width + at]
            var next = at
            while next <= range.upperBound, masks[color * width + next] == mask {
                masks[color * width + next] = 0
                next += 1
            }
            put(mask, count: next - at, &out)
            at = next
        }
    }

    private func put(_ mask: UInt8, count: Int, _ out: inout [UInt8]) {
        let byte = 63 + mask
        guard count > 3 else {
            out += repeatElement(byte, count: count)
            return
        }
        out += "!\(count)".utf8
        out.append(byte)
    }
}
