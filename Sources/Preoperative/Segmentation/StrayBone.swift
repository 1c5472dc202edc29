import Imaging

/// Finds owners for bone that hangs on none of its own piece: a front that slipped across a joint ends in an island
/// amid a neighbour, whose bone it is.
struct StrayBone {
    let size: GridSize

    /// Of an island's faces on bone, so many must lie on one piece.
    static let fewestTouching = 0.5
    /// Of its faces on anything, so many: a streak of metal merely touches, and what touches metal is one.
    static let leastContact = 0.15

    /// Gives each island of `Paint.stray` to the spine's piece on which most of its bony faces lie, and makes other
    /// bone of those that lie on none.
    func adopt(_ paint: inout [UInt8], pieces: Int) {
        var stack: [Int] = []
        for start in paint.indices where paint[start] == Paint.stray {
            var island: [Int] = [], faces = [Int](repeating: 0, count: 256)
            paint[start] = Paint.bone
            stack.append(start)
            while let i = stack.popLast() {
                island.append(i)
                forEachNeighbour(i) { j in
                    if paint[j] == Paint.stray {
                        paint[j] = Paint.bone
                        stack.append(j)
                    } else {
                        faces[Int(paint[j])] += 1
                    }
                }
            }
            // Faces within the island count as `Paint.bone`, but for those visited first.
            let bony = (1...Int(Paint.pelvis)).reduce(0) { $0 + faces[$1] }
            let outside = bony + faces[Int(Paint.body)] + faces[Int(Paint.disc)] + faces[Int(Paint.canal)]
            guard let best = (1...pieces).max(by: { faces[$0] < faces[$1] }), faces[best] > 0,
                Double(faces[best]) >= Self.fewestTouching * Double(bony),
                Double(faces[best]) >= Self.leastContact * Double(outside), faces[Int(Paint.metal)] == 0
            else { continue }
            for i in island { paint[i] = UInt8(best) }
        }
    }

    @inline(__always) private func forEachNeighbour(_ i: Int, _ visit: (Int) -> Void) {
        let (row, x) = i.quotientAndRemainder(dividingBy: size.x)
        let (z, y) = row.quotientAndRemainder(dividingBy: size.y)
        let plane = size.x * size.y
        if x > 0 { visit(i - 1) }
        if x + 1 < size.x { visit(i + 1) }
        if y > 0 { visit(i - size.x) }
        if y + 1 < size.y { visit(i + size.x) }
        if z > 0 { visit(i - plane) }
        if z + 1 < size.z { visit(i + plane) }
    }
}
