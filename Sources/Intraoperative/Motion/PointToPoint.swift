import Glibc

/// Motions of one axis to rest, from any state, under limits of velocity, acceleration and jerk.
///
/// The motion is a ramp to a cruising velocity, a cruise, and a ramp to rest (seven pieces from rest); the cruising
/// velocity is the largest for which the way is not too long, found by bracketing, since the way grows with it. Where the
/// axis already brakes harder than it needs to, braking is eased first. From rest to rest the result is the
/// time-optimal motion of Kröger and Wahl (2010, "Online trajectory generation") and Biagiotti and Melchiorri (2008, 3.4).
public enum PointToPoint {
    /// The quickest stop from `state`.
    public static func stop(from state: MotionState, limits: MotionLimits) -> JerkLimitedProfile {
        var profile = JerkLimitedProfile(from: state)
        VelocityRamp(velocity: state.velocity, acceleration: state.acceleration, final: 0, limits: limits)
            .append(to: &profile)
        profile.snapEnd(to: MotionState(position: profile.end.position))
        return profile
    }

    /// A way (rad, mm or a path's parameter) that is rounding and no motion.
    static let nothing = 1e-12

    /// The quickest motion from `state` to rest at `goal`.
    public static func plan(from state: MotionState, to goal: Double, limits: MotionLimits) -> JerkLimitedProfile {
        let rest = state.stoppingPosition(limits)
        if abs(goal - rest) <= nothing {
            var stopping = stop(from: state, limits: limits)
            stopping.snapEnd(to: MotionState(position: goal))
            return stopping
        }
        let forwards = goal >= rest
        let start = forwards ? state : state.mirrored
        let side = forwards ? limits : limits.mirrored
        var profile = ForwardMotion(start, to: forwards ? goal : -goal, limits: side).quickest()
        profile.snapEnd(to: MotionState(position: forwards ? goal : -goal))
        return forwards ? profile : profile.mirrored
    }

    /// A motion from `state` to rest at `goal` that takes `duration`, by a slower cruise; `nil` where there is none.
    public static func plan(
        from state: MotionState, to goal: Double, limits: MotionLimits, lasting duration: Double
    ) -> JerkLimitedProfile? {
        let forwards = goal >= state.stoppingPosition(limits)
        let start = forwards ? state : state.mirrored
        let side = forwards ? limits : limits.mirrored
        guard var slow = ForwardMotion(start, to: forwards ? goal : -goal, limits: side).lasting(duration) else {
            return nil
        }
        slow.snapEnd(to: MotionState(position: forwards ? goal : -goal))
        return forwards ? slow : slow.mirrored
    }
}

/// A motion whose goal lies beyond the point where the axis could stop; the other case is this one mirrored.
private struct ForwardMotion {
    let start: MotionState
    let way: Double
    let limits: MotionLimits
    /// The velocity at which the axis would coast if its acceleration were brought straight to 0.
    let coasting: Double

    init(_ start: MotionState, to goal: Double, limits: MotionLimits) {
        self.start = start
        way = goal - start.position
        self.limits = limits
        coasting = start.coastingVelocity(limits)
    }

    func quickest() -> JerkLimitedProfile {
        if start.acceleration < 0, coasting > 0, way < distance(cruising: coasting) {
            return easedBraking()
        }
        let most = limits.forwards
        if distance(cruising: most) <= way { return profile(cruising: most) }
        let least = coasting > most ? coasting : max(coasting, 0)
        return profile(cruising: largestCruise(between: least, and: most))
    }

    /// The way without any cruise at `velocity`: a ramp up to it and a ramp down from it.
    @inline(__always)
    func distance(cruising velocity: Double) -> Double {
        let up = VelocityRamp(
            velocity: start.velocity, acceleration: start.acceleration, final: velocity, limits: limits)
        let down = VelocityRamp(velocity: velocity, acceleration: 0, final: 0, limits: limits)
        // A ramp from or to rest of acceleration is symmetric in time: its mean velocity is the mean of its ends.
        return up.distance(velocity: start.velocity, acceleration: start.acceleration) + velocity / 2 * down.duration
    }

    /// The root of distance(v) = way: false position in its Illinois form, with a bisection now and then against
    /// slow brackets. `least` keeps the way short enough, `most` makes it too long.
    func largestCruise(between least: Double, and most: Double) -> Double {
        var (short, long) = (least, most)
        var (below, above) = (distance(cruising: short) - way, distance(cruising: long) - way)
        let fine = 1e-14 * max(abs(way), 1e-3)
        var lastWasShort: Bool?
        for round in 1...100 where below < -fine {
            let middle = round % 4 == 0
            let guess = middle ? (short + long) / 2 : short - below * (long - short) / (above - below)
            let error = distance(cruising: guess) - way
            if error > 0 {
                if lastWasShort == false { below /= 2 }
                (long, above, lastWasShort) = (guess, error, false)
            } else {
                if lastWasShort == true { above /= 2 }
                (short, below, lastWasShort) = (guess, error, true)
            }
            if abs(error) <= fine || abs(long - short) <= 1e-16 * max(abs(long), abs(short)) { break }
        }
        return short
    }

    func profile(cruising velocity: Double) -> JerkLimitedProfile {
        var profile = JerkLimitedProfile(from: start)
        VelocityRamp(velocity: start.velocity, acceleration: start.acceleration, final: velocity, limits: limits)
            .append(to: &profile)
        let rest = way - distance(cruising: velocity)
        if velocity > 0, rest > 0 { profile.append(rest / velocity, jerk: 0) }
        VelocityRamp(velocity: velocity, acceleration: 0, final: 0, limits: limits).append(to: &profile)
        return profile
    }

    /// Braking eased for a while at full jerk, then the quickest stop; for how long, by bisection.
    func easedBraking() -> JerkLimitedProfile {
        var (short, long) = (0.0, -start.acceleration / limits.jerk)
        for _ in 0..<50 {
            let middle = (short + long) / 2
            let eased = start.advanced(by: middle, jerk: limits.jerk)
            if eased.stoppingPosition(limits) - start.position > way { long = middle } else { short = middle }
        }
        var profile = JerkLimitedProfile(from: start)
        profile.append(short, jerk: limits.jerk)
        VelocityRamp(
            velocity: profile.end.velocity, acceleration: profile.end.acceleration, final: 0, limits: limits
        ).append(to: &profile)
        return profile
    }

    func lasting(_ duration: Double) -> JerkLimitedProfile? {
        let quick = quickest()
        if quick.duration >= duration { return quick.duration <= duration + 1e-9 ? quick : nil }
        var (slow, fast) = (0.0, limits.forwards)
        for _ in 0..<80 {
            let middle = (slow + fast) / 2
            let tooLong = distance(cruising: middle) > way
            if tooLong || profile(cruising: middle).duration < duration { fast = middle } else { slow = middle }
        }
        let found = profile(cruising: slow)
        return abs(found.duration - duration) <= 1e-6 * max(duration, 1) ? found : nil
    }
}
