import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// The surface of a vertebral body, as distances from a point inside along rays in all directions.
///
/// Thin or brittle cortex leaves holes in a thresholded body; this closes it. Each ray scores the places where bright
/// cortex falls to soft tissue outwards; the surface takes good places that agree with their neighbours (iterated
/// conditional modes, Besag 1986).
struct BodySurface: Sendable {
    static let azimuths = 48, polars = 25
    static let step = 0.5
    /// What is darker counts as fat: the edge of a windpipe is no better an end of bone, HU.
    static let fatHU = -100.0
    static let nearest = 5.0, furthest = 36.0
    /// How dearly a ray pays to leave its neighbours' mean, HU per mm².
    static let stiffness = 14.0

    let centre: Vector3
    let up, left, back: Vector3
    /// Distances by polar, then azimuth, mm.
    private(set) var radii: [Double]

    static var steps: Int { Int((furthest - nearest) / step) + 1 }

    init(
        _ core: BodyCore, _ curve: SpineCurve, _ shape: CanalShape, lower: DiscPlane?, upper: DiscPlane?,
        _ smooth: ScalarGrid, _ threshold: ScalarGrid, like usual: [Double]? = nil
    ) {
        let frame = curve.frames[curve.place(of: (core.low + core.high) / 2).index]
        centre = (core.low + core.high) / 2
        up = normalized(core.high - core.low) ?? frame.up
        left = normalized(cross(frame.back, up)) ?? frame.left
        back = cross(up, left)
        radii = []
        var scores = Self.directions.map { d -> [Double] in
            let ray = left * d.x + back * d.y + up * d.z
            return Self.scores(centre, ray, smooth, threshold) { p in
                if let upper, upper.height(p) > 0 { return false }
                if let lower, lower.height(p) < 0 { return false }
                let place = curve.place(of: p)
                return place.back < -0.7 * shape.radius(place.index, angle: 1.5 * .pi)
            }
        }
        if let usual { Self.favour(usual, &scores) }
        radii = Self.relaxed(scores)
    }

    /// How dearly a ray pays to leave the shape of its neighbours' bodies, HU per mm², and the distance at which it has
    /// paid in full, mm: neighbours differ by about a tenth (Panjabi 1992).
    static let unlikeness = 8.0, mostUnlike = 6.0

    private static func favour(_ usual: [Double], _ scores: inout [[Double]]) {
        for i in scores.indices {
            for k in scores[i].indices where scores[i][k] > -1e5 {
                let off = min(abs(nearest + Double(k) * step - usual[i]), mostUnlike)
                scores[i][k] -= unlikeness * off * off
            }
        }
    }

    /// Unit vectors of the rays in (left, back, up).
    static let directions: [Vector3] = (0..<polars).flatMap { j -> [Vector3] in
        let polar = Double.pi * (Double(j) + 0.5) / Double(polars)
        return (0..<azimuths).map { k in
            let a = 2 * Double.pi * Double(k) / Double(azimuths)
            return Vector3(sin(polar) * cos(a), sin(polar) * sin(a), cos(polar))
        }
    }

    /// For each distance along a ray, how well bone ends there.
    private static func scores(
        _ centre: Vector3, _ ray: Vector3, _ smooth: ScalarGrid, _ threshold: ScalarGrid, within: (Vector3) -> Bool
    ) -> [Double] {
        let extra = 8
        var hu = [Double](repeating: 0, count: steps + 2 * extra)
        for k in hu.indices {
            let r = nearest + Double(k - extra) * step
            hu[k] = min(max(Double(smooth.sample(centre + ray * r)), fatHU), 500)
        }
        var result = (0..<steps).map { k -> Double in
            let i = k + extra
            let p = centre + ray * (nearest + Double(k) * step)
            guard within(p) else { return -1e6 - Double(k) * 1e4 }
            let limit = Double(threshold.sample(p))
            var inside = -1e9
            for j in (i - 6)...i { inside = max(inside, hu[j]) }
            var outside = 0.0
            for j in (i + 1)...(i + 5) { outside += hu[j] / 5 }
            // The edge itself: the value here is the threshold.
            let away = abs(0.5 * (hu[i] + hu[i + 1]) - limit)
            return min(inside - outside, 350) - 0.5 * min(away, 200)
        }
        // A place behind another good edge belongs to something beyond the body: a rib's head, a vessel.
        let gap = Int(3 / step)
        let own = result
        var passed = 0.0
        for k in result.indices where k >= gap {
            passed = max(passed, own[k - gap])
            if own[k] > -1e5 { result[k] -= 0.6 * passed }
        }
        return result
    }

    private static func relaxed(_ scores: [[Double]]) -> [Double] {
        func distance(_ k: Int) -> Double { nearest + Double(k) * step }
        var radii = scores.map { row in distance(row.indices.max { row[$0] < row[$1] } ?? 0) }
        radii = median(radii)
        for round in 0..<24 {
            let stiff = stiffness * (round < 8 ? 0.5 : 1)
            for parity in 0..<2 {
                for i in scores.indices where (i / azimuths + i % azimuths) % 2 == parity {
                    let around = neighbours(i).reduce(0) { $0 + radii[$1] } + radii[mirrored(i)]
                    let mean = around / 5
                    var best = (value: -Double.infinity, r: radii[i])
                    for k in scores[i].indices {
                        let off = distance(k) - mean
                        let value = scores[i][k] - stiff * min(off * off, 40)
                        if value > best.value { best = (value, distance(k)) }
                    }
                    radii[i] = best.r
                }
            }
        }
        return radii
    }

    private static func neighbours(_ i: Int) -> [Int] {
        let (j, k) = i.quotientAndRemainder(dividingBy: azimuths)
        var list = [j * azimuths + (k + 1) % azimuths, j * azimuths + (k + azimuths - 1) % azimuths]
        list.append(j > 0 ? i - azimuths : (k + azimuths / 2) % azimuths)
        list.append(j + 1 < polars ? i + azimuths : j * azimuths + (k + azimuths / 2) % azimuths)
        return list
    }

    /// The ray on the other side of the midline.
    private static func mirrored(_ i: Int) -> Int {
        let (j, k) = i.quotientAndRemainder(dividingBy: azimuths)
        return j * azimuths + (azimuths + azimuths / 2 - k) % azimuths
    }

    /// A first surface without outliers: the median over a ray's surroundings.
    private static func median(_ radii: [Double]) -> [Double] {
        radii.indices.map { i in
            var set: Set<Int> = [i]
            for _ in 0..<3 { for m in set { set.formUnion(neighbours(m)) } }
            let values = set.map { radii[$0] }.sorted()
            return values[values.count / 2]
        }
    }

    /// How deep a point lies inside along its ray, mm; negative outside.
    @inline(__always) func depth(_ p: Vector3) -> Double {
        let d = p - centre
        let r = length(d)
        guard r > 1e-6 else { return Self.nearest }
        if r > Self.furthest + 2 { return Self.furthest - r }
        let polar = acos(min(max(dot(d, up) / r, -1), 1)) / .pi * Double(Self.polars) - 0.5
        var turn = atan2(dot(d, back), dot(d, left)) / (2 * .pi) * Double(Self.azimuths)
        if turn < 0 { turn += Double(Self.azimuths) }
        let j = min(max(Int(polar.rounded(.down)), 0), Self.polars - 2)
        let fj = min(max(polar - Double(j), 0), 1)
        let k = Int(turn) % Self.azimuths, k1 = (k + 1) % Self.azimuths, fk = turn - turn.rounded(.down)
        func ring(_ j: Int) -> Double {
            radii[j * Self.azimuths + k] * (1 - fk) + radii[j * Self.azimuths + k1] * fk
        }
        return ring(j) * (1 - fj) + ring(j + 1) * fj - r
    }
}

extension BodySurface {
    /// Bodies below this suggest osteoporosis (Pickhardt 2013), HU.
    static let brittleHU = 110.0
    /// Marrow below this is darker than half the way to its cortex, so that it is known by what encloses it, HU.
    static let faintHU = Double(BoneThreshold.lowest)

    /// The mean of the body's inside, 4 mm and more from its surface, HU; `nil` where there is too little of it.
    func meanHU(_ grid: ScalarGrid) -> Double? {
        var sum = 0.0, count = 0.0
        for u in stride(from: -9.0, through: 9, by: 1.5) {
            for v in stride(from: -9.0, through: 6, by: 1.5) {
                for w in stride(from: -5.0, through: 5, by: 1.5) {
                    let p = centre + left * u + back * v + up * w
                    guard depth(p) > 4 else { continue }
                    sum += Double(grid.sample(p))
                    count += 1
                }
            }
        }
        return count > 30 ? sum / count : nil
    }
}
