import ControlCore
import Frames
import Motion

extension ArmDescription {
    /// A configuration of the loop for this arm with moderate speeds, for work near a patient.
    ///
    /// - Parameters:
    ///   - X_BaseTracker: the tracker in the base, from calibration.
    ///   - workspace: the box that the tool's tip does not leave.
    /// - Returns: `nil` only where the fixed speeds below make no motion limits, which they do.
    public func controlConfiguration(X_BaseTracker: Pose<Base, Tracker>, workspace: Workspace) -> ControlConfiguration?
    {
        guard let free = ToolLimits(speed: 100, angularSpeed: 0.6, riseTime: 0.4),
            let fine = ToolLimits(speed: 25, angularSpeed: 0.15, riseTime: 0.3),
            let advancing = ToolLimits(speed: 5, angularSpeed: 0.05, riseTime: 0.3)
        else { return nil }
        return ControlConfiguration(
            kinematics: inverseKinematics, X_FlangeTool: settings.X_FlangeTool, X_BaseTracker: X_BaseTracker,
            workspace: workspace, free: free, fine: fine, advancing: advancing)
    }
}
