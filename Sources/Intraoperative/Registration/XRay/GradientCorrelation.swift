import Frames
import Imaging

/// How well the edges of a projection and of an image agree: the mean of the correlations of their horizontal and vertical
/// gradients (Penney et al. 1998, IEEE Trans. Med. Imaging 17:586). It takes no notice of brightness, contrast, or slow
/// changes as scatter and soft tissue make them.
struct GradientCorrelation: Sendable {
    let rays: ProjectionVolume.Rays
    private let across: [Float], down: [Float]
    private let strength: (across: Double, down: Double)

    /// - Parameters:
    ///   - low, high: the part of the image that is looked at, pixels.
    ///   - step: pixels that make one.
    init(_ view: XRayView, low: SIMD2<Int>, high: SIMD2<Int>, step: Int) {
        let (columns, rows) = (max((high.x - low.x) / step, 3), max((high.y - low.y) / step, 3))
        let half = Double(step - 1) / 2
        rays = ProjectionVolume.Rays(
            projection: view.projection, first: SIMD2(Double(low.x) + half, Double(low.y) + half), step: Double(step),
            columns: columns, rows: rows)
        let means = Self.means(view, low, columns, rows, step)
        var (across, down) = ([Float](), [Float]())
        means.withUnsafeBufferPointer {
            Self.gradients($0, columns, rows) { a, d in
                across.append(a)
                down.append(d)
            }
        }
        (self.across, self.down) = (across, down)
        strength = (
            across.reduce(0.0) { $0 + Double($1) * Double($1) }, down.reduce(0.0) { $0 + Double($1) * Double($1) }
        )
    }

    /// Of squares of `step` pixels; the border goes on beyond the image.
    private static func means(_ view: XRayView, _ low: SIMD2<Int>, _ columns: Int, _ rows: Int, _ step: Int) -> [Float]
    {
        var means = [Float](repeating: 0, count: columns * rows)
        for at in means.indices {
            let corner = SIMD2(low.x + at % columns * step, low.y + at / columns * step)
            var sum: Float = 0
            for y in corner.y..<(corner.y + step) {
                let row = min(y, view.height - 1) * view.width
                for x in corner.x..<(corner.x + step) { sum += view.pixels[row + min(x, view.width - 1)] }
            }
            means[at] = sum / Float(step * step)
        }
        return means
    }

    @inline(__always) private static func gradients(
        _ image: UnsafeBufferPointer<Float>, _ columns: Int, _ rows: Int, _ body: (Float, Float) -> Void
    ) {
        for v in 1..<(rows - 1) {
            for u in 1..<(columns - 1) {
                let at = v * columns + u
                body(image[at + 1] - image[at - 1], image[at + columns] - image[at - columns])
            }
        }
    }

    /// −1…1; 0 where the projection shows nothing.
    func value(of volume: ProjectionVolume, _ X_CTRoom: Pose<CT, XRayRoom>, skip: Int) -> Double {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rays.columns * rays.rows) { image in
            volume.project(rays, X_CTRoom, skip: skip, into: image)
            var (aa, dd, ab, de) = (Float.zero, Float.zero, Float.zero, Float.zero)
            var i = 0
            across.withUnsafeBufferPointer { across in
                down.withUnsafeBufferPointer { down in
                    Self.gradients(UnsafeBufferPointer(image), rays.columns, rays.rows) { a, d in
                        aa += a * a
                        dd += d * d
                        ab += a * across[i]
                        de += d * down[i]
                        i += 1
                    }
                }
            }
            guard aa > 0, dd > 0, strength.across > 0, strength.down > 0 else { return 0 }
            return 0.5
                * (Double(ab) / (Double(aa) * strength.across).squareRoot()
                    + Double(de) / (Double(dd) * strength.down).squareRoot())
        }
    }
}
