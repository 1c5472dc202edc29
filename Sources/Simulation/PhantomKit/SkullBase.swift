import Foundation
import Frames

/// The floor of the space inside the skull as a height over each place, mm, in the head's frame: three fossae, the
/// sella, the petrous ridges, and the roofs of the orbits. Kept on a lattice of 1 mm with how steep it is.
struct SkullBase: Sendable {
    /// How far the base lies below the origin, by fossa.
    static let fossae = (front: -27.0, sella: -31.0, middle: -45.0, back: -58.0)
    private static let half = (x: 96, y: 116)
    private static let columns = 2 * half.x + 1
    private let heights: [Float]
    /// 1/√(1+|∇f|²), which turns a height over the floor into about a distance.
    private let flatness: [Float]

    init() {
        let (w, h) = (Self.columns, 2 * Self.half.y + 1)
        let heights = (0..<w * h).map { Float(Self.height(Double($0 % w - Self.half.x), Double($0 / w - Self.half.y))) }
        flatness = (0..<w * h).map { i in
            let (x, y) = (i % w, i / w)
            let dx = heights[y * w + min(x + 1, w - 1)] - heights[y * w + max(x - 1, 0)]
            let dy = heights[min(y + 1, h - 1) * w + x] - heights[max(y - 1, 0) * w + x]
            return 1 / (1 + (dx * dx + dy * dy) / 4).squareRoot()
        }
        self.heights = heights
    }

    private static func smooth(_ v: Double, _ a: Double, _ b: Double) -> Double {
        let t = min(max((v - a) / (b - a), 0), 1)
        return t * t * (3 - 2 * t)
    }

    private static func height(_ x: Double, _ y: Double) -> Double {
        let f = fossae
        let middle = f.sella + (f.middle - f.sella) * smooth(abs(x), 10, 26) + pow(max(abs(x) - 40, 0) / 20, 2) * 10
        // The orbits' roofs bulge upwards beside the lower cribriform plate.
        let roof = 6 * exp(-pow((abs(x) - 30) / 15, 2) - pow((y + 58) / 20, 2)) - 6 * exp(-pow(x / 8, 2))
        let front = f.front + roof
        let ahead = front + (middle - front) * smooth(y, -42, -22)
        let back = f.back + 26 * (pow(x / 62, 2) + pow(max(y - 26, 0) / 52, 2))
        let ridge = 12 * exp(-pow((y - 5 - abs(x) * 0.12) / 8, 2)) * smooth(abs(x), 12, 30)
        return ahead + (back - ahead) * smooth(y, -2, 26) + ridge
    }

    /// About the distance above which (negative) or below which (positive) a point lies.
    func distance(_ q: Vector3) -> Double {
        let x = min(max(q.x + Double(Self.half.x), 0), Double(2 * Self.half.x) - 0.001)
        let y = min(max(q.y + Double(Self.half.y), 0), Double(2 * Self.half.y) - 0.001)
        let (i, j) = (Int(x), Int(y))
        let (u, v) = (x - Double(i), y - Double(j))
        let at = j * Self.columns + i
        func mixed(_ field: UnsafeBufferPointer<Float>) -> Double {
            let near = Double(field[at]) * (1 - u) + Double(field[at + 1]) * u
            let far = Double(field[at + Self.columns]) * (1 - u) + Double(field[at + Self.columns + 1]) * u
            return near * (1 - v) + far * v
        }
        return (heights.withUnsafeBufferPointer(mixed) - q.z) * flatness.withUnsafeBufferPointer(mixed)
    }
}
