import Frames

/// A sphere that lies on the skin of the back, touching it.
public struct Fiducial: Equatable, Sendable {
    public let name: String
    public let centre: Point<CT>
    /// mm
    public let diameter: Double

    /// Finds, for each place, where a line along +Y leaves the skin, and sets the sphere on it along the skin's normal.
    ///
    /// - Throws: `PhantomError.inconsistent` where the line misses the torso, or all fiducials lie near one line.
    static func place(
        _ fiducials: PhantomDefinition.Fiducials, on soft: SoftTissue, canal: CanalLine
    ) throws(PhantomError) -> [Fiducial] {
        var placed: [Fiducial] = []
        func skin(_ p: Vector3) -> Double { soft.skinDistance(p, canal.coordinates(p)) }
        for (i, place) in fiducials.places.enumerated() {
            var (inside, outside) = (0.0, 0.0)
            var y = soft.torso.centreY + soft.torso.depth * 1.5
            outside = y
            while y > soft.torso.centreY, skin(Vector3(place.x, y, place.z)) > 0 { (outside, y) = (y, y - 1) }
            guard skin(Vector3(place.x, y, place.z)) <= 0 else {
                throw .inconsistent(path: "fiducials.places[\(i)]", problem: .fiducialOffSkin(name: place.name))
            }
            inside = y
            for _ in 0..<40 {
                let middle = (inside + outside) / 2
                if skin(Vector3(place.x, middle, place.z)) <= 0 { inside = middle } else { outside = middle }
            }
            let p = Vector3(place.x, inside, place.z)
            let normal = gradient(p, over: 1, skin)
            placed.append(
                Fiducial(
                    name: place.name, centre: Point(p + normal * (fiducials.diameter / 2)), diameter: fiducials.diameter
                ))
        }
        try refuseLine(placed)
        return placed
    }

    private static func refuseLine(_ fiducials: [Fiducial]) throws(PhantomError) {
        let points = fiducials.map(\.centre.coordinates)
        var widest = 0.0
        for p in points {
            for q in points {
                guard let along = normalized(q - p) else { continue }
                let off = points.map { length(($0 - p) - along * dot($0 - p, along)) }.max() ?? 0
                if length(q - p) > 10 { widest = max(widest, off) }
            }
        }
        guard widest > 10 else {
            throw .inconsistent(path: "fiducials.places", problem: .fiducialsNearLine(millimetres: widest))
        }
    }
}

/// The unit gradient of a field by central differences over `h` mm to each side: the outward normal on a surface.
///
/// The canal's coordinates step by some µm from station to station, so `h` must be well above that.
func gradient(_ p: Vector3, over h: Double = 0.05, _ field: (Vector3) -> Double) -> Vector3 {
    let g = Vector3(
        field(p + Vector3(h, 0, 0)) - field(p - Vector3(h, 0, 0)),
        field(p + Vector3(0, h, 0)) - field(p - Vector3(0, h, 0)),
        field(p + Vector3(0, 0, h)) - field(p - Vector3(0, 0, h)))
    return normalized(g) ?? Vector3(0, 0, 1)
}
