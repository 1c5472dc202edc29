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

extension CellGrid {
    /// Draws a picture with two pixels a cell, one over the other (`▀`): the picture should be `rect.width` pixels wide
    /// and twice `rect.height` high. What is larger is cut off.
    public mutating func draw(_ image: RasterImage, in rect: CellRect) {
        let inside = rect.intersection(bounds)
        for row in inside.rows {
            for column in inside.columns {
                let x = column - rect.column, y = 2 * (row - rect.row)
                guard x < image.width, y < image.height else { continue }
                let upper = image[x, y], lower = y + 1 < image.height ? image[x, y + 1] : upper
                self[column, row] =
                    upper == lower
                    ? Cell(" ", CellStyle(nil, on: upper)) : Cell("\u{2580}", CellStyle(upper, on: lower))
            }
        }
    }
}
