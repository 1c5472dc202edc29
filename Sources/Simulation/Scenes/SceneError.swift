import ArmProtocol
import ControlCore
import Imaging
import PhantomKit
import Planning
import Registration
import RobotDescription
import Segmentation
import Settings
import SimulatedArm

/// Why a scene could not be run to its end. A scene that ran and failed its checks is no error: its result says so.
public enum SceneError: Error, Sendable {
    case settings(SettingsError)
    case phantom(PhantomError)
    case segmentation(SegmentationError)
    case planning(PlanningError)
    case registration(RegistrationError)
    case arm(RobotDescriptionError)
    case imaging(ImagingError)
    /// No screw was planned, so there is nothing to align.
    case nothingPlanned
    /// The loop's configuration cannot work with this arm or period.
    case control(ControlError)
    case simulatedArm(SimulatedArmError)
    /// The simulated arm did not answer the greeting.
    case noSession(ArmProtocolError)
}
