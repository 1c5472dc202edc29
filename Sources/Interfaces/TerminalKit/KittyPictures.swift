/// The pictures that a kitty shows, by their places in a frame, and what brings it from one frame to the next.
public struct KittyPictures: Sendable {
    private var numbers: [Int: Int] = [:]

    /// A picture that is to be shown anew.
    public struct Change: Sendable {
        let place: Int
        let rect: CellRect
        let image: RasterImage

        /// - Parameter place: which of the frame's pictures it is, from 0 to 14.
        public init(place: Int, rect: CellRect, image: RasterImage) {
            (self.place, self.rect, self.image) = (place, rect, image)
        }
    }

    public init() {}

    /// - Parameters:
    ///   - changes: pictures that are other than before.
    ///   - count: how many pictures the frame has; what was shown beyond them goes.
    /// - Returns: pixels, which may take long, and then what shows them, all at once where the terminal knows that.
    public mutating func show(_ changes: [Change], of count: Int) -> [UInt8] {
        var (sent, shown): ([UInt8], [UInt8]) = ([], [])
        var gone = numbers.filter { $0.key >= count }.map(\.value)
        for one in changes {
            let old = numbers[one.place], new = (old ?? one.place + 1) ^ 16
            sent += KittyEncoder.transmit(one.image, number: new)
            shown += "\u{1B}[\(one.rect.row + 1);\(one.rect.column + 1)H".utf8
            shown += KittyEncoder.place(number: new, columns: one.rect.width, rows: one.rect.height)
            if let old { gone.append(old) }
            numbers[one.place] = new
        }
        // Last of all: with a picture that it is told to forget, kitty forgets those that were sent and do not stand yet.
        for number in gone.sorted() { shown += KittyEncoder.delete(number: number) }
        numbers = numbers.filter { $0.key < count }
        guard !shown.isEmpty else { return [] }
        return sent + Array("\u{1B}[?2026h".utf8) + shown + Array("\u{1B}[?2026l".utf8)
    }
}
