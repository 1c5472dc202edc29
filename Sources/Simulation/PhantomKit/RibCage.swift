import Frames
import Imaging

/// The inside of the chest: an oval for each height, from the ribs' own ovals.
struct RibCage: Sendable {
    /// One pair of ribs from head to tail: where its oval lies at about the ribs' middle height.
    struct Ring: Sendable {
        var label: AnatomicalLabel
        var z: Double
        var centre: SIMD2<Double>
        var half: SIMD2<Double>
        /// Ends of the bone, left and right.
        var ends: [Vector3]
        /// How much lower the ribs end than they begin.
        var drop: Double
    }

    let rings: [Ring]

    /// `nil` where fewer than six pairs of ribs are whole enough to enclose a chest.
    init?(_ levels: [PhantomDefinition.Level], courses: [[RibCourse]]) {
        var rings: [Ring] = []
        for (level, sides) in zip(levels, courses) {
            guard let first = sides.first, first.rib.length > 110 else { continue }
            let centre = (first.upright * Point<Vertebra>(first.cageCentre)).coordinates
            rings.append(
                Ring(
                    label: level.label, z: centre.z - first.rib.drop * 0.45, centre: SIMD2(centre.x, centre.y),
                    half: SIMD2(first.rib.cageWidth, first.rib.cageDepth) / 2, ends: sides.map(\.end),
                    drop: first.rib.drop))
        }
        guard rings.count >= 6 else { return nil }
        self.rings = rings
    }

    /// Distance to the oval that the ribs of this height lie on, mm, negative within; nothing is within above the
    /// first.
    func distance(_ p: Vector3) -> Double {
        let (centre, half) = section(p.z)
        let side = ovalDistance(p.x - centre.x, p.y - centre.y, half.x, half.y, squareness: 0.15)
        return smoothMaximum(side, p.z - rings[0].z - 12, 12)
    }

    /// The oval's centre and half sizes at a height.
    func section(_ z: Double) -> (centre: SIMD2<Double>, half: SIMD2<Double>) {
        guard let after = rings.firstIndex(where: { $0.z <= z }) else {
            let last = rings[rings.count - 1]
            return (last.centre, last.half)
        }
        guard after > 0 else { return (rings[0].centre, rings[0].half) }
        let (a, b) = (rings[after - 1], rings[after])
        let t = (a.z - z) / max(a.z - b.z, 1e-6)
        return (a.centre + (b.centre - a.centre) * t, a.half + (b.half - a.half) * t)
    }

    /// A point outside the oval at height `z`, by the angle from the back towards `side`, so many mm out.
    func around(_ z: Double, degrees angle: Double, _ side: Side, out: Double) -> Vector3 {
        let (centre, half) = section(z)
        let a = radians(degrees: angle)
        return Vector3(
            centre.x + side.sign * (half.x + out) * sine(a), centre.y + (half.y + out) * cosine(a), z)
    }
}
