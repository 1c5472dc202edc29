import Frames
import Imaging

/// Paints a head on the image's own grid, with boundaries where the HU cross the level between two tissues.
struct HeadPainter: Sendable {
    let ct: Volume<Int16>
    let grid: ScalarGrid
    let body: MaskGrid
    /// A little larger than the space inside, since bone bounds it voxel by voxel.
    let cavity: MaskGrid
    /// Vessels and ventricles, a little larger than they are.
    let vessels, outerVessels, ventricles: MaskGrid?
    let contents: HeadContents
    let bones: HeadBones
    let threshold: ScalarGrid

    /// Enamel stays below this, HU.
    static let metalHU: Int16 = 2950

    func paint() -> LabelVolume {
        let voxels = Paint.painted(ct) { hu, p in
            grid.nearestOffset(p).map { label(Float(hu), at: $0, p).number } ?? 0
        }
        return LabelVolume(geometry: ct.geometry, voxels: voxels)
    }

    private func label(_ hu: Float, at c: Int, _ p: Vector3) -> AnatomicalLabel {
        let owner = bones.owner.values[c]
        if hu >= Float(Self.metalHU), body.values[c] == 1 || owner != 0 { return .metal }
        if vessels?.values[c] == 1, hu > contents.vesselLevel.values[c], hu < threshold.values[c] || owner == 0 {
            return .vessel
        }
        if owner != 0, hu > threshold.values[c] || bones.inner.values[c] == 1 {
            return owner == 1 ? .skull : .otherBone
        }
        if outerVessels?.values[c] == 1 { return .vessel }
        if cavity.values[c] == 1 {
            guard ventricles?.values[c] == 1, contents.smooth.sample(p) < contents.fluidLevel else {
                return .intracranial
            }
            return .ventricle
        }
        return body.values[c] == 1 ? .softTissue : AnatomicalLabel(0)
    }
}
