import RobotModel
import Settings

/// Why a description of a robot, or a table of its joints or poses, cannot be used. Lines count from 1.
public enum RobotDescriptionError: Error, Equatable, Sendable {
    /// The file does not exist or may not be read.
    case unreadable(file: String)
    case tooLarge(file: String, bytes: Int, most: Int)
    case urdf(file: String, line: Int?, URDFProblem)
    /// In the arm's YAML.
    case settings(SettingsError)
    /// The settings name a joint that does not carry the tip; `joints` do.
    case unknownJoint(file: String, joint: String, joints: [String])
    /// The settings ask for a closed form that the arm's geometry does not have.
    case solverDoesNotFit(file: String, solver: String)
    case table(file: String, line: Int?, TableProblem)
    case unwritable(file: String)
}

/// What is wrong in a URDF.
public enum URDFProblem: Error, Equatable, Sendable {
    case malformed(XMLFlaw)
    /// A document type or entities, which no URDF has, or zero bytes.
    case entities
    case tooDeep(most: Int)
    /// The document's outermost element is not `robot`.
    case notARobot(element: String)
    case missingAttribute(element: String, name: String, attribute: String)
    case missingElement(joint: String, element: String)
    /// Not so many finite numbers as the attribute holds.
    case badNumber(element: String, attribute: String, value: String, expected: Int)
    case zeroAxis(joint: String)
    case duplicateName(element: String, name: String)
    case unknownLink(joint: String, link: String)
    /// A link that two joints carry.
    case twoParents(link: String, joints: [String])
    /// Links whose joints lead round to themselves.
    case loop(links: [String])
    case severalRoots(links: [String])
    case noLinks
    case unknownTip(String, links: [String])
    /// Several ends are equally far from the base: one must be named.
    case ambiguousTip(ends: [String])
    case noMovingJoint(tip: String)
    case tooManyJoints(tip: String, count: Int, most: Int)
    /// A joint on the way to the tip that is neither fixed, revolute, continuous nor prismatic.
    case unsupportedJoint(joint: String, type: String)
    /// A joint on the way to the tip that copies another.
    case mimic(joint: String)
    case missingLimits(joint: String)
    case badLimits(joint: String, lower: Double, upper: Double, speed: Double)
    case model(RobotModelError)
}

/// What is wrong in a table of joints or poses (CSV).
public enum TableProblem: Error, Equatable, Sendable {
    case noHeader
    case wrongColumns(found: [String], expected: [String])
    case wrongCount(found: Int, expected: Int)
    case badNumber(column: String, value: String)
    /// Four numbers without a length are no rotation.
    case badQuaternion
}
