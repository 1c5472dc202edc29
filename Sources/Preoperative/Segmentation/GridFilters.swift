import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

extension PatientGrid where Value == Float {
    /// Applies `line` to every row along x, then y, then z; rows are copied out and back, on all cores.
    mutating func filterLines(_ line: @Sendable (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void)
    {
        for axis in 0..<3 { filterLines(axis: axis, line) }
    }

    mutating func filterLines(
        axis: Int, _ line: @Sendable (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        let counts = [nx, ny, nz], strides = [1, nx, nx * ny]
        let n = counts[axis], stride = strides[axis]
        let (outer, inner) = axis == 2 ? (1, 0) : (2, axis == 0 ? 1 : 0)
        let (outerStride, innerStride, inners) = (strides[outer], strides[inner], counts[inner])
        values.withUnsafeMutableBufferPointer { buffer in
            let shared = SharedBuffer(buffer)
            parallelFor(counts[outer]) { o in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * n) { scratch in
                    let source = UnsafeMutableBufferPointer(rebasing: scratch[0..<n])
                    let result = UnsafeMutableBufferPointer(rebasing: scratch[n..<(2 * n)])
                    for i in 0..<inners {
                        let base = o * outerStride + i * innerStride
                        for k in 0..<n { source[k] = shared[base + k * stride] }
                        line(UnsafeBufferPointer(source), result)
                        for k in 0..<n { shared[base + k * stride] = result[k] }
                    }
                }
            }
        }
    }

    /// Gaussian smoothing with standard deviation `sigma` in mm, mirrored at the edges.
    func blurred(sigma: Double) -> Self {
        let width = sigma / spacing
        let reach = max(1, Int((3 * width).rounded(.up)))
        let raw = (-reach...reach).map { exp(-0.5 * Double($0 * $0) / (width * width)) }
        let total = raw.reduce(0, +)
        let kernel = raw.map { Float($0 / total) }
        var result = self
        result.filterLines { source, target in
            let n = source.count
            for k in 0..<n {
                var sum: Float = 0
                if k >= reach && k + reach < n {
                    for j in 0..<kernel.count { sum += kernel[j] * source[k + j - reach] }
                } else {
                    for j in 0..<kernel.count { sum += kernel[j] * source[mirrored(k + j - reach, n)] }
                }
                target[k] = sum
            }
        }
        return result
    }

    /// The largest value within ±`radius` mm along each axis (a cube).
    func localMaximum(radius: Double) -> Self {
        let reach = max(1, Int((radius / spacing).rounded()))
        var result = self
        result.filterLines { source, target in
            let n = source.count
            for k in 0..<n {
                var best = source[k]
                for j in max(0, k - reach)...min(n - 1, k + reach) { best = max(best, source[j]) }
                target[k] = best
            }
        }
        return result
    }
}

@inline(__always) private func mirrored(_ k: Int, _ n: Int) -> Int {
    let reflected = k < 0 ? -k : k >= n ? 2 * (n - 1) - k : k
    return min(max(reflected, 0), n - 1)
}

/// The eigenvalues' largest of a symmetric 3×3 matrix, in closed form (Smith 1961).
@inline(__always)
func largestEigenvalue(_ xx: Float, _ yy: Float, _ zz: Float, _ xy: Float, _ xz: Float, _ yz: Float) -> Float {
    let off = xy * xy + xz * xz + yz * yz
    let mean = (xx + yy + zz) / 3
    let spread = (xx - mean) * (xx - mean) + (yy - mean) * (yy - mean) + (zz - mean) * (zz - mean) + 2 * off
    let p = (spread / 6).squareRoot()
    guard p > 1e-6 else { return mean }
    let (a, b, c) = ((xx - mean) / p, (yy - mean) / p, (zz - mean) / p)
    let (d, e, f) = (xy / p, xz / p, yz / p)
    let determinant = a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e)
    let phi = acosf(min(max(determinant / 2, -1), 1)) / 3
    return mean + 2 * p * cosf(phi)
}

extension PatientGrid where Value == Float {
    /// How much each element lies in a dark sheet between brighter sides: the largest second derivative, HU per
    /// (σ²), of an already blurred grid; 0 where none is positive.
    func darkSheetness(sigma: Double) -> Self {
        var result = Self(like: self, filledWith: 0)
        let (w, h, d) = (nx, ny, nz)
        let plane = w * h
        let scale = Float(sigma * sigma / (spacing * spacing))
        values.withUnsafeBufferPointer { source in
            let v = SharedReader(source)
            result.values.withUnsafeMutableBufferPointer { out in
                let target = SharedBuffer(out)
                parallelFor(max(0, d - 2)) { slice in
                    let z = slice + 1
                    for y in 1..<(h - 1) {
                        for x in 1..<(w - 1) {
                            let i = (z * h + y) * w + x
                            let centre = 2 * v[i]
                            let value = largestEigenvalue(
                                v[i - 1] + v[i + 1] - centre, v[i - w] + v[i + w] - centre,
                                v[i - plane] + v[i + plane] - centre,
                                (v[i + w + 1] - v[i + w - 1] - v[i - w + 1] + v[i - w - 1]) / 4,
                                (v[i + plane + 1] - v[i + plane - 1] - v[i - plane + 1] + v[i - plane - 1]) / 4,
                                (v[i + plane + w] - v[i + plane - w] - v[i - plane + w] + v[i - plane - w]) / 4)
                            target[i] = max(0, value * scale)
                        }
                    }
                }
            }
        }
        return result
    }
}
