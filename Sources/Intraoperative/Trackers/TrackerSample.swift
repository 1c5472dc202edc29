import Frames

/// One sample of a tracker: where a tracked body was, when, and how far to trust it.
public struct TrackerSample<Body: Frame>: Equatable, Sendable {
    /// The body in the tracker's frame; `nil` where the tracker did not see it.
    public var pose: Pose<Tracker, Body>?
    /// When that was true, s of the clock of whoever reads the tracker.
    public var time: Double
    /// The tracker's own estimate of its error, RMS in three dimensions, mm.
    public var errorRMS: Double

    public init(pose: Pose<Tracker, Body>?, time: Double, errorRMS: Double) {
        self.pose = pose
        self.time = time
        self.errorRMS = errorRMS
    }

    /// A sample that says that the body was not seen.
    public static func missing(at time: Double) -> TrackerSample { TrackerSample(pose: nil, time: time, errorRMS: 0) }

    public var isMissing: Bool { pose == nil }
}

/// Whatever gives samples of one body: a camera, a field generator, a record, a simulation.
public protocol TrackerSource<Body> {
    associatedtype Body: Frame
    /// The newest sample that has arrived by `now` and was not handed out before; `nil` where there is none.
    mutating func newestSample(at now: Double) -> TrackerSample<Body>?
}
