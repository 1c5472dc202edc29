import Frames

/// The inside of a body: a cylinder between its endplates where its front starts.
struct BodyCore: Sendable {
    let low, high: Vector3
    let lowNormal, highNormal: Vector3
    let radius: Double
    private let axis: Vector3
    private let size: Double

    /// From an endplate's ridge to where the body's inside begins, mm.
    static let margin = 3.0

    /// - Parameters:
    ///   - height: between the discs of a usual neighbour, for a body that is seen from one side only, mm.
    ///   - halfDepth: of the bodies here, mm.
    init(_ segment: SpineSegment, height: Double, halfDepth: Double) {
        radius = min(9, 0.64 * halfDepth)
        let inside = max(6, height - 16)
        let upper = segment.upper, lower = segment.lower
        var top: (Vector3, Vector3)?, bottom: (Vector3, Vector3)?
        if let upper { top = (upper.centre - upper.normal * (upper.halfThickness + Self.margin), upper.normal) }
        if let lower { bottom = (lower.centre + lower.normal * (lower.halfThickness + Self.margin), lower.normal) }
        let other = top ?? bottom ?? (.zero, Vector3(0, 0, 1))
        let t = top ?? (other.0 + other.1 * inside, other.1), b = bottom ?? (other.0 - other.1 * inside, other.1)
        (high, highNormal) = t
        (low, lowNormal) = b
        axis = normalized(t.0 - b.0) ?? Vector3(0, 0, 1)
        size = length(t.0 - b.0)
    }

    @inline(__always) func contains(_ p: Vector3) -> Bool {
        let d = p - low
        let along = dot(d, axis)
        guard along > -6, along < size + 6, squaredLength(d - axis * along) < radius * radius else { return false }
        return dot(d, lowNormal) > 0 && dot(p - high, highNormal) < 0
    }
}
