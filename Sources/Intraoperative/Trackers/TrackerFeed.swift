import Frames

/// One tracked body at one moment, as any tracker tells it.
public struct TrackedBody: Equatable, Sendable {
    public var name: String
    public var sample: TrackerSample<Marker>
    /// Outside the volume for which the maker vouches, wholly or in part: such a pose is less sure than it says.
    public var isOutOfVolume = false
    /// Markers of the body that the tracker did not see, or did not use; `nil` where it does not tell.
    public var missingMarkers: Int?
    /// Whether the tracker tells its error; where not, the sample's 0 means nothing.
    public var tellsError = true
    /// The tracker's own number of the frame.
    public var frame: UInt32?

    public init(name: String, sample: TrackerSample<Marker>) {
        self.name = name
        self.sample = sample
    }
}

/// A tracker that runs: samples of all its bodies as they come.
public protocol TrackerFeed {
    associatedtype Failure: Error
    /// What is new since the last call, waiting at most so many seconds for it; empty where nothing came.
    ///
    /// - Throws: where the tracker is gone or no longer understood; passing damage is counted, not thrown.
    mutating func next(within seconds: Double) throws(Failure) -> [TrackedBody]
    /// Messages that came damaged and were left out.
    var damaged: Int { get }
    /// Set while the tracker is lost and it is tried to connect anew.
    var lost: LostTracker? { get }
    /// How often it was lost.
    var losses: Int { get }
}

extension TrackerFeed {
    public var lost: LostTracker? { nil }
    public var losses: Int { 0 }
}
