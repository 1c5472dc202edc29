import Frames
import Imaging

/// The exact Euclidean distance of each sample of a grid to the other side of a mask, one axis after the other.
///
/// One buffer serves both sides: a positive value is the squared distance of an outer sample to the mask, a negative
/// one that of an inner sample to the outside. Each axis takes the lower envelope of parabolas (Felzenszwalb and
/// Huttenlocher 2012, Theory of Computing 8:415–428), O(samples).
struct DistanceTransform {
    let size: GridSize
    let step: Vector3
    private(set) var values: [Float]

    /// Stands for "no boundary within the grid": the square of 10 m, in mm².
    static let farthest: Float = 1e8

    init(size: GridSize, step: Vector3) {
        self.size = size
        self.step = step
        values = [Float](repeating: .infinity, count: size.count)
    }

    /// Marks the inner samples with −∞; false where there is none.
    mutating func mark(_ wanted: [Bool], in volume: LabelVolume, box: VoxelBox, division: VoxelIndex) -> Bool {
        let inner = box.clipped(to: volume.size)
        guard !inner.isEmpty else { return false }
        let (width, height) = (size.x, size.y)
        let layers = inner.upper.z - inner.lower.z
        var found = [Bool](repeating: false, count: layers)
        values.withUnsafeMutableBufferPointer { out in
            found.withUnsafeMutableBufferPointer { found in
                let (out, found) = (SharedBuffer(out), SharedBuffer(found))
                volume.withVoxels { v in
                    nonisolated(unsafe) let voxels = v
                    parallelFor(layers) { layer in
                        let z = inner.lower.z + layer
                        for y in inner.lower.y..<inner.upper.y {
                            let row = (z * volume.size.y + y) * volume.size.x
                            for x in inner.lower.x..<inner.upper.x where wanted[Int(voxels[row + x])] {
                                found[layer] = true
                                let (fx, fy) = ((x - box.lower.x) * division.x, (y - box.lower.y) * division.y)
                                let fz = (z - box.lower.z) * division.z
                                for k in fz..<(fz + division.z) {
                                    for j in fy..<(fy + division.y) {
                                        let at = (k * height + j) * width + fx
                                        for i in at..<(at + division.x) { out[i] = -.infinity }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return found.contains(true)
    }

    /// Turns the marks into signed distances in mm, counted from the faces between samples.
    mutating func run(progress: ProgressReport?) {
        let (size, step) = (size, step)
        let half = Float((step.x + step.y + step.z) / 6)
        let layer = size.x * size.y
        values.withUnsafeMutableBufferPointer { buffer in
            let shared = SharedBuffer(buffer)
            parallelFor(size.z) { z in
                let slice = UnsafeMutableBufferPointer(rebasing: shared.pointer[(z * layer)..<((z + 1) * layer)])
                for y in 0..<size.y {
                    Self.alongRow(
                        UnsafeMutableBufferPointer(rebasing: slice[(y * size.x)..<((y + 1) * size.x)]),
                        step: Float(step.x))
                }
                Self.alongColumns(
                    slice.baseAddress!, columns: size.x, count: size.y, stride: size.x, step: Float(step.y))
            }
            progress?(0.6)
            parallelFor(size.y) { y in
                let start = shared.pointer.baseAddress! + y * size.x
                Self.alongColumns(start, columns: size.x, count: size.z, stride: layer, step: Float(step.z))
                for z in 0..<size.z {
                    for i in (z * layer)..<(z * layer + size.x) {
                        let squared = min(max(start[i], -Self.farthest), Self.farthest)
                        start[i] = squared > 0 ? squared.squareRoot() - half : half - (-squared).squareRoot()
                    }
                }
            }
            progress?(1)
        }
    }

    /// Squared distance to the nearest change of side within one row.
    static func alongRow(_ row: UnsafeMutableBufferPointer<Float>, step: Float) {
        var since = Float.infinity
        var inside = row[0] < 0
        for i in row.indices {
            if (row[i] < 0) != inside {
                inside.toggle()
                since = 0
            }
            since += step
            row[i] = inside ? -since : since
        }
        since = .infinity
        inside = row[row.count - 1] < 0
        for i in row.indices.reversed() {
            if (row[i] < 0) != inside {
                inside.toggle()
                since = 0
            }
            since += step
            let nearest = min(since, abs(row[i]))
            row[i] = inside ? -nearest * nearest : nearest * nearest
        }
    }

    /// Columns `stride` apart in storage, taken in tiles so that reads stay on whole cache lines.
    static func alongColumns(_ base: UnsafeMutablePointer<Float>, columns: Int, count: Int, stride: Int, step: Float) {
        let tile = 16
        withUnsafeTemporaryAllocation(of: Float.self, capacity: tile * count + 3 * count + 1) { scratch in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { places in
                var envelope = LowerEnvelope(
                    height: scratch.baseAddress! + tile * count, border: scratch.baseAddress! + (tile + 1) * count,
                    copy: scratch.baseAddress! + (tile + 2) * count + 1, place: places.baseAddress!, step: step)
                for first in Swift.stride(from: 0, to: columns, by: tile) {
                    let width = min(tile, columns - first)
                    for i in 0..<count { for c in 0..<width { scratch[c * count + i] = base[i * stride + first + c] } }
                    for c in 0..<width { envelope.transform(scratch.baseAddress! + c * count, count: count) }
                    for i in 0..<count { for c in 0..<width { base[i * stride + first + c] = scratch[c * count + i] } }
                }
            }
        }
    }
}

/// The lower envelope of the parabolas h(j) + (i − j)² step², for both sides of a mask.
struct LowerEnvelope {
    let height: UnsafeMutablePointer<Float>
    /// Where each parabola of the envelope begins to be the lowest; one more than there are parabolas.
    let border: UnsafeMutablePointer<Float>
    let copy: UnsafeMutablePointer<Float>
    let place: UnsafeMutablePointer<Int32>
    let step: Float

    /// Improves a column of signed squared distances by what its own samples know of the other side.
    mutating func transform(_ column: UnsafeMutablePointer<Float>, count: Int) {
        copy.update(from: column, count: count)
        pass(column, count: count, sign: 1)
        pass(column, count: count, sign: -1)
    }

    /// Samples on the side of `sign` get their distance; those of the other side are its goals, with height 0.
    private func pass(_ column: UnsafeMutablePointer<Float>, count: Int, sign: Float) {
        var last = -1
        let scale = Double(step) * Double(step)
        for j in 0..<count {
            let h = max(copy[j] * sign, 0)
            guard h < .infinity else { continue }
            let own = Double(h) + scale * Double(j * j)
            var start = -Float.infinity
            while last >= 0 {
                let k = Int(place[last])
                start = Float((own - (Double(height[last]) + scale * Double(k * k))) / (2 * scale * Double(j - k)))
                if start > border[last] { break }
                last -= 1
            }
            last += 1
            place[last] = Int32(j)
            height[last] = h
            border[last] = last == 0 ? -.infinity : start
        }
        guard last >= 0 else { return }
        border[last + 1] = .infinity
        var k = 0
        for i in 0..<count {
            while border[k + 1] < Float(i) { k += 1 }
            guard copy[i] * sign > 0 else { continue }
            let away = Float(i - Int(place[k])) * step
            column[i] = (height[k] + away * away) * sign
        }
    }
}
