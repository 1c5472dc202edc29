import Frames
import Imaging

/// Which bone belongs to the skull (jaw and teeth with it), and which to the neck below the foramen magnum.
struct HeadBones: Sendable {
    /// 0 no bone, 1 skull, 2 other bone.
    let owner: MaskGrid
    /// Deep enough within bone to be bone whatever its grey value: diploë and marrow.
    let inner: MaskGrid

    /// Vertebrae lie within this distance of the canal's middle, mm; jaw and mastoids do not.
    static let neckRadius = 45.0
    /// Bone this far above the foramen magnum is skull, and this far below is neck, mm. Condyles reach down a little.
    static let above = 3.0, below = 15.0

    /// Bone's inside may be as soft as this, HU.
    static let marrowHU: Float = 200
    /// How far within the marrow's level every voxel is bone, in steps of the grid: nearer the surface the local
    /// threshold decides.
    static let shell: Float = 1.2
    /// Cavities in bone up to this size (mm³) that hold no air are marrow.
    static let marrow = 3000.0

    init(_ grid: ScalarGrid, _ body: MaskGrid, _ cavity: HeadCavity, vessels: MaskGrid?) {
        var bone = OtherBones.mask(grid, body)
        for i in 0..<bone.count where cavity.mask.values[i] == 1 || vessels?.values[i] == 1 { bone.values[i] = 0 }
        inner = Self.inside(grid, bone)
        for i in 0..<bone.count where inner.values[i] == 1 { bone.values[i] = 1 }
        owner = cavity.foramen.map { Self.parted(grid, bone, $0) } ?? bone
    }

    private static func inside(_ grid: ScalarGrid, _ bone: MaskGrid) -> MaskGrid {
        var bright = bone
        for i in 0..<bright.count where grid.values[i] < marrowHU { bright.values[i] = 0 }
        bright = bright.filled(volume: marrow)
        for i in 0..<bright.count where grid.values[i] < -100 { bright.values[i] = 0 }
        let d = bright.signedDistance()
        for i in 0..<bright.count { bright.values[i] = d[i] < -shell * Float(bright.spacing) ? 1 : 0 }
        return bright
    }

    private static func isNeck(_ p: Vector3, _ foramen: Vector3) -> Bool {
        let (dx, dy) = (p.x - foramen.x, p.y - foramen.y)
        return dx * dx + dy * dy < neckRadius * neckRadius
    }

    /// Skull and neck compete for the bone between them, along the brightest ways: joints are darker than bone.
    private static func parted(_ grid: ScalarGrid, _ bone: MaskGrid, _ foramen: Vector3) -> MaskGrid {
        var owner = MaskGrid(like: bone, filledWith: 0)
        var queue = [[Int32]](repeating: [], count: 10)
        for i in 0..<bone.count where bone.values[i] == 1 {
            let p = grid.point(offset: i)
            if !isNeck(p, foramen) || p.z > foramen.z + above {
                owner.values[i] = 1
            } else if p.z < foramen.z - below {
                owner.values[i] = 2
            } else {
                continue
            }
            queue[0].append(Int32(i))
        }
        let plane = bone.nx * bone.ny
        var level = 0
        var empty = 0
        while empty < queue.count {
            let now = queue[level % 10]
            queue[level % 10].removeAll(keepingCapacity: true)
            empty = now.isEmpty ? empty + 1 : 0
            for item in now {
                let i = Int(item)
                for step in [1, -1, bone.nx, -bone.nx, plane, -plane] {
                    let j = i + step
                    guard j >= 0, j < bone.count, bone.values[j] == 1, owner.values[j] == 0 else { continue }
                    owner.values[j] = owner.values[i]
                    // From 1 in cortex to 9 in a joint.
                    let cost = 1 + Int(min(max((800 - grid.values[j]) / 100, 0), 8))
                    queue[(level + cost) % 10].append(Int32(j))
                }
            }
            level += 1
        }
        for i in 0..<bone.count where bone.values[i] == 1 && owner.values[i] == 0 { owner.values[i] = 2 }
        return owner
    }
}
