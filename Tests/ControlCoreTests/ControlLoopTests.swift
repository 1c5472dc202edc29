import ControlCore
import Frames
import Glibc
import RobotModel
import Testing

@Suite struct ControlLoopTests {
    @Test func theWholeWayOnceReachesTheAxisAndItsDepths() throws {
        let axis = try #require(TestRig.axis())
        var rig = try TestRig()
        rig.ready()
        #expect(rig.output.state == .enabled)
        for (task, depth) in [
            (ControlTask.approach(depth: -80), -80.0), (.align(depth: -20), -20), (.advance(depth: 30), 30),
            (.retract(depth: -20), -20),
        ] {
            rig.tick(.task(task))
            #expect(rig.output.refusal == nil, "\(task)")
            rig.run(20) { $0.phase == .holding || $0.state != .enabled }
            #expect(rig.output.state == .enabled && rig.output.phase == .holding, "\(task)")
            let error = rig.trueError(axis, depth: depth)
            #expect(error.place < 1e-3 && error.angle < 1e-6, "\(task)")
            let believed = try #require(rig.output.axisError)
            #expect(abs(believed.along) < 1e-3 && believed.across < 1e-3)
            #expect(abs((rig.output.depth ?? .nan) - depth) < 1e-3)
        }
    }

    /// Breathing of 2 mm at 0.25 Hz, tracker noise of 0.25 mm RMS, 60 Hz, 10 ms late: the tip stays within 0.3 mm RMS.
    @Test(arguments: [1, 2, 3]) func theToolFollowsABreathingPatient(_ seed: UInt64) throws {
        let axis = try #require(TestRig.axis())
        var rig = try TestRig(seed: seed)
        rig.breathing = 2
        rig.trackerNoise = 0.25 / 3.0.squareRoot()
        rig.ready()
        rig.tick(.task(.align(depth: -20)))
        rig.run(20) { $0.phase == .holding || $0.state != .enabled }
        #expect(rig.output.state == .enabled, "\(String(describing: rig.output.stopReason))")
        var (sum, worst, count) = (0.0, 0.0, 0.0)
        for _ in 0..<12_000 {
            rig.tick()
            let error = rig.trueError(axis, depth: -20)
            sum += error.place * error.place
            worst = max(worst, error.place)
            count += 1
        }
        #expect(rig.output.state == .enabled)
        #expect((sum / count).squareRoot() < 0.2)
        #expect(worst < 0.6)
    }
}
