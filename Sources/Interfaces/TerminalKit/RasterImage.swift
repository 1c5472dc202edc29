/// A picture: colours row by row from the top left.
public struct RasterImage: Equatable, Sendable {
    public let width: Int
    public let height: Int
    public var pixels: [RGB]

    public init(width: Int, height: Int, filledWith color: RGB = .black) {
        self.width = max(0, width)
        self.height = max(0, height)
        pixels = [RGB](repeating: color, count: self.width * self.height)
    }

    @inlinable public subscript(x: Int, y: Int) -> RGB {
        get { pixels[y * width + x] }
        set { pixels[y * width + x] = newValue }
    }
}

extension RasterImage {
    /// A part of it; what lies outside is left out.
    public func part(x: Range<Int>, y: Range<Int>) -> RasterImage {
        let (x, y) = (x.clamped(to: 0..<width), y.clamped(to: 0..<height))
        var part = RasterImage(width: x.count, height: y.count)
        part.pixels = y.flatMap { pixels[($0 * width + x.lowerBound)..<($0 * width + x.upperBound)] }
        return part
    }
}

extension CellGrid {
    /// Draws a picture with two pixels a cell, one over the other (`▀`): the picture should be `rect.width` pixels wide
    /// and twice `rect.height` high. What is larger is cut off.
    public mutating func draw(_ image: RasterImage, in rect: CellRect) {
        let covered = CellRect(
            column: rect.column, row: rect.row, width: min(rect.width, image.width),
            height: min(rect.height, (image.height + 1) / 2))
        let last = image.height - 1
        image.pixels.withUnsafeBufferPointer { pixels in
            overwrite(covered.intersection(bounds)) { column, row in
                let x = column - rect.column, y = 2 * (row - rect.row)
                let upper = pixels[y * image.width + x], lower = pixels[min(y + 1, last) * image.width + x]
                return upper == lower
                    ? Cell(Glyph.blank, CellStyle(nil, on: upper)) : Cell(Glyph.upperHalf, CellStyle(upper, on: lower))
            }
        }
    }
}
