import ControlCore
import Foundation
import Frames
import RobotModel
import Testing

@testable import ArmProtocol

/// The frames printed in Documentation/arm-protocol.md were made by another program (in Python, from the page's tables).
@Suite struct DocumentTests {
    static func page() throws -> String {
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: checkout.appendingPathComponent("Documentation/arm-protocol.md"), encoding: .utf8)
    }

    static func example(_ name: String) throws -> [UInt8] {
        let line = try #require(try page().split(separator: "\n").first { $0.hasPrefix("    \(name): ") })
        return line.dropFirst(6 + name.count).split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }

    static func twoJoints() throws -> ArmCapabilities {
        let limits = JointLimits(lower: -3, upper: 3, speed: 2, acceleration: 8, jerk: 100)
        let joint = ArmJoint(kind: .revolute, X_ParentJoint: .identity(), axis: .z, limits: limits)
        let arm = try SerialArm(joints: [joint, joint], flange: .identity())
        return ArmCapabilities(of: arm, name: "two", cycle: 0.001, watchdog: 0.02)
    }

    /// Host and arm with session 1 open.
    static func pair() throws -> (HostEndpoint, ArmEndpoint) {
        var host = HostEndpoint()
        var arm = ArmEndpoint(capabilities: try twoJoints())
        var frame = FrameBuffer()
        host.connect(nonce: 0x1234_5678, now: 0)
        _ = host.poll(now: 0, into: &frame)
        frame.withBytes { arm.receive($0, now: 0) { _ in } }
        _ = arm.reply(into: &frame)
        frame.withBytes { host.receive($0, now: 0) }
        return (host, arm)
    }

    @Test func theGreetingIsAsPrinted() throws {
        var host = HostEndpoint()
        var frame = FrameBuffer()
        host.connect(nonce: 0x1234_5678, now: 0)
        _ = host.poll(now: 0, into: &frame)
        #expect(try frame.array == Self.example("hello"))
    }

    @Test func theSetPointAndTheReportAreAsPrinted() throws {
        var (host, arm) = try Self.pair()
        var frame = FrameBuffer()
        for _ in 0..<6 { _ = host.encode(.heartbeat, now: 0, into: &frame) }
        let (q, v) = (joints(0.5, -0.25), joints(0.1, 0))
        let outcome = host.encode(.setPoint(positions: q, velocities: v), now: 0, into: &frame)
        #expect(outcome == .encoded)
        #expect(try frame.array == Self.example("set-point"))
        var event: ArmEndpoint.Event?
        frame.withBytes { arm.receive($0, now: 0) { event = $0 } }
        #expect(event == .command(.setPoint(positions: q, velocities: v), sequence: 7))
        let report = ArmFeedback(positions: joints(0.49999, -0.25), velocities: v, drive: .enabled, armTime: 2.5)
        for _ in 0..<9 { _ = arm.encode(report, into: &frame) }
        #expect(try frame.array == Self.example("feedback"))
        frame.withBytes { host.receive($0, now: 1) }
        var heard = report
        heard.acknowledged = 7
        #expect(host.feedback?.value == heard)
    }

    @Test func thePageNamesTheNumbersOfTheCode() throws {
        let page = try Self.page()
        #expect(page.contains("0xE3069283") && page.contains("16 to \(FrameSize.largestContent) bytes"))
        for kind in [MessageKind.hello, .goodbye, .heartbeat, .setPoint, .welcome, .refusal, .feedback] {
            #expect(page.contains("| \(String(format: "%02X", kind.rawValue)) "))
        }
    }

    /// The largest message, the welcome of an arm of eight joints, fits a frame.
    @Test func everyMessageFits() throws {
        let limits = JointLimits(lower: -3, upper: 3, speed: 2, acceleration: 8, jerk: 100)
        let joint = ArmJoint(kind: .revolute, X_ParentJoint: .identity(), axis: .z, limits: limits)
        let arm = try SerialArm(joints: Array(repeating: joint, count: 8), flange: .identity())
        let said = ArmCapabilities(of: arm, name: "a name of too many letters", cycle: 0.001, watchdog: 0.02)
        var content = ContentWriter()
        Header(.welcome, session: 1, sequence: 0).write(to: &content)
        said.writeBody(to: &content, nonce: 1)
        #expect(content.count == FrameSize.header + 41 + 8 * 17)
        #expect(content.count + FrameSize.checksum <= FrameSize.largestContent)
        #expect(said.name.text == "a name of too ma")
    }
}
