import ControlCore
import Foundation
import Frames
import RobotModel

/// An arm as its files describe it: what moves (URDF), and what a URDF cannot say (settings in YAML beside it).
///
/// ```swift
/// let ur5e = try ArmDescription.load("Kinematics/ur5e.urdf")
/// let X_BaseTool = ur5e.arm.forwardKinematics(ur5e.settings.home, tool: ur5e.settings.X_FlangeTool)
/// ```
public struct ArmDescription: Sendable {
    public var name: String
    public var arm: SerialArm
    /// The link at the base of the chain.
    public var root: String
    /// The link whose frame is the flange.
    public var tip: String
    /// The moving joints' names from base to tip.
    public var jointNames: [String]
    /// The links that those joints carry.
    public var linkNames: [String]
    public var settings: ArmSettings
    /// The solver in use.
    public var inverseKinematics: InverseKinematics

    /// What solves inverse kinematics here: the closed form or the numeric search.
    public var solverInUse: ArmSettings.Solver { inverseKinematics.closedForm == nil ? .dampedLeastSquares : .ur }
}

extension ArmDescription {
    /// Reads a URDF, with the settings `NAME.yaml` beside it where there are any; or settings that name their URDF.
    ///
    /// - Parameter tip: the link to end at; otherwise the settings' tip, otherwise the end of the longest chain.
    /// - Throws: `RobotDescriptionError`.
    public static func load(_ path: String, tip: String? = nil) throws(RobotDescriptionError) -> ArmDescription {
        let url = URL(fileURLWithPath: path)
        var urdf = path
        var settingsFile: ArmSettingsFile?
        if ["yaml", "yml"].contains(url.pathExtension.lowercased()) {
            let file = try ArmSettingsFile.read(path)
            let named = file.urdf ?? url.deletingPathExtension().appendingPathExtension("urdf").lastPathComponent
            urdf = url.deletingLastPathComponent().appendingPathComponent(named).path
            settingsFile = file
        } else {
            let beside = url.deletingPathExtension().appendingPathExtension("yaml").path
            if FileManager.default.fileExists(atPath: beside) { settingsFile = try ArmSettingsFile.read(beside) }
        }
        let robot = try URDFRobot.read(urdf)
        let chain = try robot.chain(to: tip ?? settingsFile?.tip)
        return try ArmDescription(robot, chain: chain, settings: settingsFile)
    }

    init(_ robot: URDFRobot, chain: ArmChain, settings file: ArmSettingsFile?) throws(RobotDescriptionError) {
        name = robot.name
        (root, tip) = (chain.root, chain.tip)
        (jointNames, linkNames) = (chain.jointNames, chain.linkNames)
        (arm, settings) = try ArmSettings.apply(file, to: chain, of: robot)
        inverseKinematics = InverseKinematics(arm, usesClosedForm: settings.solver != .dampedLeastSquares)
        if settings.solver == .ur && inverseKinematics.closedForm == nil {
            throw .solverDoesNotFit(file: file?.file ?? robot.file, solver: settings.solver.rawValue)
        }
    }
}
