import Foundation
import Frames
import Imaging

/// The space inside the skull and the vault around it, in the head's frame: origin in the middle of the skull's
/// length, +X left, +Y back, +Z up.
struct Cranium: Sendable {
    let head: PhantomDefinition.Head
    /// Half sizes of the space inside.
    let half: Vector3
    let base = SkullBase()

    init(_ head: PhantomDefinition.Head) {
        self.head = head
        half = Vector3(head.breadth / 2, head.length / 2, head.vaultHeight) - Vector3(repeating: head.thickness)
    }

    /// Distance to the inner table, mm, negative within: an egg over the three fossae of the base.
    func cavity(_ q: Vector3) -> Double {
        let wide = half.x * (1 + 0.07 * min(max(q.y / half.y, -1), 1))
        let unit = Vector3(q.x / wide, q.y / half.y, q.z / (q.z > 0 ? half.z : 74))
        let gauge = length(unit)
        guard gauge > 1e-6 else { return -half.min() }
        let egg = gauge * (gauge - 1) / length(unit / Vector3(wide, half.y, q.z > 0 ? half.z : 74))
        guard egg < 40, q.z < 20 else { return egg }
        return smoothMaximum(egg, base.distance(q), 10)
    }

    /// Distance to the outer table, with the sutures' grooves; solid within.
    func outer(_ q: Vector3) -> Double {
        // The base is thinner than the vault.
        let thin = min(max((-14 - q.z) / 14, 0), 1)
        let d = cavity(q) - head.thickness * (1 - 0.4 * thin)
        guard head.sutureWidth > 0, abs(d) < 6, q.z > -30 else { return d }
        let off = suture(q) - head.sutureWidth / 2
        return max(d, -max(off, -(d + head.thickness * 0.65)))
    }

    /// Distance from the nearest of the coronal, sagittal and lambdoid sutures, which run in waves.
    private func suture(_ q: Vector3) -> Double {
        let wave = 1.3 * sin(q.x * 0.9 + q.z * 0.5) + 0.6 * sin(q.x * 2.1 - q.y * 1.7)
        let coronal = abs(q.y + 20 - (q.z - 30) * 0.25 + wave)
        let lambdoid = abs((q.y - 58) * 0.8 + (q.z - 20) * 0.6 + abs(q.x) * 0.45 - 8 + wave)
        let top = q.z > 20 && q.y > -22 && (q.y - 58) * 0.8 + (q.z - 20) * 0.6 < 8
        let sagittal = top ? abs(q.x + 1.3 * sin(q.y * 0.9) + 0.6 * sin(q.y * 2.3)) : .infinity
        return min(coronal, lambdoid, sagittal) * 0.8
    }

    /// Distance to the cleft between the hemispheres.
    func fissure(_ q: Vector3) -> Double { max(abs(q.x) - 1.2, 10 - q.z, cavity(q) + 2) }

    /// The point of the inner table's offset by `inset` mm on the way from the origin along a direction.
    func onSurface(_ direction: Vector3, inset: Double) -> Vector3 {
        let u = normalized(direction) ?? Vector3(0, 0, 1)
        var (low, high) = (0.0, 140.0)
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if cavity(u * middle) < -inset { low = middle } else { high = middle }
        }
        return u * low
    }

    /// How deep the sulci reach at a place, mm: lines on which a slow wave changes its sign.
    func sulcus(_ q: Vector3) -> Double {
        let a = sin(q.x * 0.31 + 1.6 * sin(q.z * 0.10) + 0.8 * sin(q.y * 0.17))
        let b = sin(q.y * 0.29 + 1.4 * sin(q.x * 0.12) + 0.9 * sin(q.z * 0.15))
        let c = sin(q.z * 0.30 + 1.5 * sin(q.y * 0.11))
        return Self.sulcusDepth * max(0, 1 - abs(a + b * 0.8 + c * 0.7) / 0.28)
    }

    static let sulcusDepth = 9.0
}
