import Frames

#if canImport(Glibc)
    import Glibc
#endif

extension Volume where Voxel == Float {
    /// Convolved with a Gaussian of standard deviation `sigma` mm along each axis, cut off at four deviations; the
    /// outermost voxels are repeated outwards.
    ///
    /// - Precondition: `sigma` is finite and not negative.
    public func gaussianFiltered(sigma: Double, progress: ProgressReport? = nil) -> Volume<Float> {
        withVoxels { voxels in
            let source = SharedReadBuffer(voxels)
            let values = GaussianFilter(geometry, sigma: sigma).apply(progress: progress) { row, width, out in
                guard let from = source.pointer.baseAddress?.advanced(by: row * width) else { return }
                out.update(from: from, count: width)
            }
            return Volume(geometry: geometry, voxels: values)
        }
    }
}

extension Volume where Voxel == Int16 {
    /// Convolved with a Gaussian of standard deviation `sigma` mm along each axis, as for `Volume<Float>`.
    public func gaussianFiltered(sigma: Double, progress: ProgressReport? = nil) -> Volume<Float> {
        withVoxels { voxels in
            let source = SharedReadBuffer(voxels)
            let values = GaussianFilter(geometry, sigma: sigma).apply(progress: progress) { row, width, out in
                guard let from = source.pointer.baseAddress?.advanced(by: row * width) else { return }
                for x in 0..<width { out[x] = Float(from[x]) }
            }
            return Volume<Float>(geometry: geometry, voxels: values)
        }
    }
}

/// A separable convolution with symmetric weights: rows and columns slice by slice, then stacks.
struct GaussianFilter {
    let size: GridSize
    /// Weights along each axis, from the middle outwards.
    let weights: [[Float]]

    init(_ geometry: GridGeometry, sigma: Double) {
        precondition(sigma.isFinite && sigma >= 0, "a Gaussian needs a finite width")
        size = geometry.size
        weights = (0..<3).map { Self.kernel(deviation: sigma / geometry.spacing[$0]) }
    }

    /// Samples of a Gaussian of `deviation` samples, normalised; one weight where it has no width.
    static func kernel(deviation: Double) -> [Float] {
        let reach = Int((4 * deviation).rounded(.up))
        let raw = (0...reach).map { $0 == 0 ? 1 : exp(-0.5 * Double($0 * $0) / (deviation * deviation)) }
        let total = raw[0] + 2 * raw.dropFirst().reduce(0, +)
        return raw.map { Float($0 / total) }
    }

    /// - Parameter load: writes a row (its number, its width) of the image; called from several threads.
    func apply(
        progress: ProgressReport?, load: @Sendable (Int, Int, UnsafeMutablePointer<Float>) -> Void
    ) -> [Float] {
        let done = ProgressCounter(total: size.z + size.y, report: progress)
        return [Float](unsafeUninitializedCapacity: size.count) { buffer, filled in
            let out = SharedBuffer(buffer)
            parallelFor(size.z) { z in
                inPlane(z, out, load)
                done.advance()
            }
            parallelFor(size.y) { y in
                alongStacks(y, out)
                done.advance()
            }
            filled = size.count
        }
    }

    /// Rows are filtered into a ring of those that the columns need.
    private func inPlane(
        _ z: Int, _ out: SharedBuffer<Float>, _ load: (Int, Int, UnsafeMutablePointer<Float>) -> Void
    ) {
        let (width, reachX, reachY) = (size.x, weights[0].count - 1, weights[1].count - 1)
        let ring = 2 * reachY + 1
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (ring + 1) * width + 2 * reachX) { scratch in
            guard let rows = scratch.baseAddress, let out = out.pointer.baseAddress else { return }
            let padded = rows + ring * width
            var loaded = 0
            for y in 0..<size.y {
                while loaded < min(y + reachY + 1, size.y) {
                    load(z * size.y + loaded, width, padded + reachX)
                    for k in 0..<reachX {
                        padded[k] = padded[reachX]
                        padded[reachX + width + k] = padded[reachX + width - 1]
                    }
                    Self.convolve(rows + loaded % ring * width, width, weights[0]) { padded + (reachX + $0) }
                    loaded += 1
                }
                Self.convolve(out + (z * size.y + y) * width, width, weights[1]) {
                    rows + min(max(y + $0, 0), size.y - 1) % ring * width
                }
            }
        }
    }

    /// All stacks of one row of the slices, some side by side.
    private func alongStacks(_ y: Int, _ out: SharedBuffer<Float>) {
        let (tile, depth, layer) = (128, size.z, size.x * size.y)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: depth * tile) { scratch in
            guard let copy = scratch.baseAddress, let base = out.pointer.baseAddress else { return }
            for first in stride(from: 0, to: size.x, by: tile) {
                let width = min(tile, size.x - first)
                let start = base + (y * size.x + first)
                for z in 0..<depth { (copy + z * tile).update(from: start + z * layer, count: width) }
                for z in 0..<depth {
                    Self.convolve(start + z * layer, width, weights[2]) { copy + min(max(z + $0, 0), depth - 1) * tile }
                }
            }
        }
    }

    /// The weighted sum of the rows around one; `row` gives that at each distance.
    @inline(__always) private static func convolve(
        _ out: UnsafeMutablePointer<Float>, _ count: Int, _ weights: [Float], row: (Int) -> UnsafeMutablePointer<Float>
    ) {
        let (middle, w) = (row(0), weights[0])
        for x in 0..<count { out[x] = w * middle[x] }
        for k in stride(from: 1, to: weights.count, by: 1) {
            let (before, after, w) = (row(-k), row(k), weights[k])
            for x in 0..<count { out[x] += w * (before[x] + after[x]) }
        }
    }
}
