import Frames
import Glibc

/// How breathing carries the spine of a prone patient: a periodic displacement and a small rotation in step with it.
///
/// Displacement = amplitude · sin(2πft) along `direction`, so that 2 mm means ±2 mm about the mean. It starts from the mean with
/// the amplitude growing over the first breath, as registration is done with the patient's breath held.
public struct BreathingMotion: Equatable, Sendable {
    /// mm from the mean to either end.
    public let amplitude: Double
    /// Breaths a second, Hz.
    public let frequency: Double
    /// In CT coordinates; for a prone patient mostly towards the back.
    public let direction: Direction<CT>
    /// Rotation about the patient's left-right axis at full amplitude, rad.
    public let tilt: Double

    public init(amplitude: Double, frequency: Double, direction: Direction<CT>, tilt: Double) {
        self.amplitude = amplitude
        self.frequency = frequency
        self.direction = direction
        self.tilt = tilt
    }

    /// The displaced anatomy in the frame of the anatomy at rest, at time `t` (s), turning about `pivot`.
    public func displacement(at t: Double, about pivot: Point<CT>) -> Pose<CT, CT> {
        guard t > 0, frequency > 0 else { return .identity() }
        let phase = 2 * .pi * frequency * t
        let growth = min(1, t * frequency)
        let share = growth * sin(phase)
        let rotation = Rotation<CT, CT>(radians: tilt * share, about: .x)
        let turned = pivot.coordinates - rotation.matrix * pivot.coordinates
        return Pose(rotation: rotation, translation: turned + direction.vector * (amplitude * share))
    }
}
