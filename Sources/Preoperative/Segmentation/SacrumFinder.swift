import Frames
import Imaging

/// Tells the sacrum from the vertebrae by its wings: bone 28–42 mm beside the midline on both sides, over the whole
/// height below a disc, where a lumbar vertebra has but its thin transverse processes.
enum SacrumFinder {
    /// Bone (loosely) on the blurred grid, HU; the wings of an old sacrum are mostly fat.
    static let boneHU: Float = 130
    /// Brittle bone may be half as bright, but stays above muscle, HU.
    static let brittleBoneHU = 90.0

    /// The index of the disc that lies on the sacrum; `nil` where the image shows none.
    static func topDisc(
        _ discs: [DiscPlane], _ curve: SpineCurve, _ grid: ScalarGrid, _ threshold: ScalarGrid
    ) -> Int? {
        let ridges = discs.map { Double(threshold.sample($0.centre + $0.normal * $0.halfThickness)) }.sorted()
        let brittle = Float(max(brittleBoneHU, 0.5 * ridges[ridges.count / 2]))
        let smooth = grid.blurred(sigma: 1.5)
        if let top = topDisc(discs.map { hasWings(means(below: $0, curve, smooth, boneHU), Wings.firm) }),
            isLoin(discs, above: top)
        {
            return top
        }
        guard brittle < boneHU else { return nil }
        // Thin cortex would drown in more smoothing.
        let sharp = grid.blurred(sigma: 1)
        let top = topDisc(discs.map { hasWings(means(below: $0, curve, sharp, brittle), Wings.faint) })
        return top.flatMap { isLoin(discs, above: $0) ? $0 : nil }
    }

    /// Vertebrae on a sacrum are higher than these, with their discs; those of the neck are not, mm.
    static let leastHeight = 25.0

    /// A false disc may halve one of them, so the second highest of the lowest counts; not those below the sacrum's top,
    /// which are the sacrum's own segments.
    private static func isLoin(_ discs: [DiscPlane], above top: Int) -> Bool {
        let heights = zip(discs, discs.dropFirst()).map { length($1.centre - $0.centre) }
        let near = (top + 1 < discs.count ? heights[top...] : heights[...]).prefix(5).sorted()
        return near.isEmpty || near[max(0, near.count - 2)] > leastHeight
    }

    /// The highest disc of the lowest row of discs with wings below them.
    private static func topDisc(_ winged: [Bool]) -> Int? {
        guard var top = winged.firstIndex(of: true), top <= 4 else { return nil }
        while top + 1 < winged.count && winged[top + 1] { top += 1 }
        return top
    }

    /// How full of bone both sides must be.
    struct Wings {
        let mean, low, inner: Double
        static let firm = Wings(mean: 0.14, low: 0.1, inner: 0.1)
        /// Wings of thin cortex round fat, at a limit near muscle: a trace of it in three rows of four beside the body, where
        /// a kidney leaves none.
        static let faint = Wings(mean: 0.09, low: 0.06, inner: 0.015)
    }

    static func hasWings(_ means: [(mean: Double, low: Double, inner: Double)?], _ least: Wings) -> Bool {
        means.allSatisfy {
            guard let side = $0 else { return false }
            return side.mean > least.mean && side.low > least.low && side.inner > least.inner
        }
    }

    /// Rows of 2 mm that a view which ends within the sacrum must still hold.
    static let leastRows = 4

    /// How full of bone each side is: the mean over its rows, their lower quartile, and that of their inner thirds,
    /// since a contrast-filled kidney lies apart from the body with nothing bright between them.
    static func means(below disc: DiscPlane, _ curve: SpineCurve, _ blurred: ScalarGrid, _ limit: Float)
        -> [(mean: Double, low: Double, inner: Double)?]
    {
        [-1.0, 1].map { side in
            let rows = stride(from: -12.0, through: -30, by: -2).compactMap {
                row(disc, side, $0, curve, blurred, limit)
            }
            guard rows.count >= leastRows else { return nil }
            let bone = rows.map(\.bone).sorted(), inner = rows.map(\.inner).sorted()
            let mean = bone.reduce(0, +) / Double(bone.count)
            return (mean, bone[bone.count / 4], inner[inner.count / 4])
        }
    }

    /// The part of one row beside the midline that is bone, and of its inner third; `nil` outside the image.
    private static func row(
        _ disc: DiscPlane, _ side: Double, _ height: Double, _ curve: SpineCurve, _ blurred: ScalarGrid,
        _ limit: Float
    ) -> (bone: Double, inner: Double)? {
        let axes = disc.axes(curve)
        var bone = 0.0, inner = 0.0, count = 0.0, innerCount = 0.0
        for u in stride(from: 28.0, through: 42, by: 2) {
            var first: Double?, last = 0.0, places = 0.0
            for w in stride(from: -14.0, through: 14, by: 2) {
                let p = disc.centre + axes.left * (u * side) + axes.back * w + disc.normal * height
                guard let i = blurred.nearestOffset(p), blurred.values[i] > -900 else { return nil }
                places += 1
                guard blurred.values[i] > limit else { continue }
                first = first ?? w
                last = w
            }
            // From the front cortex to the back one, since the marrow between may be fat.
            let filled = first.map { (last - $0) / 2 + 1 } ?? 0
            count += places
            bone += filled
            if u < 33 { (inner, innerCount) = (inner + filled, innerCount + places) }
        }
        return (bone / count, inner / innerCount)
    }
}

extension DiscPlane {
    /// Unit vectors within the disc's plane.
    func axes(_ curve: SpineCurve) -> (left: Vector3, back: Vector3) {
        let f = curve.frame(at: s)
        let left = normalized(cross(f.back, normal)) ?? f.left
        return (left, cross(normal, left))
    }
}
