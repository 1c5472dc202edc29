import Frames
import Glibc
import Imaging

/// Measures a screw against the voxels themselves: the checker's way, which shares nothing with `ScrewMeasurement` but the
/// vertebra's frame, to which angles and endplates refer.
struct ScrewExamination {
    let anatomy: VertebraAnatomy
    let ct: Volume<Int16>
    let labels: LabelVolume

    /// Standing out further than this is measured as this, mm.
    static let horizon = 12.0
    static let canalHorizon = 25.0

    func metrics(_ screw: ScrewCylinder, side: Side) -> ScrewMetrics {
        let bone = VoxelFaces(of: anatomy.level, in: labels, near: screw, horizon: Self.horizon)
        let start = min(GertzbeinRobbins.skipped, screw.length)
        let breach = screw.places(from: start).reduce(0.0) { bone.contains($1) ? $0 : max($0, bone.distance($1)) }
        let (convergence, tilt) = anatomy.angles(of: screw.axis, side: side)
        return ScrewMetrics(
            grade: GertzbeinRobbins(breach: breach), breach: breach,
            margin: breach > 0 ? -breach : bone.distance(to: screw, from: start), medialMargin: canalMargin(screw),
            anteriorMargin: anteriorMargin(screw, bone), meanDensity: meanDensity(screw, from: start),
            convergence: convergence, cranialTilt: tilt, endplateClearance: anatomy.endplateClearance(screw),
            isthmusWidth: anatomy.pedicle(side)?.narrowest, entryDistance: bone.distance(screw.entry),
            bodyDepthFraction: anatomy.bodyDepthFraction(screw.tip))
    }

    private func canalMargin(_ screw: ScrewCylinder) -> Double {
        let canal =
            anatomy.canalFromLabel
            ? VoxelFaces(of: .spinalCanal, in: labels, near: screw, horizon: Self.canalHorizon)
            : VoxelFaces(of: VertebraShape.inside, in: anatomy.canal.mask, near: screw, horizon: Self.canalHorizon)
        let within = screw.places(from: 0).reduce(0.0) { canal.contains($1) ? max($0, canal.distance($1)) : $0 }
        return within > 0 ? -within : canal.distance(to: screw, from: 0)
    }

    /// Straight on from the tip's centre and 16 places of its rim, in steps of 0.02 mm, until a voxel is no bone.
    private func anteriorMargin(_ screw: ScrewCylinder, _ bone: VoxelFaces) -> Double {
        let side = perpendicular(to: screw.axis.vector)
        let other = cross(screw.axis.vector, side)
        func way(_ from: Vector3) -> Double {
            var way = 0.0
            while way < 60, bone.contains(Point(from + screw.axis.vector * way)) { way += 0.02 }
            return way
        }
        return (0..<16).reduce(way(screw.tip.coordinates)) { least, i in
            let turn = Double(i) * .pi / 8
            return min(least, way(screw.tip.coordinates + (side * cos(turn) + other * sin(turn)) * screw.radius))
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
