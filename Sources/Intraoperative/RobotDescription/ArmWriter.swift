import Foundation
import Frames
import RobotModel

/// An arm's files, written so that `ArmDescription.load` reads the same arm: a URDF, and the settings beside it.
///
/// The closed form of inverse kinematics holds for the geometry of its family alone, so an arm of another geometry gets the
/// solver that suits it.
public struct ArmWriter: Sendable {
    private let description: ArmDescription
    private let arm: SerialArm

    /// - Parameter arm: the same chain of joints as the description's, perhaps sitting elsewhere.
    public init(_ description: ArmDescription, with arm: SerialArm) {
        (self.description, self.arm) = (description, arm)
    }

    /// Lengths in m, angles in rad; every number reads back as it was, but for millimetres turned to metres.
    public var urdf: String {
        let links = [description.root] + description.linkNames
        let hasTip = description.tip != links.last
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<robot name=\"\(Self.xml(description.name))\">\n"
        for link in links + (hasTip ? [description.tip] : []) { text += "  <link name=\"\(Self.xml(link))\"/>\n" }
        for i in 0..<arm.jointCount { text += joint(i, from: links[i], to: links[i + 1]) }
        if hasTip, let last = links.last {
            text += "  <joint name=\"\(Self.xml(description.tip))_joint\" type=\"fixed\">\n"
            text += Self.place(arm.flangeOnLastLink * Pose<Flange, Link>.identity(), last, description.tip)
            text += "  </joint>\n"
        }
        return text + "</robot>\n"
    }

    private func joint(_ i: Int, from parent: String, to child: String) -> String {
        let joint = arm.joint(i)
        let scale = joint.kind == .prismatic ? 1e-3 : 1
        let limits = joint.limits
        let range =
            joint.kind == .continuous ? "" : "lower=\"\(limits.lower * scale)\" upper=\"\(limits.upper * scale)\" "
        let axis = joint.axis.vector
        return "  <joint name=\"\(Self.xml(description.jointNames[i]))\" type=\"\(joint.kind)\">\n"
            + Self.place(joint.X_ParentJoint, parent, child)
            + "    <axis xyz=\"\(axis.x) \(axis.y) \(axis.z)\"/>\n"
            + "    <limit \(range)velocity=\"\(limits.speed * scale)\" effort=\"\(description.settings.drives[i].effort)\"/>\n"
            + "  </joint>\n"
    }

    private static func place(_ X: Pose<Link, Link>, _ parent: String, _ child: String) -> String {
        let (p, r) = (X.translation, rollPitchYaw(X.rotation.matrix))
        return "    <parent link=\"\(xml(parent))\"/>\n    <child link=\"\(xml(child))\"/>\n"
            + "    <origin xyz=\"\(p.x / 1000) \(p.y / 1000) \(p.z / 1000)\" rpy=\"\(r.x) \(r.y) \(r.z)\"/>\n"
    }

    /// R = Rz(yaw) Ry(pitch) Rx(roll); where pitch is a right angle, yaw is taken to be 0.
    private static func rollPitchYaw(_ m: Matrix3) -> Vector3 {
        let (a, b, c) = m.columns
        let level = (a.x * a.x + a.y * a.y).squareRoot()
        let pitch = atan2(-a.z, level)
        return level < 1e-9 ? Vector3(atan2(-c.y, b.y), pitch, 0) : Vector3(atan2(b.z, c.z), pitch, atan2(a.y, a.x))
    }

    private static func xml(_ text: String) -> String {
        text.reduce(into: "") { done, character in
            switch character {
            case "&": done += "&amp;"
            case "<": done += "&lt;"
            case ">": done += "&gt;"
            case "\"": done += "&quot;"
            default: done.append(character)
            }
        }
    }

    /// What a URDF cannot say, in YAML; `urdf` is the name of its URDF beside it.
    public func settings(urdf: String) -> String {
        let settings = description.settings
        let solver: ArmSettings.Solver = settings.solver == .dampedLeastSquares ? .dampedLeastSquares : .automatic
        let tool = settings.X_FlangeTool.rowMajor.map { "\($0)" }.joined(separator: ", ")
        let text = """
            schema: stylet.arm/1
            urdf: \(Self.quoted(urdf))
            tip: \(Self.quoted(description.tip))
            solver: \(solver.rawValue)
            tool:
              from: \(Tool.name)
              to: \(Flange.name)
              matrix: [\(tool)]
            joints:

            """
        return text + (0..<arm.jointCount).map(jointSettings).joined()
    }

    private func jointSettings(_ i: Int) -> String {
        let (joint, drive) = (arm.joint(i), description.settings.drives[i])
        let slides = joint.kind == .prismatic
        let unit = slides ? "mm" : "rad"
        // the limits as they are read back, to the last bit
        let scale = slides ? 1e-3 : 1
        let (lower, upper) = (joint.limits.lower * scale / scale, joint.limits.upper * scale / scale)
        let home = min(max(description.settings.home[i], lower), upper)
        let names =
            slides
            ? ["mass_kg", "viscous_friction_n_s_m", "coulomb_friction_n", "force_n", "gear_turns_per_m"]
            : ["inertia_kg_m2", "viscous_friction_n_m_s_rad", "coulomb_friction_n_m", "torque_n_m", "gear_ratio"]
        let numbers = [drive.inertia, drive.viscousFriction, drive.coulombFriction, drive.effort, drive.gearRatio]
        let parts = zip(names, numbers).map { "\($0): \($1)" } + ["encoder_counts: \(drive.encoderCounts)"]
        return """
              \(Self.quoted(description.jointNames[i])):
                home_\(unit): \(home)
                acceleration_\(unit)_s2: \(joint.limits.acceleration)
                jerk_\(unit)_s3: \(joint.limits.jerk)
                drive: {\(parts.joined(separator: ", "))}

            """
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
