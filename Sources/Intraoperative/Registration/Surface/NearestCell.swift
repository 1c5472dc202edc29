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
                    withUnsafeTemporaryAllocation(of: Parabola.self, capacity: length) { room in
                        for line in (part * lines / parts)..<((part + 1) * lines / parts) {
                            let line = Line(owner: owner, squared: squared, start: start(line), stride: stride)
                            line.take(room, line.envelope(length, in: room), length)
                        }
                    }
                }
            }
        }
    }

    /// The squared distance to one occupied cell of a line, and from where on it is the least.
    private struct Parabola {
        let place: Float
        let height: Float
        let begin: Float
        let owner: Int32
    }

    /// Some cells one after the other.
    private struct Line {
        let owner: SharedBuffer<Int32>
        let squared: SharedBuffer<Float>
        let start: Int, stride: Int

        /// Fills `room` with the parabolas that are lowest somewhere, and counts them.
        @inline(__always) func envelope(_ length: Int, in room: UnsafeMutableBufferPointer<Parabola>) -> Int {
            var count = 0
            for i in 0..<length {
                let height = squared[start + i * stride]
                guard height < .infinity else { continue }
                let x = Float(i)
                var begin = -Float.infinity
                while count > 0 {
                    let last = room[count - 1]
                    begin = ((height + x * x) - (last.height + last.place * last.place)) / (2 * (x - last.place))
                    if begin > last.begin { break }
                    count -= 1
                    begin = -.infinity
                }
                room[count] = Parabola(place: x, height: height, begin: begin, owner: owner[start + i * stride])
                count += 1
            }
            return count
        }

        /// Gives each cell what is nearest to it.
        @inline(__always) func take(_ room: UnsafeMutableBufferPointer<Parabola>, _ count: Int, _ length: Int) {
            guard count > 0 else { return }
            var k = 0
            for i in 0..<length {
                while k + 1 < count && room[k + 1].begin < Float(i) { k += 1 }
                let away = Float(i) - room[k].place
                owner[start + i * stride] = room[k].owner
                squared[start + i * stride] = room[k].height + away * away
            }
        }
    }
}
