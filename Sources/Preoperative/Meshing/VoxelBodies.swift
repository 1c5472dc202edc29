import Imaging

/// Connected bodies of the positive samples of a field: voxels that share a face or an edge are one body, as in
/// `CubeTable`.
struct VoxelBodies {
    /// The body of each sample, counted from 0 in the order of storage; −1 outside.
    let body: [Int32]
    /// Samples in each body.
    let counts: [Int]

    /// The outermost samples must be outside.
    init(field: [Float], size: GridSize) {
        var body = [Int32](repeating: -1, count: field.count)
        var counts: [Int] = []
        let (row, layer) = (size.x, size.x * size.y)
        var steps: [Int] = []
        for z in -1...1 {
            for y in -1...1 {
                for x in -1...1 where (1...2).contains(x * x + y * y + z * z) { steps.append(z * layer + y * row + x) }
            }
        }
        var queue: [Int32] = []
        for seed in field.indices where field[seed] > 0 && body[seed] < 0 {
            let number = Int32(counts.count)
            queue = [Int32(seed)]
            body[seed] = number
            var count = 0
            while let at = queue.popLast() {
                count += 1
                for step in steps where field[Int(at) + step] > 0 && body[Int(at) + step] < 0 {
                    body[Int(at) + step] = number
                    queue.append(at + Int32(step))
                }
            }
            counts.append(count)
        }
        self.body = body
        self.counts = counts
    }
}
