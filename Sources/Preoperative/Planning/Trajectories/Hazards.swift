import Frames
import Imaging
import Meshing

/// What a path keeps away from, as distance fields: for searching. What is proposed is measured by `VoxelBoxes`.
struct Hazards: Sendable {
    /// `nil` where the labels have none of it.
    let vessels, ventricles, forbidden, obstacles: SignedDistanceField?
    /// By so much a field may call a place further away than it is, mm.
    let slack: Double

    /// Beyond so many mm all distances mean the same.
    private static let reach = 14.0

    /// - Throws: `PlanningError.distance`.
    init(_ labels: LabelVolume, _ table: TissueTable, _ survey: LabelSurvey) throws(PlanningError) {
        let finest = max(labels.geometry.spacing.min(), 0.9)
        func field(_ wanted: Set<AnatomicalLabel>) throws(PlanningError) -> SignedDistanceField? {
            let there = wanted.filter { survey[$0] != nil }
            guard !there.isEmpty else { return nil }
            do throws(MeshingError) {
                return try SignedDistanceField(of: there, in: labels, margin: Self.reach, finestStep: finest)
            } catch {
                throw .distance(error)
            }
        }
        vessels = try field([.vessel])
        ventricles = try field(table.approach == .head ? [.ventricle] : [])
        forbidden = try field(table.forbidden)
        obstacles = try field(table.obstacles)
        let step = vessels?.geometry.spacing ?? Vector3(repeating: finest)
        slack = (length(step) - step.sum() / 3) / 2 + 0.05
    }
}

/// The least distance to one kind of hazard along a line, and what the risk is made of.
struct LineScan: Equatable, Sendable {
    var least = Double.infinity
    /// See `TrajectoryLimits.risk`.
    var near = 0.0, broken = 0.0
}

extension SignedDistanceField {
    /// Walks from `start` along a unit vector in steps of 1 mm, longer ones where nothing is near.
    ///
    /// - Parameter radius: the instrument's, taken from every distance.
    func scan(
        _ start: Point<CT>, _ direction: Vector3, length: Double, radius: Double, _ limits: TrajectoryLimits
    ) -> LineScan {
        var found = LineScan()
        var s = 0.0
        while s <= length {
            let d = distance(at: Point(start.coordinates + direction * s)) - radius
            found.least = min(found.least, d)
            var step = 1.0
            if d < limits.riskHorizon {
                found.near += limits.nearness(d)
                found.broken += limits.shortfall(d)
            } else {
                step = max(d - limits.riskHorizon, 1)
            }
            s = s < length && s + step > length ? length : s + step
        }
        found.near /= max(length, 1)
        found.broken /= max(length, 1)
        return found
    }

    /// The least of `distance − radius` along a line; walks as far as nothing can be nearer than `enough`.
    func least(
        _ start: Point<CT>, _ direction: Vector3, length: Double, radius: Double, enough: Double = 10
    ) -> Double {
        var least = Double.infinity
        var s = 0.0
        while s <= length {
            let d = distance(at: Point(start.coordinates + direction * s)) - radius
            least = min(least, d)
            let step = max(d - enough, 1)
            s = s < length && s + step > length ? length : s + step
        }
        return least
    }
}
