import Frames

/// Which touched point is which found fiducial, by the distances between them alone.
public struct FiducialMatch<A: Frame, B: Frame>: Sendable {
    /// For each touched point the index of its fiducial.
    public let assignment: [Int]
    /// Maps the fiducials' frame B to the frame A of the touched points.
    public let registration: PointRegistration<A, B>

    /// Matches in any order; more fiducials may be known than were touched.
    ///
    /// - Parameter tolerance: largest difference of two distances between points, and largest RMS residual, mm.
    /// - Throws: `RegistrationError.noMatch`; `.ambiguous` where another assignment fits within the tolerance as well
    /// (a symmetric layout); and what `PointRegistration.init` throws.
    public init(
        touched: [Point<A>], fiducials: [Point<B>], tolerance: Double = 2, error: LocalisationError<A>? = nil
    ) throws(RegistrationError) {
        guard tolerance > 0, tolerance.isFinite else { throw .impossibleParameter(name: "tolerance", value: tolerance) }
        guard touched.count >= 3 else { throw .tooFewPoints(found: touched.count, needed: 3) }
        guard fiducials.count >= touched.count else {
            throw .countMismatch(moving: fiducials.count, fixed: touched.count)
        }
        guard fiducials.count <= 64 else {
            throw .impossibleParameter(name: "fiducials", value: Double(fiducials.count))
        }
        var search = MatchSearch(touched, fiducials, tolerance)
        search.extend([])
        let fits = search.complete.map { chosen -> (chosen: [Int], rms: Double) in
            (chosen, RigidFit.residual(moving: chosen.map { fiducials[$0] }, fixed: touched))
        }.sorted { $0.rms < $1.rms }
        guard let best = fits.first, best.rms <= tolerance else { throw .noMatch(bestRMS: fits.first?.rms) }
        if let other = fits.dropFirst().first(where: { $0.rms <= tolerance }) {
            let (a, b) = (best.chosen, other.chosen)
            let first: Pose<A, B> = RigidFit.pose(moving: a.map { fiducials[$0] }, fixed: touched)
            let second: Pose<A, B> = RigidFit.pose(moving: b.map { fiducials[$0] }, fixed: touched)
            let middle = fiducials.reduce(Vector3.zero) { $0 + $1.coordinates } / Double(fiducials.count)
            let shift = (first * Point(middle)).distance(to: second * Point(middle))
            throw .ambiguous(
                best: best.rms, other: other.rms,
                apart: PoseDifference(distance: shift, angle: (first.inverse * second).rotation.angle))
        }
        assignment = best.chosen
        registration = try PointRegistration(moving: best.chosen.map { fiducials[$0] }, fixed: touched, error: error)
    }
}

/// All assignments whose distances agree, one touched point after the other.
private struct MatchSearch {
    private let touched: [[Double]]
    private let known: [[Double]]
    private let tolerance: Double
    private(set) var complete: [[Int]] = []
    /// A layout with more than these is as ambiguous as can be.
    private let limit = 1000

    init<A: Frame, B: Frame>(_ touched: [Point<A>], _ known: [Point<B>], _ tolerance: Double) {
        self.touched = touched.map { p in touched.map { p.distance(to: $0) } }
        self.known = known.map { p in known.map { p.distance(to: $0) } }
        self.tolerance = tolerance
    }

    mutating func extend(_ chosen: [Int]) {
        guard complete.count < limit else { return }
        let next = chosen.count
        if next == touched.count {
            complete.append(chosen)
            return
        }
        for k in known.indices where !chosen.contains(k) {
            let fits = chosen.indices.allSatisfy { abs(known[chosen[$0]][k] - touched[$0][next]) <= tolerance }
            if fits { extend(chosen + [k]) }
        }
    }
}
