import Frames
import Motion
import Testing

@Suite struct SynchronizedMotionTests {
    /// All axes start and end together, each inside its limits, in the time of the slowest.
    @Test func restToRestAxesEndTogether() throws {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<200 {
            let axes = (0..<6).compactMap { _ in RandomAxis(&random) }
            let states = axes.map { MotionState(position: $0.state.position) }
            let goals = axes.map(\.goal)
            let limits = axes.map(\.limits)
            let motion = try #require(
                SynchronizedMotion(
                    axes.map {
                        MotionAxis(from: MotionState(position: $0.state.position), to: $0.goal, limits: $0.limits)
                    }))
            let slowest = (0..<axes.count).map {
                PointToPoint.plan(from: states[$0], to: goals[$0], limits: limits[$0]).duration
            }.max()
            #expect(abs(motion.duration - (slowest ?? 0)) < 1e-9)
            for i in 0..<axes.count {
                #expect(motion.state(of: i, at: motion.duration) == MotionState(position: goals[i]))
                // Just before the end none has arrived yet.
                let near = motion.state(of: i, at: motion.duration * 0.97)
                #expect(near.velocity != 0)
                for k in 0...100 {
                    let state = motion.state(of: i, at: motion.duration * Double(k) / 100)
                    #expect(abs(state.velocity) <= limits[i].forwards * (1 + 1e-9))
                    #expect(abs(state.acceleration) <= limits[i].acceleration * (1 + 1e-9))
                }
            }
        }
    }

    @Test func axesInMotionEndTogetherToo() throws {
        var random = SeededGenerator(seed: 22)
        var found = 0
        for _ in 0..<100 {
            let axes = (0..<6).compactMap { _ in RandomAxis(&random) }
            let together = axes.map { MotionAxis(from: $0.state, to: $0.goal, limits: $0.limits) }
            guard let motion = SynchronizedMotion(together) else { continue }
            found += 1
            for i in 0..<axes.count {
                #expect(abs(motion.state(of: i, at: motion.duration).position - axes[i].goal) < 1e-6)
                #expect(abs(motion.state(of: i, at: motion.duration * 0.999_999).position - axes[i].goal) < 1e-3)
            }
        }
        #expect(found >= 95)
    }

    @Test func axesThatAreNoneAreRefused() throws {
        let limits = try #require(MotionLimits(velocity: 1, acceleration: 1, jerk: 1))
        let lost = MotionAxis(from: MotionState(position: 0), to: .nan, limits: limits)
        #expect(SynchronizedMotion([]) == nil)
        #expect(SynchronizedMotion([lost]) == nil)
        let axis = MotionAxis(from: MotionState(position: 0), to: 1, limits: limits)
        #expect(SynchronizedMotion(Array(repeating: axis, count: 9)) == nil)
    }
}
