import Imaging

/// The part of a grid that one structure fills, in voxel indices, ends included.
struct VoxelBounds: Equatable, Sendable {
    var low: (x: Int, y: Int, z: Int), high: (x: Int, y: Int, z: Int)
    var count = 0

    static func == (a: Self, b: Self) -> Bool { a.low == b.low && a.high == b.high && a.count == b.count }
}

/// Puts a painted grid in order: strays go, holes are filled.
struct LabelCleaner {
    let size: GridSize
    /// Voxel sizes, mm.
    let spacing: (Double, Double, Double)

    /// Where each number lies.
    func bounds(_ paint: [UInt8]) -> [VoxelBounds?] {
        var result = [VoxelBounds?](repeating: nil, count: 256)
        for z in 0..<size.z {
            for y in 0..<size.y {
                let row = (z * size.y + y) * size.x
                for x in 0..<size.x where paint[row + x] != 0 && paint[row + x] != Paint.body {
                    let value = Int(paint[row + x])
                    var b = result[value] ?? VoxelBounds(low: (x, y, z), high: (x, y, z))
                    b.low = (min(b.low.x, x), min(b.low.y, y), min(b.low.z, z))
                    b.high = (max(b.high.x, x), max(b.high.y, y), max(b.high.z, z))
                    b.count += 1
                    result[value] = b
                }
            }
        }
        return result
    }

    /// Cuts the box of one number out as a mask, with a margin of one voxel all round.
    func mask(_ paint: [UInt8], _ value: UInt8, _ b: VoxelBounds) -> MaskGrid {
        var m = MaskGrid(
            nx: b.high.x - b.low.x + 3, ny: b.high.y - b.low.y + 3, nz: b.high.z - b.low.z + 3, spacing: 1,
            origin: .zero,
            filledWith: 0)
        forEachRow(b) { z, y, row in
            for x in b.low.x...b.high.x where paint[row + x] == value {
                m.values[m.offset(x - b.low.x + 1, y - b.low.y + 1, z - b.low.z + 1)] = 1
            }
        }
        return m
    }

    func forEachRow(_ b: VoxelBounds, _ body: (Int, Int, Int) -> Void) {
        for z in b.low.z...b.high.z { for y in b.low.y...b.high.y { body(z, y, (z * size.y + y) * size.x) } }
    }

    /// Numbers present, in order.
    static func present(_ paint: [UInt8]) -> [UInt8] {
        var seen = [Bool](repeating: false, count: 256)
        for value in paint { seen[Int(value)] = true }
        return (0...255).filter { seen[$0] }.map { UInt8($0) }
    }

    /// A voxel of no structure with at least four of its six neighbours in `value` joins it: gaps a voxel wide close.
    func closeGaps(_ paint: inout [UInt8], _ value: UInt8, _ b: VoxelBounds) {
        let plane = size.x * size.y
        func inner(_ low: Int, _ high: Int, _ count: Int) -> Range<Int> {
            (low..<high + 1).clamped(to: 1..<max(1, count - 1))
        }
        for _ in 0..<2 {
            var joining: [Int] = []
            for z in inner(b.low.z, b.high.z, size.z) {
                for y in inner(b.low.y, b.high.y, size.y) {
                    let row = (z * size.y + y) * size.x
                    for x in inner(b.low.x, b.high.x, size.x) {
                        let i = row + x
                        guard paint[i] == Paint.body || paint[i] == Paint.bone else { continue }
                        var count = 0
                        for j in [i - 1, i + 1, i - size.x, i + size.x, i - plane, i + plane] where paint[j] == value {
                            count += 1
                        }
                        if count >= 4 { joining.append(i) }
                    }
                }
            }
            for i in joining { paint[i] = value }
        }
    }

    /// Morphological closing by one voxel (dilate, then erode) over the six faces; only voxels of no structure join.
    func close(_ paint: inout [UInt8], _ value: UInt8, _ b: VoxelBounds) {
        let original = mask(paint, value, b)
        let closed = original.dilated(steps: 1).eroded(steps: 1)
        for z in b.low.z...b.high.z {
            for y in b.low.y...b.high.y {
                for x in b.low.x...b.high.x {
                    let i = (z * size.y + y) * size.x + x
                    guard paint[i] == Paint.body || paint[i] == Paint.bone else { continue }
                    if closed.values[closed.offset(x - b.low.x + 1, y - b.low.y + 1, z - b.low.z + 1)] == 1 {
                        paint[i] = value
                    }
                }
            }
        }
    }

    /// What may be a hole of a structure.
    struct HoleRule {
        /// mm² within a slice.
        var largest: Double
        /// Another structure that closes holes as well (the pelvis beside the sacrum, at its joint).
        var alsoWall: UInt8? = nil
        /// The median that marrow has at least, HU; foramina hold nerves and fat, and their rims blurred bone.
        var leastMedianHU: Int16 = -150
        /// Whether what is open on both sides of its slice counts: not where it may be a foramen.
        var fillsTunnels = true
    }

    /// Across a slice the other side of a hole lies no further away than half a body, mm.
    static let tunnelReach = 18.0

    /// Where slices lie one behind another, in voxels.
    struct SliceNormal {
        var stride: Int, place: Int, count: Int, reach: Int
    }

    /// Whether most of a hole ends at bone on both sides of its slice: marrow does, while a foramen opens into the
    /// canal and away from the spine.
    private func isShut(_ hole: [Int], _ paint: [UInt8], _ n: SliceNormal) -> Bool {
        func ends(_ start: Int, _ sign: Int) -> Bool {
            for k in 1...n.reach {
                guard (0..<n.count).contains(n.place + sign * k) else { return false }
                let label = paint[start + sign * k * n.stride]
                if label > 0, label <= Paint.pelvis { return true }
                guard label == Paint.body || label == Paint.bone else { return false }
            }
            return false
        }
        return 2 * hole.count { ends($0, 1) && ends($0, -1) } > hole.count
    }

    /// Fills what `value` encloses within slices across each of the grid's axes: marrow, but never a hole larger than
    /// the rule allows nor one that holds another structure, such as the canal.
    func fillHoles(_ paint: inout [UInt8], _ value: UInt8, _ b: VoxelBounds, _ ct: Volume<Int16>, _ rule: HoleRule) {
        for axis in [2, 1, 0] {
            let (ua, va) = axis == 2 ? (0, 1) : axis == 1 ? (0, 2) : (1, 2)
            let low = [b.low.x, b.low.y, b.low.z], high = [b.high.x, b.high.y, b.high.z]
            let strides = [1, size.x, size.x * size.y]
            let steps = [spacing.0, spacing.1, spacing.2]
            let (w, h) = (high[ua] - low[ua] + 3, high[va] - low[va] + 3)
            let limit = Int(rule.largest / (steps[ua] * steps[va]))
            for slice in low[axis]...high[axis] {
                func offset(_ u: Int, _ v: Int) -> Int? {
                    let a = u - 1 + low[ua], c = v - 1 + low[va]
                    guard u > 0, v > 0, u < w - 1, v < h - 1 else { return nil }
                    return slice * strides[axis] + a * strides[ua] + c * strides[va]
                }
                let normal = SliceNormal(
                    stride: strides[axis], place: slice, count: [size.x, size.y, size.z][axis],
                    reach: max(1, Int(Self.tunnelReach / steps[axis])))
                fillSlice(&paint, value, w, h, limit, ct, rule, normal, offset)
            }
        }
    }

    private func fillSlice(
        _ paint: inout [UInt8], _ value: UInt8, _ w: Int, _ h: Int, _ limit: Int, _ ct: Volume<Int16>, _ rule: HoleRule,
        _ normal: SliceNormal, _ offset: (Int, Int) -> Int?
    ) {
        var seen = [Bool](repeating: false, count: w * h)
        for v in 0..<h {
            for u in 0..<w {
                if let o = offset(u, v), paint[o] == value || paint[o] == rule.alsoWall { seen[v * w + u] = true }
            }
        }
        var stack: [Int] = []
        func grow(_ start: Int, _ visit: (Int) -> Void) {
            seen[start] = true
            stack.append(start)
            while let i = stack.popLast() {
                visit(i)
                let (v, u) = i.quotientAndRemainder(dividingBy: w)
                if u > 0, !seen[i - 1] { seen[i - 1] = true; stack.append(i - 1) }
                if u + 1 < w, !seen[i + 1] { seen[i + 1] = true; stack.append(i + 1) }
                if v > 0, !seen[i - w] { seen[i - w] = true; stack.append(i - w) }
                if v + 1 < h, !seen[i + w] { seen[i + w] = true; stack.append(i + w) }
            }
        }
        grow(0) { _ in }
        for start in seen.indices where !seen[start] {
            var hole: [Int] = []
            var clean = true
            grow(start) { i in
                let (v, u) = i.quotientAndRemainder(dividingBy: w)
                guard let o = offset(u, v) else { return }
                hole.append(o)
                if paint[o] != Paint.body && paint[o] != Paint.bone && paint[o] != Paint.nothing { clean = false }
            }
            guard clean, hole.count <= limit, !hole.isEmpty else { continue }
            guard rule.fillsTunnels || isShut(hole, paint, normal) else { continue }
            let median = hole.map { ct.voxels[$0] }.sorted()[hole.count / 2]
            if median >= rule.leastMedianHU { for o in hole { paint[o] = value } }
        }
    }
}
