import Frames
import Glibc

/// The sphere of directions, cut into cells by the six faces of a cube whose edges are divided by equal angles.
///
/// Cells of n to an edge are 90°/n wide at most; each has four children of 2n.
enum DirectionCells {
    /// The middle of a cell: a unit vector.
    static func direction(face: Int, _ i: Int, _ j: Int, _ n: Int) -> Vector3 {
        let a = tan((Double(2 * i + 1) / Double(n) - 1) * .pi / 4)
        let b = tan((Double(2 * j + 1) / Double(n) - 1) * .pi / 4)
        let v: Vector3 =
            switch face {
            case 0: Vector3(1, a, b)
            case 1: Vector3(-1, a, b)
            case 2: Vector3(a, 1, b)
            case 3: Vector3(a, -1, b)
            case 4: Vector3(a, b, 1)
            default: Vector3(a, b, -1)
            }
        return v / length(v)
    }

    /// The cell that holds a direction of any length.
    static func cell(of d: Vector3, _ n: Int) -> (face: Int, i: Int, j: Int) {
        let m = Vector3(abs(d.x), abs(d.y), abs(d.z))
        let (face, a, b): (Int, Double, Double) =
            if m.x >= m.y, m.x >= m.z {
                (d.x >= 0 ? 0 : 1, d.y / m.x, d.z / m.x)
            } else if m.y >= m.z {
                (d.y >= 0 ? 2 : 3, d.x / m.y, d.z / m.y)
            } else {
                (d.z >= 0 ? 4 : 5, d.x / m.z, d.y / m.z)
            }
        func index(_ t: Double) -> Int {
            let k = (atan(t) / (.pi / 4) + 1) / 2 * Double(n)
            return k.isFinite ? min(max(Int(k), 0), n - 1) : 0
        }
        return (face, index(a), index(b))
    }

    /// No direction of a cell is further than this from its middle, rad: half the diagonal of its greatest, and 5 %.
    static func radius(_ n: Int) -> Double { 1.05 * (Double.pi / 4) / Double(n) * 2.0.squareRoot() }
}
