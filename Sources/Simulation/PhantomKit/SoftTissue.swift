import Frames
import Imaging

/// Everything that is not bone, as layers of which each covers those before it: skin, fat, muscle, organs, vessels,
/// discs and what is in the canal.
struct SoftTissue: Sendable {
    struct Layer: Sendable {
        let shape: Shape
        let hu: Double
        let label: AnatomicalLabel
    }

    enum Shape: Sendable {
        /// Deeper than so many mm below the skin.
        case belowSkin(Double)
        /// An oval column along the spine, at (left, back) from the canal's centre, between two stations; where
        /// `cover` is given, at least so many mm below the skin.
        case column(
            left: Double, back: Double, halfWidth: Double, halfDepth: Double, from: Double, to: Double, cover: Double?)
        case ellipsoid(centre: Vector3, radii: Vector3)
        case disc(Int)
        /// Within the canal's wall by so many mm.
        case canal(Double)
        /// A rod in CT coordinates.
        case tube(EllipticTube)
        /// The same, as far as it lies within the skull.
        case inSkull(EllipticTube)
        /// All that the ribs enclose; the lung of one side; what lies under the diaphragm's dome of one side.
        case chest, lung(Side), dome(Side)
        /// Within the skull's inner table by so many mm; likewise with the sulci cut in.
        case cavity(Double), brain(Double)
        /// Between the brain's hemispheres.
        case fissure
    }

    let layers: [Layer]
    let torso: PhantomDefinition.Torso
    let canal: CanalLine
    /// How far behind the canal's centre the skin must be, at each station.
    let backReach: [Double]
    let discs: [DiscSolid]
    /// `nil` where there are no whole ribs.
    let cage: RibCage?
    let head: HeadAnatomy?

    @inline(__always) func skinDistance(_ p: Vector3, _ c: CanalLine.Coordinates) -> Double {
        var (half, centreY) = (SIMD2(torso.width, torso.depth) / 2, torso.centreY)
        if let upper = torso.upper {
            let t = min(max((p.z - upper.fromZ) / (upper.toZ - upper.fromZ), 0), 1)
            let share = t * t * (3 - 2 * t)
            half += (SIMD2(upper.width, upper.depth) / 2 - half) * share
            centreY += (upper.centreY - centreY) * share
        }
        let outline = ovalDistance(p.x - torso.centreX, p.y - centreY, half.x, half.y, squareness: 0.35)
        let place = min(max(c.along, 0), Double(backReach.count - 1))
        let station = min(Int(place), backReach.count - 2)
        let reach = backReach[station] + (backReach[station + 1] - backReach[station]) * (place - Double(station))
        let back = ovalDistance(c.left, c.back, torso.interior == .neck ? 40 : 75, reach, squareness: 0.2)
        let trunk = smoothMinimum(outline, back, 25)
        guard let head else { return trunk }
        let neck = smoothMaximum(trunk, inHead(p, head).z + 70, 10)
        return smoothMinimum(neck, headSkin(p, head), 25)
    }

    @inline(__always) func distance(_ shape: Shape, _ p: Vector3, _ c: CanalLine.Coordinates) -> Double {
        switch shape {
        case .belowSkin(let depth): return skinDistance(p, c) + depth
        case .column(let left, let back, let halfWidth, let halfDepth, let from, let to, let cover):
            let side = ovalDistance(c.left - left, c.back - back, halfWidth, halfDepth, squareness: 0.1)
            let column = smoothMaximum(side, max(from - c.along, c.along - to), 12)
            guard let cover else { return column }
            return smoothMaximum(column, skinDistance(p, c) + cover, 4)
        case .ellipsoid(let centre, let radii):
            let q = (p - centre) / radii
            let gauge = length(q)
            return gauge > 1e-6 ? gauge * (gauge - 1) / length(q / radii) : -radii.min()
        case .disc(let i): return discs[i].distance(p)
        case .canal(let depth): return canal.distance(c) + depth
        case .tube(let tube):
            let least = tube.leastDistance(p)
            return least > 20 ? least : tube.distance(p)
        case .inSkull(let tube):
            let d = distance(.tube(tube), p, c)
            guard d < 20, let head else { return d }
            return max(d, head.cranium.cavity(inHead(p, head)) + 0.5)
        case .chest: return (cage?.distance(p) ?? 100) + 4
        case .lung(let side): return lungDistance(side, p, c)
        case .dome(let side): return domeDistance(side, p)
        case .cavity(let depth): return (head.map { $0.cranium.cavity(inHead(p, $0)) } ?? 100) + depth
        case .fissure: return head.map { $0.cranium.fissure(inHead(p, $0)) } ?? 100
        case .brain(let depth):
            guard let head else { return 100 }
            let q = inHead(p, head)
            return head.cranium.cavity(q) + depth + head.cranium.sulcus(q)
        }
    }

    @inline(__always) private func inHead(_ p: Vector3, _ head: HeadAnatomy) -> Vector3 {
        (head.toHead * Point<CT>(p)).coordinates
    }

    /// The scalp and a face around the skull, and ears.
    private func headSkin(_ p: Vector3, _ head: HeadAnatomy) -> Double {
        let q = inHead(p, head)
        var d = head.cranium.cavity(q) - head.cranium.head.thickness - head.cranium.head.scalp
        for part in HeadAnatomy.faceSkin where part.leastDistance(q) < d + 20 {
            d = smoothMinimum(d, part.distance(q), 14)
        }
        return d
    }

    /// Within the ribs, beside the mediastinum and the spine, above the diaphragm.
    private func lungDistance(_ side: Side, _ p: Vector3, _ c: CanalLine.Coordinates) -> Double {
        guard let cage else { return 100 }
        let chest = cage.distance(p) + 8
        guard chest < 40 else { return chest }
        let (centre, half) = cage.section(p.z)
        let middle = ovalDistance(p.x - centre.x, p.y - centre.y, 30, half.y - 2, squareness: 0.3)
        let spine = ovalDistance(c.left, c.back + c.halfDepth + 13, 27, 30, squareness: 0.2)
        let own = smoothMaximum(-smoothMinimum(middle, spine, 8), -side.sign * (p.x - centre.x), 4)
        return smoothMaximum(smoothMaximum(chest, own, 8), -domeDistance(side, p), 6)
    }

    /// A dome as high as the ninth thoracic vertebra, a little higher on the right.
    private func domeDistance(_ side: Side, _ p: Vector3) -> Double {
        guard let cage, cage.rings.count > 9 else { return 100 }
        let ring = cage.rings[9]
        let top = side == .right ? 66.0 : 56
        let (x, y) = (ring.centre.x + side.sign * ring.half.x * 0.5, ring.centre.y - ring.half.y * 0.12)
        let q = Vector3(p.x - x, p.y - y, max(p.z - ring.z, 0)) / Vector3(ring.half.x * 0.62, ring.half.y * 0.86, top)
        let gauge = length(q)
        let least = min(ring.half.x * 0.62, ring.half.y * 0.86, top)
        return (gauge - 1) * least
    }

    /// Whether a shape's field is far from a distance.
    func isRippled(_ shape: Shape) -> Bool {
        if case .brain = shape { return true }
        return false
    }

    /// The layers whose boundary may come within `radius` of `p`, above the last one that covers all of it.
    func active(near p: Vector3, radius: Double) -> (floor: Int, layers: [Int]) {
        let c = canal.coordinates(p)
        let bound = (radius + 1) * Skeleton.steepness
        var floor = -1
        var active: [Int] = []
        for i in layers.indices {
            let d = distance(layers[i].shape, p, c)
            if d < -bound, !isRippled(layers[i].shape) || d < -bound - Cranium.sulcusDepth {
                floor = i
                active.removeAll(keepingCapacity: true)
            } else if d < bound + (isRippled(layers[i].shape) ? Cranium.sulcusDepth : 0) {
                active.append(i)
            }
        }
        return (floor, active)
    }
}

/// The disc between two vertebrae; it reaches into both, and bone takes precedence.
struct DiscSolid: Sendable {
    let upper, lower: Pose<Vertebra, CT>
    let upperBody, lowerBody: BodySolid

    func distance(_ p: Vector3) -> Double {
        let a = (upper * Point<CT>(p)).coordinates
        let b = (lower * Point<CT>(p)).coordinates
        let r = (upperBody.lower + lowerBody.upper) / 2 + SIMD2(0.8, 0.8)
        let side = ovalDistance((a.x + b.x) / 2, (a.y + b.y) / 2, r.x, r.y, squareness: a.y > 0 ? 0.6 : 0.15)
        let top = a.z - upperBody.lowerEndplate(x: a.x, y: a.y) - 1.3
        let bottom = lowerBody.upperEndplate(x: b.x, y: b.y) - 1.3 - b.z
        return smoothMaximum(side, max(top, bottom), 2)
    }
}
