import Frames
import Imaging
import Meshing

/// The surface of a bone, or of a space beside it, between the voxels.
struct BoneSurface: Sendable {
    let tree: MeshTree
    /// The part of the surface, 0…1, where the image shows an edge; `nil` where the label alone gives the surface.
    let edgeShare: Double?

    var mesh: TriangleMesh { tree.mesh }

    /// Where the image says that the bone ends; without an image, the label's smoothed surface.
    ///
    /// - Parameter labels: neighbours' voxels bound the surface.
    /// - Throws: `MeshingError`.
    init(of level: AnatomicalLabel, in labels: LabelVolume, ct: Volume<Int16>?) throws(MeshingError) {
        guard let ct else {
            tree = MeshTree(try SurfaceExtraction.surface(of: level, in: labels))
            edgeShare = nil
            return
        }
        let refined = try SurfaceExtraction.surface(of: level, in: labels, image: ct)
        (tree, edgeShare) = (MeshTree(refined.mesh), refined.edgeShare)
    }

    /// The canal's: smoothed from its mask, and laid on the bone's surface where the two are less than a voxel apart.
    init?(ofCanal mask: LabelVolume, beside bone: BoneSurface) {
        guard let smooth = try? SurfaceExtraction.surface(of: VertebraShape.inside, in: mask) else { return nil }
        // Further than a millimetre the nearest bone may be another wall, and the surface would fold.
        let reach = min(mask.geometry.spacing.max(), 1)
        let vertices = smooth.vertices.map { bone.tree.closestPoint(to: $0, within: reach)?.point ?? $0 }
        guard let laid = try? TriangleMesh(vertices: vertices, triangles: smooth.triangles) else { return nil }
        (tree, edgeShare) = (MeshTree(laid), nil)
    }

    /// The least depth of a screw beyond `start` within the surface, mm; negative where it stands out.
    ///
    /// - Parameter field: of this surface.
    func depth(of screw: ScrewCylinder, from start: Double, _ field: SampledDistance) -> Double {
        CylinderProbe(screw, from: start).least(
            { -field.distance(at: $0) },
            { p in -tree.signedDistance(to: p, near: field.distance(at: p)) }, corners: mesh.vertices)
    }
}
