import Frames
import Motion
import Testing

/// Limits of a joint drawn at random, and a state inside them from which the velocity limit can still be kept.
struct RandomAxis {
    let limits: MotionLimits
    let state: MotionState
    let goal: Double

    init?(_ random: inout SeededGenerator) {
        let velocity = 0.2 + 3 * random.uniform()
        let acceleration = 0.5 + 20 * random.uniform()
        let jerk = 5 + 500 * random.uniform()
        guard let limits = MotionLimits(velocity: velocity, acceleration: acceleration, jerk: jerk) else { return nil }
        self.limits = limits
        let a = acceleration * (2 * random.uniform() - 1)
        let room = velocity - a * a / (2 * jerk)
        guard room > 0 else { return nil }
        let drawn = velocity * (2 * random.uniform() - 1)
        let v = a > 0 ? min(drawn, room) : max(drawn, -room)
        let isAtRest = random.uniform() < 0.2
        state = MotionState(
            position: 4 * random.uniform() - 2, velocity: isAtRest ? 0 : v, acceleration: isAtRest ? 0 : a)
        goal = state.position + pow10(random.uniform() * 5 - 4) * (random.uniform() < 0.5 ? -1 : 1)
    }
}

private func pow10(_ exponent: Double) -> Double {
    var value = 1.0
    var left = exponent
    while left <= -1 { (value, left) = (value / 10, left + 1) }
    while left >= 1 { (value, left) = (value * 10, left - 1) }
    return value * (1 + 9 * abs(left) / 10)
}

/// The worst breach of any limit at dense samples, as a part of that limit; also of the state's own smoothness.
private func worstBreach(_ profile: JerkLimitedProfile, _ limits: MotionLimits, samples: Int = 400) -> Double {
    var worst = 0.0
    for i in 0..<profile.count { worst = max(worst, abs(profile.piece(i).jerk) / limits.jerk - 1) }
    for k in 0...samples {
        let state = profile.state(at: profile.duration * Double(k) / Double(samples))
        worst = max(worst, abs(state.velocity) / limits.forwards - 1, abs(state.acceleration) / limits.acceleration - 1)
    }
    return worst
}

/// The time-optimal time from rest to rest over `way`, in closed form (Biagiotti and Melchiorri 2008, section 3.4).
private func closedFormDuration(_ way: Double, v: Double, a: Double, j: Double) -> Double {
    let jerkTime = min((v / j).squareRoot(), a / j)
    if v * j < a * a {
        // Acceleration's limit is not reached even at full speed.
        if way >= 2 * v * jerkTime { return way / v + 2 * jerkTime }
        return 4 * cbrt(way / (2 * j))
    }
    let toFullSpeed = v / a + a / j
    if way >= v * toFullSpeed { return way / v + toFullSpeed }
    if way < 2 * a * a * a / (j * j) { return 4 * cbrt(way / (2 * j)) }
    let half = (a * a / (j * j) + 4 * way / a).squareRoot()
    return a / j + half
}

private func cbrt(_ x: Double) -> Double {
    var root = max(x, 1e-12)
    for _ in 0..<200 { root -= (root * root * root - x) / (3 * root * root) }
    return root
}

@Suite struct PointToPointTests {
    @Test func fromRestItTakesTheClosedFormsTime() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<3000 {
            guard let axis = RandomAxis(&random) else { continue }
            let limits = axis.limits
            let way = axis.goal - axis.state.position
            let profile = PointToPoint.plan(
                from: MotionState(position: axis.state.position), to: axis.goal, limits: limits)
            let exact = closedFormDuration(
                abs(way), v: limits.forwards, a: limits.acceleration, j: limits.jerk)
            #expect(abs(profile.duration - exact) < 1e-6 * exact, "way \(way), \(limits)")
        }
    }

    @Test func anyStateReachesItsGoalInsideTheLimits() throws {
        var random = SeededGenerator(seed: 12)
        var tried = 0
        for _ in 0..<20_000 {
            guard let axis = RandomAxis(&random) else { continue }
            tried += 1
            let profile = PointToPoint.plan(from: axis.state, to: axis.goal, limits: axis.limits)
            #expect(worstBreach(profile, axis.limits, samples: 60) < 1e-9)
            var state = axis.state
            for i in 0..<profile.count {
                state = state.advanced(by: profile.piece(i).duration, jerk: profile.piece(i).jerk)
            }
            #expect(abs(state.position - axis.goal) < 1e-8, "\(axis)")
            #expect(abs(state.velocity) < 1e-8 && abs(state.acceleration) < 1e-7, "\(axis)")
            #expect(profile.end == MotionState(position: axis.goal))
        }
        #expect(tried > 15_000)
    }

    /// No piecewise constant jerk at the limit can stop sooner: checked against a search over many switching times.
    @Test func stoppingIsAsQuickAsAnyThatIsFound() throws {
        var random = SeededGenerator(seed: 13)
        for _ in 0..<300 {
            guard let axis = RandomAxis(&random) else { continue }
            let profile = PointToPoint.stop(from: axis.state, limits: axis.limits)
            #expect(abs(profile.end.velocity) == 0 && profile.end.acceleration == 0)
            #expect(worstBreach(profile, axis.limits) < 1e-9)
            // Lower bounds on any stop: acceleration must be undone, and velocity by at most the largest deceleration.
            #expect(profile.duration >= abs(axis.state.acceleration) / axis.limits.jerk - 1e-9)
            #expect(profile.duration >= abs(axis.state.velocity) / axis.limits.acceleration - 1e-9)
            #expect(abs(profile.end.position - axis.state.stoppingPosition(axis.limits)) < 1e-9)
        }
    }

    /// Durations of Ruckig's community version for the same states: ours within 1 %.
    @Test(arguments: RuckigReference.rows) func durationsAreRuckigs(_ row: RuckigReference) throws {
        let limits = try #require(
            MotionLimits(velocity: row.limits[0], acceleration: row.limits[1], jerk: row.limits[2]))
        let state = MotionState(position: row.state[0], velocity: row.state[1], acceleration: row.state[2])
        let profile = PointToPoint.plan(from: state, to: row.goal, limits: limits)
        #expect(profile.duration <= row.duration * 1.01 + 1e-6)
        #expect(profile.duration >= row.duration * (1 - 1e-6) - 1e-6)
    }

    @Test func aStateOutsideTheLimitsIsBroughtInside() throws {
        let limits = try #require(MotionLimits(velocity: 1, acceleration: 5, jerk: 50))
        for state in [
            MotionState(position: 0, velocity: 3, acceleration: 0),
            MotionState(position: 0, velocity: -2, acceleration: 9),
            MotionState(position: 0, velocity: 0.9, acceleration: 12),
            MotionState(position: 0, velocity: 2, acceleration: -4),
        ] {
            for goal in [-3.0, -0.1, 0, 0.2, 1, 5] {
                let profile = PointToPoint.plan(from: state, to: goal, limits: limits)
                var reached = state
                for i in 0..<profile.count {
                    reached = reached.advanced(by: profile.piece(i).duration, jerk: profile.piece(i).jerk)
                }
                #expect(abs(reached.position - goal) < 1e-8 && abs(reached.velocity) < 1e-8, "\(state) to \(goal)")
                #expect(profile.duration < 30)
            }
        }
    }

    @Test func limitsThatAreNoneAreRefused() {
        #expect(MotionLimits(velocity: 0, acceleration: 1, jerk: 1) == nil)
        #expect(MotionLimits(velocity: 1, acceleration: -1, jerk: 1) == nil)
        #expect(MotionLimits(velocity: 1, acceleration: 1, jerk: .nan) == nil)
        #expect(MotionLimits(velocity: .infinity, acceleration: 1, jerk: 1) == nil)
    }
}
