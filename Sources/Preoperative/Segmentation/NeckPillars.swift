import Frames

/// The articular pillars beside the canal of the neck, where fronts start late: the way from a body leads up and round
/// (C2), or through a pedicle no thicker than a slice (C3–C7), and a neighbour's front may come first over the joint.
struct NeckPillars {
    /// A vertebra between two discs.
    private struct Pillar {
        let piece: Int
        let middle: Vector3
        /// Along the canal.
        let heights: ClosedRange<Double>
    }

    /// What a front takes from a body to the pillar beside it, about 15 mm; of C3–C7, which healthy bone is quicker to
    /// reach through the pedicle, a little more.
    private static let axisDelay: Int32 = 90, delay: Int32 = 110
    /// Along the canal from the disc below, as parts of the way to the one above; and behind the canal's middle, mm:
    /// further back lies the inferior process of the vertebra above.
    private static let heights = 0.38...0.52, back = -6.0 ... -1
    /// Beyond the canal's wall, mm.
    private static let aside = 2.5...6, asideOfAxis = 1.5...7
    /// From a body's middle to its pillars, mm.
    private static let reach = 40.0

    private let curve: SpineCurve
    private let shape: CanalShape
    private let pillars: [Pillar]
    private let axis: (piece: Int, disc: DiscPlane)?

    init(_ segments: [SpineSegment], _ curve: SpineCurve, _ shape: CanalShape, _ column: ColumnDepth) {
        (self.curve, self.shape) = (curve, shape)
        pillars = segments.enumerated().compactMap { k, segment in
            guard segment.kind == .vertebra, column.isOfNeck(segment), let lower = segment.lower,
                let upper = segment.upper, upper.s > lower.s
            else { return nil }
            func height(_ part: Double) -> Double { lower.s + part * (upper.s - lower.s) }
            return Pillar(
                piece: k, middle: (lower.centre + upper.centre) / 2,
                heights: height(Self.heights.lowerBound)...height(Self.heights.upperBound))
        }
        axis = segments.firstIndex { $0.kind == .axis }.flatMap { k in segments[k].lower.map { (k, $0) } }
    }

    /// Whose pillar surely lies at a point, and when its front starts there.
    func pillar(at p: Vector3) -> (piece: Int, delay: Int32)? {
        if let axis, isAxis(p, above: axis.disc) { return (axis.piece, Self.axisDelay) }
        return pillars.first { holds($0, p) }.map { ($0.piece, Self.delay) }
    }

    private func holds(_ pillar: Pillar, _ p: Vector3) -> Bool {
        guard squaredLength(p - pillar.middle) < Self.reach * Self.reach else { return false }
        let place = curve.place(of: p)
        return abs(place.ahead) < 1 && Self.back.contains(place.back)
            && pillar.heights.contains(Double(place.index)) && Self.aside.contains(beyondWall(place.left, place.index))
    }

    /// Above C3's articular processes and below C1: the pillars of C2, by heights above the disc between C2 and C3, mm.
    private func isAxis(_ p: Vector3, above disc: DiscPlane) -> Bool {
        guard abs(disc.height(p)) < 40 else { return false }
        let place = curve.place(of: p)
        guard abs(place.ahead) < 1, abs(place.back) < 6 else { return false }
        let height = Double(place.index) - disc.s
        return height > FrontRules.articularReach.up + 1 && height < FrontRules.articularReach.up + 5
            && Self.asideOfAxis.contains(beyondWall(place.left, place.index))
    }

    private func beyondWall(_ left: Double, _ index: Int) -> Double {
        abs(left) - shape.radius(index, angle: left > 0 ? 0 : .pi)
    }
}
