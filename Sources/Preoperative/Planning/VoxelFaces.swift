import Frames
import Glibc
import Imaging

/// The faces between voxels of a label and others, near one screw: exact distances without any distance field.
///
/// Everything is in the grid's own axes in mm (origin at voxel (0,0,0)'s centre), where faces are rectangles along two axes.
struct VoxelFaces {
    private let volume: LabelVolume
    private let number: UInt8
    private let faces: [Face]
    /// Places further than this from the screw are not seen, mm.
    let horizon: Double

    private struct Face {
        let low, high: Vector3
        var centre: Vector3 { (low + high) / 2 }
        var halfDiagonal: Double { length(high - low) / 2 }

        func distance(_ p: Vector3) -> Double {
            length(p - p.clamped(lowerBound: low, upperBound: high))
        }
    }

    /// Beyond the grid, nothing is labelled.
    init(of label: AnatomicalLabel, in volume: LabelVolume, near screw: ScrewCylinder, horizon: Double) {
        (self.volume, number, self.horizon) = (volume, label.number, horizon)
        let g = volume.geometry
        let ends = [screw.entry, screw.tip].map { Self.local($0, g) / g.spacing }
        let reach = Vector3(repeating: horizon + screw.radius) / g.spacing
        let size = Vector3(Double(g.size.x), Double(g.size.y), Double(g.size.z))
        let low = (pointwiseMin(ends[0], ends[1]) - reach).rounded(.down).clamped(
            lowerBound: Vector3(repeating: -1), upperBound: size)
        let high = (pointwiseMax(ends[0], ends[1]) + reach).rounded(.up).clamped(
            lowerBound: Vector3(repeating: -1), upperBound: size)
        var found: [Face] = []
        for z in Int(low.z)..<max(Int(high.z), Int(low.z)) {
            for y in Int(low.y)..<max(Int(high.y), Int(low.y)) {
                for x in Int(low.x)..<max(Int(high.x), Int(low.x)) {
                    let own = Self.holds(volume, number, x, y, z)
                    let centre = Vector3(Double(x), Double(y), Double(z))
                    for axis in 0..<3 {
                        let step = Vector3(axis == 0 ? 1 : 0, axis == 1 ? 1 : 0, axis == 2 ? 1 : 0)
                        let there = Self.holds(
                            volume, number, x + (axis == 0 ? 1 : 0), y + (axis == 1 ? 1 : 0), z + (axis == 2 ? 1 : 0))
                        guard own != there else { continue }
                        let half = (Vector3(repeating: 1) - step) * 0.5
                        let middle = centre + step * 0.5
                        found.append(Face(low: (middle - half) * g.spacing, high: (middle + half) * g.spacing))
                    }
                }
            }
        }
        faces = found
    }

    private static func local(_ p: Point<CT>, _ g: GridGeometry) -> Vector3 { g.gridPoint(p).coordinates * g.spacing }

    private static func holds(_ v: LabelVolume, _ number: UInt8, _ x: Int, _ y: Int, _ z: Int) -> Bool {
        let i = VoxelIndex(x, y, z)
        return v.size.contains(i) && v[i] == number
    }

    /// Whether the voxel at `p` carries the label.
    func contains(_ p: Point<CT>) -> Bool {
        let i = volume.geometry.nearest(p)
        return volume.size.contains(i) && volume[i] == number
    }

    /// From `p` to the nearest face; `horizon` where none is near.
    func distance(_ p: Point<CT>) -> Double {
        let q = Self.local(p, volume.geometry)
        return faces.reduce(horizon) { min($0, $1.distance(q)) }
    }

    /// Negative within the label, mm.
    func signed(_ p: Point<CT>) -> Double { contains(p) ? -distance(p) : distance(p) }

    /// How deep the solid beyond `start` lies within the label, mm; negative by as much as it stands out.
    func depth(of screw: ScrewCylinder, from start: Double) -> Double {
        let gap = distance(to: screw, from: start)
        return gap > 0 && contains(screw.point(at: start)) ? gap : min(-screw.greatest(from: start, signed), 0)
    }

    /// How far the whole solid is from the label, mm; negative by as much as it reaches into it.
    func clearance(of screw: ScrewCylinder) -> Double {
        let gap = distance(to: screw, from: 0)
        return gap > 0 && !contains(screw.entry) ? gap : min(-screw.greatest(from: 0) { -signed($0) }, 0)
    }

    /// From the solid cylinder beyond `start` to the nearest face, 0 where a face is within; `horizon` where none is near.
    func distance(to screw: ScrewCylinder, from start: Double) -> Double {
        let g = volume.geometry
        let (a, b) = (Self.local(screw.point(at: start), g), Self.local(screw.tip, g))
        guard let axis = normalized(b - a) else { return horizon }
        let solid = SolidCylinder(start: a, axis: axis, length: length(b - a), radius: screw.radius)
        var least = horizon
        let order = faces.map { (bound: solid.distance($0.centre) - $0.halfDiagonal, face: $0) }
            .sorted { $0.bound < $1.bound }
        for (bound, face) in order {
            if bound >= least { break }
            let (low, high) = (face.low, face.high)
            // A face is flat along one axis: two opposite corners and one of the others make half of it.
            let corner =
                low.x == high.x
                ? Vector3(low.x, high.y, low.z) : Vector3(high.x, low.y, low.y == high.y ? low.z : high.z)
            let opposite = low + high - corner
            least = min(
                least, solid.distance(toTriangle: low, corner, high), solid.distance(toTriangle: low, opposite, high))
        }
        return least
    }
}
