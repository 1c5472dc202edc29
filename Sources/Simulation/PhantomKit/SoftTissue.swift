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
        /// An oval column along the spine, at (left, back) from the canal's centre, between two stations; where `cover` is
        /// given, at least so many mm below the skin.
        case column(
            left: Double, back: Double, halfWidth: Double, halfDepth: Double, from: Double, to: Double, cover: Double?)
        case ellipsoid(centre: Vector3, radii: Vector3)
        case disc(Int)
        /// Within the canal's wall by so many mm.
        case canal(Double)
    }

    let layers: [Layer]
    let torso: PhantomDefinition.Torso
    let canal: CanalLine
    /// How far behind the canal's centre the skin must be, at each station.
    let backReach: [Double]
    let discs: [DiscSolid]

    @inline(__always) func skinDistance(_ p: Vector3, _ c: CanalLine.Coordinates) -> Double {
        let outline = ovalDistance(
            p.x - torso.centreX, p.y - torso.centreY, torso.width / 2, torso.depth / 2, squareness: 0.35)
        let place = min(max(c.along, 0), Double(backReach.count - 1))
        let station = min(Int(place), backReach.count - 2)
        let reach = backReach[station] + (backReach[station + 1] - backReach[station]) * (place - Double(station))
        let back = ovalDistance(c.left, c.back, 75, reach, squareness: 0.2)
        return smoothMinimum(outline, back, 25)
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
        }
    }

    /// The layers whose boundary may come within `radius` of `p`, above the last one that covers all of it.
    func active(near p: Vector3, radius: Double) -> (floor: Int, layers: [Int]) {
        let c = canal.coordinates(p)
        let bound = (radius + 1) * Skeleton.steepness
        var floor = -1
        var active: [Int] = []
        for i in layers.indices {
            let d = distance(layers[i].shape, p, c)
            if d < -bound {
                floor = i
                active.removeAll(keepingCapacity: true)
            } else if d < bound {
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
