import Frames
import RobotModel

/// What an arm needs beyond its URDF.
public struct ArmSettings: Equatable, Sendable {
    /// How to solve inverse kinematics.
    public enum Solver: String, Equatable, Sendable, CaseIterable {
        /// The closed form where it fits the arm's geometry, else damped least squares.
        case automatic
        /// The closed form of arms like Universal Robots'.
        case ur
        case dampedLeastSquares = "damped-least-squares"
    }

    public var solver = Solver.automatic
    /// A posture to start from, rad or mm; where none is given, zero or the limit nearest to it.
    public var home: JointVector
    /// The tool on the flange; where none is given, they are the same.
    public var X_FlangeTool: Pose<Flange, Tool>
    /// One a moving joint.
    public var drives: [JointDrive]
}

/// A joint's drive as the simulated arm moves it. Turning joints in rad, N m; sliding joints in metres, N: the units of
/// drives' data sheets.
public struct JointDrive: Equatable, Sendable {
    /// What the drive accelerates, seen at the joint: kg m², or kg where it slides.
    public var inertia: Double
    /// N m s/rad, or N s/m.
    public var viscousFriction: Double
    /// N m, or N.
    public var coulombFriction: Double
    /// The most that the drive can exert: N m, or N.
    public var effort: Double
    /// Motor turns for a turn of the joint, or for a metre.
    public var gearRatio: Double
    /// Counts for a motor turn.
    public var encoderCounts: Double

    /// A middling drive, used where the settings give none.
    public static func standard(_ kind: JointKind) -> JointDrive {
        kind == .prismatic
            ? JointDrive(
                inertia: 10, viscousFriction: 100, coulombFriction: 20, effort: 500, gearRatio: 200, encoderCounts: 4096
            )
            : JointDrive(
                inertia: 1, viscousFriction: 10, coulombFriction: 5, effort: 100, gearRatio: 100, encoderCounts: 4096)
    }

    /// How far the joint moves for a count of its encoder: rad, or mm where it slides.
    public func encoderStep(_ kind: JointKind) -> Double {
        (kind == .prismatic ? millimetres(metres: 1) : 2 * .pi) / (gearRatio * encoderCounts)
    }
}

extension ArmSettings {
    /// The settings of `file`, or the defaults, and the arm with the limits that they give.
    static func apply(
        _ file: ArmSettingsFile?, to chain: ArmChain, of robot: URDFRobot
    ) throws(RobotDescriptionError) -> (SerialArm, ArmSettings) {
        let arm = chain.arm
        var joints = (0..<arm.jointCount).map(arm.joint)
        var settings = ArmSettings(
            home: arm.clamped(JointVector(count: arm.jointCount)), X_FlangeTool: file?.X_FlangeTool ?? .identity(),
            drives: joints.map { .standard($0.kind) })
        guard let file else { return (arm, settings) }
        settings.solver = file.solver
        for (name, entry) in file.joints {
            guard let i = chain.jointNames.firstIndex(of: name) else {
                // Settings may name joints that do not carry this tip, but no joint that the robot lacks.
                if robot.joints.contains(where: { $0.name == name }) { continue }
                throw .unknownJoint(file: file.file, joint: name, joints: chain.jointNames)
            }
            do {
                try ArmSettingsFile.apply(entry, to: &joints[i], home: &settings.home[i], drive: &settings.drives[i])
            } catch { throw .settings(error) }
        }
        do { return (try arm.with(limits: joints.map(\.limits)), settings) } catch {
            throw .urdf(file: file.file, line: nil, .model(error))
        }
    }
}
