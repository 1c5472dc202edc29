import Frames
import Meshing

/// The walls that a pedicle gives the two neural foramina through which the nerve roots leave above and below it.
struct PedicleNotches: Sendable {
    /// Triangles of the bone's surface in the pedicle's upper and its lower notch.
    let above, below: [Int32]
    let mesh: TriangleMesh

    /// How far before and behind the isthmus a notch's wall counts, and how far beside it, mm.
    static let along = 5.0
    static let beside = 1.5
    /// A wall looks at the foramen where its normal is this steep or steeper.
    static let steepness = 0.5

    init(of isthmus: PedicleIsthmus, on surface: BoneSurface, _ X_CTVertebra: Pose<CT, Vertebra>) {
        let frame = X_CTVertebra.rotation.matrix
        let (up, axis) = (frame.columns.2, isthmus.axis.vector)
        let across = normalized(cross(up, axis)) ?? frame.columns.0
        let upwards = cross(axis, across)
        var found: (above: [Int32], below: [Int32]) = ([], [])
        for i in surface.mesh.triangles.indices {
            let (a, b, c) = surface.mesh.corners(i)
            let p = (a.coordinates + b.coordinates + c.coordinates) / 3 - isthmus.centre.coordinates
            guard abs(dot(p, axis)) < Self.along, abs(dot(p, across)) < isthmus.width / 2 + Self.beside else {
                continue
            }
            let height = dot(p, upwards)
            guard abs(height) < isthmus.height, let normal = normalized(surface.mesh.areaVector(i)) else { continue }
            let slope = dot(normal, upwards)
            if height > 0, slope > Self.steepness { found.above.append(Int32(i)) }
            if height < 0, slope < -Self.steepness { found.below.append(Int32(i)) }
        }
        (above, below, mesh) = (found.above, found.below, surface.mesh)
    }

    /// From the screw to these triangles, by places on them 0.3 mm apart, mm; `nil` where there are none.
    static func distance(_ triangles: [Int32], _ mesh: TriangleMesh, to screw: ScrewCylinder) -> Double? {
        func outside(_ p: Vector3) -> Double {
            let way = p - screw.entry.coordinates
            let along = dot(way, screw.axis.vector)
            let across = max(length(way - screw.axis.vector * along) - screw.radius, 0)
            let beyond = max(-along, along - screw.length, 0)
            return (across * across + beyond * beyond).squareRoot()
        }
        var least: Double?
        for i in triangles {
            let (p, q, r) = mesh.corners(Int(i))
            let (a, u, v) = (p.coordinates, q - p, r - p)
            let longest = max(u.length, v.length, (u - v).length)
            guard outside(a) < (least ?? .infinity) + longest else { continue }
            let parts = min(max(Int((longest / 0.3).rounded(.up)), 1), 20)
            for j in 0...parts {
                for k in 0...(parts - j) {
                    let place = a + (u.vector * Double(j) + v.vector * Double(k)) / Double(parts)
                    least = min(least ?? .infinity, outside(place))
                }
            }
        }
        return least
    }
}
