import ArmProtocol
import ControlCore
import ControlRuntime
import Foundation
import Frames
import RobotDescription
import SerialLink
import SerialPorts

/// One run on a real port: connects, starts the real-time thread, follows the procedure, and always leaves the arm stopped.
struct RunSession {
    let description: ArmDescription
    let port: String
    let baud: Int
    let axis: GuidedAxis
    let X_BaseCT: Pose<Base, CT>
    let distances: GuideProcedure.Distances
    let item: String

    struct Outcome {
        var held = 0.0
        var largestAcross = 0.0
        var largestAngle = 0.0
        var isRealtime = false
        var statistics = LoopStatistics()
    }

    /// Samples a second that say where the patient is; without a tracker it is where the registration says.
    private static let sampleInterval: UInt32 = 5_000

    func run(_ console: Console) throws -> Outcome {
        let channel = try SerialLink.connect(port, baud: baud, expecting: ArmCapabilities.identity(of: description.arm))
        console.say("connected to \(channel.host.capabilities?.name.text ?? "the arm") on \(port)")
        let post = GuidePost()
        let control = try controlLoop()
        let loop = try RealtimeLoop(GuideLoop(control: control, channel: channel, post: post))
        say(loop.report, console)
        var outcome = Outcome()
        outcome.isRealtime = loop.report.isRealtime
        // Above other programs, below the loop: this thread stands for the tracker, whose samples must not grow old.
        let failure = RealtimePriority.with(40) {
            let failure = follow(loop, post, console, &outcome)
            disable(loop, post)
            return failure
        }.result
        loop.requestStop()
        if let result = loop.join() {
            outcome.statistics = result.statistics
            var channel = result.body.channel
            _ = channel.goodbye(now: SerialLink.steadySeconds())
            if case .overruns(let count) = result.end {
                throw Failure(
                    code: "overruns",
                    message:
                        "The loop computed longer than its period \(count) times in a row and stopped; the arm's watchdog holds it."
                )
            }
        }
        if let failure { throw failure }
        return outcome
    }

    private func controlLoop() throws -> ControlLoop {
        let entry = (X_BaseCT * axis.entry).coordinates
        let around = Vector3(350, 350, 350)
        let home = description.arm.forwardKinematics(description.settings.home, tool: description.settings.X_FlangeTool)
        let least = pointwiseMin(entry, home.translation) - around
        let greatest = pointwiseMax(entry, home.translation) + around
        let workspace = Workspace(least: Point(least), greatest: Point(greatest))
        guard let configuration = description.controlConfiguration(X_BaseTracker: .identity(), workspace: workspace)
        else {
            throw Failure(code: "failed", message: "The arm's limits make no motion.")
        }
        return try ControlLoop(configuration)
    }

    private func say(_ report: RealtimeReport, _ console: Console) {
        func sentence(_ what: String, _ grant: Grant) -> String? {
            guard case .refused(let number) = grant else { return nil }
            return "\(what) (\(String(cString: strerror(number)).lowercased()))"
        }
        let refused = [sentence("real-time scheduling", report.scheduling), sentence("locked memory", report.memory)]
            .compactMap { $0 }
        if !refused.isEmpty {
            console.warn(
                "the system refuses \(refused.joined(separator: " and ")): ticks may come late. Run as root, or grant rtprio and memlock."
            )
        }
    }

    /// Feeds the loop and watches it until the procedure ends; returns why it failed.
    private func follow(
        _ loop: RealtimeLoop<GuideLoop<HostChannel<SerialPort>>>, _ post: GuidePost, _ console: Console,
        _ outcome: inout Outcome
    ) -> Failure? {
        // The reference is fixed to the base: its pose in the tracker (here the base) is the identity, the registration X_BaseCT.
        let fixed = TrackedPose<Tracker, Reference>(.identity())
        let procedure = GuideProcedure(
            axis: axis, X_ReferenceCT: Pose<Reference, Base>.identity() * X_BaseCT, distances: distances)
        var given = false
        var lastStage: GuideProcedure.Stage?
        while true {
            let now = SerialLink.steadySeconds()
            _ = post.references.give(Timed(fixed, at: now))
            if let snapshot = post.snapshot.value {
                if !given, snapshot.output.ages.reference < 0.1, snapshot.arm != nil {
                    given = post.procedures.give(procedure)
                }
                say(snapshot.stage, unlike: &lastStage, console)
                if snapshot.stage == .holding { note(snapshot, &outcome) }
                switch end(snapshot) {
                case .not: break
                case .done: return nil
                case .failed(let failure): return failure
                }
            }
            if let failure = interruption(loop.hasEnded) { return failure }
            usleep(Self.sampleInterval)
        }
    }

    private func interruption(_ hasEnded: Bool) -> Failure? {
        if Signals.isAsked { return Failure(code: "interrupted", message: "Interrupted: the arm was stopped.") }
        guard hasEnded else { return nil }
        return Failure(code: "loop-ended", message: "The control loop ended; the arm's watchdog holds it.")
    }

    private func say(_ stage: GuideProcedure.Stage?, unlike last: inout GuideProcedure.Stage?, _ console: Console) {
        defer { last = stage }
        guard let stage, stage != last else { return }
        console.say("\(item): \(Sentences.name(of: stage))")
    }

    private enum End {
        case not, done, failed(Failure)
    }

    private func end(_ snapshot: GuideSnapshot) -> End {
        if snapshot.stage == .done { return .done }
        if case .failed(let reason, let refusal) = snapshot.stage {
            return .failed(Sentences.stopped(reason, refusal))
        }
        guard !snapshot.linkIsUp else { return .not }
        return .failed(
            Failure(
                code: "link-lost",
                message:
                    "The link to the arm on \(port) was lost; the arm's own watchdog stops it. Look at the arm, the cable and its power."
            ))
    }

    private func note(_ snapshot: GuideSnapshot, _ outcome: inout Outcome) {
        guard let error = snapshot.output.axisError else { return }
        outcome.largestAcross = max(outcome.largestAcross, error.across)
        outcome.largestAngle = max(outcome.largestAngle, error.angle)
        outcome.held = distances.hold
    }

    /// Asks for the drives to be switched off and waits until they are, or a second is over.
    private func disable(_ loop: RealtimeLoop<GuideLoop<HostChannel<SerialPort>>>, _ post: GuidePost) {
        _ = post.requests.give(.disable)
        for _ in 0..<200 {
            if loop.hasEnded { return }
            if let snapshot = post.snapshot.value, snapshot.arm?.value.drive != .enabled { return }
            usleep(Self.sampleInterval)
        }
    }
}
