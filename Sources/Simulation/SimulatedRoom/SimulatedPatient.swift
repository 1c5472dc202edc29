import Frames

/// The patient as the room truly holds it: where the anatomy is in the arm's base at any time.
///
/// The reference frame is fixed to bone, so it moves with the anatomy. Nothing of this reaches the controller but through a
/// tracker's samples; the acceptance checks of a scene read it directly.
public struct SimulatedPatient: Sendable {
    /// The anatomy at rest.
    public let X_BaseCT: Pose<Base, CT>
    /// Where the markers are fixed to the bone, in the image's coordinates; unknown to the controller.
    public let X_CTReference: Pose<CT, Reference>
    public let breathing: BreathingMotion
    /// The point about which breathing turns the spine.
    public let pivot: Point<CT>
    /// Breathing begins at this time, s.
    public let breathingStart: Double

    public init(
        X_BaseCT: Pose<Base, CT>, X_CTReference: Pose<CT, Reference>, breathing: BreathingMotion, pivot: Point<CT>,
        breathingStart: Double = 0
    ) {
        self.X_BaseCT = X_BaseCT
        self.X_CTReference = X_CTReference
        self.breathing = breathing
        self.pivot = pivot
        self.breathingStart = breathingStart
    }

    /// The anatomy in the arm's base at time `t`, s.
    public func anatomy(at t: Double) -> Pose<Base, CT> {
        X_BaseCT * breathing.displacement(at: t - breathingStart, about: pivot)
    }

    /// The markers on the patient in the arm's base at time `t`, s.
    public func reference(at t: Double) -> Pose<Base, Reference> { anatomy(at: t) * X_CTReference }
}
