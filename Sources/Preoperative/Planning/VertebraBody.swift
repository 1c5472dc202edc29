import Frames
import Glibc

/// The plane z = height + slope · (x, y) of an endplate, in the vertebra's frame, mm.
public struct EndplatePlane: Equatable, Sendable {
    public let height: Double
    public let slope: SIMD2<Double>

    public func height(x: Double, y: Double) -> Double { height + slope.x * x + slope.y * y }

    /// Its distance from `p`, positive where `p` lies above the plane.
    public func above(_ p: Point<Vertebra>) -> Double {
        (p.z - height(x: p.x, y: p.y)) / (1 + slope.x * slope.x + slope.y * slope.y).squareRoot()
    }

    /// A robust fit to places on the endplate: least squares, the weights falling with the residual (Tukey's biweight,
    /// 4.7 times the median absolute residual), ten times over.
    ///
    /// - Parameter grain: the labels' voxel, mm. Residuals of a voxel must keep most of their weight: the steps of a
    ///   slanting plate are no outliers, and a fit that thinks so locks on to one step.
    init?(fitting places: [Vector3], grain: Double) {
        guard places.count >= 8 else { return nil }
        var weights = [Double](repeating: 1, count: places.count)
        var fit = Vector3.zero
        for _ in 0..<10 {
            var (normal, right) = (Matrix3.zero, Vector3.zero)
            for (p, w) in zip(places, weights) {
                let row = Vector3(1, p.x, p.y)
                normal = normal + Matrix3.outer(row, row) * w
                right += row * (p.z * w)
            }
            guard let inverse = normal.inverse else { return nil }
            fit = inverse * right
            let residuals = places.map { abs($0.z - dot(fit, Vector3(1, $0.x, $0.y))) }
            let scale = max(4.7 * residuals.sorted()[residuals.count / 2], 3 * grain)
            weights = residuals.map {
                $0 < scale ? (1 - ($0 / scale) * ($0 / scale)) * (1 - ($0 / scale) * ($0 / scale)) : 0
            }
        }
        (height, slope) = (fit.x, SIMD2(fit.y, fit.z))
        guard fit.isFinite else { return nil }
    }

    init(_ plane: EndplatePlane, loweredBy way: Double) { (height, slope) = (plane.height - way, plane.slope) }

    /// The plane's unit normal towards the head.
    var normal: Vector3 { normalized(Vector3(-slope.x, -slope.y, 1)) ?? Vector3(0, 0, 1) }
}

/// A vertebra's body: its frame and its extents in that frame.
struct VertebraBody {
    let X_CTVertebra: Pose<CT, Vertebra>
    /// From the frame's origin to the walls at mid height, mm: half the width, to the front, to the canal.
    let halfWidth, front, back: Double
    let cranial, caudal: EndplatePlane

    private static let usualHeight = 26.0
    private static let heightOfC2 = 19.0

    private struct Walls {
        var left, right, front, back: Double
    }

    /// - Parameter up: towards the head, within about 40°.
    init?(of shape: VertebraShape, canal: CanalLine, up: Vector3) {
        guard var c = Self.deepCentre(of: shape, canal: canal) else { return nil }
        var z = canal.direction
        var frame = Matrix3.identity
        var walls = Walls(left: 0, right: 0, front: 0, back: 0)
        var plates: (cranial: EndplatePlane, caudal: EndplatePlane)?
        for _ in 0..<5 {
            guard let turned = Self.axes(at: c, z: z, canal: canal) else { return nil }
            frame = turned
            walls = Self.walls(of: shape, at: c, frame: frame)
            c += frame.columns.0 * ((walls.left - walls.right) / 2) + frame.columns.1 * ((walls.back - walls.front) / 2)
            guard shape.depth(Point(c)) > 0, let found = Self.endplates(of: shape, at: c, frame: frame, walls: walls)
            else {
                return nil
            }
            plates = found
            c += frame.columns.2 * ((found.cranial.height + found.caudal.height) / 2)
            let normal =
                angle(found.cranial.normal, found.caudal.normal) < 0.45
                ? found.cranial.normal : normalized(found.cranial.normal + found.caudal.normal) ?? Vector3(0, 0, 1)
            z = frame * normal
            guard angle(z, canal.direction) < 0.8, angle(z, up) < 1.2 else { return nil }
        }
        guard plates != nil, let turned = Self.axes(at: c, z: z, canal: canal) else { return nil }
        (c, frame) = Self.symmetric(shape, c, turned)
        guard let rotation = try? Rotation<CT, Vertebra>(checking: frame, tolerance: 1e-6) else { return nil }
        walls = Self.walls(of: shape, at: c, frame: frame)
        guard let found = Self.endplates(of: shape, at: c, frame: frame, walls: walls) else { return nil }
        X_CTVertebra = Pose(rotation: rotation, translation: c)
        (cranial, caudal) = found
        (halfWidth, front, back) = ((walls.left + walls.right) / 2, walls.front, walls.back)
    }

    /// The mean of the bone, deep places counting far more: the body is the thickest part of any vertebra.
    ///
    /// In a neck the lateral masses are as thick: there only what lies before the canal counts, the patient's front (−Y)
    /// telling roughly where that is.
    private static func deepCentre(of shape: VertebraShape, canal: CanalLine) -> Vector3? {
        let g = shape.mask.geometry
        let (front, neck) = (Vector3(0, -1, 0), shape.level.number <= 7)
        let forward = normalized(front - canal.direction * dot(front, canal.direction)) ?? front
        let left = cross(canal.direction, forward)
        var (sum, weight) = (Vector3.zero, 0.0)
        shape.mask.withVoxels { v in
            for i in v.indices where v[i] != 0 {
                let p = g.point(g.index(offset: i))
                if neck {
                    let way = p.coordinates - canal.point.coordinates
                    guard dot(way, forward) > 5, abs(dot(way, left)) < 8 else { continue }
                }
                let depth = max(shape.depth(p), 0)
                let w = depth * depth * depth * depth
                sum += p.coordinates * w
                weight += w
            }
        }
        return weight > 0 ? sum / weight : nil
    }

    /// Columns left, back and up, for the given up; `nil` where the canal is not behind.
    private static func axes(at c: Vector3, z: Vector3, canal: CanalLine) -> Matrix3? {
        let toCanal = canal.crossing(planeThrough: c, normal: z) - c
        guard let y = normalized(toCanal - z * dot(toCanal, z)), length(toCanal) > 3 else { return nil }
        return Matrix3(columns: cross(y, z), y, z)
    }

    /// Medians over a small fan of rays at the middle of the body.
    private static func walls(of shape: VertebraShape, at c: Vector3, frame: Matrix3) -> Walls {
        func way(_ x: Double, _ y: Double) -> Double {
            var found: [Double] = []
            for height in [-4.0, -2, 0, 2] {
                for turn in [-0.25, 0, 0.25] {
                    let d = Vector3(x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn), 0)
                    let start = c + frame.columns.2 * height
                    found.append(shape.wayOut(from: Point(start), along: frame * d, limit: 40) * cos(turn))
                }
            }
            return found.sorted()[found.count / 2]
        }
        return Walls(left: way(1, 0), right: way(-1, 0), front: way(0, -1), back: way(0, 1))
    }

    /// Both endplates over the middle two thirds of the body; `nil` where the rays find no bone's end near by.
    private static func endplates(
        of shape: VertebraShape, at c: Vector3, frame: Matrix3, walls: Walls
    ) -> (cranial: EndplatePlane, caudal: EndplatePlane)? {
        let (a, b) = ((walls.left + walls.right) / 2 * 0.65, (walls.front + walls.back) / 2 * 0.65)
        guard a > 4, b > 3 else { return nil }
        func fit(_ sign: Double) -> EndplatePlane? {
            var places: [Vector3] = []
            for u in stride(from: -1.0, through: 1, by: 0.125) {
                for w in stride(from: -1.0, through: 1, by: 0.125) where u * u + w * w <= 1 {
                    let start = c + frame * Vector3(u * a, w * b, 0)
                    let way = shape.wayOut(from: Point(start), along: frame.columns.2 * sign, limit: 32)
                    if way > 3, way < 32 { places.append(Vector3(u * a, w * b, sign * way)) }
                }
            }
            return places.count > 100 ? EndplatePlane(fitting: places, grain: shape.mask.geometry.spacing.max()) : nil
        }
        // C2's dens stands where others have their upper endplate.
        if shape.level.number == 2 {
            return fit(-1).map { (EndplatePlane($0, loweredBy: -heightOfC2), $0) }
        }
        guard let cranial = fit(1) else { return nil }
        // S1 goes over into S2: its lower end is taken where a body of usual height would end.
        let lower = shape.level == .sacrum ? EndplatePlane(cranial, loweredBy: usualHeight) : fit(-1)
        guard let caudal = lower, cranial.height - caudal.height > 8 else { return nil }
        return (cranial, caudal)
    }

    /// Turns about Z and shifts along X until the surface's mirror image in the plane x = 0 fits the surface best.
    private static func symmetric(_ shape: VertebraShape, _ c: Vector3, _ frame: Matrix3) -> (Vector3, Matrix3) {
        let every = max(shape.surface.count / 1500, 1)
        let sample = stride(from: 0, to: shape.surface.count, by: every).map { shape.surface[$0] - c }
        func plane(_ p: [Double]) -> (normal: Vector3, offset: Double) {
            (frame.columns.0 * cos(p[0]) + frame.columns.1 * sin(p[0]), p[1])
        }
        let best = PatternSearch(steps: [0.05, 1], halvings: 5).minimise(from: [0, 0]) { p in
            let (normal, offset) = plane(p)
            var sum = 0.0
            for q in sample {
                let mirrored = q - normal * (2 * (dot(q, normal) - offset))
                sum += min(abs(shape.depth(Point(c + mirrored))), 5)
            }
            return sum
        }
        // A vertebra that is not symmetric (scoliosis, a fracture) keeps the axes that canal and body give.
        guard abs(best.parameters[0]) < 0.3, abs(best.parameters[1]) < 5 else { return (c, frame) }
        let (x, offset) = plane(best.parameters)
        let y = cross(frame.columns.2, x)
        return (c + x * offset, Matrix3(columns: x, y, frame.columns.2))
    }
}
