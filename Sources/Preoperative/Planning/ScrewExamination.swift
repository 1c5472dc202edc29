import Frames
import Glibc
import Imaging

/// Measures a screw against the surface's triangles and the label's voxels themselves: the checker's way.
///
/// With `ScrewMeasurement` it shares the surface and the vertebra's frame, to which angles and endplates refer, but no
/// code that measures a distance.
struct ScrewExamination {
    let anatomy: VertebraAnatomy
    let ct: Volume<Int16>
    let labels: LabelVolume
    var skipped = GertzbeinRobbins.skipped
    private let bone: SurfaceExamination
    private let canal: SurfaceExamination?

    /// Standing out further than this is measured as this, mm.
    static let horizon = 12.0
    static let canalHorizon = 25.0

    init(anatomy: VertebraAnatomy, ct: Volume<Int16>, labels: LabelVolume) {
        (self.anatomy, self.ct, self.labels) = (anatomy, ct, labels)
        bone = SurfaceExamination(anatomy.boneSurface.mesh)
        canal = anatomy.canalSurface.map { SurfaceExamination($0.mesh) }
    }

    func metrics(_ screw: ScrewCylinder, side: Side) -> ScrewMetrics {
        let start = min(skipped, screw.length)
        let label = labelMargin(screw, from: start)
        let joined = ScrewMetrics.joined(
            surface: bone.depth(of: screw, from: start, within: Self.horizon), label: label,
            accuracy: labels.geometry.spacing.max() / 2)
        let (convergence, tilt) = anatomy.angles(of: screw.axis, side: side)
        return ScrewMetrics(
            grade: GertzbeinRobbins(breach: joined.breach), breach: joined.breach, margin: joined.margin,
            medialMargin: canalMargin(screw), anteriorMargin: anteriorMargin(screw),
            meanDensity: meanDensity(screw, from: start), convergence: convergence, cranialTilt: tilt,
            endplateClearance: anatomy.endplateClearance(screw), isthmusWidth: anatomy.pedicle(side)?.narrowest,
            entryDistance: bone.distance(to: screw.entry.coordinates, within: 100),
            bodyDepthFraction: anatomy.bodyDepthFraction(screw.tip), labelMargin: label,
            foramenAbove: foramenMargin(screw, anatomy.notches(side)?.above ?? []),
            foramenBelow: foramenMargin(screw, anatomy.notches(side)?.below ?? []),
            facetClearance: anatomy.upperNeighbour?.clearance(of: screw),
            pulloutEstimate: PulloutEstimate(screw, in: ct, step: 0.25).force,
            arteryMargin: anatomy.transverseForamen(side)?.clearance(of: screw))
    }

    private func foramenMargin(_ screw: ScrewCylinder, _ triangles: [Int32]) -> Double? {
        let (solid, mesh) = (SolidCylinder(screw, from: 0), anatomy.boneSurface.mesh)
        return triangles.map { i in
            let (a, b, c) = mesh.corners(Int(i))
            return solid.distance(toTriangle: a.coordinates, b.coordinates, c.coordinates)
        }.min()
    }

    /// By the faces of the label's voxels alone.
    private func labelMargin(_ screw: ScrewCylinder, from start: Double) -> Double {
        VoxelFaces(of: VertebraShape.inside, in: anatomy.shape.bone, near: screw, horizon: Self.horizon)
            .depth(of: screw, from: start)
    }

    private func canalMargin(_ screw: ScrewCylinder) -> Double {
        if let canal { return canal.clearance(of: screw, within: Self.canalHorizon) }
        return VoxelFaces(of: VertebraShape.inside, in: anatomy.canal.mask, near: screw, horizon: Self.canalHorizon)
            .clearance(of: screw)
    }

    /// Straight on from the tip's centre and 64 places of its rim to the surface.
    private func anteriorMargin(_ screw: ScrewCylinder) -> Double {
        let side = perpendicular(to: screw.axis.vector)
        let other = cross(screw.axis.vector, side)
        return (0...64).reduce(60.0) { least, i in
            let turn = 2 * .pi * Double(i) / 64
            let out = i == 64 ? Vector3.zero : (side * cos(turn) + other * sin(turn)) * screw.radius
            let start = screw.tip.coordinates + out
            return min(least, bone.wayOut(from: start, along: screw.axis.vector, within: least))
        }
    }

    /// The mean HU of the voxels within the cylinder, each counted by how much of it lies within (in parts of 0.5 mm).
    private func meanDensity(_ screw: ScrewCylinder, from start: Double) -> Double {
        let g = ct.geometry
        let ends = [screw.point(at: start), screw.tip].map { g.gridPoint($0).coordinates }
        let reach = Vector3(repeating: screw.radius) / g.spacing + 1
        let top = Vector3(Double(g.size.x), Double(g.size.y), Double(g.size.z)) - 1
        let low = (pointwiseMin(ends[0], ends[1]) - reach).rounded(.down).clamped(lowerBound: .zero, upperBound: top)
        let high = (pointwiseMax(ends[0], ends[1]) + reach).rounded(.up).clamped(lowerBound: .zero, upperBound: top)
        let parts = (g.spacing / 0.5).rounded(.up)
        var (sum, count) = (0.0, 0.0)
        for z in Int(low.z)...Int(high.z) {
            for y in Int(low.y)...Int(high.y) {
                for x in Int(low.x)...Int(high.x) {
                    let inside = share(of: VoxelIndex(x, y, z), parts, in: screw, from: start)
                    sum += inside * Double(ct[VoxelIndex(x, y, z)])
                    count += inside
                }
            }
        }
        return count > 0 ? sum / count : 0
    }

    /// How many parts of a voxel have their middle in the cylinder.
    private func share(of i: VoxelIndex, _ parts: Vector3, in screw: ScrewCylinder, from start: Double) -> Double {
        let g = ct.geometry
        let reach = screw.radius + length(g.spacing) / 2
        func place(_ p: Point<CT>) -> (along: Double, across: Double) {
            let way = p - screw.entry
            let along = way.along(screw.axis)
            return (along, (way - screw.axis * along).length)
        }
        let centre = place(g.point(i))
        guard centre.across < reach, centre.along > start - reach, centre.along < screw.length + reach else { return 0 }
        var count = 0.0
        for z in 0..<Int(parts.z) {
            for y in 0..<Int(parts.y) {
                for x in 0..<Int(parts.x) {
                    let offset = (Vector3(Double(x), Double(y), Double(z)) + 0.5) / parts - 0.5
                    let p = place(g.point(GridPoint(Vector3(Double(i.x), Double(i.y), Double(i.z)) + offset)))
                    if p.across <= screw.radius, p.along >= start, p.along <= screw.length { count += 1 }
                }
            }
        }
        return count
    }
}
