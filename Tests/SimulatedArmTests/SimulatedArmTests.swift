import ArmProtocol
import ControlCore
import Frames
import Glibc
import RobotDescription
import RobotModel
import Testing

@testable import SimulatedArm

@Suite struct SimulatedArmTests {
    @Test func isDisabledUntilEnabledAndDoesNotMoveMeanwhile() throws {
        var bench = try Bench()
        let home = bench.arm.truePositions
        bench.turn(20, .heartbeat)
        #expect(bench.report?.value.drive == .disabled && bench.channel.isUp)
        bench.moveJoint(0, speed: 0.5, ticks: 50)
        #expect(bench.arm.truePositions == home && bench.arm.refusedCommands >= 49)
        #expect(bench.enable() >= 50)
        bench.turn(100, .heartbeat)
        #expect(bench.report?.value.drive == .enabled)
        #expect((bench.arm.truePositions - home).largestMagnitude < 2e-5)
    }

    /// A slow swing like breathing, of every joint: the truth is where the set-points say, when they say so.
    @Test func followsSetPoints() throws {
        var bench = try Bench()
        _ = bench.enable()
        let q0 = try #require(bench.report).value.positions
        func angle(_ t: Double) -> Double { 0.02 * (1 - cos(2 * .pi * 0.5 * t)) }
        func speed(_ t: Double) -> Double { 0.02 * 2 * .pi * 0.5 * sin(2 * .pi * 0.5 * t) }
        var worst = 0.0
        for k in 1...4000 {
            let t = Double(k) * 1e-3
            let aim = JointVector(SIMD8(repeating: angle(t)), count: 6)
            bench.turn(.setPoint(positions: q0 + aim, velocities: JointVector(SIMD8(repeating: speed(t)), count: 6)))
            guard k > 100 else { continue }
            worst = max(worst, (bench.arm.truePositions - q0 - aim).largestMagnitude)
        }
        // The wrist sticks for a moment where it turns round: 1.9e-4 rad; elsewhere it is below 1e-5 rad.
        #expect(worst < 2.5e-4, "\(worst) rad")
        #expect(bench.arm.faults.isEmpty)
    }

    @Test func encodersCountInSteps() throws {
        var bench = try Bench()
        _ = bench.enable()
        bench.moveJoint(3, speed: 0.1, ticks: 100)
        let step = 2 * Double.pi / (101 * 8192)
        let shown = try #require(bench.report).value.positions
        for joint in 0..<6 {
            let counts = shown[joint] / step
            #expect(abs(counts - counts.rounded()) * step < 1e-8)
            #expect(abs(shown[joint] - bench.arm.truePositions[joint]) <= step / 2 + 1e-8)
        }
    }

    @Test func theWatchdogStopsWithinTheLimitsAndHolds() throws {
        var bench = try Bench()
        _ = bench.enable()
        bench.moveJoint(0, speed: 0.5, ticks: 300)
        let atSilence = bench.arm.truePositions[0]
        #expect(abs(bench.arm.trueVelocities[0] - 0.5) < 0.01)
        var tripped: Int?
        var fastest = 0.0
        var before = bench.arm.trueVelocities[0]
        for k in 1...400 {
            bench.turn(nil)
            if bench.report?.value.drive == .watchdogHold { tripped = tripped ?? k }
            fastest = max(fastest, abs(bench.arm.trueVelocities[0] - before) / 1e-3)
            before = bench.arm.trueVelocities[0]
        }
        // 20 ms after the last command, and the tick in which the report is read.
        #expect(try #require(tripped) <= 23)
        #expect(try #require(tripped) >= 20)
        #expect(bench.arm.isStandingStill && bench.arm.faults == .watchdog)
        // v²/2a at 1.5 × 8 rad/s², and two cycles of extrapolation, and the tick under way.
        #expect(bench.arm.truePositions[0] - atSilence < 0.5 * 0.5 / (2 * 12) + 0.5 * 0.005)
        #expect(fastest < 2 * 12)
        // Set-points do not wake it; enabling does, without a jump.
        let held = bench.arm.truePositions
        bench.moveJoint(0, speed: 0.5, ticks: 20)
        #expect((bench.arm.truePositions - held).largestMagnitude < 2e-5)
        #expect(bench.enable() < 5)
        bench.turn(20, .heartbeat)
        #expect((bench.arm.truePositions - held).largestMagnitude < 3e-5)
    }

    @Test(arguments: [
        (0, 0.0, 10.0, ArmFaults.overSpeed), (0, 7.0, 0.0, .jointLimit), (2, 3.2, 0.0, .jointLimit),
        (1, 0.02, 0.0, .badCommand),
    ]) func commandsBeyondTheLimitsAreRefused(joint: Int, by: Double, speed: Double, fault: ArmFaults) throws {
        var bench = try Bench()
        _ = bench.enable()
        let home = bench.arm.truePositions
        var q = try #require(bench.report).value.positions
        var v = JointVector(count: 6)
        q[joint] += joint == 2 ? 2 * by : by
        v[joint] = speed
        bench.turn(.setPoint(positions: q, velocities: v))
        bench.turn(200, .heartbeat)
        #expect(bench.report?.value.faults == fault && bench.report?.value.drive == .fault)
        #expect((bench.arm.truePositions - home).largestMagnitude < 2e-5)
        // Enabling needs the fault to be cleared first.
        bench.turn(100, .enable)
        #expect(bench.report?.value.drive == .fault)
        bench.turn(5, .clearFault)
        #expect(bench.report?.value.drive == .disabled)
        #expect(bench.enable() < 100)
    }

    /// Out of a hold by way of the brakes: the hold's fault is gone when the drives are on again.
    @Test func aHoldEndsByDisablingToo() throws {
        var bench = try Bench()
        _ = bench.enable()
        bench.turn(50, nil)
        #expect(bench.report?.value.drive == .watchdogHold)
        bench.turn(20, .disable)
        #expect(bench.report?.value.drive == .disabled)
        #expect(bench.enable() < 100)
        #expect(bench.arm.faults.isEmpty)
    }

    @Test(arguments: [ArmCommand.hold, .stop, .disable]) func stopsAsTold(command: ArmCommand) throws {
        var bench = try Bench()
        _ = bench.enable()
        bench.moveJoint(1, speed: 0.4, ticks: 200)
        let begin = bench.arm.truePositions[1]
        bench.turn(200, command)
        #expect(bench.arm.isStandingStill && bench.report?.value.drive == (command == .hold ? .enabled : .disabled))
        #expect(bench.arm.truePositions[1] - begin < 0.4 * 0.4 / (2 * 12) + 0.4 * 0.005)
        #expect(bench.arm.faults.isEmpty)
    }

    @Test func theSameSeedGivesTheSameBytes() throws {
        func run(_ seed: UInt64) throws -> [UInt8] {
            var arm = try SimulatedArm(
                try ur5e(),
                settings: {
                    var settings = SimulatedArmSettings()
                    settings.seed = seed
                    settings.baud = 2_000_000
                    settings.faults = [ScheduledFault(.damage(.toHost, probability: 0.05), at: 0.1)]
                    return settings
                }())
            var host = HostEndpoint()
            var frame = FrameBuffer()
            host.connect(nonce: 1, now: 0)
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            for k in 1...400 {
                let now = Double(k) * 1e-3
                if host.poll(now: now, into: &frame) { frame.withBytes { arm.receive($0) } }
                if host.encode(.enable, now: now, into: &frame) == .encoded { frame.withBytes { arm.receive($0) } }
                arm.step()
                let count = buffer.withUnsafeMutableBytes { arm.transmit(into: $0) }
                all += buffer[..<count]
                buffer[..<count].withUnsafeBytes { host.receive($0, now: now) }
            }
            return all
        }
        let first = try run(3)
        #expect(first.count > 20_000)
        #expect(try run(3) == first)
        #expect(try run(4) != first)
    }

    @Test func settingsAndFaultsThatCannotBeAreRefused() throws {
        func make(_ change: (inout SimulatedArmSettings) -> Void) throws {
            var settings = SimulatedArmSettings()
            change(&settings)
            _ = try SimulatedArm(try ur5e(), settings: settings)
        }
        #expect(throws: SimulatedArmError.settings) { try make { $0.cycle = 0 } }
        #expect(throws: SimulatedArmError.settings) { try make { $0.watchdog = .nan } }
        #expect(throws: SimulatedArmError.fault(index: 1)) {
            try make { $0.faults = [.init(.restart, at: 0), .init(.freezeEncoder(joint: 6), at: 1)] }
        }
        #expect(throws: SimulatedArmError.fault(index: 0)) {
            try make { $0.faults = [.init(.drop(.toArm, probability: 1.5), at: 1)] }
        }
    }

    @Test func theLineKeepsUpWithItsBaud() throws {
        // 82 bytes a report at 10 bits each: 1 kHz needs 820,000 bits a second.
        for (baud, isEnough) in [(921_600.0, true), (460_800.0, false)] {
            var bench = try Bench { $0.baud = baud }
            bench.turn(400, .heartbeat)
            let age = bench.now - (bench.report?.value.armTime ?? 0)
            #expect(isEnough ? age < 0.004 : age > 0.05, "\(baud) Bd: \(age) s")
        }
    }
}
