import Frames
import Glibc
import Imaging

/// Measures a screw against one vertebra's distance fields. The planner's way; `PlanChecker` has another of its own.
struct ScrewMeasurement {
    let anatomy: VertebraAnatomy
    let ct: Volume<Int16>
    /// From the entry so far the screw crosses the cortex and is not judged, mm.
    var skipped = GertzbeinRobbins.skipped

    /// The places of a ring about the axis, mm from its middle.
    private func ring(_ screw: ScrewCylinder, spokes: Int) -> [Vector3] {
        let side = perpendicular(to: screw.axis.vector)
        let other = cross(screw.axis.vector, side)
        return (0..<spokes).map { i in
            let turn = 2 * .pi * Double(i) / Double(spokes)
            return (side * cos(turn) + other * sin(turn)) * screw.radius
        }
    }

    /// What the planner's objective asks of the bone round a cylinder.
    struct Clearance {
        var bone = Double.infinity
        var canal = Double.infinity
        /// By how much the worst section falls short of the margin that is wanted there, mm.
        var worstShortfall = 0.0
        /// Mean over the sections of the shortfall's square, mm².
        var meanSquaredShortfall = 0.0
        /// Share of the surface that lies in soft tissue by the CT.
        var softShare = 0.0
    }

    /// Over rings of `spokes` places, `step` mm apart, beyond the first 5 mm; what is wanted rises from a third at the first section judged, just under the posterior cortex
    /// that the screw has crossed, to the whole 8 mm deeper.
    ///
    /// - Parameter softBelow: HU; `nil` leaves the CT out.
    func clearance(
        _ screw: ScrewCylinder, step: Double, spokes: Int, wanted: Double, softBelow: Double?
    ) -> Clearance {
        let ring = ring(screw, spokes: spokes)
        var (found, soft, asked) = (Clearance(), 0, 0)
        let enough = max(wanted, 3)
        let count = max(Int(((screw.length - skipped) / step).rounded(.up)), 1)
        // Where the cortex is crossed the bone is not judged, but the canal is.
        for along in stride(from: 0, to: skipped, by: 2) {
            approach(&found.canal, ring, screw.point(at: along).coordinates, screw.radius)
        }
        for i in 0...count {
            let along = (screw.length - skipped) * Double(i) / Double(count)
            let centre = screw.point(at: skipped + along).coordinates
            approach(&found.canal, ring, centre, screw.radius)
            let section = depth(ring, centre, screw.radius, isTip: i == count, enough: enough)
            found.bone = min(found.bone, section)
            let short = max(wanted * min(1.0 / 3 + along / 12, 1) - section, 0)
            found.worstShortfall = max(found.worstShortfall, short)
            found.meanSquaredShortfall += short * short / Double(count + 1)
            // The CT's voice needs no more than one place in four.
            guard let softBelow, i & 1 == 0 else { continue }
            for k in stride(from: 0, to: ring.count, by: 2) {
                asked += 1
                if ct.interpolated(at: Point(centre + ring[k])) ?? softBelow < softBelow { soft += 1 }
            }
        }
        found.softShare = Double(soft) / Double(max(asked, 1))
        return found
    }

    /// More than a sampled distance may change along a way, beyond the way's length, mm.
    private static let slack = 0.25

    /// Lowers `least` to a ring's distance from the canal; a ring whose middle is further off need not be gone round.
    @inline(__always) private func approach(
        _ least: inout Double, _ ring: [Vector3], _ centre: Vector3, _ radius: Double
    ) {
        guard anatomy.canalField.distance(at: Point(centre)) - radius - Self.slack < least else { return }
        for spoke in ring { least = min(least, anatomy.canalField.distance(at: Point(centre + spoke))) }
    }

    /// The least depth of a ring's places in the bone, exact below `enough`, mm; of the tip also its middle's.
    @inline(__always) private func depth(
        _ ring: [Vector3], _ centre: Vector3, _ radius: Double, isTip: Bool, enough: Double
    ) -> Double {
        let shape = anatomy.shape
        let clear = shape.depth(Point(centre)) - radius - Self.slack
        if clear > enough + shape.apart { return clear }
        return ring.reduce(isTip ? shape.safeDepth(Point(centre)) : .infinity) { least, spoke in
            min(least, shape.safeDepth(Point(centre + spoke), below: min(least, enough)))
        }
    }

    /// Towards the midline, and towards the head against the cranial endplate, rad.
    func angles(_ axis: Direction<CT>, side: Side) -> (convergence: Double, tilt: Double) {
        anatomy.angles(of: axis, side: side)
    }

    /// Bone straight ahead of the tip, over its centre and places of its rim, mm.
    ///
    /// - Parameter limit: more is not told apart, mm.
    func anteriorMargin(_ screw: ScrewCylinder, spokes: Int = 12, step: Double = 0.25, limit: Double = 60) -> Double {
        ([.zero] + ring(screw, spokes: spokes)).reduce(limit) { least, place in
            min(least, boneAhead(of: screw.tip.coordinates + place, along: screw.axis.vector, step: step, limit: least))
        }
    }

    /// The way to the bone's end by the distance field, or to the first voxel outside the label: a sampled field rounds off
    /// a notch of one voxel.
    private func boneAhead(of p: Vector3, along axis: Vector3, step: Double, limit: Double) -> Double {
        let smooth = anatomy.shape.wayOut(from: Point(p), along: axis, limit: limit)
        let mask = anatomy.shape.bone
        var way = 0.0
        while way < smooth {
            let i = mask.geometry.nearest(Point(p + axis * way))
            guard mask.size.contains(i), mask[i] != 0 else { return way }
            way += step
        }
        return smooth
    }

    /// About the mean HU within the cylinder, from few places: what a search compares lines by.
    func roughDensity(_ screw: ScrewCylinder) -> Double {
        let ring = ring(screw, spokes: 6)
        var (sum, count) = (0.0, 0.0)
        for depth in stride(from: min(skipped, screw.length), through: screw.length, by: 4) {
            let centre = screw.point(at: depth).coordinates
            for place in ring {
                if let hu = ct.interpolated(at: Point(centre + place * 0.7)) { (sum, count) = (sum + hu, count + 1) }
            }
        }
        return count > 0 ? sum / count : 0
    }

    /// Mean HU within the cylinder beyond the first 5 mm, on three rings of equal area.
    func meanDensity(_ screw: ScrewCylinder, step: Double = 1) -> Double {
        let side = perpendicular(to: screw.axis.vector)
        let other = cross(screw.axis.vector, side)
        var (sum, count) = (0.0, 0.0)
        for depth in stride(from: min(skipped, screw.length), through: screw.length, by: step) {
            let centre = screw.point(at: depth).coordinates
            for (k, share) in [1.0 / 6, 0.5, 5.0 / 6].enumerated() {
                for i in 0..<8 {
                    let turn = (Double(i) + Double(k) / 3) * .pi / 4
                    let p = centre + (side * cos(turn) + other * sin(turn)) * (screw.radius * share.squareRoot())
                    if let hu = ct.interpolated(at: Point(p)) { (sum, count) = (sum + hu, count + 1) }
                }
            }
        }
        return count > 0 ? sum / count : 0
    }

    func metrics(_ screw: ScrewCylinder, side: Side) -> ScrewMetrics {
        let accuracy = ct.geometry.spacing.max() / 2
        let label = labelMargin(screw)
        let notches = anatomy.notches(side)
        let joined = ScrewMetrics.joined(surface: boneMargin(screw), label: label, accuracy: accuracy)
        let (convergence, tilt) = angles(screw.axis, side: side)
        return ScrewMetrics(
            grade: GertzbeinRobbins(breach: joined.breach), breach: joined.breach, margin: joined.margin,
            medialMargin: canalMargin(screw), anteriorMargin: exactAnteriorMargin(screw),
            meanDensity: meanDensity(screw), convergence: convergence, cranialTilt: tilt,
            endplateClearance: anatomy.endplateClearance(screw), isthmusWidth: anatomy.pedicle(side)?.narrowest,
            entryDistance: abs(anatomy.boneSurface.tree.signedDistance(to: screw.entry) ?? .infinity),
            bodyDepthFraction: anatomy.bodyDepthFraction(screw.tip), labelMargin: label,
            foramenAbove: notches.flatMap { PedicleNotches.distance($0.above, $0.mesh, to: screw) },
            foramenBelow: notches.flatMap { PedicleNotches.distance($0.below, $0.mesh, to: screw) },
            facetClearance: anatomy.upperNeighbour?.clearance(of: screw),
            pulloutEstimate: PulloutEstimate(screw, in: ct, step: 0.5).force,
            arteryMargin: anatomy.transverseForamen(side)?.clearance(of: screw))
    }

    /// What `metrics` says of the bone round a screw: joined, and by the surface alone, mm.
    func exactBone(_ screw: ScrewCylinder) -> (breach: Double, margin: Double, surface: Double) {
        let surface = boneMargin(screw)
        let joined = ScrewMetrics.joined(
            surface: surface, label: labelMargin(screw), accuracy: ct.geometry.spacing.max() / 2)
        return (joined.breach, joined.margin, surface)
    }

    /// The least depth of the cylinder beyond the first 5 mm within the bone's surface, mm; negative where it stands out.
    private func boneMargin(_ screw: ScrewCylinder) -> Double {
        anatomy.boneSurface.depth(of: screw, from: skipped, anatomy.shape.field)
    }

    /// As `boneMargin`, by the faces of the label's voxels.
    private func labelMargin(_ screw: ScrewCylinder) -> Double {
        let shape = anatomy.shape
        let reach = length(shape.bone.geometry.spacing)
        let stairs = LabelStairs(mask: shape.bone)
        return CylinderProbe(screw, from: skipped).least(
            { -shape.labelField.distance(at: $0) },
            { p in stairs.depth(p, within: abs(shape.labelField.distance(at: p)) + reach) })
    }

    /// The least distance of the whole cylinder from the canal, mm; negative within it.
    private func canalMargin(_ screw: ScrewCylinder) -> Double {
        let field = anatomy.canalField
        guard let tree = anatomy.canalSurface?.tree else {
            return CylinderProbe(screw, from: 0).least(field.distance, field.distance)
        }
        return CylinderProbe(screw, from: 0).least(
            field.distance, { p in tree.signedDistance(to: p, near: field.distance(at: p)) },
            corners: tree.mesh.vertices)
    }

    /// As `anteriorMargin`, against the surface itself and over 64 places of the rim.
    private func exactAnteriorMargin(_ screw: ScrewCylinder) -> Double {
        let tree = anatomy.boneSurface.tree
        return ([.zero] + ring(screw, spokes: 64)).reduce(Double.infinity) { least, place in
            let start = Point<CT>(screw.tip.coordinates + place)
            let hit = tree.hits(from: start, along: screw.axis, within: 60).first
            return min(least, hit.map { $0.enters ? 0 : $0.distance } ?? 0)
        }
    }
}

extension VertebraAnatomy {
    /// A screw's convergence (towards the midline) and cranial tilt (against the cranial endplate) in rad.
    public func angles(of axis: Direction<CT>, side: Side) -> (convergence: Double, tilt: Double) {
        let d = (X_CTVertebra.rotation.inverse * axis).vector
        return (atan2(-side.sign * d.x, -d.y), atan2(d.z, (d.x * d.x + d.y * d.y).squareRoot()))
    }

    /// The direction with these angles, the inverse of `angles(of:side:)`.
    func axis(convergence: Double, tilt: Double, side: Side) -> Vector3 {
        X_CTVertebra.rotation.matrix
            * Vector3(-side.sign * sin(convergence) * cos(tilt), -cos(convergence) * cos(tilt), sin(tilt))
    }

    /// From the part of the screw that lies in the body to the nearer endplate plane, mm; `nil` where none does.
    func endplateClearance(_ screw: ScrewCylinder) -> Double? {
        let inside = stride(from: 0, through: screw.length, by: 1).map { X_CTVertebra.inverse * screw.point(at: $0) }
            .filter { $0.y < bodyBack }
        return inside.map { min(-cranialEndplate.above($0), caudalEndplate.above($0)) }.min().map { $0 - screw.radius }
    }

    /// 0 at the body's posterior wall, 1 at its anterior one.
    func bodyDepthFraction(_ tip: Point<CT>) -> Double {
        (bodyBack - (X_CTVertebra.inverse * tip).y) / (bodyBack + bodyFront)
    }
}
