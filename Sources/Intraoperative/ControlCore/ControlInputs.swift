import Frames

/// What one tick may look at: the newest of everything, each with the time at which it was true.
public struct ControlInputs: Sendable {
    /// The loop's clock in this tick, s. Never smaller than in the tick before.
    public var now: Double
    /// The arm's newest report; `nil` until the first.
    public var arm: Timed<ArmFeedback>?
    /// The patient's newest tracked pose; `nil` until the first.
    public var reference: Timed<TrackedPose<Tracker, Reference>>?
    /// The hand's newest sample; `nil` where there is no hand device.
    public var hand: Timed<HandSample>?
    /// False where the link to the arm is known to be down.
    public var linkIsUp: Bool
    /// A person's request, in the one tick in which it is new.
    public var request: OperatorRequest?

    public init(
        now: Double, arm: Timed<ArmFeedback>? = nil, reference: Timed<TrackedPose<Tracker, Reference>>? = nil,
        hand: Timed<HandSample>? = nil, linkIsUp: Bool = true, request: OperatorRequest? = nil
    ) {
        self.now = now
        self.arm = arm
        self.reference = reference
        self.hand = hand
        self.linkIsUp = linkIsUp
        self.request = request
    }
}
