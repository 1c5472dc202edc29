import Frames
import Glibc
import Imaging

/// The checker's midline: the plane in which what fills the skull mirrors itself best, voxel for voxel. `SkullSurface` finds
/// the planner's from the bone's outer surface.
struct MaskSymmetry {
    private let labels: LabelVolume
    private let isWithin: [Bool]
    private let places: [Vector3]
    private let centre: Vector3

    /// Voxels asked about: 0.2 mm and 0.3° change a hundredth of them by the noise of so many.
    private static let wanted = 8000
    /// Beyond this share of voxels without a partner there is no plane of symmetry.
    private static let largestMiss = 0.12

    /// `nil` where the labels have nothing within a skull.
    init?(_ labels: LabelVolume) {
        let within: Set<AnatomicalLabel> = [.intracranial, .ventricle, .vessel, .lesion]
        self.labels = labels
        isWithin = (0..<256).map { within.contains(AnatomicalLabel(UInt8($0))) }
        let brain = labels.counts()[.intracranial] ?? 0
        guard brain > Self.wanted else { return nil }
        // A stride that no row or slice divides spreads them evenly.
        let step = max(brain / Self.wanted, 1) | 1
        var (found, seen) = ([Vector3](), 0)
        labels.withVoxels { voxels in
            for i in voxels.indices where voxels[i] == AnatomicalLabel.intracranial.number {
                seen += 1
                guard seen % step == 0 else { continue }
                found.append(labels.geometry.point(labels.geometry.index(offset: i)).coordinates)
            }
        }
        places = found
        centre = found.reduce(.zero, +) / Double(max(found.count, 1))
    }

    private static func plane(_ p: [Double]) -> (normal: Vector3, offset: Double) {
        (Vector3(cos(p[0]) * cos(p[1]), sin(p[0]) * cos(p[1]), sin(p[1])), p[2])
    }

    /// The share of places whose mirror image lies outside.
    private func miss(_ p: [Double]) -> Double {
        guard abs(p[0]) < 1, abs(p[1]) < 1 else { return 1 }
        let (normal, offset) = Self.plane(p)
        let (g, size) = (labels.geometry, labels.size)
        var missed = 0
        labels.withVoxels { voxels in
            for q in places {
                let mirrored = q - normal * (2 * (dot(q - centre, normal) - offset))
                let o = size.offset(nearest: g.gridPoint(Point<CT>(mirrored)).coordinates)
                if o.map({ !isWithin[Int(voxels[$0])] }) ?? true { missed += 1 }
            }
        }
        return Double(missed) / Double(max(places.count, 1))
    }

    /// A plane turned by so much must be worse by so much: a ball has no midline.
    private static let otherTurn = 25.0 * Double.pi / 180
    private static let clearlyWorse = 0.02

    /// `nil` where no plane mirrors it, or many do.
    func midline() -> MidlinePlane? {
        var starts: [[Double]] = []
        for turn in [-30.0, -15, 0, 15, 30] {
            for tilt in [-20.0, 0, 20] { starts.append([radians(degrees: turn), radians(degrees: tilt), 0]) }
        }
        let coarse = starts.map(miss)
        guard let first = starts.indices.min(by: { coarse[$0] < coarse[$1] }) else { return nil }
        let found = PatternSearch(steps: [0.08, 0.08, 3], halvings: 6, mostEvaluations: 300)
            .minimise(from: starts[first], miss)
        guard found.value < Self.largestMiss else { return nil }
        let (normal, offset) = Self.plane(found.parameters)
        let isAlone = zip(starts, coarse).allSatisfy { start, value in
            angle(Self.plane(start).normal, normal) < Self.otherTurn || value > found.value + Self.clearlyWorse
        }
        guard isAlone, let left = Direction<CT>(normal) else { return nil }
        return MidlinePlane(left: left, point: Point(centre + normal * offset), asymmetry: found.value)
    }
}
