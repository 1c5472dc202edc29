import Frames

/// One tracked pose, with what the tracker says of its quality. The time at which it was true is in the `Timed` round it.
public struct TrackedPose<A: Frame, B: Frame>: Equatable, Sendable {
    /// The pose of the tracked frame `B` in `A`.
    public var pose: Pose<A, B>
    /// RMS distance of the seen markers from the frame's known geometry, mm.
    public var residual: Double
    /// Markers of the frame that the tracker did not see.
    public var missingMarkers: Int
    /// False where the tracker reports the frame as lost: `pose` then means nothing.
    public var isVisible: Bool

    public init(_ pose: Pose<A, B>, residual: Double = 0, missingMarkers: Int = 0, isVisible: Bool = true) {
        self.pose = pose
        self.residual = residual
        self.missingMarkers = missingMarkers
        self.isVisible = isVisible
    }

    @inlinable public var isFinite: Bool { pose.isFinite && residual.isFinite }
}

/// Where the surgeon's hand is, from a handle, a force sensor's admittance or a tracked grip.
public struct HandSample: Equatable, Sendable {
    /// The hand's displacement from where it took hold, in the base frame, mm.
    public var displacement: Displacement<Base>

    public init(displacement: Displacement<Base>) { self.displacement = displacement }
}
