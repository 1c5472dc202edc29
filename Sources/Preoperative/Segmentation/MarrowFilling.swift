import Imaging

/// Fills marrow, which is too dark to be bone by its HU, by how its own bone surrounds it.
///
/// A hole within a slice need not be marrow: a foramen is closed in a sagittal slice and open to both sides. Marrow is
/// shut in from nearly everywhere, even where thin cortex leaves a gap, so that the hole is open to a slice's outside.
struct MarrowFilling {
    let size: GridSize
    /// Voxel sizes, mm.
    let spacing: (Double, Double, Double)

    /// Half of the widest marrow in a process or an arch, mm.
    static let reach = 9.0
    /// Lines through a voxel, along the axes and within the axial and the sagittal and the coronal plane; each of a
    /// voxel of marrow's should end at bone at both ends.
    static let lines = [
        (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, -1, 0), (1, 0, 1), (1, 0, -1), (0, 1, 1), (0, 1, -1),
    ]
    /// A wide canal between bones leaves at least five of them open, an edge in a plane surface all but one; a narrow
    /// one leaves but one open, along an axis of the body.
    static let fewestClosed = 7, axes = 3
    /// What is brighter than any soft tissue without contrast needs one line less, and may lie open along an axis, HU.
    static let brightHU: Int16 = 110
    /// Of the 18 ends, so many at the piece's own bone: others may lean on a rib or a neighbour.
    static let fewestOwn = 11
    /// Darker than marrow full of fat, HU.
    static let darkest: Int16 = -150

    /// What counts as enclosed.
    struct Rule {
        /// HU; the sacrum's foramina are as narrow as its marrow, which must be bright to be told.
        var limit: Int16 = darkest
        /// The image's axes along which marrow ends at its own bone both ways, however bright it is: in the neck those
        /// upwards and to the sides, since holes with bright arteries run up through its transverse processes.
        var ownAlong: [Int] = []
    }

    /// Gives `value` what it encloses within its bounds; once more for what that encloses in turn.
    func fill(
        _ paint: inout [UInt8], _ value: UInt8, _ b: VoxelBounds, _ ct: Volume<Int16>, _ rule: Rule = Rule()
    ) {
        for _ in 0..<2 {
            let joining = enclosed(paint, value, b, ct, rule)
            guard !joining.isEmpty else { return }
            for i in joining { paint[i] = value }
        }
    }

    private func enclosed(_ paint: [UInt8], _ value: UInt8, _ b: VoxelBounds, _ ct: Volume<Int16>, _ rule: Rule)
        -> [Int]
    {
        let depth = b.high.z - b.low.z + 1
        var found = [[Int]](repeating: [], count: depth)
        let rays = Self.lines.map { ray($0) }
        paint.withUnsafeBufferPointer { pointer in
            let labels = SharedReader(pointer)
            ct.withVoxels { voxels in
                let hu = SharedReader(voxels)
                found.withUnsafeMutableBufferPointer { out in
                    let target = SharedBuffer(out)
                    parallelFor(depth) { k in
                        target[k] = row(labels, hu, value, b, b.low.z + k, rule, rays)
                    }
                }
            }
        }
        return found.flatMap { $0 }
    }

    private struct Ray {
        var step: (x: Int, y: Int, z: Int)
        var stride: Int
        var count: Int
    }

    private func ray(_ d: (Int, Int, Int)) -> Ray {
        let (x, y, z) = (Double(d.0) * spacing.0, Double(d.1) * spacing.1, Double(d.2) * spacing.2)
        let length = (x * x + y * y + z * z).squareRoot()
        return Ray(
            step: d, stride: d.0 + size.x * (d.1 + size.y * d.2), count: max(2, Int((Self.reach / length).rounded())))
    }

    private func row(
        _ labels: SharedReader<UInt8>, _ hu: SharedReader<Int16>, _ value: UInt8, _ b: VoxelBounds, _ z: Int,
        _ rule: Rule, _ rays: [Ray]
    ) -> [Int] {
        var list: [Int] = []
        for y in b.low.y...b.high.y {
            let row = (z * size.y + y) * size.x
            for x in b.low.x...b.high.x {
                let i = row + x
                guard labels[i] == Paint.body || labels[i] == Paint.bone, hu[i] > rule.limit else { continue }
                var open = 0, own = 0
                let isBright = hu[i] > Self.brightHU && rule.ownAlong.isEmpty
                let shut = isBright || !rule.ownAlong.isEmpty ? 0 : Self.axes
                let most = Self.lines.count - (isBright ? Self.fewestClosed - 1 : Self.fewestClosed)
                for (k, ray) in rays.enumerated() {
                    let ahead = end(labels, value, (x, y, z), i, ray, 1)
                    let behind = end(labels, value, (x, y, z), i, ray, -1)
                    own += (ahead == value ? 1 : 0) + (behind == value ? 1 : 0)
                    let isOwn = ahead == value && behind == value
                    if ahead == Paint.nothing || behind == Paint.nothing { open += 1 }
                    if !isOwn && rule.ownAlong.contains(k) { open = rays.count; break }
                    if open > most || (open > 0 && k < shut) { open = rays.count; break }
                }
                if open <= most, own >= Self.fewestOwn { list.append(i) }
            }
        }
        return list
    }

    /// The bone that a ray meets first; `nothing` where it meets none, or the canal before.
    @inline(__always) private func end(
        _ labels: SharedReader<UInt8>, _ value: UInt8, _ p: (x: Int, y: Int, z: Int), _ start: Int, _ ray: Ray,
        _ sign: Int
    ) -> UInt8 {
        var (x, y, z, i) = (p.x, p.y, p.z, start)
        for _ in 0..<ray.count {
            (x, y, z, i) = (
                x + sign * ray.step.x, y + sign * ray.step.y, z + sign * ray.step.z, i + sign * ray.stride
            )
            guard x >= 0, y >= 0, z >= 0, x < size.x, y < size.y, z < size.z else { return Paint.nothing }
            let label = labels[i]
            if label == Paint.body || label == Paint.bone { continue }
            return label > 0 && label <= Paint.pelvis ? label : Paint.nothing
        }
        return Paint.nothing
    }
}
