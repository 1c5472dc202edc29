import Glibc

/// The quickest change of velocity under limits of acceleration and jerk, to an end without acceleration.
///
/// One to three pieces: acceleration up at full jerk, held at its limit where it gets there, down to 0.
struct VelocityRamp {
    var durations = SIMD3<Double>(repeating: 0)
    var jerks = SIMD3<Double>(repeating: 0)

    /// From `velocity` and `acceleration` to `final` velocity and no acceleration.
    @inline(__always)
    init(velocity: Double, acceleration: Double, final: Double, limits: MotionLimits) {
        let jerk = limits.jerk
        // Compared with the velocity at which acceleration, brought straight to 0, would leave the axis.
        let sign: Double = final >= velocity + acceleration * abs(acceleration) / (2 * jerk) ? 1 : -1
        let a = acceleration * sign
        let gain = (final - velocity) * sign
        let peak = max(jerk * gain + a * a / 2, 0).squareRoot()
        let most = limits.acceleration
        if peak <= most {
            durations = SIMD3(max((peak - a) / jerk, 0), 0, peak / jerk)
            jerks = SIMD3(jerk, 0, -jerk) * sign
        } else if a <= most {
            durations = SIMD3((most - a) / jerk, (gain - (2 * most * most - a * a) / (2 * jerk)) / most, most / jerk)
            jerks = SIMD3(jerk, 0, -jerk) * sign
        } else {
            durations = SIMD3((a - most) / jerk, max((gain - a * a / (2 * jerk)) / most, 0), most / jerk)
            jerks = SIMD3(-jerk, 0, -jerk) * sign
        }
    }

    @inline(__always)
    func append(to profile: inout JerkLimitedProfile) {
        for i in 0..<3 { profile.append(durations[i], jerk: jerks[i]) }
    }

    /// The way covered from `velocity` and `acceleration`.
    @inline(__always)
    func distance(velocity: Double, acceleration: Double) -> Double {
        var state = MotionState(position: 0, velocity: velocity, acceleration: acceleration)
        for i in 0..<3 { state = state.advanced(by: durations[i], jerk: jerks[i]) }
        return state.position
    }

    var duration: Double { durations.sum() }
}

extension MotionState {
    /// The velocity that is left once acceleration has been brought straight to 0.
    public func coastingVelocity(_ limits: MotionLimits) -> Double {
        velocity + acceleration * abs(acceleration) / (2 * limits.jerk)
    }

    /// Where the axis comes to rest if it stops as quickly as `limits` allow.
    public func stoppingPosition(_ limits: MotionLimits) -> Double {
        position
            + VelocityRamp(velocity: velocity, acceleration: acceleration, final: 0, limits: limits)
            .distance(velocity: velocity, acceleration: acceleration)
    }
}
