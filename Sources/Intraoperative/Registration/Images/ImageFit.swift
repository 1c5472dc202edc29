import Frames
import Imaging
import Uncertainty

/// Climbs to the pose of greatest mutual information from one start (BFGS; Nocedal and Wright 2006, section 6.1).
struct ImageFit: Sendable {
    var measure: MutualInformation
    /// Largest motion in one step, mm at the samples' arm.
    var largestStep: Double
    /// A step below this ends the climb, mm.
    var smallestStep: Double
    var steps: Int

    struct Summit: Sendable {
        var pose: Pose<CT, MovingImage>
        var value: MutualInformation.Value
    }

    func climb(from start: Pose<CT, MovingImage>) -> Summit {
        var at = Summit(pose: start, value: measure.value(at: start))
        var inverse = InverseHessian()
        for _ in 0..<steps {
            guard let (next, step) = advance(at, &inverse) else { break }
            inverse.update(step: step, change: at.value.gradient - next.value.gradient)
            at = next
            if step.length < smallestStep { break }
        }
        return at
    }

    /// One step uphill, shortened until it gains enough (Armijo's rule); nothing where none does.
    private func advance(_ at: Summit, _ inverse: inout InverseHessian) -> (Summit, SixVector)? {
        let slope = at.value.gradient
        guard slope.length > 1e-12 else { return nil }
        for fresh in [false, true] {
            if fresh { inverse = InverseHessian() }
            var way = inverse.times(slope)
            // before the curvature is known the first step is a guess of a quarter of the largest
            if inverse.isFresh { way = slope * (0.25 * largestStep / slope.length) }
            guard way.dot(slope) > 0 else { continue }
            if way.length > largestStep { way = way * (largestStep / way.length) }
            for _ in 0..<10 {
                let pose = moved(at.pose, by: way)
                let value = measure.value(at: pose)
                if value.information >= at.value.information + 1e-4 * way.dot(slope) {
                    return (Summit(pose: pose, value: value), way)
                }
                way = way * 0.4
                if way.length < 0.1 * smallestStep { break }
            }
        }
        return nil
    }

    func moved(_ pose: Pose<CT, MovingImage>, by way: SixVector) -> Pose<CT, MovingImage> {
        PoseChange<CT>(
            rotation: way.turn / measure.samples.arm, translation: way.shift, centre: measure.samples.centre
        ).applied(to: pose)
    }
}

/// What is known of the curvature, inverted: 6 × 6, symmetric.
struct InverseHessian {
    private var rows: [SixVector] = []

    var isFresh: Bool { rows.isEmpty }

    func times(_ v: SixVector) -> SixVector {
        var out = SixVector()
        for (i, row) in rows.enumerated() { out[i] = row.dot(v) }
        return out
    }

    /// - Parameters:
    ///   - step: the motion made.
    ///   - change: by how much the slope uphill fell along it.
    mutating func update(step s: SixVector, change y: SixVector) {
        let along = s.dot(y)
        guard along > 1e-10 * s.length * y.length, along > 0 else { return }
        if rows.isEmpty {
            rows = (0..<6).map { i in
                var row = SixVector()
                row[i] = along / y.dot(y)
                return row
            }
        }
        let hy = times(y)
        let gain = (1 + y.dot(hy) / along) / along
        for i in 0..<6 { rows[i] = rows[i] + s * (gain * s[i]) - s * (hy[i] / along) - hy * (s[i] / along) }
    }
}
