import ControlCore
import Frames

/// Brings a guide to one planned axis and holds it there: enable, load, approach, align, hold, retract, rest.
///
/// It stands in a person's place: it looks at each tick's output and asks for the next thing, and never goes round a refusal
/// or a stop. Pure and without allocation; times are seconds of the loop's clock.
public struct GuideProcedure: Sendable {
    /// How far before the entry the guide passes and waits, and for how long it is held. mm, s.
    public struct Distances: Equatable, Sendable {
        /// Depth of the guide's tip while it is held, negative before the entry.
        public var held: Double
        /// Depth at which it leaves free motion for fine motion, and to which it retracts.
        public var clear: Double
        public var hold: Double
        /// The guide counts as aligned within these of its axis by the loop's own measure, mm and rad.
        public var alignedWithin: Double
        public var alignedAngle: Double

        public init(held: Double, clear: Double, hold: Double, alignedWithin: Double = 0.8, alignedAngle: Double = 0.0105) {
            self.held = held
            self.clear = clear
            self.hold = hold
            self.alignedWithin = alignedWithin
            self.alignedAngle = alignedAngle
        }
    }

    public enum Stage: Equatable, Sendable {
        case enabling, loading, approaching, aligning, holding, retracting, resting
        case done
        /// The loop stopped the arm, or refused a request that cannot be asked again.
        case failed(StopReason?, RequestRefusal?)
    }

    public let axis: GuidedAxis
    public let X_ReferenceCT: Pose<Reference, CT>
    public let distances: Distances
    public private(set) var stage = Stage.enabling
    /// When the procedure began, and when the guide was first held on its axis.
    public private(set) var began: Double?
    public private(set) var heldSince: Double?
    private var asked = -Double.infinity
    private var alignedSince: Double?
    private var loadWasAsked = false

    /// A request that could not be followed yet is asked again after this long, s.
    private static let patience = 0.05
    /// The error must stay small for this long before the guide counts as held, s.
    private static let settling = 0.3

    public init(axis: GuidedAxis, X_ReferenceCT: Pose<Reference, CT>, distances: Distances) {
        self.axis = axis
        self.X_ReferenceCT = X_ReferenceCT
        self.distances = distances
    }

    /// What to ask for in the next tick, given what the last one brought.
    public mutating func next(after output: ControlOutput, now: Double) -> OperatorRequest? {
        if began == nil { began = now }
        guard stage != .done else { return nil }
        if case .failed = stage { return nil }
        if let failure = failure(in: output) {
            stage = failure
            return nil
        }
        switch stage {
        case .enabling: return enable(output, now)
        case .loading: return load(output, now)
        case .approaching: return whenThere(output, now, then: .aligning, asking: .task(.align(depth: distances.held)))
        case .aligning: return align(output, now)
        case .holding: return hold(output, now)
        case .retracting: return whenThere(output, now, then: .resting, asking: .task(.rest))
        case .resting: return rest(output)
        case .done, .failed: return nil
        }
    }

    private func failure(in output: ControlOutput) -> Stage? {
        if output.state == .fault || output.state == .paused { return .failed(output.stopReason, output.refusal) }
        if stage != .enabling, output.state == .disabled { return .failed(output.stopReason, output.refusal) }
        guard let refusal = output.refusal else { return nil }
        switch refusal {
        case .moving, .patientUnknown, .jointsUnknown, .armNotReady: return nil
        default: return .failed(output.stopReason, refusal)
        }
    }

    private mutating func enable(_ output: ControlOutput, _ now: Double) -> OperatorRequest? {
        if output.state == .enabled {
            stage = .loading
            return nil
        }
        guard !output.isEnabling, now - asked > Self.patience else { return nil }
        asked = now
        return .enable
    }

    private mutating func load(_ output: ControlOutput, _ now: Double) -> OperatorRequest? {
        if loadWasAsked, output.axisError != nil, output.refusal == nil {
            stage = .approaching
            asked = now
            return .task(.approach(depth: distances.clear))
        }
        guard output.isStandingStill, !loadWasAsked || now - asked > Self.patience else { return nil }
        asked = now
        loadWasAsked = true
        return .load(axis, X_ReferenceCT: X_ReferenceCT)
    }

    /// Waits until the task in hand holds at its depth, then asks for the next.
    private mutating func whenThere(
        _ output: ControlOutput, _ now: Double, then next: Stage, asking request: OperatorRequest
    ) -> OperatorRequest? {
        guard output.phase == .holding, now - asked > Self.patience else { return nil }
        stage = next
        asked = now
        return request
    }

    private mutating func align(_ output: ControlOutput, _ now: Double) -> OperatorRequest? {
        guard output.phase == .holding, let error = output.axisError, error.across <= distances.alignedWithin,
            abs(error.along) <= distances.alignedWithin, error.angle <= distances.alignedAngle
        else {
            alignedSince = nil
            return nil
        }
        alignedSince = alignedSince ?? now
        guard let since = alignedSince, now - since >= Self.settling else { return nil }
        stage = .holding
        heldSince = now
        return nil
    }

    private mutating func hold(_ output: ControlOutput, _ now: Double) -> OperatorRequest? {
        guard let since = heldSince, now - since >= distances.hold else { return nil }
        stage = .retracting
        asked = now
        return .task(.retract(depth: distances.clear))
    }

    private mutating func rest(_ output: ControlOutput) -> OperatorRequest? {
        if output.isStandingStill { stage = .done }
        return nil
    }
}
