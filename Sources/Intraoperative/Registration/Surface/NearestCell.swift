import Imaging

/// For each cell of a grid, the nearest that is occupied: an exact distance transform that keeps the source.
///
/// One axis after the other, by lower envelopes of parabolas (Felzenszwalb and Huttenlocher 2012), on all cores.
enum NearestCell {
    /// - Parameter owners: what occupies each cell, −1 where it is empty; x runs fastest.
    /// - Returns: for each cell the owner nearest to it; −1 everywhere where there is none.
    static func transform(_ owners: [Int32], _ size: SIMD3<Int>) -> [Int32] {
        var owner = owners
        var squared = owners.map { $0 < 0 ? Float.infinity : 0 }
        let (nx, ny) = (size.x, size.y)
        sweep(&owner, &squared, lines: ny * size.z, length: nx, stride: 1) { $0 * nx }
        sweep(&owner, &squared, lines: nx * size.z, length: ny, stride: nx) { ($0 / nx) * nx * ny + $0 % nx }
        sweep(&owner, &squared, lines: nx * ny, length: size.z, stride: nx * ny) { $0 }
        return owner
    }

    private static func sweep(
        _ owner: inout [Int32], _ squared: inout [Float], lines: Int, length: Int, stride: Int,
        start: @Sendable (Int) -> Int
    ) {
        let parts = min(8, lines)
        owner.withUnsafeMutableBufferPointer { owner in
            squared.withUnsafeMutableBufferPointer { squared in
                let (owner, squared) = (SharedBuffer(owner), SharedBuffer(squared))
                parallelFor(parts) { part in
                    var envelope = Envelope(length)
                    for line in (part * lines / parts)..<((part + 1) * lines / parts) {
                        envelope.run(owner, squared, from: start(line), length, stride)
                    }
                }
            }
        }
    }

    /// The lower envelope of one line's parabolas.
    private struct Envelope {
        private var places: [Int32]
        private var heights: [Float]
        private var owners: [Int32]
        /// Where each parabola begins to be the lowest.
        private var begins: [Float]

        init(_ length: Int) {
            places = Array(repeating: 0, count: length)
            heights = Array(repeating: 0, count: length)
            owners = Array(repeating: 0, count: length)
            begins = Array(repeating: 0, count: length + 1)
        }

        mutating func run(
            _ owner: SharedBuffer<Int32>, _ squared: SharedBuffer<Float>, from start: Int, _ length: Int, _ stride: Int
        ) {
            var count = 0
            for i in 0..<length {
                let at = start + i * stride
                let height = squared[at]
                guard height < .infinity else { continue }
                var begin = -Float.infinity
                while count > 0 {
                    let (q, f) = (Float(places[count - 1]), heights[count - 1])
                    let x = Float(i)
                    begin = ((height + x * x) - (f + q * q)) / (2 * (x - q))
                    if begin > begins[count - 1] { break }
                    count -= 1
                    begin = -.infinity
                }
                (places[count], heights[count], owners[count], begins[count]) = (Int32(i), height, owner[at], begin)
                count += 1
            }
            guard count > 0 else { return }
            var k = 0
            for i in 0..<length {
                let x = Float(i)
                while k + 1 < count && begins[k + 1] < x { k += 1 }
                let d = x - Float(places[k])
                owner[start + i * stride] = owners[k]
                squared[start + i * stride] = heights[k] + d * d
            }
        }
    }
}
