import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// Takes back what blur adds to a bone whose cortex is thinner than the blur.
///
/// Where cortex is thick its edge lies half way from soft tissue to its own HU. A thin sheet's image is wider than the
/// sheet: half its (lowered) peak lies outside it, by up to 1.18 standard deviations of the blur (Prevrhal 1999), and the
/// less so the brighter the marrow behind it is. How thin it is follows from its peak, held against cortex that is thick
/// enough to show its own HU (Treece 2010).
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

    private struct Edge { var voxel: Int; var peak, base, within, ridge, crossing, blur, extent: Double }

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
                let marrow = (edge.within - edge.base) / max(cortex - edge.base, 1)
                let sheet = Self.sheet(part, marrow: marrow)
                // The flank is sure but where thin cortex hides in one slice, half of whose thickness the flank then is, and
                // stands out from the marrow behind it.
                let ridge = (edge.peak - edge.within) / (edge.peak - edge.base)
                let hidden = ridge * (1 - part) * min(max((edge.extent - 1) / 1.5, 0), 1)
                let byFlank = edge.crossing - edge.blur * sheet.excess
                let byRidge = edge.ridge + edge.blur * sheet.thickness / 2
                if (1 - hidden) * byFlank + hidden * byRidge < 0 { paint[edge.voxel] = Paint.body }
            }
        }
    }

    /// A blurred sheet with marrow behind it, by the part of its own value that its peak keeps, and marrow's part of that
    /// value: how far half its peak lies outside it, and how thick it is, in standard deviations of the blur.
    static func sheet(_ part: Double, marrow: Double) -> (excess: Double, thickness: Double) {
        let place = min(max(marrow, 0), 0.9) * 10
        let low = min(Int(place), 8), f = place - Double(low)
        let mean = row(low, part) * (1 - f) + row(low + 1, part) * f
        return (mean.x, mean.y)
    }

    /// Excess and thickness for marrow of `number` tenths, between the two thicknesses whose peaks enclose `part`.
    private static func row(_ number: Int, _ part: Double) -> SIMD2<Double> {
        let samples = table[number]
        guard let next = samples.firstIndex(where: { $0.x > part }) else {
            return SIMD2(samples[samples.count - 1].y, samples[samples.count - 1].z)
        }
        guard next > 0 else { return SIMD2(samples[0].y, samples[0].z) }
        let (a, b) = (samples[next - 1], samples[next])
        let mean = a + (b - a) * ((part - a.x) / (b.x - a.x))
        return SIMD2(mean.y, mean.z)
    }

    /// Peak, excess and thickness of sheets up to four deviations thick, for marrow of 0, 0.1, … 0.9.
    private static let table: [[SIMD3<Double>]] = (0..<10).map { tenth in
        (0...40).map { k in
            let marrow = Double(tenth) / 10, thickness = max(Double(k) / 10, 1e-3)
            func below(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
            func value(_ x: Double) -> Double { below(x) - (1 - marrow) * below(x - thickness) }
            // Outside in: the value rises to its first peak, or to the marrow's.
            let places = stride(from: -4.0, through: 8, by: 0.01)
            let peak = places.reduce(0) { max($0, value($1)) }
            let half = places.first { value($0) >= peak / 2 } ?? 0
            return SIMD3(peak, -half, thickness)
        }
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
            let within = profile[...top].min() ?? peak
            guard peak - base > Self.leastContrast, peak < metal else { return nil }
            let half = (peak + base) / 2
            guard let after = (top..<low + 1).first(where: { profile[$0] < half }), after > 0 else { return nil }
            let before = profile[after - 1]
            let crossing = Double(after) - (half - profile[after]) / max(before - profile[after], 1e-6)
            return Edge(
                voxel: i, peak: peak, base: base, within: within, ridge: Self.summit(profile, top),
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

    /// Outward: the slope of what is not the structure's, fitted to the voxels within 2 mm along each axis, at least to the
    /// next ones.
    private func normal(_ x: Int, _ y: Int, _ z: Int, _ paint: SharedReader<UInt8>) -> Vector3? {
        let s = ct.geometry.spacing, size = ct.size
        let own = paint[(z * size.y + y) * size.x + x]
        let (rx, ry, rz) = (max(1, Int(2 / s.x)), max(1, Int(2 / s.y)), max(1, Int(2 / s.z)))
        var sum = Vector3.zero
        for dz in -rz...rz {
            for dy in -ry...ry {
                for dx in -rx...rx {
                    let (a, b, c) = (x + dx, y + dy, z + dz)
                    guard a >= 0, b >= 0, c >= 0, a < size.x, b < size.y, c < size.z,
                        paint[(c * size.y + b) * size.x + a] != own
                    else { continue }
                    sum += Vector3(Double(dx), Double(dy), Double(dz))
                }
            }
        }
        // Least squares: the sum of offsets over the sum of their squares, which is the box's but for its own axis.
        func squares(_ r: Int) -> Double { Double(r * (r + 1)) / 3 }
        return normalized(sum / (s * Vector3(squares(rx), squares(ry), squares(rz))))
    }
}
