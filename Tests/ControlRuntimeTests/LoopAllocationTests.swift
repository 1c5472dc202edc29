import ArmProtocol
import ControlCore
import Foundation
import Frames
import RobotDescription
import SimulatedArm
import TestSupport
import Testing

@testable import ControlRuntime

/// The rule that a tick allocates nothing, held over the whole way: bytes of the arm in, step, bytes to the arm out.
@Suite struct LoopAllocationTests {
    struct NotConnected: Error {}

    let description: ArmDescription
    let virtual: VirtualArm

    init() throws {
        let path = repositoryFolder().appendingPathComponent("Kinematics/ur5e.urdf").path
        description = try ArmDescription.load(path)
        virtual = VirtualArm(try SimulatedArm(description, settings: SimulatedArmSettings()))
    }

    private func connected() throws -> HostChannel<VirtualPort> {
        let settings = HostEndpoint.Settings(expectedIdentity: ArmCapabilities.identity(of: description.arm))
        var channel = HostChannel(host: HostEndpoint(settings: settings), transport: virtual.port)
        channel.host.connect(nonce: 1, now: 0)
        for tick in 1...1000 {
            virtual.advance(to: Double(tick) * 1e-3)
            if channel.receive(now: Double(tick) * 1e-3) != nil { return channel }
        }
        throw NotConnected()
    }

    private func control() throws -> ControlLoop {
        let space = Workspace(least: Point(-1200, -1200, -600), greatest: Point(1200, 1200, 1200))
        let configuration = try #require(description.controlConfiguration(X_BaseTracker: .identity(), workspace: space))
        return try ControlLoop(configuration)
    }

    /// A patient below the tool at home, breathing 2 mm at 0.25 Hz.
    private func sample(at t: Double) -> Timed<TrackedPose<Tracker, Reference>> {
        let home = description.arm.forwardKinematics(
            description.settings.home, tool: description.settings.X_FlangeTool)
        let place = home.translation + Vector3(30, 20, -120 + 2 * sin(2 * .pi * 0.25 * t))
        return Timed(TrackedPose(Pose(rotation: .identity(), translation: place)), at: t)
    }

    @Test func stepReceiveAndSendAllocateNothing() throws {
        var channel = try connected()
        var control = try control()
        let axis = try #require(
            GuidedAxis(
                entry: .origin, target: Point(5, -5, -40), greatestDepth: -1, approvedPlan: SIMD4(1, 2, 3, 4)))
        let (post, X_ReferenceCT) = (GuidePost(), Pose<Reference, CT>.identity())
        var procedure = GuideProcedure(
            axis: axis, X_ReferenceCT: X_ReferenceCT, distances: .init(held: -10, clear: -60, hold: 0.5))
        var last: ControlOutput?
        var stages: Set<String> = []
        var (allocations, frees) = (UInt64(0), UInt64(0))
        for tick in 0..<20_000 where procedure.stage != .done {
            let now = 1.001 + Double(tick) * 1e-3
            virtual.advance(to: now)
            if tick % 16 == 0 { _ = post.references.give(sample(at: now)) }
            let counted = AllocationCounter.count {
                var reference: Timed<TrackedPose<Tracker, Reference>>?
                while let newest = post.references.take() { reference = newest }
                let request = last.flatMap { procedure.next(after: $0, now: now) }
                let inputs = ControlInputs(
                    now: now, arm: channel.receive(now: now), reference: reference, hand: nil,
                    linkIsUp: channel.isUp, request: request)
                let output = control.step(inputs, dt: 1e-3)
                _ = channel.send(output.command, now: now)
                last = output
            }
            stages.insert("\(procedure.stage)")
            (allocations, frees) = (allocations + counted.allocations, frees + counted.frees)
        }
        // The way was gone to its end, so every part of the loop was counted.
        #expect(procedure.stage == .done)
        #expect(stages.isSuperset(of: ["enabling", "approaching", "aligning", "holding", "retracting"]))
        #expect(allocations == 0 && frees == 0)
    }
}
