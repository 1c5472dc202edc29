import Frames
import Imaging

/// How deep the bodies are in front of the canal, along the curve: in the neck half as deep as at the loin.
struct ColumnDepth: Sendable {
    /// Half of a body's depth, mm, between those of the neck and of the loin.
    let halfDepths: [Double]

    static let smallest = 8.0, largest = 14.0
    static let boneHU: Float = 150
    /// Deeper than bodies of the neck and its base, up to the front of those of the loin, from the canal's wall, mm.
    static let beyondNeck = stride(from: 20.0, through: 37, by: 1)
    /// The part of lines that meet bone there: none in front of a neck, many through deep bodies however brittle.
    static let partAtNeck = 0.12, partAtLoin = 0.3
    /// Half the length of spine that is looked at together, more than a vertebra of the neck, mm.
    static let window = 14

    /// Bodies of the neck are shallower than this half-depth, mm, and those of the middle chest and the loin deeper.
    static let mostOfNeck = 9.5

    init(_ curve: SpineCurve, _ shape: CanalShape, _ grid: ScalarGrid) {
        let meeting = (0..<curve.count).map { Self.partThatMeetsBone(curve, shape, grid, $0) }
        let raw = meeting.indices.map { s -> Double in
            let near = max(0, s - Self.window)...min(meeting.count - 1, s + Self.window)
            let part = near.reduce(0) { $0 + meeting[$1] } / Double(near.count)
            let size = min(max((part - Self.partAtNeck) / (Self.partAtLoin - Self.partAtNeck), 0), 1)
            return Self.smallest + (Self.largest - Self.smallest) * size
        }
        halfDepths = smoothed(raw, sigma: 8)
    }

    private static func partThatMeetsBone(
        _ curve: SpineCurve, _ shape: CanalShape, _ grid: ScalarGrid, _ s: Int
    ) -> Double {
        let front = shape.radius(s, angle: 1.5 * .pi), f = curve.frames[s]
        let lines = [-6.0, -3, 0, 3, 6]
        let meeting = lines.filter { left in
            beyondNeck.contains { grid.sample(f.point(left: left, back: -(front + $0))) > boneHU }
        }
        return Double(meeting.count) / Double(lines.count)
    }

    /// Half the depth of a piece's body, mm.
    func halfDepth(_ segment: SpineSegment) -> Double {
        let places = [segment.lower?.s, segment.upper?.s].compactMap { $0 }
        guard !places.isEmpty else { return halfDepths[halfDepths.count - 1] }
        let middle = places.reduce(0, +) / Double(places.count)
        return halfDepths[min(max(Int(middle), 0), halfDepths.count - 1)]
    }

    /// Whether a place lies in the neck or just below it, where holes within cortex hold the vertebral arteries.
    func isOfNeck(_ s: Int) -> Bool { halfDepths[min(max(s, 0), halfDepths.count - 1)] < Self.mostOfNeck }

    func isOfNeck(_ segment: SpineSegment) -> Bool { halfDepth(segment) < Self.mostOfNeck }
}
