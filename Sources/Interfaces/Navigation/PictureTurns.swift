import TerminalKit

/// Which real pictures are drawn anew when: a terminal may take longer for all of them than a frame may last, so it is one at
/// a time, in turn, and as much time as that took is then left to the numbers.
struct PictureTurns {
    private var images: [PlacedImage] = []
    private var until = 0.0
    private var turn = 0

    /// All are drawn anew.
    mutating func forget() { (images, until) = ([], 0) }

    /// Those that stay as they are.
    func kept(at now: Double) -> [PlacedImage] {
        guard now >= until, !images.isEmpty else { return images }
        var kept = images
        kept.remove(at: turn % images.count)
        return kept
    }

    mutating func shown(_ images: [PlacedImage], isNew: Bool, from start: Double, to end: Double) {
        self.images = images
        guard isNew else { return }
        turn += 1
        until = end + (end - start)
    }
}
