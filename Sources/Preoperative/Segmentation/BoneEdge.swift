import Frames
import Imaging

/// Where the surface of bone lies, to a fraction of a voxel: halfway between soft tissue and the brightest bone nearby,
/// both taken from the image's own voxels (the full width at half maximum, by which widths in CT are measured).
///
/// Whose bone a voxel is, and which marrow it holds, is settled on smoothed values, whose boundaries lie too far out
/// where cortex is no thicker than the smoothing. What was painted there beyond the surface is peeled off.
struct BoneEdge: Sendable {
    /// HU at the surface of the bone nearest to each element.
    let level: ScalarGrid
    /// What smoothing may have added, mm.
    static let reach = 2.0
    /// Cortex with its blur, mm: in voxels larger than that, cortex's brightness varies with its thickness, so that its
    /// half is no measure of where bone ends.
    static let largestVoxel = 1.4
    /// Within it from a surface lies the brightest place of cortex, and of what smoothing adds to it, mm.
    static let cortexReach = 2.0

    init(_ ct: Volume<Int16>, _ grid: ScalarGrid) {
        var peaks = BoneThreshold.withoutMetal(Self.brightest(ct, grid)).localMaximum(radius: Self.cortexReach)
            .blurred(sigma: 1)
        let soft = BoneThreshold.softTissueHU
        for i in 0..<peaks.count {
            let half = soft + 0.5 * (peaks.values[i] - soft)
            peaks.values[i] = min(max(half, BoneThreshold.lowest), BoneThreshold.highest)
        }
        level = peaks
    }

    /// The brightest of the image's voxels in each element's cell, at least the one nearest to its middle.
    private static func brightest(_ ct: Volume<Int16>, _ grid: ScalarGrid) -> ScalarGrid {
        let geometry = ct.geometry, size = ct.size, step = grid.spacing
        let zero = geometry.gridPoint(Point(grid.origin)).coordinates
        func along(_ axis: Vector3) -> Vector3 {
            geometry.gridPoint(Point(grid.origin + axis * step)).coordinates - zero
        }
        let (ax, ay, az) = (along(Vector3(1, 0, 0)), along(Vector3(0, 1, 0)), along(Vector3(0, 0, 1)))
        func half(_ k: Int) -> Double { 0.5 * (abs(ax[k]) + abs(ay[k]) + abs(az[k])) }
        let reach = Vector3(half(0), half(1), half(2))
        @Sendable func range(_ middle: Double, _ reach: Double, _ count: Int) -> ClosedRange<Int> {
            let nearest = Int(middle.rounded())
            let low = min(Int((middle - reach).rounded(.up)), nearest)
            let high = max(Int((middle + reach).rounded(.down)), nearest)
            let first = min(max(low, 0), count - 1)
            return first...max(first, min(high, count - 1))
        }
        var result = ScalarGrid(like: grid, filledWith: outsideHU)
        let (w, h) = (grid.nx, grid.ny)
        ct.withVoxels { voxels in
            let hu = SharedReader(voxels)
            result.values.withUnsafeMutableBufferPointer { out in
                let target = SharedBuffer(out)
                parallelFor(grid.nz) { z in
                    for y in 0..<h {
                        for x in 0..<w {
                            let g = zero + ax * Double(x) + ay * Double(y) + az * Double(z)
                            var best = Int16.min
                            let xs = range(g.x, reach.x, size.x)
                            for k in range(g.z, reach.z, size.z) {
                                for j in range(g.y, reach.y, size.y) {
                                    let row = (k * size.y + j) * size.x
                                    for i in xs { best = max(best, hu[row + i]) }
                                }
                            }
                            target[(z * h + y) * w + x] = Float(best)
                        }
                    }
                }
            }
        }
        return result
    }
}

extension LabelCleaner {
    /// Takes from the pieces 1…`pieces` what lies beyond the bone's surface: layer by layer, what is darker than it,
    /// touches no bone but another piece's at a joint, and has the surface behind it. Marrow that lies open stays.
    func peel(_ paint: inout [UInt8], pieces: Int, _ ct: Volume<Int16>, _ edge: BoneEdge, _ bounds: VoxelBounds) {
        let layers = [spacing.0, spacing.1, spacing.2].map { Int(BoneEdge.reach / $0) }
        for layer in 0..<(layers.max() ?? 0) {
            let depths = layers.map { $0 - layer }
            let taken = paint.withUnsafeBufferPointer { buffer in
                let peeling = Peeling(paint: SharedReader(buffer), pieces: UInt8(pieces), depths: depths, size: size)
                return parallelMap(bounds.high.z - bounds.low.z + 1) { slice in
                    peeling.outermost(bounds, bounds.low.z + slice, ct, edge)
                }
            }
            for slice in taken { for (i, value) in slice { paint[i] = value } }
        }
    }
}

/// One layer of what is peeled.
private struct Peeling: Sendable {
    let paint: SharedReader<UInt8>
    let pieces: UInt8
    /// How many voxels behind this layer the surface may still lie, itself included, along x, y, z.
    let depths: [Int]
    let size: GridSize

    /// What of one slice lies beyond the surface, and what it becomes.
    func outermost(
        _ b: VoxelBounds, _ z: Int, _ ct: Volume<Int16>, _ edge: BoneEdge
    ) -> [(offset: Int, value: UInt8)] {
        var result: [(offset: Int, value: UInt8)] = []
        for y in b.low.y...b.high.y {
            for x in b.low.x...b.high.x {
                let i = (z * size.y + y) * size.x + x
                guard paint[i] > 0, paint[i] <= pieces, Float(ct.voxels[i]) < BoneThreshold.highest else { continue }
                let p = ct.geometry.point(VoxelIndex(x, y, z)).coordinates
                guard let c = edge.level.nearestOffset(p), Float(ct.voxels[i]) < edge.level.values[c] else { continue }
                if let value = replacement(i, x, y, z, ct, edge.level.values[c]) { result.append((i, value)) }
            }
        }
        return result
    }

    /// What a dark voxel becomes; `nil` where it stays.
    @inline(__always) private func replacement(
        _ i: Int, _ x: Int, _ y: Int, _ z: Int, _ ct: Volume<Int16>, _ level: Float
    ) -> UInt8? {
        var becomes: UInt8?
        func look(_ at: Int, _ count: Int, _ stride: Int, _ depth: Int) {
            guard depth > 0 else { return }
            for step in [-1, 1] where at + step >= 0 && at + step < count {
                let other = paint[i + step * stride]
                let isSpace = other == Paint.canal || other == Paint.disc
                guard other != paint[i], isSpace || other == Paint.body || other == Paint.nothing || other <= pieces,
                    isSpace || becomes == nil
                else { continue }
                for k in 1...depth where at - k * step >= 0 && at - k * step < count {
                    let j = i - k * step * stride
                    guard paint[j] == paint[i] else { break }
                    guard Float(ct.voxels[j]) >= level else { continue }
                    becomes = isSpace ? other : Paint.body
                    break
                }
            }
        }
        look(x, size.x, 1, depths[0])
        look(y, size.y, size.x, depths[1])
        look(z, size.z, size.x * size.y, depths[2])
        return becomes
    }
}
