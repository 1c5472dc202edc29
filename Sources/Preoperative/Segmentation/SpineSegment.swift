import Frames
import Imaging

/// One piece of the column between two discs, before it has a name.
struct SpineSegment: Sendable {
    /// The axis is C2 with its dens, where the atlas round it is seen; they are followed by the skull.
    enum Kind: Sendable { case vertebra, sacrum, axis, atlas, skull }
    var kind: Kind
    /// Disc below; `nil` where the image or the canal ends first, and for the sacrum.
    var lower: DiscPlane?
    /// Disc above; `nil` where the image ends first.
    var upper: DiscPlane?

    /// Both discs seen.
    var isWhole: Bool { lower != nil && upper != nil }

    /// The median distance between the discs of whole vertebrae, mm.
    static func typicalHeight(_ segments: [SpineSegment]) -> Double {
        let heights = segments.compactMap { s -> Double? in
            guard let lower = s.lower, let upper = s.upper else { return nil }
            return length(upper.centre - lower.centre)
        }.sorted()
        return heights.isEmpty ? 28 : heights[heights.count / 2]
    }

    /// The pieces from the lowest to the highest; `onSacrum`: the lowest disc lies on the sacrum.
    static func split(_ discs: [DiscPlane], onSacrum: Bool) -> [SpineSegment] {
        guard !discs.isEmpty else { return [] }
        var result: [SpineSegment] = []
        result.append(SpineSegment(kind: onSacrum ? .sacrum : .vertebra, lower: nil, upper: discs[0]))
        for k in 0..<(discs.count - 1) {
            result.append(SpineSegment(kind: .vertebra, lower: discs[k], upper: discs[k + 1]))
        }
        result.append(SpineSegment(kind: .vertebra, lower: discs[discs.count - 1], upper: nil))
        return result
    }

    /// The pieces with the highest one told apart into axis, atlas and skull.
    static func withAtlas(_ segments: [SpineSegment]) -> [SpineSegment] {
        guard let top = segments.last else { return segments }
        let above = [Kind.atlas, .skull].map { SpineSegment(kind: $0, lower: nil, upper: nil) }
        return segments.dropLast() + [SpineSegment(kind: .axis, lower: top.lower, upper: nil)] + above
    }
}
