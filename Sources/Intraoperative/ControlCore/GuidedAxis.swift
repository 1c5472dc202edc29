import Frames

/// One item of a plan as the loop needs it: an axis in the CT, how deep the tool may go, and which approved plan it is from.
public struct GuidedAxis: Equatable, Sendable {
    /// Where the axis enters the bone or the skin, CT coordinates, mm.
    public let entry: Point<CT>
    /// The planned end: a screw's tip, a biopsy's target; CT coordinates, mm.
    public let target: Point<CT>
    /// From entry to target.
    public let direction: Direction<CT>
    /// The depth stop: the tool's tip never goes further than this many mm past the entry. May be negative for a guide.
    public let greatestDepth: Double
    /// SHA-256 of the plan's canonical bytes, whose approving signature was verified before the item was loaded.
    public let approvedPlan: SIMD4<UInt64>
    /// The item's place in its plan, for the record.
    public let item: UInt32

    /// `nil` where a number is not finite, the axis is shorter than 1 mm, the depth stop lies past the target, or no
    /// approved plan is named.
    public init?(
        entry: Point<CT>, target: Point<CT>, greatestDepth: Double, approvedPlan: SIMD4<UInt64>, item: UInt32 = 0
    ) {
        guard entry.isFinite, target.isFinite, greatestDepth.isFinite, approvedPlan != .zero else { return nil }
        guard let direction = (target - entry).direction, entry.distance(to: target) >= 1 else { return nil }
        guard greatestDepth <= entry.distance(to: target) else { return nil }
        self.entry = entry
        self.target = target
        self.direction = direction
        self.greatestDepth = greatestDepth
        self.approvedPlan = approvedPlan
        self.item = item
    }

    /// The point `depth` mm past the entry; before it where `depth` is negative.
    @inlinable public func point(atDepth depth: Double) -> Point<CT> { entry + direction * depth }
}

/// What the arm does while it is enabled. Depths are mm past the entry along the axis; a stand-off is a negative depth.
public enum ControlTask: Equatable, Sendable {
    /// Hold still in the base frame; the patient is not followed.
    case rest
    /// In a straight line at free speed to the axis, the tip at `depth`, then hold there and follow the patient.
    case approach(depth: Double)
    /// The same at fine speed: the tool's +Z on the planned axis, the tip at `depth`; then follow the patient.
    case align(depth: Double)
    /// Along the axis at advancing speed to `depth`, at most to the depth stop. Only from alignment.
    case advance(depth: Double)
    /// Back along the axis at advancing speed to `depth`.
    case retract(depth: Double)
    /// The hand's motion along the axis, tremor removed, moves the tip along it, between `least` and the depth stop.
    case guideByHand(least: Double)
}

/// What a person, or a program in a person's place, asks for; taken once in the tick that it is given to.
public enum OperatorRequest: Equatable, Sendable {
    case enable
    case disable
    case pause
    case resume
    case clearFault
    case emergencyStop
    /// A registration and an approved axis; only while the arm does not move.
    case load(GuidedAxis, X_ReferenceCT: Pose<Reference, CT>)
    /// Forget axis and registration.
    case unload
    case task(ControlTask)
}

/// Why a request was not followed.
public enum RequestRefusal: Equatable, Sendable {
    /// The table of states has no way from here.
    case notInThisState(SafetyState)
    /// No joint reports, or stale ones.
    case jointsUnknown
    /// The arm reports faults, or its drives cannot be switched on from where it is.
    case armNotReady
    /// No fresh pose of the patient.
    case patientUnknown
    /// No approved axis with its registration is loaded.
    case nothingLoaded
    /// Advance, retract and guiding by hand start only from alignment; the errors now, mm and rad.
    case notAligned(millimetres: Double, radians: Double)
    /// The asked depth is not a number or lies past the depth stop, mm.
    case depthOutOfRange(greatest: Double)
    /// No joint angles reach the pose inside the limits, or it lies outside the workspace.
    case unreachable
    /// Guiding by hand needs a fresh sample of the hand.
    case handUnknown
    /// The registration is no finite pose.
    case notFinite
    /// The arm still moves.
    case moving
    /// Drives did not come on in time.
    case enableTimedOut
}
