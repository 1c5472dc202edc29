import Frames
import Glibc

/// Tools that a simulated tracker watches: each sways and turns slowly about a place of its own before the camera.
///
/// What is seen at a moment depends on the tool, the camera's frame and the seed alone, so that a second reader of the same
/// definition can say what was true.
public struct SimulatedTools: Sendable {
    /// A tool that the camera cannot see for a while.
    public struct Hidden: Equatable, Sendable {
        /// Counted from 0.
        public let tool: Int
        /// Seconds from the start.
        public let times: Range<Double>

        public init(tool: Int, times: Range<Double>) { (self.tool, self.times) = (tool, times) }
    }

    public let count: Int
    /// RMS in three dimensions of a sample's place, mm.
    public let positionNoise: Double
    /// RMS in three dimensions of a sample's rotation vector, rad.
    public let angleNoise: Double
    public let hidden: [Hidden]
    public let seed: UInt64
    /// How far the tools sway and turn; 1 is 30 mm and more than 10°.
    public let sway: Double

    public init(
        count: Int, positionNoise: Double, angleNoise: Double, hidden: [Hidden] = [], seed: UInt64, sway: Double = 1
    ) {
        (self.count, self.positionNoise, self.angleNoise) = (count, positionNoise, angleNoise)
        (self.hidden, self.seed, self.sway) = (hidden, seed, sway)
    }

    /// Where a tool truly is, s from the start: within 40 mm and 20° of its mean place and at most 60 mm/s, at a sway of 1.
    public func truth(_ tool: Int, at time: Double) -> Pose<Tracker, Marker> {
        let phase = Double(tool) * 1.7
        let sway = Vector3(30 * sin(0.9 * time + phase), 20 * sin(0.7 * time + 2 * phase), 15 * sin(1.1 * time + phase))
        let turn = Vector3(0.2 * sin(0.5 * time + phase), 0.15 * sin(0.6 * time), 0.3 * sin(0.4 * time + phase))
        let place = Vector3(-150 + 120 * Double(tool), 40 * Double(tool % 3), -1500)
        return Pose(rotation: Rotation(rotationVector: turn * self.sway), translation: place + sway * self.sway)
    }

    /// What the camera makes of it in the frame exposed at `time`.
    public func seen(_ tool: Int, at time: Double) -> SimulatedNDITracker.Seen? {
        guard tool < count, !hidden.contains(where: { $0.tool == tool && $0.times.contains(time) }) else { return nil }
        let frame = UInt64(max(0, (time * SimulatedNDITracker.rate).rounded()))
        var random = SeededGenerator(seed: seed).stream(UInt64(tool) << 40 | frame)
        let truth = truth(tool, at: time)
        let shift = random.normal3() * (positionNoise / 3.0.squareRoot())
        let turn = Rotation<Tracker, Tracker>(rotationVector: random.normal3() * (angleNoise / 3.0.squareRoot()))
        let pose = Pose(rotation: turn * truth.rotation, translation: truth.translation + shift)
        return SimulatedNDITracker.Seen(pose: pose, error: positionNoise)
    }
}
