/// A picture for a terminal that shows real ones.
public struct PlacedImage: Equatable, Sendable {
    public let rect: CellRect
    public let image: RasterImage

    public init(rect: CellRect, image: RasterImage) { (self.rect, self.image) = (rect, image) }
}

extension PlacedImage {
    /// Parts of whole cells, none wider or higher than so many pixels.
    public func tiles(atMost limit: Int) -> [PlacedImage] {
        guard !rect.isEmpty, image.width > limit || image.height > limit else { return [self] }
        let (w, h) = (image.width / rect.width, image.height / rect.height)
        let (columns, rows) = (max(limit / max(w, 1), 1), max(limit / max(h, 1), 1))
        return stride(from: 0, to: rect.height, by: rows).flatMap { y in
            stride(from: 0, to: rect.width, by: columns).map { x in
                PlacedImage(
                    rect: CellRect(
                        column: rect.column + x, row: rect.row + y, width: min(columns, rect.width - x),
                        height: min(rows, rect.height - y)),
                    image: image.part(x: (x * w)..<((x + columns) * w), y: (y * h)..<((y + rows) * h)))
            }
        }
    }

    /// What is left of it above a row; `nil` where that is nothing.
    public func above(row: Int) -> PlacedImage? {
        let height = min(rect.rows.upperBound, row) - rect.row
        guard height < rect.height else { return self }
        guard height > 0 else { return nil }
        var part = RasterImage(width: image.width, height: image.height * height / rect.height)
        part.pixels = Array(image.pixels.prefix(part.pixels.count))
        return PlacedImage(
            rect: CellRect(column: rect.column, row: rect.row, width: rect.width, height: height), image: part)
    }
}

/// What a frame shows: cells, and pictures over some of them.
public struct TerminalFrame: Sendable {
    public let grid: CellGrid
    public let images: [PlacedImage]

    public init(grid: CellGrid, images: [PlacedImage]) { (self.grid, self.images) = (grid, images) }
}
