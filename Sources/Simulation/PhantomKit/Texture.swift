import Frames

/// A smooth random field with values in 0…1: random numbers on a lattice, blended between (value noise).
struct Texture: Sendable {
    let grain: Double
    let seed: UInt64

    @inline(__always) func value(_ p: Vector3) -> Double {
        let q = p / grain
        let floor = q.rounded(.down)
        let f = q - floor
        let w = f * f * (Vector3(repeating: 3) - f * 2)
        let (x, y, z) = (Int64(floor.x), Int64(floor.y), Int64(floor.z))
        func row(_ y: Int64, _ z: Int64) -> Double { corner(x, y, z) * (1 - w.x) + corner(x + 1, y, z) * w.x }
        let near = row(y, z) * (1 - w.y) + row(y + 1, z) * w.y
        let far = row(y, z + 1) * (1 - w.y) + row(y + 1, z + 1) * w.y
        return near * (1 - w.z) + far * w.z
    }

    @inline(__always) private func corner(_ x: Int64, _ y: Int64, _ z: Int64) -> Double {
        var h = seed &+ UInt64(bitPattern: x) &* 0x9E37_79B9_7F4A_7C15
        h ^= UInt64(bitPattern: y) &* 0xC2B2_AE3D_27D4_EB4F
        h ^= UInt64(bitPattern: z) &* 0x1656_67B1_9E37_79F9
        h = (h ^ (h >> 30)) &* 0xBF58_476D_1CE4_E5B9
        h = (h ^ (h >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((h ^ (h >> 31)) >> 11) * 0x1p-53
    }
}
