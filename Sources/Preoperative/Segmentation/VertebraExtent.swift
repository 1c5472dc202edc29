import Frames
import Imaging

/// Whether the image has room for all of a vertebra, processes included.
///
/// What touches the image's edge is cut off, but a process that the edge takes away whole leaves no trace there; so the
/// places which the processes reach by their usual lengths (Panjabi 1991, 1992) must lie within the image.
struct VertebraExtent {
    let geometry: GridGeometry
    let anatomy: SpineAnatomy

    /// From the upper endplate up to the tips of the superior articular processes, and from the lower one down to those
    /// of the inferior ones, mm.
    static let superiorReach = 10.0, inferiorReach = 12.0
    /// How far below the lower endplate a spinous process ends where vertebrae are low: at the chest, mm.
    static let thoracicSpinousReach = 20.0, thoracicHeight = 25.0

    /// - Returns: false where the image ends before piece `k` does, or its endplates are not seen.
    func isInside(_ k: Int) -> Bool {
        if let atlas = anatomy.atlas, [.axis, .atlas].contains(anatomy.segments[k].kind) { return isInside(atlas, k) }
        guard let top = place(of: k, upper: true), let bottom = place(of: k, upper: false) else { return false }
        let above = anatomy.curve.frame(at: top), below = anatomy.curve.frame(at: bottom)
        let spinous = top - bottom < Self.thoracicHeight ? Self.thoracicSpinousReach : Self.inferiorReach
        return [
            above.point(left: -14, back: 6, up: Self.superiorReach),
            above.point(left: 14, back: 6, up: Self.superiorReach),
            below.point(left: -12, back: 12, up: -Self.inferiorReach),
            below.point(left: 12, back: 12, up: -Self.inferiorReach),
            below.point(left: 0, back: 26, up: -spinous),
        ].allSatisfy(geometry.holds)
    }

    /// Half the height of C1 with its joints, and from the dens to the tips of its transverse processes and the back of
    /// its arch (Doherty 1994), mm.
    static let atlasReach = (up: 12.0, left: 36.0, back: 34.0)

    /// The same for C1, and for C2 whose dens it holds.
    private func isInside(_ atlas: Atlas, _ k: Int) -> Bool {
        let reach = Self.atlasReach
        func point(_ left: Double, _ back: Double, _ up: Double) -> Vector3 {
            atlas.dens + atlas.left * left + atlas.back * back + atlas.up * up
        }
        var points = [point(0, -10, reach.up), point(0, 20, reach.up)]
        if let lower = anatomy.segments[k].lower {
            let below = anatomy.curve.frame(at: lower.s + lower.halfThickness)
            points += [-14, 14].map { below.point(left: $0, back: 10, up: -Self.inferiorReach) }
            points.append(below.point(left: 0, back: 28, up: -Self.inferiorReach))
        } else {
            points += [point(-reach.left, 4, -4), point(reach.left, 4, -4), point(0, reach.back, -reach.up)]
        }
        return points.allSatisfy(geometry.holds)
    }

    /// The place along the curve of one of a piece's endplates: by its disc, or else by the body's surface.
    private func place(of k: Int, upper: Bool) -> Double? {
        let segment = anatomy.segments[k]
        if let disc = upper ? segment.upper : segment.lower {
            return disc.s + (upper ? -disc.halfThickness : disc.halfThickness)
        }
        guard let surface = anatomy.surfaces[k], let radius = upper ? surface.radii.first : surface.radii.last else {
            return nil
        }
        let end = anatomy.curve.place(of: surface.centre + surface.up * (upper ? radius : -radius))
        return Double(end.index) + end.ahead
    }
}
