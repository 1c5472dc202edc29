import Frames
import LinearAlgebra

/// A C-arm's projection from an image of a phantom with beads at known places.
///
/// The twelve numbers follow linearly from places and pixels, scaled so that both count alike (Hartley and Zisserman 2004,
/// algorithm 7.1), and are then refined on the distances in the image, which are what is measured.
public struct CArmCalibration: Sendable {
    public let projection: ProjectionMatrix
    /// Distance of each bead from where the projection puts it, pixels.
    public let residuals: [Double]
    public let rms: Double
    /// The same when each bead in turn is left out and predicted, pixels: what a new point would have.
    public let leftOut: Double

    /// - Throws: `RegistrationError.tooFewPoints` below 8, `.countMismatch`, `.notFinite`, `.impossibleView` where the beads
    /// lie in a plane.
    public init(beads: [Point<XRayRoom>], pixels: [SIMD2<Double>]) throws(RegistrationError) {
        guard beads.count == pixels.count else { throw .countMismatch(moving: beads.count, fixed: pixels.count) }
        guard beads.count >= 8 else { throw .tooFewPoints(found: beads.count, needed: 8) }
        if let bad = beads.firstIndex(where: { !$0.isFinite }) { throw .notFinite(set: .moving, index: bad) }
        if let bad = pixels.firstIndex(where: { !$0.x.isFinite || !$0.y.isFinite }) {
            throw .notFinite(set: .fixed, index: bad)
        }
        let projection = try Self.solve(beads, pixels)
        self.projection = projection
        residuals = zip(beads, pixels).map { Self.distance(projection, $0, $1) }
        rms = (residuals.reduce(0) { $0 + $1 * $1 } / Double(beads.count)).squareRoot()
        var sum = 0.0
        for i in beads.indices {
            var (others, seen) = (beads, pixels)
            others.remove(at: i)
            seen.remove(at: i)
            let off = Self.distance(try Self.solve(others, seen), beads[i], pixels[i])
            sum += off * off
        }
        leftOut = (sum / Double(beads.count)).squareRoot()
    }

    private static func distance(
        _ projection: ProjectionMatrix, _ bead: Point<XRayRoom>, _ seen: SIMD2<Double>
    ) -> Double {
        guard let at = projection.pixel(bead) else { return .infinity }
        return ((at - seen) * (at - seen)).sum().squareRoot()
    }

    private static func solve(
        _ beads: [Point<XRayRoom>], _ pixels: [SIMD2<Double>]
    ) throws(RegistrationError) -> ProjectionMatrix {
        let scale = try Scale(beads, pixels)
        let places = beads.map { ($0.coordinates - scale.middle) / scale.size }
        let seen = pixels.map { ($0 - scale.seenMiddle) / scale.seenSize }
        // all scaled; the row that divides is taken to be 1 at the beads' middle, which is far from the source
        var x = Array(repeating: 0.0, count: 11)
        for _ in 0..<8 { x = try better(x, places, seen) }
        return try scale.projection(x)
    }

    /// The linear problem's answer, each equation divided by the depth of the round before: then distances in the image
    /// count.
    private static func better(
        _ x: [Double], _ places: [Vector3], _ seen: [SIMD2<Double>]
    ) throws(RegistrationError) -> [Double] {
        var (rows, right): ([[Double]], [Double]) = ([], [])
        for (p, q) in zip(places, seen) {
            let depth = 1 + x[8] * p.x + x[9] * p.y + x[10] * p.z
            guard abs(depth) > 1e-3 else { throw .impossibleView(.beadsTellNothing) }
            let w = 1 / depth
            rows.append([p.x, p.y, p.z, 1, 0, 0, 0, 0, -q.x * p.x, -q.x * p.y, -q.x * p.z].map { $0 * w })
            rows.append([0, 0, 0, 0, p.x, p.y, p.z, 1, -q.y * p.x, -q.y * p.y, -q.y * p.z].map { $0 * w })
            right += [q.x * w, q.y * w]
        }
        guard let answer = try? Matrix(rows: rows).leastSquares(Matrix(column: right), tolerance: 1e-7),
            answer.rank == 11
        else { throw .impossibleView(.beadsTellNothing) }
        return answer.solution.column(0)
    }

    /// What makes places and pixels alike: their middles are taken off, their spreads are 1.
    private struct Scale {
        let middle: Vector3
        let seenMiddle: SIMD2<Double>
        let size: Double, seenSize: Double

        init(_ beads: [Point<XRayRoom>], _ pixels: [SIMD2<Double>]) throws(RegistrationError) {
            let n = Double(beads.count)
            let middle = beads.reduce(Vector3.zero) { $0 + $1.coordinates } / n
            let seenMiddle = pixels.reduce(SIMD2<Double>.zero, +) / n
            size = (beads.reduce(0) { $0 + squaredLength($1.coordinates - middle) } / n / 3).squareRoot()
            seenSize = (pixels.reduce(0) { $0 + (($1 - seenMiddle) * ($1 - seenMiddle)).sum() } / n / 2).squareRoot()
            guard size > 1e-9, seenSize > 1e-9 else { throw .impossibleView(.beadsTellNothing) }
            (self.middle, self.seenMiddle) = (middle, seenMiddle)
        }

        /// From millimetres to pixels.
        func projection(_ x: [Double]) throws(RegistrationError) -> ProjectionMatrix {
            let last = Vector3(x[8], x[9], x[10])
            let first = Vector3(x[0], x[1], x[2]) * seenSize + last * seenMiddle.x
            let second = Vector3(x[4], x[5], x[6]) * seenSize + last * seenMiddle.y
            let offsets = [x[3] * seenSize + seenMiddle.x, x[7] * seenSize + seenMiddle.y, 1]
            let matrix = zip([first, second, last], offsets).flatMap { row, offset -> [Double] in
                let r = row / size
                return [r.x, r.y, r.z, offset - dot(r, middle)]
            }
            do { return try ProjectionMatrix(matrix) } catch { throw .impossibleView(.beadsTellNothing) }
        }
    }
}
