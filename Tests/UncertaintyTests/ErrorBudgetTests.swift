import Frames
import Glibc
import TestSupport
import Testing

@testable import Uncertainty

@Suite struct ErrorBudgetTests {
    /// A rigid fit that shares no code with ours: Horn's unit quaternion (1987) by power iteration.
    private static func horn(_ from: [Vector3], _ to: [Vector3]) -> (turn: [[Double]], shift: Vector3) {
        let n = Double(from.count)
        let (a, b) = (from.reduce(Vector3.zero, +) / n, to.reduce(Vector3.zero, +) / n)
        var s = [[Double]](repeating: [0, 0, 0], count: 3)
        for (p, q) in zip(from, to) {
            for i in 0..<3 { for j in 0..<3 { s[i][j] += (p - a)[i] * (q - b)[j] } }
        }
        let matrix = [
            [s[0][0] + s[1][1] + s[2][2], s[1][2] - s[2][1], s[2][0] - s[0][2], s[0][1] - s[1][0]],
            [s[1][2] - s[2][1], s[0][0] - s[1][1] - s[2][2], s[0][1] + s[1][0], s[2][0] + s[0][2]],
            [s[2][0] - s[0][2], s[0][1] + s[1][0], -s[0][0] + s[1][1] - s[2][2], s[1][2] + s[2][1]],
            [s[0][1] - s[1][0], s[2][0] + s[0][2], s[1][2] + s[2][1], -s[0][0] - s[1][1] + s[2][2]],
        ]
        let most = matrix.flatMap { $0 }.map(abs).max() ?? 1
        var q = [1.0, 0, 0, 0]
        // Small errors keep the answer next to no turn at all, where the iteration starts.
        for _ in 0..<200 {
            let next = (0..<4).map { i in (0..<4).reduce(2 * most * q[i]) { $0 + matrix[i][$1] * q[$1] } }
            let size = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
            q = next.map { $0 / size }
        }
        let (w, x, y, z) = (q[0], q[1], q[2], q[3])
        let turn = [
            [w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z],
        ]
        return (turn, b - apply(turn, a))
    }

    private static func apply(_ m: [[Double]], _ v: Vector3) -> Vector3 {
        Vector3((0..<3).map { i in m[i][0] * v.x + m[i][1] * v.y + m[i][2] * v.z })
    }

    /// The figure: TRE predicted from where the fiducials lie, within 5 % of a Monte Carlo of real fits.
    @Test(arguments: [Vector3(0.3, 0.3, 0.3), Vector3(0.2, 0.2, 0.7)])
    func predictedTREIsThatOfSimulatedFits(axes: Vector3) throws {
        var normal = OtherNormal(state: 0x1234_5678_9ABC_DEF1)
        let layouts: [[Vector3]] = [
            [Vector3(30, 30, 0), Vector3(-30, 30, 0), Vector3(-30, -30, 0), Vector3(30, -30, 0)],
            [
                Vector3(60, 90, 10), Vector3(-55, 95, -20), Vector3(5, 100, 70), Vector3(10, 80, -75),
                Vector3(0, 110, 0),
            ],
            [Vector3(0, 0, 0), Vector3(80, 5, 0), Vector3(30, 60, 15)],
        ]
        for fiducials in layouts {
            let own = try Covariance<CT>(rmsAlongAxes: axes)
            let budget = try ErrorBudget<CT>(registration: .fiducials(fiducials.map { Point($0) }, own))
            for target in [Vector3(0, 0, 0), Vector3(20, -60, 40)] {
                let predicted = try budget.poseError(entry: Point(10, 40, 5), of: Tool.self).covariance(
                    at: Point(target)
                ).rms
                var sum = 0.0
                let count = 4000
                for _ in 0..<count {
                    let touched = fiducials.map { $0 + axes * Vector3(normal(), normal(), normal()) }
                    let (turn, shift) = Self.horn(fiducials, touched)
                    sum += squaredLength(Self.apply(turn, target) + shift - target)
                }
                let simulated = (sum / Double(count)).squareRoot()
                #expect(abs(predicted / simulated - 1) < 0.05, "\(predicted) against \(simulated)")
            }
        }
    }

    @Test func sourcesSumToTheWhole() throws {
        let budget = ErrorBudget<CT>.usual
        let (entry, target) = (Point<CT>(10, 40, 5), Point<CT>(-5, 0, 0))
        let parts = try budget.poseErrors(entry: entry, of: Tool.self)
        let whole = try budget.poseError(entry: entry, of: Tool.self).covariance(at: target).matrix
        let sum = parts.reduce(Matrix3.zero) { $0 + $1.error.covariance(at: target).matrix }
        #expect((whole - sum).largestMagnitude < 1e-12)
        #expect(parts.map(\.source) == [.registration, .tracker, .robot, .motion])
        #expect(whole.trace > 0.25 && whole.trace < 1)
    }

    @Test func aNegativeBorderIsRefused() {
        #expect(throws: UncertaintyError.self) {
            try ErrorBudget<CT>(registration: .rigid(.none), boundaryDeviation: -0.1)
        }
    }
}
