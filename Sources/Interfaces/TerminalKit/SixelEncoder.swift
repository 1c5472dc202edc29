/// Pictures as sixels (DEC STD 070, chapter 9): six pixels a byte, one colour after the other.
///
/// Colours are brought to a palette of 6 levels of red and blue and 7 of green, which leaves greys of a CT recognisable
/// through error diffusion along each line.
public enum SixelEncoder {
    private static let levels = (red: 6, green: 7, blue: 6)

    public static func encode(_ image: RasterImage) -> [UInt8] {
        guard image.width > 0, image.height > 0 else { return [] }
        let indices = quantised(image)
        var out = Array("\u{1B}P0;1;0q\"1;1;\(image.width);\(image.height)".utf8)
        var used = [Bool](repeating: false, count: 252)
        for index in indices { used[Int(index)] = true }
        for index in used.indices where used[index] {
            let (r, g, b) = percent(index)
            out += "#\(index);2;\(r);\(g);\(b)".utf8
        }
        for top in stride(from: 0, to: image.height, by: 6) { band(top, image, indices, &out) }
        return out + Array("\u{1B}\\".utf8)
    }

    private static func percent(_ index: Int) -> (Int, Int, Int) {
        let (r, rest) = index.quotientAndRemainder(dividingBy: levels.green * levels.blue)
        let (g, b) = rest.quotientAndRemainder(dividingBy: levels.blue)
        return (100 * r / (levels.red - 1), 100 * g / (levels.green - 1), 100 * b / (levels.blue - 1))
    }

    private static func quantised(_ image: RasterImage) -> [UInt8] {
        var indices = [UInt8](repeating: 0, count: image.pixels.count)
        for y in 0..<image.height {
            var error = SIMD3<Float>(repeating: 0)
            for x in 0..<image.width {
                let p = image[x, y]
                let wanted = SIMD3(Float(p.red), Float(p.green), Float(p.blue)) + error
                let count = SIMD3<Float>(Float(levels.red - 1), Float(levels.green - 1), Float(levels.blue - 1))
                let level = (wanted / 255 * count).rounded(.toNearestOrEven).clamped(
                    lowerBound: .zero, upperBound: count)
                error = wanted - level / count * 255
                indices[y * image.width + x] = UInt8(
                    Int(level.x) * levels.green * levels.blue + Int(level.y) * levels.blue + Int(level.z))
            }
        }
        return indices
    }

    private static func band(_ top: Int, _ image: RasterImage, _ indices: [UInt8], _ out: inout [UInt8]) {
        let rows = min(6, image.height - top)
        var masks = [[UInt8]?](repeating: nil, count: 252)
        for row in 0..<rows {
            for x in 0..<image.width {
                let color = Int(indices[(top + row) * image.width + x])
                masks[color, default: image.width][x] |= 1 << UInt8(row)
            }
        }
        for (color, mask) in masks.enumerated() {
            guard let mask else { continue }
            out += "#\(color)".utf8
            runs(mask, &out)
            out.append(UInt8(ascii: "$"))
        }
        out.append(UInt8(ascii: "-"))
    }

    private static func runs(_ mask: [UInt8], _ out: inout [UInt8]) {
        // What is empty up to the end need not be sent.
        let end = (mask.lastIndex { $0 != 0 } ?? -1) + 1
        var at = 0
        while at < end {
            var next = at + 1
            while next < end, mask[next] == mask[at] { next += 1 }
            let byte = 63 + mask[at]
            if next - at > 3 {
                out += "!\(next - at)".utf8
                out.append(byte)
            } else {
                out += repeatElement(byte, count: next - at)
            }
            at = next
        }
    }
}

extension Array where Element == [UInt8]? {
    /// The mask of a colour, made empty where there is none yet.
    fileprivate subscript(color: Int, default width: Int) -> [UInt8] {
        get { self[color] ?? [UInt8](repeating: 0, count: width) }
        _modify {
            if self[color] == nil { self[color] = [UInt8](repeating: 0, count: width) }
            yield &self[color]!
        }
    }
}
