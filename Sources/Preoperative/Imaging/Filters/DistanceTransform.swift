import Frames

/// The exact Euclidean distance of each voxel to the other side of a mask.
///
/// One value serves both sides: positive for an outer voxel, the distance to the nearest inner one; negative for an
/// inner voxel, that to the nearest outer one, each from centre to centre. Rows are read from the mask's bits, columns
/// and stacks take the lower envelope of parabolas (Felzenszwalb and Huttenlocher 2012, Theory of Computing
/// 8:415–428): O(voxels), for both sides at once, since a column's voxels know nothing beyond the next change of side.
public enum DistanceTransform {
    /// Stands for "the other side is empty": 10 m, in mm.
    public static let farthest: Float = 1e4

    /// - Parameters:
    ///   - spacing: mm between voxels along each axis.
    ///   - inset: taken from every distance; half a voxel's width makes them count from the faces between voxels.
    /// - Returns: signed distances in mm, x fastest.
    public static func signed(
        _ mask: BitGrid, spacing: Vector3, inset: Float = 0, progress: ProgressReport? = nil
    ) -> [Float] {
        let size = mask.size
        let layer = size.x * size.y
        return [Float](unsafeUninitializedCapacity: size.count) { buffer, filled in
            let out = SharedBuffer(buffer)
            let done = ProgressCounter(total: size.z + size.y, report: progress)
            parallelFor(size.z) { z in
                guard let slice = out.pointer.baseAddress?.advanced(by: z * layer) else { return }
                for y in 0..<size.y {
                    RowDistance.fill(slice + y * size.x, mask, row: z * size.y + y, step: Float(spacing.x))
                }
                ColumnTiles(columns: size.x, count: size.y, stride: size.x, step: spacing.y).improve(slice) { _, _ in }
                done.advance()
            }
            parallelFor(size.y) { y in
                guard let plane = out.pointer.baseAddress?.advanced(by: y * size.x) else { return }
                ColumnTiles(columns: size.x, count: size.z, stride: layer, step: spacing.z).improve(plane) {
                    column, count in
                    for i in 0..<count {
                        let distance = min(abs(column[i]).squareRoot(), farthest) - inset
                        column[i] = distance * Float(signOf: column[i], magnitudeOf: 1)
                    }
                }
                done.advance()
            }
            filled = size.count
        }
    }
}

/// The first axis: squared distances within a row of bits.
enum RowDistance {
    static func fill(_ out: UnsafeMutablePointer<Float>, _ mask: BitGrid, row: Int, step: Float) {
        let (width, first) = (mask.size.x, row * mask.wordsPerRow)
        mask.words.withUnsafeBufferPointer { words in
            var start = 0
            var inside = words[first] & 1 == 1
            for i in 0..<mask.wordsPerRow {
                let word = words[first + i]
                let before = i > 0 ? words[first + i - 1] >> 63 : word & 1
                forEachBit(of: word ^ (word << 1 | before)) { bit in
                    let change = 64 * i + bit
                    if change >= width { return }
                    ramp(out, start..<change, of: width, inside, step)
                    (start, inside) = (change, !inside)
                }
            }
            ramp(out, start..<width, of: width, inside, step)
        }
    }

    /// One run of voxels on the same side, of a row of `width`.
    @inline(__always) private static func ramp(
        _ out: UnsafeMutablePointer<Float>, _ run: Range<Int>, of width: Int, _ inside: Bool, _ step: Float
    ) {
        let far = Int32.max / 4
        let low = run.lowerBound > 0 ? Int32(truncatingIfNeeded: run.lowerBound - 1) : -far
        let high = run.upperBound < width ? Int32(truncatingIfNeeded: run.upperBound) : far
        let sign: Float = inside ? -1 : 1
        if run.count == width {
            UnsafeMutableBufferPointer(start: out, count: width).initialize(repeating: sign * .infinity)
            return
        }
        let scale = sign * step * step
        for x in Int32(truncatingIfNeeded: run.lowerBound)..<Int32(truncatingIfNeeded: run.upperBound) {
            let away = Float(min(x &- low, high &- x))
            out[Int(x)] = away * away * scale
        }
    }
}

/// Columns `stride` apart in storage, taken some at a time so that reads stay on whole cache lines.
struct ColumnTiles {
    let columns, count, stride: Int
    let step: Double
    private let tile = 16

    /// - Parameter finish: what becomes of each squared distance as it goes back to the grid.
    @inline(__always) func improve(
        _ base: UnsafeMutablePointer<Float>, finish: (UnsafeMutablePointer<Float>, _ count: Int) -> Void
    ) {
        // an odd number of cache lines from column to column: they do not displace each other
        let pitch = (count + 31) / 32 * 32 + 16
        withUnsafeTemporaryAllocation(of: Float.self, capacity: tile * pitch) { scratch in
            guard let scratch = scratch.baseAddress else { return }
            ParabolaEnvelope.withScratch(count: count, step: step) { envelope in
                for first in Swift.stride(from: 0, to: columns, by: tile) {
                    let width = min(tile, columns - first)
                    forEachSample(base + first, scratch, width, pitch) { $1 = $0 }
                    for c in 0..<width {
                        envelope.improve(scratch + c * pitch, count: count)
                        finish(scratch + c * pitch, count)
                    }
                    forEachSample(base + first, scratch, width, pitch) { $0 = $1 }
                }
            }
        }
    }

    @inline(__always) private func forEachSample(
        _ base: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>, _ width: Int, _ pitch: Int,
        _ body: (inout Float, inout Float) -> Void
    ) {
        for i in 0..<count {
            let (row, own) = (base + i * stride, scratch + i)
            if width == 16 {
                for c in 0..<16 { body(&row[c], &own[c &* pitch]) }
            } else {
                for c in 0..<width { body(&row[c], &own[c &* pitch]) }
            }
        }
    }
}
