import Imaging

/// Fills what a bone's cortex encloses, however dark it is: in brittle bone marrow is as dark as muscle, and noise or
/// partial volume breaks its thin cortex.
///
/// The bone is dilated by a ball first, which bridges such breaks; what it then encloses within slices along the grid's
/// axes is marrow, and so is, once it is eroded again, what lies deeper in it than cortex is thick.
struct MarrowFiller {
    let size: GridSize
    let spacing: (Double, Double, Double)
    /// Breaks up to twice as wide are mended, mm.
    let radius: Double
    /// The largest section of a bone's inside apart from bodies: across a pedicle and the root of its transverse process
    /// (Zindrick 1987), 300 mm² less the ball's radius all round; mm².
    static let largest = 190.0
    /// The same of a sacrum's wing, mm².
    static let largestAtSacrum = 6000.0
    /// HU that marrow has at least on the mean; foramina hold fat.
    static let leastMeanHU = -100.0
    /// The part of a region's outline where the canal may take the place of a thin inner wall.
    static let mostCanal = 0.3

    /// Voxels larger than 2 mm mix cortex with what lies on both sides of it, so that nothing is seen to be enclosed.
    static func suits(_ geometry: GridGeometry) -> Bool { cubeRoot(geometry.voxelVolume) <= 2 }

    /// - Parameters:
    ///   - axes: of the grid, across which slices are looked at; along a sacrum its foramina are holes as well.
    ///   - least: the mean that marrow has, HU.
    func fill(
        _ paint: inout [UInt8], _ value: UInt8, _ b: VoxelBounds, _ ct: Volume<Int16>, _ largest: Double,
        axes: [Int] = [2, 1, 0], leastMeanHU least: Double = leastMeanHU
    ) {
        var box = LocalMask(b, margin: (steps(0) + 2, steps(1) + 2, steps(2) + 2))
        box.read(paint, value, size)
        let canal = box.mask(paint, Paint.canal, size)
        // A screw takes the place of the bone in which it lies; what is dark beside it is its shadow.
        let metal = box.mask(paint, Paint.metal, size)
        for i in box.values.indices where metal.values[i] == 1 { box.values[i] = 1 }
        var wall = box.spread(ball(radius), from: 1)
        for axis in axes {
            fillSlices(&paint, value, &wall, (canal, metal), axis, ct, (largest, least))
        }
        // A ball's fillet in a corner is less deep than half its radius.
        let cortex = max(0.6 * radius, 1.01 * min(spacing.0, spacing.1))
        let deep = wall.spread(ball(radius), from: 0).spread(ball(cortex), from: 0)
        for i in deep.values.indices where deep.values[i] == 1 {
            guard let o = wall.imageOffset(i, size), paint[o] == Paint.body || paint[o] == Paint.bone else { continue }
            paint[o] = value
        }
    }

    private func steps(_ axis: Int) -> Int {
        Int(radius / (axis == 0 ? spacing.0 : axis == 1 ? spacing.1 : spacing.2))
    }

    private func ball(_ radius: Double) -> [(Int, Int, Int)] { LocalMask.ball(radius, spacing) }

    private func fillSlices(
        _ paint: inout [UInt8], _ value: UInt8, _ wall: inout LocalMask, _ others: (canal: LocalMask, metal: LocalMask),
        _ axis: Int,
        _ ct: Volume<Int16>, _ limits: (area: Double, meanHU: Double)
    ) {
        let (canal, metal) = others
        let strides = [1, wall.nx, wall.nx * wall.ny], counts = [wall.nx, wall.ny, wall.nz]
        let (ua, va) = axis == 2 ? (0, 1) : axis == 1 ? (0, 2) : (1, 2)
        let steps = [spacing.0, spacing.1, spacing.2]
        let limit = Int(limits.area / (steps[ua] * steps[va]))
        let (w, h) = (counts[ua], counts[va])
        var seen = [Bool](repeating: false, count: w * h)
        var stack: [Int] = [], region: [Int] = []
        for slice in 0..<counts[axis] {
            let base = slice * strides[axis]
            func place(_ i: Int) -> Int { base + (i % w) * strides[ua] + (i / w) * strides[va] }
            for i in seen.indices { seen[i] = wall.values[place(i)] == 1 || canal.values[place(i)] == 1 }
            for start in seen.indices where !seen[start] {
                region.removeAll(keepingCapacity: true)
                seen[start] = true
                stack.append(start)
                var open = false, edge = 0, beside = 0, shadow = false
                while let i = stack.popLast() {
                    region.append(i)
                    let (v, u) = i.quotientAndRemainder(dividingBy: w)
                    guard u > 0, v > 0, u < w - 1, v < h - 1 else { open = true; continue }
                    for j in [i - 1, i + 1, i - w, i + w] {
                        let p = place(j)
                        if wall.values[p] == 1 || canal.values[p] == 1 { edge += 1 }
                        if wall.values[p] == 0 && canal.values[p] == 1 { beside += 1 }
                        shadow = shadow || metal.values[p] == 1
                        if !seen[j] { seen[j] = true; stack.append(j) }
                    }
                }
                guard !open, region.count <= limit, Double(beside) <= Self.mostCanal * Double(edge) else { continue }
                fillRegion(&paint, value, region.map(place), &wall, ct, shadow ? -.infinity : limits.meanHU)
            }
        }
    }

    /// One enclosed region, which becomes part of the wall round others.
    private func fillRegion(
        _ paint: inout [UInt8], _ value: UInt8, _ region: [Int], _ wall: inout LocalMask, _ ct: Volume<Int16>,
        _ leastMeanHU: Double
    ) {
        let offsets = region.compactMap { wall.imageOffset($0, size) }
        guard offsets.count == region.count else { return }
        var sum = 0.0
        for o in offsets {
            guard paint[o] == value || paint[o] == Paint.body || paint[o] == Paint.bone else { return }
            sum += Double(ct.voxels[o])
        }
        guard sum >= leastMeanHU * Double(offsets.count) else { return }
        for o in offsets { paint[o] = value }
        for i in region { wall.values[i] = 1 }
    }
}

/// A box of an image with a margin, which may reach beyond it, as a mask of one structure.
struct LocalMask {
    let nx, ny, nz: Int
    private let origin: (x: Int, y: Int, z: Int)
    var values: [UInt8]

    init(_ b: VoxelBounds, margin: (x: Int, y: Int, z: Int)) {
        origin = (b.low.x - margin.x, b.low.y - margin.y, b.low.z - margin.z)
        nx = b.high.x - b.low.x + 1 + 2 * margin.x
        ny = b.high.y - b.low.y + 1 + 2 * margin.y
        nz = b.high.z - b.low.z + 1 + 2 * margin.z
        values = [UInt8](repeating: 0, count: nx * ny * nz)
    }

    mutating func read(_ paint: [UInt8], _ value: UInt8, _ size: GridSize) {
        for z in 0..<nz where (0..<size.z).contains(z + origin.z) {
            for y in 0..<ny where (0..<size.y).contains(y + origin.y) {
                let row = ((z + origin.z) * size.y + y + origin.y) * size.x + origin.x
                for x in max(0, -origin.x)..<min(nx, size.x - origin.x) where paint[row + x] == value {
                    values[(z * ny + y) * nx + x] = 1
                }
            }
        }
    }

    /// The same box of another structure.
    func mask(_ paint: [UInt8], _ value: UInt8, _ size: GridSize) -> LocalMask {
        var other = self
        for i in other.values.indices { other.values[i] = 0 }
        other.read(paint, value, size)
        return other
    }

    /// The image's offset of an element; `nil` outside it.
    func imageOffset(_ i: Int, _ size: GridSize) -> Int? {
        let (row, x) = i.quotientAndRemainder(dividingBy: nx)
        let (z, y) = row.quotientAndRemainder(dividingBy: ny)
        let (a, b, c) = (x + origin.x, y + origin.y, z + origin.z)
        guard a >= 0, b >= 0, c >= 0, a < size.x, b < size.y, c < size.z else { return nil }
        return (c * size.y + b) * size.x + a
    }

    /// The mask with elements of value `from` spread over a set of offsets; what lies outside counts as empty but never
    /// spreads.
    func spread(_ offsets: [(Int, Int, Int)], from value: UInt8) -> LocalMask {
        var result = self
        let plane = nx * ny
        for z in 0..<nz {
            for y in 0..<ny {
                for x in 0..<nx {
                    let i = (z * ny + y) * nx + x
                    guard values[i] == value else { continue }
                    let isEdge =
                        (x > 0 && values[i - 1] != value) || (x + 1 < nx && values[i + 1] != value)
                        || (y > 0 && values[i - nx] != value) || (y + 1 < ny && values[i + nx] != value)
                        || (z > 0 && values[i - plane] != value) || (z + 1 < nz && values[i + plane] != value)
                    guard isEdge else { continue }
                    for (dx, dy, dz) in offsets {
                        let (a, b, c) = (x + dx, y + dy, z + dz)
                        guard a >= 0, b >= 0, c >= 0, a < nx, b < ny, c < nz else { continue }
                        result.values[(c * ny + b) * nx + a] = value
                    }
                }
            }
        }
        return result
    }
}
