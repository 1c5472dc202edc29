import Frames
import Imaging

/// Gathers from the image what each vertebra shows of its level.
struct LevelEvidence {
    let geometry: GridGeometry
    let anatomy: SpineAnatomy

    private var hasSacrum: Bool { anatomy.segments[0].kind == .sacrum }

    /// From the lowest vertebra, without the sacrum.
    func signs() -> [LevelSigns] {
        let ribs = RibContacts.carriers(anatomy.territories, pieces: anatomy.segments.count, curve: anatomy.curve)
        let crest = hasSacrum ? nil : crestHeight()
        return anatomy.segments.indices.dropFirst(hasSacrum ? 1 : 0).filter { anatomy.segments[$0].kind != .skull }.map
        { k in
            LevelSigns(
                rib: ribs[k] ? true : showsRibs(k) ? false : nil, height: height(k), width: width(k),
                isAtCrest: crest.map { isBeside($0, k) } ?? false, isAtlas: anatomy.segments[k].kind == .atlas)
        }
    }

    private func height(_ k: Int) -> Double? {
        let segment = anatomy.segments[k]
        guard let lower = segment.lower, let upper = segment.upper else { return nil }
        return length(upper.centre - lower.centre)
    }

    private func width(_ k: Int) -> Double? {
        guard anatomy.segments[k].isWhole, let surface = anatomy.surfaces[k] else { return nil }
        let ring = (BodySurface.polars / 2) * BodySurface.azimuths
        return surface.radii[ring] + surface.radii[ring + BodySurface.azimuths / 2]
    }

    /// The middle of a piece's height beside the canal.
    private func frame(_ k: Int) -> SpineFrame {
        let segment = anatomy.segments[k]
        let half = SpineSegment.typicalHeight(anatomy.segments) / 2
        let low = segment.lower?.s ?? (segment.upper?.s ?? 0) - 2 * half
        let high = segment.upper?.s ?? low + 2 * half
        return anatomy.curve.frame(at: (low + high) / 2)
    }

    /// A rib shows only beyond `LateralBones.clearance`, where it has sunk below its vertebra: whether the image holds
    /// that place on either side.
    private func showsRibs(_ k: Int) -> Bool {
        let f = frame(k)
        return [-1.0, 1].contains { side in
            let out = side * (LateralBones.clearance + 10)
            return [(-26.0, 34.0), (-26, 6), (-4, 6)].allSatisfy { fall, back in
                geometry.holds(f.centre + Vector3(out, back, fall))
            }
        }
    }

    /// The height of the iliac crests' top where the image goes on above it, mm.
    private func crestHeight() -> Double? {
        let map = anatomy.lateral.map
        guard
            let top = map.values.indices.last(where: {
                map.values[$0] > 0 && anatomy.lateral.kinds[Int(map.values[$0]) - 1] == .pelvis
            })
        else { return nil }
        let z = map.point(offset: top).z
        return z < map.origin.z + Double(map.nz - 4) * map.spacing ? z : nil
    }

    private func isBeside(_ z: Double, _ k: Int) -> Bool {
        let segment = anatomy.segments[k], half = SpineSegment.typicalHeight(anatomy.segments) / 2
        let middle = frame(k).centre.z
        let low = segment.lower?.centre.z ?? middle - half, high = segment.upper?.centre.z ?? middle + half
        return z >= low && z < high
    }
}

extension GridGeometry {
    /// Whether a point in CT coordinates lies in a voxel of this grid.
    func holds(_ p: Vector3) -> Bool {
        let g = gridPoint(Point(p)).coordinates
        return g.x > -0.5 && g.y > -0.5 && g.z > -0.5 && g.x < Double(size.x) - 0.5 && g.y < Double(size.y) - 0.5
            && g.z < Double(size.z) - 0.5
    }
}
