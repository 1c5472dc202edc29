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

    /// From the solid cylinder between two depths to the nearest face, 0 where a face is within; `horizon` where none is near.
    ///
    /// Faces are sampled every 0.35 mm, their edges included.
    func distance(to screw: ScrewCylinder, from start: Double) -> Double {
        let g = volume.geometry
        let (a, b) = (Self.local(screw.point(at: start), g), Self.local(screw.tip, g))
        guard let axis = normalized(b - a) else { return horizon }
        let long = length(b - a)
        func outside(_ p: Vector3) -> Double {
            let along = dot(p - a, axis)
            let across = max(length(p - a - axis * along) - screw.radius, 0)
            let beyond = max(-along, along - long, 0)
            return (across * across + beyond * beyond).squareRoot()
        }
        var least = horizon
        for face in faces where outside(face.centre) - face.halfDiagonal < least {
            let edge = face.high - face.low
            let parts = (edge / 0.35).rounded(.up)
            let steps = parts.replacing(with: 1, where: parts .< Vector3(repeating: 1))
            for x in 0...(edge.x > 0 ? Int(steps.x) : 0) {
                for y in 0...(edge.y > 0 ? Int(steps.y) : 0) {
                    for z in 0...(edge.z > 0 ? Int(steps.z) : 0) {
                        let share = Vector3(Double(x), Double(y), Double(z)) / steps
                        least = min(least, outside(face.low + edge * share))
                    }
                }
            }
        }
        return least
    }
}

extension ScrewCylinder {
    /// Places throughout the solid beyond `start`: sections every 0.5 mm and the tip's, three radii, 48 spokes.
    func places(from start: Double) -> [Point<CT>] {
        let side = perpendicular(to: axis.vector)
        let other = cross(axis.vector, side)
        var found: [Point<CT>] = []
        for depth in Array(stride(from: start, to: length, by: 0.5)) + [length] {
            let centre = point(at: depth).coordinates
            found.append(Point(centre))
            for spoke in 0..<48 {
                let turn = 2 * .pi * Double(spoke) / 48
                let out = side * cos(turn) + other * sin(turn)
                found.append(Point(centre + out * radius))
                found.append(Point(centre + out * (radius / 2)))
            }
        }
        return found
    }
}
