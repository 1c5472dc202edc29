import Frames
import Imaging

/// One bone: a smooth union of a few bodies and rods, less a few holes, in a frame of its own.
final class BoneSolid: Sendable {
    let label: AnatomicalLabel
    let pose: Pose<CT, Vertebra>
    let toLocal: Pose<Vertebra, CT>
    /// Each body with its own place in the bone's frame (a sacrum has several).
    let bodies: [(place: Pose<Vertebra, Vertebra>, inverse: Pose<Vertebra, Vertebra>, solid: BodySolid)]
    let rods: [EllipticTube]
    let holes: [EllipticTube]
    /// The vault of a skull, in the bone's frame; its inside is cut out of everything.
    let cranium: Cranium?
    /// A ball and a box in CT coordinates that hold the whole bone.
    let centre: Vector3
    let reach: Double
    let low, high: Vector3

    init(
        label: AnatomicalLabel, pose: Pose<CT, Vertebra>, bodies: [(Pose<Vertebra, Vertebra>, BodySolid)] = [],
        rods: [EllipticTube], holes: [EllipticTube] = [], cranium: Cranium? = nil
    ) {
        self.label = label
        self.pose = pose
        toLocal = pose.inverse
        self.bodies = bodies.map { ($0.0, $0.0.inverse, $0.1) }
        self.rods = rods
        self.holes = holes
        self.cranium = cranium
        var low = Vector3(repeating: .infinity)
        var high = -low
        for (place, solid) in bodies {
            let size = Vector3(repeating: max(solid.height, solid.upper.max() * 2, solid.lower.max() * 2) * 0.6)
            low = pointwiseMin(low, place.translation - size)
            high = pointwiseMax(high, place.translation + size)
        }
        for rod in rods {
            let widest = max(rod.radii.0.max(), rod.radii.1.max(), rod.radii.2.max(), rod.endRadius) + 1
            for end in [rod.start, rod.start + rod.axis * rod.length] {
                low = pointwiseMin(low, end - Vector3(repeating: widest))
                high = pointwiseMax(high, end + Vector3(repeating: widest))
            }
        }
        if let half = cranium?.half {
            let outer = half + Vector3(repeating: 16)
            low = pointwiseMin(low, -outer)
            high = pointwiseMax(high, outer)
        }
        centre = (pose * Point<Vertebra>((low + high) / 2)).coordinates
        reach = length(high - low) / 2
        let half = (high - low) / 2
        let m = pose.rotation.matrix
        let box = Vector3((0..<3).map { row in (0..<3).reduce(0) { $0 + abs(m[row, $1]) * half[$1] } })
        self.low = centre - box
        self.high = centre + box
    }

    private init(_ whole: BoneSolid, rods: [EllipticTube]) {
        (label, pose, toLocal, bodies) = (whole.label, whole.pose, whole.toLocal, whole.bodies)
        (holes, centre, reach, low, high) = (whole.holes, whole.centre, whole.reach, whole.low, whole.high)
        cranium = whole.cranium
        self.rods = rods
    }

    /// The same bone without the rods that cannot matter within `radius` of `p`; `own` is its distance at `p`.
    func near(_ p: Vector3, radius: Double, own: Double) -> BoneSolid {
        let q = (toLocal * Point<CT>(p)).coordinates
        let bound = own + 2 * radius * Skeleton.steepness
        return BoneSolid(
            self, rods: rods.filter { $0.leastDistance(q) < bound + $0.fillet && $0.distance(q) < bound + $0.fillet })
    }

    /// A lower bound of the distance: that to the box around the bone.
    @inline(__always) func leastDistance(_ p: Vector3) -> Double {
        length(pointwiseMax(pointwiseMax(low - p, p - high), .zero))
    }

    /// Distance to the surface of this bone alone, as if no other bone and no canal were there.
    @inline(__always) func distance(_ p: Vector3) -> Double {
        let q = (toLocal * Point<CT>(p)).coordinates
        var d = cranium?.outer(q) ?? .infinity
        for body in bodies { d = min(d, smooth(d, body.solid.distance((body.inverse * Point(q)).coordinates), 5)) }
        rods.withUnsafeBufferPointer {
            for i in $0.indices where $0[i].leastDistance(q) < d + $0[i].fillet {
                d = smooth(d, $0[i].distance(q), $0[i].fillet)
            }
        }
        if let cranium, d < 12 { d = smoothMaximum(d, -cranium.cavity(q), 1) }
        for hole in holes where -hole.leastDistance(q) > d - 2 { d = smoothMaximum(d, -hole.distance(q), 2) }
        return d
    }

    @inline(__always) private func smooth(_ a: Double, _ b: Double, _ k: Double) -> Double {
        a == .infinity ? b : smoothMinimum(a, b, k)
    }
}
