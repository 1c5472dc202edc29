import Frames
import Imaging

/// A marker sphere found in a CT.
public struct FoundFiducial: Equatable, Sendable {
    public let centre: Point<CT>
    /// Of the sphere with the volume brighter than half its contrast, mm.
    public let diameter: Double
    /// HU at the middle.
    public let brightness: Double
}

/// Finds bright spheres of a known diameter that lie on the skin, to a part of a voxel.
///
/// A sphere is a bright body of about the right size, as long as it is wide, with air near it. Bone has none, and metal
/// within the body neither.
public struct FiducialFinder: Equatable, Sendable {
    /// Least HU of a marker.
    public var leastBrightness = 900.0
    /// Part of the shell round the sphere that must be air.
    public var leastAir = 0.15
    /// Below this a voxel is air, HU.
    public var air = -400.0
    /// Largest ratio of the longest to the shortest RMS radius.
    public var longest = 1.45
    /// Allowed part by which the diameter may differ.
    public var diameterTolerance = 0.3

    public init() {}

    /// The centres of all spheres of this diameter (mm) on the skin, from head to foot.
    ///
    /// - Throws: `RegistrationError.impossibleParameter` where the diameter is below 1.5 voxels or above 50 mm.
    public static func find(in ct: Volume<Int16>, diameter: Double) throws(RegistrationError) -> [Point<CT>] {
        try FiducialFinder().find(in: ct, diameter: diameter).map(\.centre)
    }

    /// The same with their sizes.
    public func find(in ct: Volume<Int16>, diameter: Double) throws(RegistrationError) -> [FoundFiducial] {
        guard diameter > 1.5 * ct.geometry.spacing.max(), diameter <= 50 else {
            throw .impossibleParameter(name: "diameter", value: diameter)
        }
        let bodies = BrightBodies(in: ct, above: Int16(max(min(leastBrightness, 32767), -32768)))
        let found = bodies.all.compactMap { judge($0, ct, diameter) }
        return found.sorted { ($1.centre.z, $0.centre.x) < ($0.centre.z, $1.centre.x) }
    }

    private func judge(_ body: BrightBodies.Body, _ ct: Volume<Int16>, _ diameter: Double) -> FoundFiducial? {
        let spacing = ct.geometry.spacing
        let extent =
            Vector3(
                Double(body.high.x - body.low.x + 1), Double(body.high.y - body.low.y + 1),
                Double(body.high.z - body.low.z + 1)) * spacing
        guard extent.max() <= diameter * 1.4 + 2 * spacing.max(), (extent + spacing).min() >= diameter * 0.4 else {
            return nil
        }
        var centre = body.centre(in: ct)
        var shape = SphereShape()
        for _ in 0..<4 {
            shape = SphereShape(ct, round: centre, diameter: diameter, air: air)
            guard shape.weight > 0 else { return nil }
            centre = shape.centre
        }
        guard shape.brightness >= leastBrightness, shape.air >= leastAir, shape.elongation <= longest,
            abs(shape.diameter / diameter - 1) <= diameterTolerance
        else { return nil }
        return FoundFiducial(centre: centre, diameter: shape.diameter, brightness: shape.brightness)
    }
}

/// What the neighbourhood of a suspected sphere looks like.
struct SphereShape {
    var centre = Point<CT>.origin
    var weight = 0.0
    var brightness = 0.0
    var diameter = 0.0
    /// Part of the shell between 1 and 3 mm outside that is air.
    var air = 0.0
    var elongation = Double.infinity

    init() {}

    /// Centroid of what is brighter than half-way from soft tissue to the sphere's middle, each voxel counting by how
    /// far it is through the step from there on, so that partial volume places the centre between voxels.
    init(_ ct: Volume<Int16>, round p: Point<CT>, diameter: Double, air limit: Double) {
        guard let box = VoxelNeighbourhood(ct.geometry, p, radius: diameter / 2 + 3.5) else { return }
        var (inner, shell, airy) = ([Double](), 0, 0)
        box.forEach { i, q in
            let away = q.distance(to: p)
            if away < diameter / 4 { inner.append(Double(ct[i])) }
            if away > diameter / 2 + 1, away < diameter / 2 + 3 {
                shell += 1
                if Double(ct[i]) < limit { airy += 1 }
            }
        }
        inner.sort()
        let top = inner.isEmpty ? ct.interpolated(at: p) ?? 0 : inner[inner.count / 2]
        var (sum, moment) = (Vector3.zero, Matrix3.zero)
        // tissue near 0 HU on one side and air on the other: counting from a quarter to three quarters leaves both out
        let (from, to) = (top * 0.25, top * 0.75)
        box.forEach { i, q in
            guard q.distance(to: p) < diameter / 2 + 1.5 else { return }
            let part = min(max((Double(ct[i]) - from) / (to - from), 0), 1)
            let d = q.coordinates - p.coordinates
            weight += part
            sum += d * part
            moment = moment + .outer(d, d) * part
        }
        guard weight > 0, to > from else { weight = 0; return }
        let mean = sum / weight
        centre = Point(p.coordinates + mean)
        brightness = top
        self.diameter = cubeRoot(weight * ct.geometry.voxelVolume * 6 / .pi)
        air = shell > 0 ? Double(airy) / Double(shell) : 0
        let radii = SingularValues3(moment * (1 / weight) - .outer(mean, mean)).values
        elongation = radii.z > 0 ? (radii.x / radii.z).squareRoot() : .infinity
    }
}

/// The voxels within a box round a place.
struct VoxelNeighbourhood {
    let geometry: GridGeometry
    let low: VoxelIndex, high: VoxelIndex

    init?(_ geometry: GridGeometry, _ p: Point<CT>, radius: Double) {
        let g = geometry.gridPoint(p).coordinates
        let reach = Vector3(repeating: radius) / geometry.spacing
        let last = Vector3(Double(geometry.size.x - 1), Double(geometry.size.y - 1), Double(geometry.size.z - 1))
        let (a, b) = (pointwiseMax((g - reach).rounded(.up), .zero), pointwiseMin((g + reach).rounded(.down), last))
        guard g.isFinite, a.x <= b.x, a.y <= b.y, a.z <= b.z else { return nil }
        self.geometry = geometry
        low = VoxelIndex(Int(a.x), Int(a.y), Int(a.z))
        high = VoxelIndex(Int(b.x), Int(b.y), Int(b.z))
    }

    func forEach(_ body: (VoxelIndex, Point<CT>) -> Void) {
        for z in low.z...high.z {
            for y in low.y...high.y {
                for x in low.x...high.x { body(VoxelIndex(x, y, z), geometry.point(VoxelIndex(x, y, z))) }
            }
        }
    }
}
