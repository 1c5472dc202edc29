import Frames
import Glibc
import Motion
import Testing

private let tick = 0.001

/// The worst breach of velocity, acceleration and jerk between two ticks, as a part of each limit.
private func breach(_ a: MotionState, _ b: MotionState, _ limits: MotionLimits) -> Double {
    max(
        abs(b.velocity) / limits.forwards, abs(b.acceleration) / limits.acceleration,
        abs(b.acceleration - a.acceleration) / tick / limits.jerk,
        abs(b.velocity - a.velocity) / tick / limits.acceleration,
        abs(b.position - a.position) / tick / limits.forwards) - 1
}

@Suite struct TrajectoryFollowerTests {
    /// Targets that jump, lie, shake and leave the range: no limit is ever broken.
    @Test(arguments: 1...20) func noLimitIsBrokenUnderWildTargets(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let limits = try #require(
            MotionLimits(
                velocity: 0.5 + random.uniform(), acceleration: 3 + 10 * random.uniform(),
                jerk: 50 + 3000 * random.uniform()))
        var follower = TrajectoryFollower(at: 0, limits: limits, lower: -0.7, upper: 0.9)
        var (target, velocity) = (0.0, 0.0)
        for k in 0..<5000 {
            if random.uniform() < 0.01 { target = 3 * random.uniform() - 1.5 }
            if random.uniform() < 0.01 { velocity = 4 * random.uniform() - 2 }
            target += random.uniform() < 0.5 ? velocity * tick : 1e-3 * random.normal()
            if random.uniform() < 0.001 { target = .nan }
            if random.uniform() < 0.001 { velocity = .infinity }
            let before = follower.state
            if random.uniform() < 0.02 {
                follower.stop(dt: tick)
            } else {
                follower.step(towards: target, velocity: velocity, dt: tick)
            }
            #expect(breach(before, follower.state, limits) < 1e-6, "tick \(k)")
            #expect(follower.state.position >= -0.7 - 1e-9 && follower.state.position <= 0.9 + 1e-9, "tick \(k)")
            if !target.isFinite { target = 0 }
            if !velocity.isFinite { velocity = 0 }
        }
    }

    @Test func aStepIsReachedInTheOptimalTimeWithoutOvershoot() throws {
        let limits = try #require(MotionLimits(velocity: 1, acceleration: 8, jerk: 400))
        for goal in [0.001, 0.02, 0.3, 1.0] {
            var follower = TrajectoryFollower(at: 0, limits: limits)
            let optimal = PointToPoint.plan(from: follower.state, to: goal, limits: limits).duration
            var ticks = 0
            while follower.state != MotionState(position: goal), ticks < 5000 {
                follower.step(towards: goal, velocity: 0, dt: tick)
                ticks += 1
                #expect(follower.state.position <= goal + 1e-9)
            }
            #expect(Double(ticks) * tick <= optimal + 2 * tick, "goal \(goal)")
        }
    }

    /// A ramp at 80 % of the velocity limit, and breathing (2 mm at 0.25 Hz on a lever of 500 mm): no lag once caught up.
    @Test func aTargetWithinTheLimitsIsFollowedWithoutLag() throws {
        let limits = try #require(MotionLimits(velocity: 1, acceleration: 10, jerk: 1000))
        var ramp = TrajectoryFollower(at: 0, limits: limits)
        var breathing = TrajectoryFollower(at: 0, limits: limits)
        var (worstRamp, worstBreathing) = (0.0, 0.0)
        for k in 1...8000 {
            let t = Double(k) * tick
            ramp.step(towards: 0.8 * t, velocity: 0.8, dt: tick)
            let phase = 2 * Double.pi * 0.25 * t
            breathing.step(
                towards: 0.002 * sin(phase), velocity: 0.002 * 2 * .pi * 0.25 * cos(phase), dt: tick)
            if t > 1 {
                worstRamp = max(worstRamp, abs(ramp.state.position - 0.8 * t))
                worstBreathing = max(worstBreathing, abs(breathing.state.position - 0.002 * sin(phase)))
            }
        }
        #expect(worstRamp < 1e-9)
        #expect(worstBreathing < 1e-7)
    }

    @Test func stoppingEndsAtRestWhereItSaid() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            guard let axis = RandomAxis(&random) else { continue }
            var follower = TrajectoryFollower(at: 0, limits: axis.limits)
            follower.reset(to: axis.state)
            let rest = axis.state.stoppingPosition(axis.limits)
            var ticks = 0
            while !follower.isAtRest, ticks < 20_000 {
                follower.stop(dt: tick)
                ticks += 1
            }
            #expect(follower.isAtRest)
            #expect(abs(follower.state.position - rest) < 1e-6)
        }
    }
}
