import ControlCore
import RobotModel
import Testing

@testable import ArmProtocol

@Suite struct EndpointTests {
    @Test func aSessionOpensWithTheArmsOwnWords() throws {
        let pair = try Pair()
        #expect(pair.host.state == .connected && pair.events == [.opened])
        let said = try #require(pair.host.capabilities)
        let meant = try smallCapabilities()
        #expect(said.identity == meant.identity && said.name.text == "small arm" && said.kinds == meant.kinds)
        #expect(said.cycle == 0.001 && said.watchdog == 0.02)
        #expect(
            said.lower[0] == -3 && said.upper[1] == 240 && said.upper[2] == .infinity && said.lower[2] == -.infinity)
        #expect(said.speed[1] == 100 && said.acceleration[0] == 8)
    }

    @Test func commandsAndReportsArriveAsTheyWereMeant() throws {
        var pair = try Pair()
        let q = joints(1.2345678912, 99.9999994, -20)
        let v = joints(-0.12345678, 33.333333, 1)
        pair.deliver(pair.command(.setPoint(positions: q, velocities: v), now: 0.001), now: 0.0012)
        guard case .command(.setPoint(let gotQ, let gotV), 1) = pair.events.last else {
            Issue.record("\(pair.events)")
            return
        }
        for joint in 0..<3 {
            let kind = try smallArm().joint(joint).kind
            #expect(abs(gotQ[joint] - q[joint]) <= WireUnits.rounding(kind) * 1.0001)
            #expect(abs(gotV[joint] - v[joint]) <= 0.5001 / WireUnits.rateCounts(kind))
        }
        pair.hear(pair.report(sampleReport(time: 5)), now: 0.003)
        let report = try #require(pair.host.feedback)
        #expect(report.time == 0.003 && report.value.acknowledged == 1 && report.value.armTime == 5)
        #expect(report.value.drive == .enabled && report.value.faults == [.watchdog])
        #expect(abs(report.value.positions[1] - 120) < 1e-6 && abs(report.value.velocities[1] + 20) < 1e-5)
        #expect(abs((pair.host.roundTrip ?? 0) - 0.002) < 1e-12)
        for command in [ArmCommand.enable, .disable, .hold, .stop, .clearFault, .heartbeat] {
            pair.deliver(pair.command(command, now: 0.01), now: 0.01)
            #expect(pair.events.last == .command(command, sequence: pair.host.lastSent))
        }
    }

    @Test func numbersThatDoNotFitAreNotSent() throws {
        var pair = try Pair()
        let zero = JointVector(count: 3)
        func send(_ q: JointVector, _ v: JointVector) -> HostEndpoint.Outcome {
            pair.host.encode(.setPoint(positions: q, velocities: v), now: 0, into: &pair.frame)
        }
        #expect(send(joints(0, 0, .nan), zero) == .unsendable(.position(joint: 2)))
        #expect(send(joints(22, 0, 0), zero) == .unsendable(.position(joint: 0)))
        #expect(send(zero, joints(0, .infinity, 0)) == .unsendable(.speed(joint: 1)))
        #expect(send(JointVector(count: 6), zero) == .unsendable(.jointCount(6)))
        #expect(pair.host.lastSent == 0)
        var idle = HostEndpoint()
        let outcome = idle.encode(.enable, now: 0, into: &pair.frame)
        #expect(outcome == .notConnected)
    }

    @Test func doubledReplayedAndLostFramesAreCounted() throws {
        var pair = try Pair()
        let first = pair.command(.enable, now: 0)
        let second = pair.command(.hold, now: 0)
        _ = pair.command(.heartbeat, now: 0)
        let fourth = pair.command(.stop, now: 0)
        pair.deliver(first + second + second + first + fourth + second, now: 0)
        #expect(pair.events.count == 4 && pair.arm.acknowledged == 4)
        #expect(pair.arm.statistics.stale == 3 && pair.arm.statistics.lost == 1)
        let reports = (0..<4).map { pair.report(sampleReport(time: Double($0))) }
        pair.hear(reports[0] + reports[0] + reports[3] + reports[1], now: 1)
        #expect(pair.host.feedback?.value.armTime == 3)
        #expect(pair.host.statistics.stale == 2 && pair.host.statistics.lost == 2)
    }

    @Test func aReplayedGreetingDoesNotTouchTheSession() throws {
        var pair = try Pair()
        var again = HostEndpoint()
        again.connect(nonce: 77, now: 0)
        let hello = again.poll(now: 0, into: &pair.frame) ? pair.frame.array : []
        pair.deliver(pair.command(.enable, now: 0), now: 0)
        pair.deliver(hello, now: 0.001)
        #expect(pair.events.count == 2 && pair.arm.statistics.stale == 1)
        let goesOn = pair.command(.heartbeat, now: 0.002)
        pair.deliver(goesOn, now: 0.002)
        #expect(pair.events.last == .command(.heartbeat, sequence: 2))
    }

    @Test func aLostWelcomeIsSaidAgain() throws {
        var pair = try Pair()
        pair.host.connect(nonce: 5, now: 1)
        pair.deliver(pair.greeting(now: 1), now: 1)
        let wasSaid = pair.arm.reply(into: &pair.frame)  // and is lost
        let tooSoon = pair.greeting(now: 1.01)
        #expect(wasSaid && tooSoon.isEmpty)
        pair.deliver(pair.greeting(now: 1.06), now: 1.06)
        pair.answer(now: 1.06)
        #expect(pair.host.state == .connected)
        #expect(pair.events == [.opened, .opened])
    }

    @Test func commandsOfAnEndedSessionAreRefused() throws {
        var pair = try Pair()
        let old = pair.command(.enable, now: 0)
        pair.host.connect(nonce: 78, now: 0.1)
        pair.deliver(pair.greeting(now: 0.1), now: 0.1)
        pair.answer(now: 0.1)
        let count = pair.events.count
        pair.deliver(old, now: 0.2)
        #expect(pair.events.count == count && pair.arm.statistics.foreign == 1)
    }

    @Test func aRestartedArmEndsTheHostsSession() throws {
        var pair = try Pair()
        pair.arm = ArmEndpoint(capabilities: try smallCapabilities(), firstSession: 900)
        pair.deliver(pair.command(.heartbeat, now: 0.01), now: 0.01)
        pair.answer(now: 0.01)
        #expect(pair.host.state == .failed(.sessionEnded))
        let none = pair.command(.heartbeat, now: 0.02)
        #expect(none.isEmpty)
    }

    @Test func goodbyeClosesInOrder() throws {
        var pair = try Pair()
        let outcome = pair.host.goodbye(now: 0, into: &pair.frame)
        pair.deliver(pair.frame.array, now: 0)
        let reports = pair.arm.encode(sampleReport(time: 0), into: &pair.frame)
        #expect(outcome == .encoded && pair.events.last == .closed && !pair.arm.isOpen && pair.host.state == .idle)
        #expect(!reports)
    }

    @Test func anotherVersionIsATypedFailure() throws {
        var pair = try Pair()
        pair.arm = ArmEndpoint(capabilities: try smallCapabilities(), version: 2)
        pair.host.connect(nonce: 3, now: 0)
        pair.deliver(pair.greeting(now: 0), now: 0)
        pair.answer(now: 0)
        #expect(pair.host.state == .failed(.version(ours: 1, theirs: 2...2)))
        // An arm that welcomes in its own version, instead of refusing.
        pair.host.connect(nonce: 4, now: 0)
        var content = ContentWriter()
        Header(.welcome, session: 1, sequence: 0, version: 3).write(to: &content)
        content.put(UInt32(12))
        seal(&content, into: &pair.frame)
        pair.hear(pair.frame.array, now: 0)
        #expect(pair.host.state == .failed(.version(ours: 1, theirs: 3...3)))
    }

    @Test func anotherArmIsATypedFailure() throws {
        var pair = try Pair()
        pair.host = HostEndpoint(settings: HostEndpoint.Settings(expectedIdentity: 42))
        pair.host.connect(nonce: 6, now: 0)
        pair.deliver(pair.greeting(now: 0), now: 0)
        pair.answer(now: 0)
        #expect(pair.host.state == .failed(.otherArm(expected: 42, found: try smallCapabilities().identity)))
    }

    @Test func silenceIsToldFromNoise() throws {
        var host = HostEndpoint()
        var frame = FrameBuffer()
        host.connect(nonce: 1, now: 10)
        _ = host.poll(now: 12.01, into: &frame)
        guard case .failed(.noAnswer(_, 0)) = host.state else { return #expect(Bool(false), "\(host.state)") }
        host.connect(nonce: 1, now: 20)
        [UInt8](repeating: 0x55, count: 40).withUnsafeBytes { host.receive($0, now: 20.5) }
        _ = host.poll(now: 22.01, into: &frame)
        guard case .failed(.noAnswer(_, 40)) = host.state else { return #expect(Bool(false), "\(host.state)") }
        var pair = try Pair()
        _ = pair.host.poll(now: 0.49, into: &frame)
        #expect(pair.host.state == .connected)
        _ = pair.host.poll(now: 0.51, into: &frame)
        #expect(pair.host.state == .failed(.silent(seconds: 0.51)))
    }

    @Test func theWatchdogCountsAcceptedCommandsOnly() throws {
        var pair = try Pair()
        let frame = pair.command(.heartbeat, now: 0.01)
        pair.deliver(frame, now: 0.01)
        #expect(!pair.arm.watchdogHasRunOut(now: 0.0299))
        pair.deliver(frame, now: 0.025)  // replayed
        pair.deliver([1, 2, 3, 0], now: 0.026)
        #expect(pair.arm.watchdogHasRunOut(now: 0.0301))
    }

    @Test func reportsHeldBackHaveTheirAge() throws {
        var pair = try Pair()
        for index in 0..<100 {
            pair.hear(pair.report(sampleReport(time: 7 + Double(index) * 1e-3)), now: Double(index) * 1e-3)
        }
        let late = pair.report(sampleReport(time: 7.1))
        pair.hear(late, now: 0.15)  // 50 ms late
        let report = try #require(pair.host.feedback)
        #expect(abs(report.time - 0.1) < 1e-4)
        // A clock that runs backwards is no clock.
        pair.hear(pair.report(sampleReport(time: 6)), now: 0.2)
        #expect(pair.host.feedback?.value.armTime == 7.1 && pair.host.statistics.malformed == 1)
    }
}
