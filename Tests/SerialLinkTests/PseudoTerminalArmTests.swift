import ArmProtocol
import ControlCore
import Foundation
import RobotDescription
import RobotModel
import SerialPorts
import SimulatedArm
import Testing

@testable import SerialLink

/// Both ends in real time over a pseudo-terminal. This machine may stall; what is judged is what happened, not when.
@Suite(.serialized) struct PseudoTerminalArmTests {
    static func description() throws -> ArmDescription {
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try ArmDescription.load(checkout.appendingPathComponent("Kinematics/ur5e.urdf").path)
    }

    static func server(_ change: (inout SimulatedArmSettings) -> Void = { _ in }) throws -> PseudoTerminalArm {
        var settings = SimulatedArmSettings()
        // Generous, so that a stall of this test's own thread is no reason for a hold.
        settings.watchdog = 1
        settings.sessionTime = 2
        change(&settings)
        return try PseudoTerminalArm(try SimulatedArm(try description(), settings: settings))
    }

    /// Sends `command` each ms until `done`, 4000 times at most; whether it was done.
    static func drive(
        _ channel: inout HostChannel<SerialPort>, _ command: ArmCommand, until done: (ArmFeedback) -> Bool
    ) -> Bool {
        for _ in 0..<4000 {
            if let report = channel.receive(now: SerialLink.steadySeconds()), done(report.value) { return true }
            _ = channel.send(command, now: SerialLink.steadySeconds())
            usleep(1000)
        }
        return false
    }

    static func wait(_ done: () -> Bool) -> Bool {
        for _ in 0..<2000 {
            if done() { return true }
            usleep(5000)
        }
        return false
    }

    @Test func followsSetPointsOverAPort() throws {
        let server = try Self.server()
        defer { server.stop() }
        let identity = ArmCapabilities.identity(of: try Self.description().arm)
        var channel = try SerialLink.connect(server.path, expecting: identity, timeout: 10)
        #expect(channel.host.capabilities?.name.text == "ur5e" && channel.host.capabilities?.jointCount == 6)
        #expect(Self.drive(&channel, .enable) { $0.drive == .enabled })
        let start = try #require(channel.host.feedback).value.positions
        var q = start
        var v = JointVector(count: 6)
        for k in 1...300 {
            let before = v[5]
            v[5] = k <= 50 ? before + 0.004 : k > 250 ? max(before - 0.004, 0) : before
            q[5] += (before + v[5]) / 2 * 1e-3
            _ = channel.receive(now: SerialLink.steadySeconds())
            _ = channel.send(.setPoint(positions: q, velocities: v), now: SerialLink.steadySeconds())
            usleep(1000)
        }
        let goal = q
        let hold = ArmCommand.setPoint(positions: goal, velocities: JointVector(count: 6))
        #expect(Self.drive(&channel, hold) { ($0.positions - goal).largestMagnitude < 5e-4 })
        #expect(goal[5] - start[5] > 0.04 && server.status.faults.isEmpty)
        // A terminal whose reader stalls drops bytes, so frames may be damaged; none is sound and senseless.
        #expect(channel.host.statistics.malformed == 0 && channel.host.statistics.accepted > 100)
        #expect(channel.host.roundTrip ?? 0 > 0)
    }

    @Test func aHostThatDiesLeavesTheArmHoldingAndTheNextOneIsServed() throws {
        let server = try Self.server { $0.watchdog = 0.05 }
        defer { server.stop() }
        do {
            var channel = try SerialLink.connect(server.path, timeout: 10)
            #expect(Self.drive(&channel, .enable) { $0.drive == .enabled })
        }
        #expect(Self.wait { server.status.drive == .watchdogHold })
        #expect(server.status.velocities.largestMagnitude == 0)
        var next = try SerialLink.connect(server.path, timeout: 10)
        #expect(Self.drive(&next, .heartbeat) { $0.drive == .watchdogHold })
        #expect(Self.drive(&next, .enable) { $0.drive == .enabled })
    }

    @Test func anArmThatDiesIsALostPort() throws {
        let server = try Self.server()
        var channel = try SerialLink.connect(server.path, timeout: 10)
        server.stop()
        #expect(
            Self.wait {
                _ = channel.receive(now: SerialLink.steadySeconds())
                return !channel.isUp
            })
        #expect(throws: SerialLinkError.self) { try SerialLink.connect(server.path) }
    }

    @Test func anotherVersionAndAnotherArmAreTyped() throws {
        let other = try Self.server { $0.version = 2 }
        defer { other.stop() }
        #expect(throws: SerialLinkError.arm(path: other.path, .version(ours: 1, theirs: 2...2))) {
            try SerialLink.connect(other.path, timeout: 10)
        }
        let found = ArmCapabilities.identity(of: try Self.description().arm)
        let server = try Self.server()
        defer { server.stop() }
        #expect(throws: SerialLinkError.arm(path: server.path, .otherArm(expected: 1, found: found))) {
            try SerialLink.connect(server.path, expecting: 1, timeout: 10)
        }
    }

    @Test func silenceOnAPortIsTypedWithWhatWasHeard() throws {
        let terminal = try PseudoTerminal()
        do {
            _ = try SerialLink.connect(terminal.path, timeout: 0.2)
            Issue.record("connected to nobody")
        } catch {
            guard case .arm(_, .noAnswer(_, bytesSeen: 0)) = error else { return #expect(Bool(false), "\(error)") }
        }
    }
}
