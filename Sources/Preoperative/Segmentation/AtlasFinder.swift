import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// The ring of C1 round the dens of C2, as found in the image: no disc lies between the two, and C1 has no body.
struct Atlas: Sendable {
    /// The middle of the dens at the height of the ring's middle, and the axes of the canal there.
    let dens: Vector3
    let up, left, back: Vector3
    /// Where the ring begins in each of `AtlasFinder.directions` directions from the dens, mm; `nil` where no bone
    /// follows the dens beyond a gap, and behind the canal, where it may be the skull's.
    let ring: [Double?]

    /// The dens and the ring's parts are this high about its middle at least, and thick, mm.
    static let halfHeight = 3.0, densRadius = 3.0, thickness = 3.5
    /// So high above the ring's middle all bone is the skull's, the more so the further out, where the ring's plane is
    /// known less well; and so is, down to a little below it, what lies behind its arch (Doherty 1994), mm.
    static let skullAbove = (height: 11.0, slope: 0.15), skullBehind = (back: 38.0, height: -4.0)
    /// Nothing of C1 lies further out from the dens than its transverse processes' tips, mm.
    static let reach = 46.0

    /// Whose bone surely lies at a point; `foot` is where C2's body begins.
    func part(_ p: Vector3, foot: Vector3) -> SpineSegment.Kind? {
        let axis = dens - foot, along = min(max(dot(p - foot, axis) / squaredLength(axis), 0), 1)
        if squaredLength(p - foot - axis * along) < Self.densRadius * Self.densRadius { return .axis }
        let d = p - dens, height = dot(d, up)
        let u = dot(d, left), w = dot(d, back), r = (u * u + w * w).squareRoot()
        if height > Self.skullAbove.height + Self.skullAbove.slope * r { return .skull }
        if w > Self.skullBehind.back, height > Self.skullBehind.height { return .skull }
        guard abs(height) < Self.halfHeight else { return nil }
        guard let begin = ring[AtlasFinder.direction(u, w)], r > begin, r < begin + Self.thickness else { return nil }
        return .atlas
    }
}

extension Atlas {
    /// Whether C1 can reach to a point.
    func mayHold(_ p: Vector3) -> Bool {
        let d = p - dens, height = dot(d, up)
        return squaredLength(d - up * height) < Self.reach * Self.reach
    }
}

/// Looks for the atlas by what no other level has: a rod of bone with a gap all round it, then bone again to both
/// sides, in front, and behind the canal.
struct AtlasFinder {
    let curve: SpineCurve
    let grid: ScalarGrid
    let shape: CanalShape
    let column: ColumnDepth
    let discs: [DiscPlane]
    /// Of bone against healthy bone, 0.66…1.
    var brightness: Float = 1

    static let directions = 24
    private static let step = 0.75
    /// Thin cortex, and what a joint or the canal holds at most with the blur of healthy bone beside it, HU.
    private var cortexHU: Float { 250 * brightness }
    private var gapHU: Float { 170 * brightness }
    /// A rod's cortex is alike all round: the least part of its brightest place.
    private static let leastCortex: Float = 0.4
    /// The dens is 9–13 mm thick (Doherty 1995): half of it with its blur, its marrow, and from its middle to the
    /// canal, mm.
    private static let densReach = 6.75, marrowReach = 2.25, densBehindWall = 5.5
    /// How far the canal may bend between a disc and the ring, mm and degrees.
    private static let drift = stride(from: -8.0, through: 8, by: 2), tilts = [-14.0, 0, 14]
    /// From the disc below C2 up to the ring's middle (C2's body and the lower half of the dens), mm.
    static let heights = 17...40
    /// That height over the distance of the neck's discs (17 mm, Panjabi 1991; C2 to the middle of its dens some 28 mm,
    /// Doherty 1995): a line across C2's body looks like a disc, and the ring is seen from there as well.
    static let heightParts = 1.4...2.4
    /// Bodies of the neck are less deep than twice this, mm.
    static let neckHalfDepth = 11.0
    /// The ring shows over at least so many mm, in at least this part of the directions; and how many of the highest
    /// discs may be the one below C2, since the dens' root looks like one.
    static let leastHeight = 4, leastPart = 0.9, likelyDiscs = 4

    /// The parts of the ring: the middle direction (left 0, back a quarter), how many to either side, how near to the
    /// dens the gap must come, and between which distances bone begins again, mm.
    private struct Arc {
        let middle, beside: Int
        let gap: Double
        let bone: ClosedRange<Double>
    }
    private static let arcs = [
        Arc(middle: 0, beside: 2, gap: 13, bone: 7...20), Arc(middle: 12, beside: 2, gap: 13, bone: 7...20),
        Arc(middle: 18, beside: 1, gap: 13, bone: 6.5...15), Arc(middle: 6, beside: 2, gap: 13, bone: 18...36),
    ]

    struct View: Sendable {
        var part = 0.0
        var atlas: Atlas?
    }

    static func direction(_ u: Double, _ w: Double) -> Int {
        let turn = atan2(w, u) / (2 * .pi) * Double(directions)
        return (Int(turn.rounded()) + directions) % directions
    }

    /// The atlas and the index of the disc below C2; `nil` where the image shows no atlas with its dens.
    func find() -> (atlas: Atlas, disc: Int)? {
        var best: (atlas: Atlas, disc: Int)?
        var most = 0.0
        for disc in discs.indices.suffix(Self.likelyDiscs) where isNeck(discs[disc]) {
            guard let found = Self.clearest(views(above: discs[disc]), distance: distance(below: disc)),
                found.sum > most
            else { continue }
            (best, most) = ((found.atlas, disc), found.sum)
        }
        return best
    }

    /// The run of heights over which a ring shows best, and its middle.
    ///
    /// - Parameters:
    ///   - views: at each of `heights`.
    ///   - distance: from disc to disc below, mm; `nil` where that is not known.
    static func clearest(_ views: [View], distance: Double?) -> (atlas: Atlas, sum: Double)? {
        var best: (atlas: Atlas, sum: Double)?
        var sum = 0.0, run: [View] = []
        for (height, view) in zip(heights, views) {
            let isLikely = distance.map { heightParts.contains(Double(height) / $0) } ?? true
            (sum, run) = isLikely && view.part >= leastPart ? (sum + view.part, run + [view]) : (0, [])
            guard run.count >= leastHeight, sum > best?.sum ?? 0, let atlas = middle(run) else { continue }
            best = (atlas, sum)
        }
        return best
    }

    /// The median distance of the four discs below one, mm; `nil` for fewer than two distances.
    private func distance(below disc: Int) -> Double? {
        let near = discs[max(0, disc - 4)...disc]
        let steps = zip(near, near.dropFirst()).map { length($1.centre - $0.centre) }.sorted()
        return steps.count < 2 ? nil : steps[steps.count / 2]
    }

    private func isNeck(_ disc: DiscPlane) -> Bool {
        column.halfDepths[min(max(Int(disc.s), 0), curve.count - 1)] < Self.neckHalfDepth
    }

    /// The middle of a ring's height: of the views that show it best, within one direction in twenty.
    private static func middle(_ run: [View]) -> Atlas? {
        let most = run.map(\.part).max() ?? 0
        let clear = run.filter { $0.part >= most - 0.05 }
        return clear.isEmpty ? nil : clear[clear.count / 2].atlas
    }

    /// The best view at each of `heights` above a disc, along the canal's direction there.
    func views(above disc: DiscPlane) -> [View] {
        let f = curve.frame(at: disc.s), s = min(max(Int(disc.s), 0), curve.count - 1)
        let dens = shape.radius(s, angle: 1.5 * .pi) + Self.densBehindWall
        var result = [View](repeating: View(), count: Self.heights.count)
        result.withUnsafeMutableBufferPointer { out in
            let target = SharedBuffer(out)
            parallelFor(Self.heights.count) { k in
                let height = Double(Self.heights.lowerBound + k)
                for tilt in Self.tilts {
                    let a = radians(degrees: tilt)
                    let axis = SpineFrame(centre: f.centre, up: f.up * cos(a) + f.back * sin(a), backHint: f.back)
                    for left in Self.drift {
                        for back in Self.drift {
                            let centre = f.point(left: left, back: back - dens, up: height)
                            guard grid.nearestOffset(centre) != nil else { continue }
                            let found = view(centre, axis)
                            if found.part > target[k].part { target[k] = found }
                        }
                    }
                }
            }
        }
        return result
    }

    /// How much of a ring shows round a point.
    private func view(_ centre: Vector3, _ f: SpineFrame) -> View {
        let cortex = cortex(round: centre, f)
        guard cortex > cortexHU else { return View() }
        var ring = [Double?](repeating: nil, count: Self.directions)
        var total = 0.0
        for arc in Self.arcs {
            var shown = 0.0
            for k in -arc.beside...arc.beside {
                let direction = (arc.middle + k + Self.directions) % Self.directions
                ring[direction] = boneBeyondGap(centre, ray(f, direction), arc, cortex)
                if ring[direction] != nil { shown += 1 }
            }
            let part = shown / Double(2 * arc.beside + 1)
            guard part >= 0.5 else { return View() }
            total += part / Double(Self.arcs.count)
        }
        for k in 1..<(Self.directions / 2) where abs(k - Self.directions / 4) < 4 { ring[k] = nil }
        return View(part: total, atlas: Atlas(dens: centre, up: f.up, left: f.left, back: f.back, ring: ring))
    }

    private func ray(_ f: SpineFrame, _ direction: Int) -> Vector3 {
        let a = 2 * Double.pi * Double(direction) / Double(Self.directions)
        return f.left * cos(a) + f.back * sin(a)
    }

    /// What the cortex of a rod round a point has everywhere at least, HU.
    private func cortex(round centre: Vector3, _ f: SpineFrame) -> Float {
        grid.values.withUnsafeBufferPointer { v in
            var brightest: Float = 0
            for k in stride(from: 0, to: Self.directions, by: 3) {
                let ray = ray(f, k)
                for r in stride(from: Self.marrowReach, through: Self.densReach, by: Self.step) {
                    brightest = max(brightest, grid.sample(v, centre + ray * r))
                }
            }
            return max(brightest * Self.leastCortex, cortexHU + 1)
        }
    }

    /// Where bone begins again in one direction beyond the dens and a gap; `nil` where it does not.
    private func boneBeyondGap(_ centre: Vector3, _ ray: Vector3, _ arc: Arc, _ cortex: Float) -> Double? {
        grid.values.withUnsafeBufferPointer { v in
            var peak: Float = 0, isGap = false
            var r = 0.0
            while r <= arc.bone.upperBound {
                let value = grid.sample(v, centre + ray * r)
                if !isGap {
                    if r <= Self.densReach { peak = max(peak, value) }
                    if r > arc.gap || (r > Self.densReach && peak < cortex) { return nil }
                    isGap = r > Self.marrowReach && peak >= cortex && value < min(0.5 * peak, gapHU)
                } else if value >= cortexHU {
                    return r >= arc.bone.lowerBound ? r : nil
                }
                r += Self.step
            }
            return nil
        }
    }
}
