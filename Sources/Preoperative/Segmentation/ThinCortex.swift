import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// Takes back what blur adds to a bone whose cortex is thinner than the blur.
///
/// Where cortex is thick its edge lies half way from soft tissue to its own HU. A thin sheet's image is wider than the
/// sheet: half its (lowered) peak lies outside it, by up to 1.18 standard deviations of the blur (Prevrhal 1999). How thin
/// it is follows from its peak, held against cortex that is thick enough to show its own HU (Treece 2010).
struct ThinCortex {
    let ct: Volume<Int16>
    /// Numbers of the structures to mend.
    let structures: ClosedRange<UInt8>

    /// The blur of a scanner and its kernel in usual reconstructions, as a standard deviation, mm.
    static let scannerBlur = 0.4
    /// What cortex has at least where it is thick enough to show it, HU.
    static let leastCortexHU = 600.0
    /// A profile without this contrast says nothing, HU.
    static let leastContrast = 60.0
    /// Coarser voxels mix both sides of a bone, mm.
    static let coarsest = 1.6
    /// Profiles run from inside to outside of a voxel, and are averaged over a patch of the surface, mm.
    static let inside = 2.0, outside = 2.75, step = 0.25, patch = 0.8

    private struct Edge { var voxel: Int; var peak, base, ridge, crossing, blur, extent: Double }

    func mend(_ paint: inout [UInt8]) {
        guard cubeRoot(ct.geometry.voxelVolume) <= Self.coarsest else { return }
        var cortex = 0.0
        for round in 0..<2 {
            let found = edges(paint)
            if round == 0 {
                let peaks = found.map(\.peak).sorted()
                guard !peaks.isEmpty else { return }
                cortex = max(peaks[peaks.count * 19 / 20], Self.leastCortexHU)
            }
            for edge in found {
                let part = min((edge.peak - edge.base) / max(cortex - edge.base, 1), 1)
                let sheet = Self.sheet(part)
                // The flank is sure but where thin cortex hides in one slice, half of whose thickness the flank then is.
                let hidden = (1 - part) * min(max((edge.extent - 1) / 1.5, 0), 1)
                let byFlank = edge.crossing - edge.blur * sheet.excess
                let byRidge = edge.ridge + edge.blur * sheet.thickness / 2
                if (1 - hidden) * byFlank + hidden * byRidge < 0 { paint[edge.voxel] = Paint.body }
            }
        }
    }

    /// A blurred sheet by the part of its own value that its peak keeps: how far half its peak lies outside it, and how
    /// thick it is, in standard deviations of the blur.
    static func sheet(_ part: Double) -> (excess: Double, thickness: Double) {
        let k = min(max(part, 0), 1) * Double(table.count - 1)
        let low = min(Int(k), table.count - 2), f = k - Double(low)
        let mean = table[low] * (1 - f) + table[low + 1] * f
        return (mean.x, mean.y)
    }

    private static let table: [SIMD2<Double>] = (0...40).map { k in
        func below(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
        func solve(_ low: Double, _ high: Double, _ f: (Double) -> Double) -> Double {
            var (low, high) = (low, high)
            for _ in 0..<50 {
                let middle = (low + high) / 2
                if f(middle) > 0 { high = middle } else { low = middle }
            }
            return low
        }
        // Beyond four deviations a sheet keeps its value.
        let part = min(max(Double(k) / 40, 1e-4), 0.9545)
        let thickness = solve(0, 4) { 2 * below($0 / 2) - 1 - part }
        return SIMD2(solve(0, 2) { 0.5 * part - (below($0 + thickness) - below($0)) }, thickness)
    }

    /// The structures' outermost voxels whose profile shows an edge.
    private func edges(_ paint: [UInt8]) -> [Edge] {
        let size = ct.size
        var slices = [[Edge]](repeating: [], count: size.z)
        paint.withUnsafeBufferPointer { paintIn in
            ct.withVoxels { voxels in
                let paint = SharedReader(paintIn), hu = SharedReader(voxels)
                slices.withUnsafeMutableBufferPointer { out in
                    let target = SharedBuffer(out)
                    parallelFor(size.z) { z in
                        var found: [Edge] = []
                        for y in 1..<(size.y - 1) {
                            for x in 1..<(size.x - 1) {
                                let i = (z * size.y + y) * size.x + x
                                guard structures.contains(paint[i]), isOutermost(i, z, paint),
                                    let edge = edge(x, y, z, paint, hu.pointer)
                                else { continue }
                                found.append(edge)
                            }
                        }
                        target[z] = found
                    }
                }
            }
        }
        return slices.flatMap { $0 }
    }

    @inline(__always) private func isOutermost(_ i: Int, _ z: Int, _ paint: SharedReader<UInt8>) -> Bool {
        let plane = ct.size.x * ct.size.y
        func isSoft(_ j: Int) -> Bool { paint[j] == Paint.body || paint[j] == Paint.disc || paint[j] == Paint.canal }
        return isSoft(i - 1) || isSoft(i + 1) || isSoft(i - ct.size.x) || isSoft(i + ct.size.x)
            || (z > 0 && isSoft(i - plane)) || (z + 1 < ct.size.z && isSoft(i + plane))
    }

    /// The profile through one voxel along the surface's normal; everything in mm along the image's own axes.
    private func edge(
        _ x: Int, _ y: Int, _ z: Int, _ paint: SharedReader<UInt8>, _ hu: UnsafeBufferPointer<Int16>
    ) -> Edge? {
        let i = (z * ct.size.y + y) * ct.size.x + x
        guard let n = normal(x, y, z, paint) else { return nil }
        let spacing = ct.geometry.spacing, place = Vector3(Double(x), Double(y), Double(z))
        let across = perpendicular(to: n), along = cross(n, across)
        let count = Int((Self.inside + Self.outside) / Self.step) + 1
        let metal = Double(BoneThreshold.metalHU)
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { profile -> Edge? in
            for k in 0..<count {
                let d = Double(k) * Self.step - Self.inside
                var sum: Float = 0
                for u in -1...1 {
                    for v in -1...1 {
                        let offset = n * d + across * (Double(u) * Self.patch) + along * (Double(v) * Self.patch)
                        sum += max(trilinear(hu, ct.size, place + offset / spacing), -200)
                    }
                }
                profile[k] = Double(sum) / 9
            }
            // The cortex lies at most half a millimetre outside the outermost voxel's middle.
            var top = 0
            for k in 0...Int((Self.inside + 0.5) / Self.step) where profile[k] >= profile[top] { top = k }
            var low = top
            for k in top..<count where profile[k] < profile[low] { low = k }
            let (peak, base) = (profile[top], profile[low])
            guard peak - base > Self.leastContrast, peak < metal else { return nil }
            let half = (peak + base) / 2
            guard let after = (top..<low + 1).first(where: { profile[$0] < half }), after > 0 else { return nil }
            let before = profile[after - 1]
            let crossing = Double(after) - (half - profile[after]) / max(before - profile[after], 1e-6)
            return Edge(
                voxel: i, peak: peak, base: base, ridge: Self.summit(profile, top),
                crossing: crossing * Self.step - Self.inside, blur: blur(n),
                extent: dot(pointwiseMax(n, -n), spacing))
        }
    }

    /// Where a profile is highest, by the parabola through three samples, mm.
    private static func summit(_ profile: UnsafeMutableBufferPointer<Double>, _ top: Int) -> Double {
        var place = Double(top)
        if top > 0, top + 1 < profile.count {
            let (a, b, c) = (profile[top - 1], profile[top], profile[top + 1])
            let bend = a - 2 * b + c
            if bend < -1e-6 { place += min(max(0.5 * (a - c) / bend, -0.5), 0.5) }
        }
        return place * step - inside
    }

    /// The standard deviation of all blur along a direction: the scanner's, the voxel's and that of interpolation, mm.
    private func blur(_ n: Vector3) -> Double {
        let variance = ct.geometry.spacing * ct.geometry.spacing * (1.0 / 12 + 1.0 / 6)
        return (dot(n * n, variance) + Self.scannerBlur * Self.scannerBlur).squareRoot()
    }

    /// Outward, from the voxels within 2 mm that are not the structure's.
    private func normal(_ x: Int, _ y: Int, _ z: Int, _ paint: SharedReader<UInt8>) -> Vector3? {
        let s = ct.geometry.spacing, size = ct.size
        let own = paint[(z * size.y + y) * size.x + x]
        let rx = max(1, Int(2 / s.x)), ry = max(1, Int(2 / s.y)), rz = max(1, Int(2 / s.z))
        var sum = Vector3.zero
        for dz in -rz...rz {
            for dy in -ry...ry {
                for dx in -rx...rx {
                    let (a, b, c) = (x + dx, y + dy, z + dz)
                    guard a >= 0, b >= 0, c >= 0, a < size.x, b < size.y, c < size.z,
                        paint[(c * size.y + b) * size.x + a] != own
                    else { continue }
                    let d = Vector3(Double(dx), Double(dy), Double(dz)) * s
                    sum += d / max(squaredLength(d).squareRoot(), 0.1)
                }
            }
        }
        return normalized(sum)
    }
}
