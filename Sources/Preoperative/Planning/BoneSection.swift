import Frames
import Glibc

/// The outline of bone in a plane, round one place in it: where rays from that place first leave the bone.
struct BoneSection {
    /// The outline's centroid.
    let centre: Vector3
    /// mm².
    let area: Double
    private let horizontal, vertical: Vector3
    /// Corners in the plane, mm from `centre` along `horizontal` and `vertical`.
    private let corners: [SIMD2<Double>]

    static let rays = 36
    /// A ray longer than this has left the pedicle for another part of the bone, mm.
    static let longestRay = 14.0

    /// - Parameters:
    ///   - normal: of the plane, a unit vector.
    ///   - up: of the vertebra; `horizontal` is across it.
    /// `nil` where `place` is not in bone.
    init?(of shape: VertebraShape, at place: Vector3, normal: Vector3, up: Vector3) {
        guard let across = normalized(cross(up, normal)) else { return nil }
        (horizontal, vertical) = (across, cross(normal, across))
        var middle = place
        var outline: [SIMD2<Double>] = []
        for _ in 0..<3 {
            guard shape.depth(Point(middle)) > 0 else { return nil }
            outline = Self.outline(shape, middle, horizontal, vertical)
            let mean = Self.centroid(outline)
            guard mean.x.isFinite, mean.y.isFinite else { return nil }
            middle += horizontal * mean.x + vertical * mean.y
            outline = outline.map { $0 - mean }
        }
        (centre, corners) = (middle, outline)
        area = Self.doubleArea(outline) / 2
    }

    private static func outline(_ shape: VertebraShape, _ c: Vector3, _ a: Vector3, _ b: Vector3) -> [SIMD2<Double>] {
        (0..<rays).map { i in
            let turn = 2 * .pi * Double(i) / Double(rays)
            let way = shape.wayOut(from: Point(c), along: a * cos(turn) + b * sin(turn), limit: longestRay)
            return SIMD2(cos(turn), sin(turn)) * way
        }
    }

    private static func doubleArea(_ p: [SIMD2<Double>]) -> Double {
        p.indices.reduce(0) { sum, i in
            let (a, b) = (p[i], p[(i + 1) % p.count])
            return sum + a.x * b.y - a.y * b.x
        }
    }

    private static func centroid(_ p: [SIMD2<Double>]) -> SIMD2<Double> {
        var sum = SIMD2<Double>.zero
        for i in p.indices {
            let (a, b) = (p[i], p[(i + 1) % p.count])
            sum += (a + b) * (a.x * b.y - a.y * b.x)
        }
        return sum / (3 * doubleArea(p))
    }

    /// The distance of the two parallel lines that touch the outline, `turn` rad from the horizontal.
    private func caliper(_ turn: Double) -> Double {
        let along = corners.map { $0.x * cos(turn) + $0.y * sin(turn) }
        return (along.max() ?? 0) - (along.min() ?? 0)
    }

    /// The least caliper within 45° of the horizontal, and the one across it.
    var widthAndHeight: (width: Double, height: Double) {
        var best = (width: Double.infinity, turn: 0.0)
        for step in -9...9 {
            let turn = Double(step) * .pi / 36
            let width = caliper(turn)
            if width < best.width { best = (width, turn) }
        }
        return (best.width, caliper(best.turn + .pi / 2))
    }
}
