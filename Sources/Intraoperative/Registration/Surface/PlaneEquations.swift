import Frames
import Uncertainty

/// Normal equations of a small motion from distances along directions: a turn about a centre (times `arm`), then a shift.
///
/// The same least-squares problem as `PoseInformation`, without its covariance, for fits that solve it a million times.
struct PlaneEquations {
    private typealias Row = SIMD8<Double>
    let centre: Vector3
    /// mm; a turn counts as long as it moves a place so far away.
    let arm: Double
    private var rows = (Row.zero, Row.zero, Row.zero, Row.zero, Row.zero, Row.zero)
    private(set) var weight = 0.0

    init(centre: Vector3, arm: Double) { (self.centre, self.arm) = (centre, arm) }

    /// The place at `p` must move by `wanted` mm along the unit vector `n`.
    @inline(__always) mutating func add(at p: Vector3, along n: Vector3, wanted: Double, weight w: Double) {
        let turn = cross(p - centre, n) / arm
        // the seventh column is the right side
        let row = Row(turn.x, turn.y, turn.z, n.x, n.y, n.z, wanted, 0)
        let weighted = row * w
        rows.0 += weighted * turn.x
        rows.1 += weighted * turn.y
        rows.2 += weighted * turn.z
        rows.3 += weighted * n.x
        rows.4 += weighted * n.y
        rows.5 += weighted * n.z
        weight += w
    }

    /// The motion that fits best; what nothing holds stays (Levenberg's damping by 1e-7 of the largest stiffness).
    func solution() -> PoseChange<CT>? {
        var m = [rows.0, rows.1, rows.2, rows.3, rows.4, rows.5]
        var largest = 0.0
        for i in 0..<6 { largest = max(largest, m[i][i]) }
        guard largest > 0 else { return nil }
        for i in 0..<6 { m[i][i] += 1e-7 * largest }
        for i in 0..<6 {
            guard m[i][i] > 0 else { return nil }
            let pivot = m[i] / m[i][i]
            for j in stride(from: i + 1, to: 6, by: 1) { m[j] -= pivot * m[j][i] }
        }
        var x = [0.0, 0, 0, 0, 0, 0]
        for i in stride(from: 5, through: 0, by: -1) {
            var sum = m[i][6]
            for j in stride(from: i + 1, to: 6, by: 1) { sum -= m[i][j] * x[j] }
            x[i] = sum / m[i][i]
        }
        guard x.allSatisfy(\.isFinite) else { return nil }
        return PoseChange(
            rotation: Vector3(x[0], x[1], x[2]) / arm, translation: Vector3(x[3], x[4], x[5]), centre: Point(centre))
    }
}
