/// Moves a slice within its plane by parts of a pixel: cubic convolution with a = −1/2 (Keys 1981, IEEE Trans. ASSP 29),
/// held to the range of the pixels that it mixes, so that no edge rings.
struct PlaneShift {
    let columns: Int
    let rows: Int
    /// Size of the plane that the slice is laid into.
    let width: Int
    let height: Int

    /// - Parameters:
    ///   - source: `columns` · `rows` values, used up as scratch.
    ///   - target: `width` · `height` values; what the slice does not reach becomes air.
    ///   - offset: pixels by which the slice lies right of and below the target's first pixel.
    func place(
        _ source: UnsafeMutableBufferPointer<Int16>, into target: UnsafeMutableBufferPointer<Int16>,
        at offset: SIMD2<Double>
    ) {
        target.update(repeating: HounsfieldConversion.air)
        let (x, y) = (Step(offset.x), Step(offset.y))
        if let weights = x.weights { shiftRows(source, weights) }
        // Between two pixels there is a value, beyond the last there is none.
        let reach = (x: columns - (x.weights == nil ? 0 : 1), y: rows - (y.weights == nil ? 0 : 1))
        for row in 0..<reach.y where row + y.whole >= 0 && row + y.whole < height {
            let to = (row + y.whole) * width
            let kept = max(0, -x.whole)..<max(0, min(reach.x, width - x.whole))
            guard !kept.isEmpty else { continue }
            let out = UnsafeMutableBufferPointer(
                rebasing: target[(to + x.whole + kept.lowerBound)..<(to + x.whole + kept.upperBound)])
            let lines = (-1...2).map { line -> UnsafeBufferPointer<Int16> in
                let from = min(max(row + line, 0), rows - 1) * columns
                return UnsafeBufferPointer(rebasing: source[(from + kept.lowerBound)..<(from + kept.upperBound)])
            }
            guard let weights = y.weights else {
                _ = out.update(fromContentsOf: lines[1])
                continue
            }
            for i in out.indices {
                out[i] = PlaneShift.mix(SIMD4(lines[0][i], lines[1][i], lines[2][i], lines[3][i]), weights)
            }
        }
    }

    /// Each row moved by part of a pixel; value i then lies between pixels i and i + 1.
    private func shiftRows(_ source: UnsafeMutableBufferPointer<Int16>, _ weights: SIMD4<Float>) {
        for row in 0..<rows {
            let line = UnsafeMutableBufferPointer(rebasing: source[(row * columns)..<((row + 1) * columns)])
            var taps = SIMD4(line[0], line[0], line[min(1, columns - 1)], line[min(2, columns - 1)])
            for i in 0..<columns {
                let mixed = PlaneShift.mix(taps, weights)
                taps = SIMD4(taps.y, taps.z, taps.w, line[min(i + 3, columns - 1)])
                line[i] = mixed
            }
        }
    }

    @inline(__always)
    private static func mix(_ taps: SIMD4<Int16>, _ weights: SIMD4<Float>) -> Int16 {
        let sum = (SIMD4<Float>(taps) * weights).sum()
        let held = min(max(sum, Float(taps.min())), Float(taps.max()))
        return Int16(held.rounded(.toNearestOrEven))
    }

    /// An offset as whole target pixels and the weights of the four source pixels around each of them.
    private struct Step {
        /// The target pixel of source pixel 0, or of the place between source pixels 0 and 1.
        let whole: Int
        /// `nil` where pixels fall on pixels.
        let weights: SIMD4<Float>?

        init(_ offset: Double) {
            let up = offset.rounded(.up)
            // How far beyond source pixel 0 target pixel `up` lies.
            let part = up - offset
            if part < 1e-3 || part > 1 - 1e-3 {
                whole = Int(offset.rounded())
                weights = nil
            } else {
                whole = Int(up)
                let t = Float(part)
                weights = SIMD4(
                    -0.5 * t + t * t - 0.5 * t * t * t, 1 - 2.5 * t * t + 1.5 * t * t * t,
                    0.5 * t + 2 * t * t - 1.5 * t * t * t, -0.5 * t * t + 0.5 * t * t * t)
            }
        }
    }
}
