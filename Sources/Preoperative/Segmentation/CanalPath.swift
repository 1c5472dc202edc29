import Frames
import Imaging

#if canImport(Glibc)
import Glibc
#endif

/// Finds the spinal canal as a path through axial slices: soft tissue with bone all around it within a canal's radius,
/// a body of bone in front, and no sharp turns.
///
/// Each voxel is scored by rays in its axial plane; the best path over the slices comes from dynamic programming
/// (Viterbi), with a free beginning and end.
struct CanalPathFinder {
    let grid: ScalarGrid
    let body: MaskGrid
    /// HU above which a voxel of a 2 mm grid counts as bone for the ring.
    var ringHU: Float = 190
    static let rays = 16
    /// The furthest that the ring may be from the canal's middle, mm.
    static let reach = 20.0

    /// A shorter canal holds no vertebra, mm.
    static let shortest = 24.0

    /// One point a slice, from the lowest slice of the path to its highest, in CT coordinates; `nil` where no path of
    /// at least `minimumLength` mm exists.
    func find(minimumLength: Double = shortest) -> [Vector3]? {
        let score = scores()
        return bestPath(score, minimumLength: minimumLength)
    }

    /// -1 where a voxel cannot be the canal's middle, otherwise about 0…1.3.
    func scores() -> [Float] {
        var bone = [UInt8](repeating: 0, count: grid.count)
        for i in 0..<grid.count where grid.values[i] > ringHU { bone[i] = 1 }
        let ring = thickened(bone)
        let sums = BoxSums(bone, nx: grid.nx, ny: grid.ny, nz: grid.nz)
        var result = [Float](repeating: -1, count: grid.count)
        let (w, h, d) = (grid.nx, grid.ny, grid.nz)
        let steps = Int(Self.reach / grid.spacing)
        let directions = (0..<Self.rays).map { k -> (Float, Float) in
            let angle = 2 * Float.pi * Float(k) / Float(Self.rays)
            return (cosf(angle), sinf(angle))
        }
        let margin = Int((26 / grid.spacing).rounded()), up = Int((8 / grid.spacing).rounded())
        let unit = Float(grid.spacing)
        grid.values.withUnsafeBufferPointer { hu in
            ring.withUnsafeBufferPointer { ringPointer in
                body.values.withUnsafeBufferPointer { bodyPointer in
                    let v = SharedReader(hu), r = SharedReader(ringPointer), inside = SharedReader(bodyPointer)
                    result.withUnsafeMutableBufferPointer { out in
                        let target = SharedBuffer(out)
                        parallelFor(d) { z in
                            for y in 3..<max(3, h - 3) {
                                for x in 3..<max(3, w - 3) {
                                    let i = (z * h + y) * w + x
                                    guard inside[i] == 1, v[i] > -80, v[i] < 150, r[i] == 0 else { continue }
                                    // A vertebra fills more than a tenth of the box round its canal.
                                    let filled = sums.fraction(x - margin..<x + margin, y - margin..<y + margin, z - up..<z + up)
                                    guard filled > 0.07 else { continue }
                                    let front = sums.fraction(
                                        x - 4..<x + 5, y - Int(30 / grid.spacing)..<y - Int(8 / grid.spacing), z - 8..<z + 9)
                                    var hits: Float = 0
                                    var nearest = Float(Self.reach)
                                    var pairs: Float = 0
                                    var first = [Float](repeating: 0, count: Self.rays)
                                    for k in 0..<Self.rays {
                                        let (dx, dy) = directions[k]
                                        for step in 1...steps {
                                            let px = Int(Float(x) + dx * Float(step) + 0.5)
                                            let py = Int(Float(y) + dy * Float(step) + 0.5)
                                            guard px >= 0, py >= 0, px < w, py < h else { break }
                                            if r[(z * h + py) * w + px] == 1 {
                                                hits += 1
                                                first[k] = Float(step) * unit
                                                nearest = min(nearest, first[k])
                                                break
                                            }
                                        }
                                    }
                                    for k in 0..<(Self.rays / 2) where first[k] > 0 && first[k + Self.rays / 2] > 0 { pairs += 1 }
                                    guard hits >= 9, nearest >= 3 else { continue }
                                    let ringed = (hits / Float(Self.rays)) * 0.5 + pairs / Float(Self.rays / 2) * 0.5
                                    target[i] = ringed + 0.04 * (min(nearest, 8) - 6) + 0.4 * min(0.4, front)
                                }
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    /// Bone within ±4 mm along z counts, since discs and foramina open the ring in single slices.
    private func thickened(_ bone: [UInt8]) -> [UInt8] {
        let plane = grid.nx * grid.ny, n = Int((4 / grid.spacing).rounded())
        var result = bone
        for z in 0..<grid.nz {
            for dz in -n...n where dz != 0 && z + dz >= 0 && z + dz < grid.nz {
                let from = (z + dz) * plane, to = z * plane
                for i in 0..<plane where bone[from + i] == 1 { result[to + i] = 1 }
            }
        }
        return result
    }

    /// A slice on the path counts for the path where its score is above this.
    static let baseline: Float = 0.72

    private func bestPath(_ score: [Float], minimumLength: Double) -> [Vector3]? {
        let (w, h, d) = (grid.nx, grid.ny, grid.nz)
        let plane = w * h
        let lowest: Float = -1e9
        var total = [Float](repeating: lowest, count: plane * d)
        var from = [Int8](repeating: -1, count: plane * d)
        let moves = Self.moves(grid.spacing)
        for z in 0..<d {
            for y in 2..<max(2, h - 2) {
                for x in 2..<max(2, w - 2) {
                    let i = z * plane + y * w + x
                    let own = score[i] < 0 ? (z > 0 ? -0.5 : lowest) : score[i] - Self.baseline
                    if score[i] < 0 && (z == 0 || !hasReachable(total, z - 1, x, y)) { continue }
                    var best: Float = 0
                    var choice: Int8 = -1
                    if z > 0 {
                        for (k, move) in moves.enumerated() {
                            let before = total[(z - 1) * plane + (y + move.1) * w + x + move.0] - move.2
                            if before > best { best = before; choice = Int8(k) }
                        }
                    }
                    if score[i] < 0 && choice < 0 { continue }
                    total[i] = best + own
                    from[i] = choice
                }
            }
        }
        guard let end = total.indices.max(by: { total[$0] < total[$1] }), total[end] > 0 else { return nil }
        var path: [Vector3] = []
        var i = end
        while true {
            path.append(grid.point(offset: i))
            let move = from[i]
            guard move >= 0 else { break }
            i = i - plane + moves[Int(move)].1 * w + moves[Int(move)].0
        }
        path.reverse()
        guard Double(path.count) * grid.spacing >= minimumLength else { return nil }
        return path
    }

    @inline(__always) private func hasReachable(_ total: [Float], _ z: Int, _ x: Int, _ y: Int) -> Bool {
        total[(z * grid.ny + y) * grid.nx + x] > 0.5
    }

    /// Steps to the slice below, with their cost: the sacral canal runs up to 60° from the vertical, mostly backwards.
    static func moves(_ spacing: Double) -> [(Int, Int, Float)] {
        var moves: [(Int, Int, Float)] = []
        for dy in -2...2 {
            for dx in -1...1 {
                moves.append((dx, dy, 0.06 * Float(dx * dx) + 0.03 * Float(dy * dy)))
            }
        }
        return moves
    }
}

/// Sums of a mask over boxes in constant time (summed-volume table).
struct BoxSums: Sendable {
    private let table: [Int32]
    private let nx, ny, nz: Int

    init(_ mask: [UInt8], nx: Int, ny: Int, nz: Int) {
        (self.nx, self.ny, self.nz) = (nx, ny, nz)
        let (w, h) = (nx + 1, ny + 1)
        var t = [Int32](repeating: 0, count: w * h * (nz + 1))
        for z in 0..<nz {
            for y in 0..<ny {
                var row: Int32 = 0
                for x in 0..<nx {
                    row += Int32(mask[(z * ny + y) * nx + x])
                    let i = ((z + 1) * h + y + 1) * w + x + 1
                    t[i] = row + t[i - w] + t[i - w * h] - t[i - w * h - w]
                }
            }
        }
        table = t
    }

    /// The filled part of a box, clipped to the grid; 0 for an empty one.
    func fraction(_ xs: Range<Int>, _ ys: Range<Int>, _ zs: Range<Int>) -> Float {
        let x = xs.clamped(to: 0..<nx), y = ys.clamped(to: 0..<ny), z = zs.clamped(to: 0..<nz)
        let volume = x.count * y.count * z.count
        guard volume > 0 else { return 0 }
        let (w, h) = (nx + 1, ny + 1)
        func at(_ a: Int, _ b: Int, _ c: Int) -> Int32 { table[(c * h + b) * w + a] }
        let high = at(x.upperBound, y.upperBound, z.upperBound) - at(x.lowerBound, y.upperBound, z.upperBound)
            - at(x.upperBound, y.lowerBound, z.upperBound) + at(x.lowerBound, y.lowerBound, z.upperBound)
        let low = at(x.upperBound, y.upperBound, z.lowerBound) - at(x.lowerBound, y.upperBound, z.lowerBound)
            - at(x.upperBound, y.lowerBound, z.lowerBound) + at(x.lowerBound, y.lowerBound, z.lowerBound)
        return Float(high - low) / Float(volume)
    }
}
