import ControlCore
import Frames

/// What other threads may know of the loop: one tick's output, and where the procedure stands.
public struct GuideSnapshot: Sendable {
    public var now: Double
    public var output: ControlOutput
    public var stage: GuideProcedure.Stage?
    /// Measured joints of the newest report, and when they were true.
    public var arm: Timed<ArmFeedback>?
    public var linkIsUp: Bool
}

/// Where other threads hand values to a `GuideLoop`, and read what it did. None of it makes the loop wait.
public final class GuidePost: Sendable {
    public let references = Mailbox<Timed<TrackedPose<Tracker, Reference>>>(capacity: 64)
    public let hands = Mailbox<Timed<HandSample>>(capacity: 64)
    public let requests = Mailbox<OperatorRequest>(capacity: 16)
    public let procedures = Mailbox<GuideProcedure>(capacity: 4)
    public let snapshot: Published<GuideSnapshot?>

    public init() { snapshot = Published(nil) }
}

/// One tick of the whole loop over any channel: newest samples in, `ControlLoop.step`, one command out.
///
/// The same body runs in real time over a serial port and in virtual time beside a simulated arm.
public struct GuideLoop<Channel: ArmChannel & Sendable>: LoopBody {
    public private(set) var control: ControlLoop
    public var channel: Channel
    public let post: GuidePost
    private var procedure: GuideProcedure?
    private var reference: Timed<TrackedPose<Tracker, Reference>>?
    private var hand: Timed<HandSample>?
    private var last: ControlOutput?
    private let keepsSteps: Bool
    private var lastStep: (before: ControlLoop, inputs: ControlInputs, dt: Double)?

    /// - Parameter keepsSteps: keep what each step began from, so that it can be measured again (virtual time).
    public init(control: ControlLoop, channel: Channel, post: GuidePost, keepsSteps: Bool = false) {
        self.control = control
        self.channel = channel
        self.post = post
        self.keepsSteps = keepsSteps
    }

    public func repeatStep() -> Bool {
        guard let step = lastStep else { return false }
        var control = step.before
        return control.step(step.inputs, dt: step.dt).command == last?.command
    }

    public mutating func tick(_ tick: Tick) -> TickOutcome {
        let now = Double(tick.now) * 1e-9
        while let sample = post.references.take() { reference = sample }
        while let sample = post.hands.take() { hand = sample }
        while let next = post.procedures.take() { procedure = next }
        let arm = channel.receive(now: now)
        let inputs = ControlInputs(
            now: now, arm: arm, reference: reference, hand: hand, linkIsUp: channel.isUp, request: request(now))
        if keepsSteps { lastStep = (control, inputs, tick.dt) }
        let output = control.step(inputs, dt: tick.dt)
        _ = channel.send(output.command, now: now)
        last = output
        post.snapshot.publish(
            GuideSnapshot(now: now, output: output, stage: procedure?.stage, arm: arm, linkIsUp: channel.isUp))
        return .proceed
    }

    /// A person's own request goes before what the procedure would ask for.
    private mutating func request(_ now: Double) -> OperatorRequest? {
        if let asked = post.requests.take() { return asked }
        guard let last else { return nil }
        return procedure?.next(after: last, now: now)
    }
}
