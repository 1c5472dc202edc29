import Frames
import Imaging

/// Fills a grid with the grey values that an ideal scanner would see: each voxel the mean over its own volume.
///
/// A voxel that a bone's surface, or its shell's inner surface, may cross is cut into cells of at most about a
/// millimetre,
/// with 2×2×2 points each; half of them are evaluated (the corners of a tetrahedron) and give the others by the plane
/// through them. Elsewhere one point does. Soft tissue's boundaries are blended over a voxel's width.
struct PhantomSampler: Sendable {
    let phantom: Phantom
    let blocks: GridBlocks
    /// Centres of the cells within a voxel, and a quarter of a cell along each axis of the grid, CT coordinates.
    let cells: [Vector3]
    let quarter: (Vector3, Vector3, Vector3)
    /// The width over which a boundary is blended around one point, and around a voxel's centre.
    let pointWidth, voxelWidth: Double
    let halfDiagonal: Double
    let cortical, cancellous: Texture

    init(_ phantom: Phantom, _ geometry: GridGeometry) {
        self.phantom = phantom
        blocks = GridBlocks(geometry)
        let s = geometry.spacing
        func cut(_ spacing: Double) -> Int { min(max(Int((spacing / 1.05).rounded(.up)), 1), 16) }
        let n = (cut(s.x), cut(s.y), cut(s.z))
        let cell = s / Vector3(Double(n.0), Double(n.1), Double(n.2))
        var cells: [Vector3] = []
        for k in 0..<n.2 {
            for j in 0..<n.1 {
                for i in 0..<n.0 {
                    let middle = (Vector3(Double(i), Double(j), Double(k)) + Vector3(0.5, 0.5, 0.5)) * cell - s / 2
                    cells.append(geometry.direction * middle)
                }
            }
        }
        self.cells = cells
        let axes = geometry.direction.columns
        quarter = (axes.0 * (cell.x / 4), axes.1 * (cell.y / 4), axes.2 * (cell.z / 4))
        pointWidth = (cell.x + cell.y + cell.z) / 6
        voxelWidth = (s.x + s.y + s.z) / 3
        halfDiagonal = length(s) / 2
        cortical = Texture(grain: phantom.definition.bone.textureSize * 3, seed: 11)
        cancellous = Texture(grain: phantom.definition.bone.textureSize, seed: 12)
    }

    /// One row of blocks, written into `out` (HU, the whole grid).
    func fill(row: Int, _ out: SharedBuffer<Float>) {
        for i in 0..<blocks.counts.x { fill(blocks.block(i, row: row), halve: true, out) }
    }

    private func fill(_ block: GridBlocks.Block, halve: Bool, _ out: SharedBuffer<Float>) {
        let bones = phantom.skeleton.neighbourhood(of: block.centre, radius: block.radius)
        if halve && !bones.isEmpty { return blocks.halves(of: block).forEach { fill($0, halve: false, out) } }
        let soft = phantom.soft.active(near: block.centre, radius: block.radius)
        let fiducials = phantom.fiducials.filter {
            length($0.centre.coordinates - block.centre) < block.radius + $0.diameter
        }
        let metal = phantom.implants.filter { $0.leastDistance(block.centre) < block.radius + 1 }
        let base = soft.floor < 0 ? -1000 : phantom.soft.layers[soft.floor].hu
        let plain = soft.layers.isEmpty && bones.isEmpty && fiducials.isEmpty && metal.isEmpty
        for z in block.z {
            for y in block.y {
                // How far from the last voxel looked at no bone can be.
                var clear = 0.0
                for x in block.x {
                    let index = VoxelIndex(x, y, z)
                    let at = blocks.geometry.offset(index)
                    if plain { out[at] = Float(base); continue }
                    let p = blocks.geometry.point(index).coordinates
                    var hu = softValue(p, base, soft.layers)
                    clear -= blocks.geometry.spacing.x
                    if clear <= 0 && !bones.isEmpty { hu = boneValue(p, over: hu, bones, &clear) }
                    for piece in metal { hu = insertValue(p, over: hu, piece.hu, piece.distance) }
                    for fiducial in fiducials {
                        hu = insertValue(p, over: hu, phantom.definition.tissue.fiducial) {
                            length($0 - fiducial.centre.coordinates) - fiducial.diameter / 2
                        }
                    }
                    out[at] = Float(hu)
                }
            }
        }
    }

    private func softValue(_ p: Vector3, _ base: Double, _ active: [Int]) -> Double {
        guard !active.isEmpty else { return base }
        let c = phantom.skeleton.canal.coordinates(p)
        var hu = base
        for i in active {
            let layer = phantom.soft.layers[i]
            let share = coverage(phantom.soft.distance(layer.shape, p, c), voxelWidth)
            hu += (layer.hu - hu) * share
        }
        return hu
    }

    private func boneValue(
        _ p: Vector3, over soft: Double, _ bones: Skeleton.Neighbourhood, _ clear: inout Double
    ) -> Double {
        let (skeleton, bone) = (phantom.skeleton, phantom.definition.bone)
        guard let place = skeleton.place(p, in: bones) else { return soft }
        clear = place.distance / Skeleton.steepness - halfDiagonal
        guard place.distance < halfDiagonal * 1.25 else { return soft }
        let inner =
            bone.cancellousHU.lowerBound
            + (bone.cancellousHU.upperBound - bone.cancellousHU.lowerBound) * cancellous.value(p)
        guard place.distance > -(bone.corticalThickness + halfDiagonal) * 1.25 else { return inner }
        let shell =
            bone.corticalHU.lowerBound + (bone.corticalHU.upperBound - bone.corticalHU.lowerBound) * cortical.value(p)
        var (whole, core) = (0.0, 0.0)
        for cell in cells {
            let share = shares(p + cell, bones, bone.corticalThickness)
            whole += share.whole
            core += share.core
        }
        let n = Double(cells.count)
        return (soft * (n - whole) + shell * (whole - core) + inner * core) / n
    }

    /// The shares of a cell that are bone, and bone within the shell.
    private func shares(
        _ p: Vector3, _ bones: Skeleton.Neighbourhood, _ thickness: Double
    ) -> (whole: Double, core: Double) {
        let (x, y, z) = quarter
        func value(_ p: Vector3) -> Double { phantom.skeleton.place(p, in: bones)?.distance ?? 10 }
        let (a, b) = (value(p + x + y + z), value(p + x - y - z))
        let (c, d) = (value(p - x + y - z), value(p - x - y + z))
        let middle = (a + b + c + d) / 4
        let (gx, gy, gz) = ((a + b - c - d) / 4, (a - b + c - d) / 4, (a - b - c + d) / 4)
        var (whole, core) = (0.0, 0.0)
        let opposite = (middle - gx - gy - gz, middle - gx + gy + gz, middle + gx - gy + gz, middle + gx + gy - gz)
        let points = SIMD8(a, b, c, d, opposite.0, opposite.1, opposite.2, opposite.3)
        for i in 0..<8 {
            let corner = points[i]
            whole += coverage(corner, pointWidth)
            core += coverage(corner + thickness, pointWidth)
        }
        return (whole / 8, core / 8)
    }

    /// What lies over everything else, by the field of its surface.
    private func insertValue(_ p: Vector3, over hu: Double, _ own: Double, _ field: (Vector3) -> Double) -> Double {
        guard field(p) < halfDiagonal * 1.5 else { return hu }
        var share = 0.0
        let (x, y, z) = quarter
        for cell in cells {
            for corner in 0..<8 {
                let (u, v, w) = (corner & 1 == 0 ? x : -x, corner & 2 == 0 ? y : -y, corner & 4 == 0 ? z : -z)
                share += coverage(field(p + cell + u + v + w), pointWidth) / 8
            }
        }
        share /= Double(cells.count)
        return hu + (own - hu) * share
    }

    /// The share of a small cell of the given width that lies within a flat boundary at distance `d`.
    @inline(__always) private func coverage(_ d: Double, _ width: Double) -> Double { min(max(0.5 - d / width, 0), 1) }
}
