import Frames
import Imaging
import Uncertainty

/// How two X-ray views are registered to a bone.
public struct XRayOptions: Equatable, Sendable {
    /// How far the first guess may be off, mm and rad.
    public var reach = 10.0
    public var turn = radians(degrees: 10)
    /// Two searches that end farther apart than this, mm where the bone is, are not trusted.
    public var agreement = 0.5
    /// The least correlation of gradients of a view that is trusted.
    public var leastSimilarity = 0.12
    public var seed: UInt64 = 1

    public init() {}
}

/// A bone of a CT registered to calibrated X-ray views of it.
///
/// ```swift
/// let fit = try XRayRegistration(ct: ct, region: ImageRegion(.init(22), in: labels), views: [front, side])
/// guard fit.verdict == .trustworthy else { … }
/// ```
public struct XRayRegistration: Sendable {
    /// Maps the room in which the views are calibrated to the CT.
    public let X_CTRoom: Pose<CT, XRayRoom>
    /// Correlation of the gradients in each view, −1…1.
    public let similarity: [Double]
    /// How far two searches from different starts ended from one another, mm, RMS where the bone is.
    public let disagreement: Double
    public let verdict: XRayVerdict
    /// The bone's middle, in the CT.
    public let centre: Point<CT>

    /// - Parameters:
    ///   - labels: where in the CT the bone is; only its own voxels are projected.
    ///   - initial: a first guess; without it the room's coordinates are taken to be the CT's.
    /// - Throws: `RegistrationError.noSuchLabel`, `.impossibleView`.
    public init(
        ct: Volume<Int16>, labels: LabelVolume, bone: AnatomicalLabel, views: [XRayView],
        from initial: Pose<CT, XRayRoom>? = nil, options: XRayOptions = .init(), progress: ProgressReport? = nil
    ) throws(RegistrationError) {
        let projected = try ProjectedBone(ct, labels, bone)
        let guess = initial ?? Pose(rotation: .identity(), translation: .zero)
        let problem = try XRayProblem(projected, views, guess, options)
        centre = projected.centre
        var ends = Self.searches(problem, options.seed, progress)
        // where they end apart, two more: the best two of four must agree
        if problem.apart(ends[0].x, ends[1].x) > options.agreement {
            ends += Self.searches(problem, options.seed &+ 101, nil)
            ends.sort { $0.value < $1.value }
        }
        let final = problem.polish((ends[0].value <= ends[1].value ? ends[0] : ends[1]).x)
        disagreement = problem.apart(ends[0].x, ends[1].x)
        X_CTRoom = problem.pose(final)
        similarity = problem.similarities(final)
        progress?(1)
        verdict = XRayVerdict(disagreement: disagreement, similarity: similarity, options: options)
    }

    /// Two searches that know nothing of one another, one a core.
    private static func searches(
        _ problem: XRayProblem, _ seed: UInt64, _ progress: ProgressReport?
    ) -> [(x: [Double], value: Double)] {
        parallelMap(2) { i in
            let end = problem.search(seed: seed &+ UInt64(i) &* 7919)
            progress?(0.4 * Double(i + 1))
            return end
        }
    }
}

/// Whether an X-ray registration may be used, and if not, why.
public enum XRayVerdict: Equatable, Sendable {
    case trustworthy
    /// Two searches ended so far apart, mm.
    case ambiguous(apart: Double)
    /// The bone's edges are hardly seen in a view (from 0); the correlation of the gradients.
    case faint(view: Int, similarity: Double)

    init(disagreement: Double, similarity: [Double], options: XRayOptions) {
        let worst = similarity.indices.min { similarity[$0] < similarity[$1] }
        if disagreement > options.agreement {
            self = .ambiguous(apart: disagreement)
        } else if let worst, similarity[worst] < options.leastSimilarity {
            self = .faint(view: worst, similarity: similarity[worst])
        } else {
            self = .trustworthy
        }
    }
}

/// The bone alone, in its own box.
struct ProjectedBone: Sendable {
    let values: [Float]
    let geometry: GridGeometry
    let centre: Point<CT>
    /// RMS distance of its voxels from its middle, mm.
    let radius: Double

    /// What soft tissue has, HU: the bone counts by what it has more.
    private static let softTissue: Float = 60

    init(_ ct: Volume<Int16>, _ labels: LabelVolume, _ bone: AnatomicalLabel) throws(RegistrationError) {
        let box = try Self.box(labels, bone)
        let size = GridSize(box.high.x - box.low.x + 1, box.high.y - box.low.y + 1, box.high.z - box.low.z + 1)
        let grid = ct.geometry
        let geometry: GridGeometry
        do throws(ImagingError) {
            geometry = try GridGeometry(
                size: size, spacing: grid.spacing, origin: grid.point(box.low), direction: grid.direction)
        } catch { throw .imaging(error) }
        var values = [Float](repeating: 0, count: size.count)
        var (sum, count) = (Vector3.zero, 0.0)
        var places: [Vector3] = []
        for i in values.indices {
            let at = geometry.index(offset: i)
            let from = grid.offset(VoxelIndex(at.x + box.low.x, at.y + box.low.y, at.z + box.low.z))
            guard labels.voxels[from] == bone.number else { continue }
            values[i] = max(Float(ct.voxels[from]) - Self.softTissue, 0) * 2e-5
            let p = geometry.point(at).coordinates
            (sum, count) = (sum + p, count + 1)
            if i % 7 == 0 { places.append(p) }
        }
        let middle = sum / max(count, 1)
        (self.values, self.geometry, centre) = (values, geometry, Point(middle))
        radius = max(
            (places.reduce(0) { $0 + squaredLength($1 - middle) } / Double(max(places.count, 1))).squareRoot(), 5)
    }

    /// The label's voxels, and two more on each side for the interpolation.
    private static func box(
        _ labels: LabelVolume, _ bone: AnatomicalLabel
    ) throws(RegistrationError) -> (low: VoxelIndex, high: VoxelIndex) {
        let size = labels.size
        var (low, high) = (SIMD3(Int.max, Int.max, Int.max), SIMD3(-1, -1, -1))
        for z in 0..<size.z {
            for y in 0..<size.y {
                let row = (z * size.y + y) * size.x
                for x in 0..<size.x where labels.voxels[row + x] == bone.number {
                    low = SIMD3(min(low.x, x), min(low.y, y), min(low.z, z))
                    high = SIMD3(max(high.x, x), max(high.y, y), max(high.z, z))
                }
            }
        }
        guard high.x >= 0 else { throw .noSuchLabel(bone) }
        return (
            VoxelIndex(max(low.x - 2, 0), max(low.y - 2, 0), max(low.z - 2, 0)),
            VoxelIndex(min(high.x + 2, size.x - 1), min(high.y + 2, size.y - 1), min(high.z + 2, size.z - 1))
        )
    }
}
