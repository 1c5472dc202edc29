import Frames
import Trackers

/// An optical tracker in simulation: samples at a rate, late by its latency, with noise on place and angle, and losses.
public struct SimulatedTracker: Sendable {
    /// What kind of tracker this is.
    public struct Properties: Equatable, Sendable {
        /// Samples a second, Hz.
        public let rate: Double
        /// From the time at which a sample was true to its arrival, s.
        public let latency: Double
        /// RMS in three dimensions of a sample's position, mm.
        public let positionNoise: Double
        /// RMS in three dimensions of a sample's rotation vector, rad.
        public let angleNoise: Double
        /// Times in which something stands between camera and markers, s.
        public let losses: [Range<Double>]

        public init(
            rate: Double, latency: Double, positionNoise: Double, angleNoise: Double, losses: [Range<Double>] = []
        ) {
            self.rate = rate
            self.latency = latency
            self.positionNoise = positionNoise
            self.angleNoise = angleNoise
            self.losses = losses
        }
    }

    public let properties: Properties
    public let X_BaseTracker: Pose<Base, Tracker>
    private var generator: SeededGenerator
    private var next = 0

    public init(properties: Properties, X_BaseTracker: Pose<Base, Tracker>, seed: UInt64) {
        self.properties = properties
        self.X_BaseTracker = X_BaseTracker
        generator = SeededGenerator(seed: seed).stream(11)
    }

    /// The newest sample of `patient`'s reference that has arrived by `now` and was not handed out before.
    public mutating func newestSample(of patient: SimulatedPatient, at now: Double) -> TrackerSample<Reference>? {
        var newest: TrackerSample<Reference>?
        while Double(next) / properties.rate + properties.latency <= now {
            let t = Double(next) / properties.rate
            let truth = X_BaseTracker.inverse * patient.reference(at: t)
            let seen = noisy(truth)
            let isLost = properties.losses.contains { $0.contains(t) }
            newest = isLost ? .missing(at: t) : TrackerSample(pose: seen, time: t, errorRMS: properties.positionNoise)
            next += 1
        }
        return newest
    }

    /// The mean of `touches` touches of `p` with a tracked probe, in the reference frame, each with the tracker's noise.
    public mutating func touch(_ p: Point<CT>, on patient: SimulatedPatient, touches: Int = 1) -> Point<Reference> {
        let exact = patient.X_CTReference.inverse * p
        var sum = Vector3.zero
        for _ in 0..<max(touches, 1) { sum += generator.normal3() * (properties.positionNoise / 3.0.squareRoot()) }
        return exact + Displacement(sum / Double(max(touches, 1)))
    }

    private mutating func noisy(_ X: Pose<Tracker, Reference>) -> Pose<Tracker, Reference> {
        let shift = generator.normal3() * (properties.positionNoise / 3.0.squareRoot())
        let turn = Rotation<Tracker, Tracker>(
            rotationVector: generator.normal3() * (properties.angleNoise / 3.0.squareRoot()))
        return Pose(rotation: turn * X.rotation, translation: X.translation + shift)
    }
}
