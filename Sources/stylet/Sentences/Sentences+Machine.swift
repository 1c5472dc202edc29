import ArmProtocol
import ControlCore
import ControlRuntime
import Foundation
import Frames
import Meshing
import PhantomKit
import Report
import RobotDescription
import RobotModel
import Scenes
import SerialLink
import SimulatedArm

extension Sentences {
    static func failureOf(_ error: MeshingError) -> Failure {
        switch error {
        case .labelNotFound(let labels):
            Failure(
                code: "label-not-found",
                message: "The label map has no label \(labels.map(String.init).joined(separator: ", ")).")
        case .noSurface(let level): Failure(code: "no-surface", message: "Nothing in the image crosses \(level) HU.")
        case .gridTooLarge(let samples, let limit):
            Failure(
                code: "too-large",
                message: "\(samples) samples are more than \(limit): mesh a smaller part or coarser voxels.")
        case .meshTooLarge(let count):
            Failure(code: "too-large", message: "\(count) triangles are too many for one mesh.")
        case .vertexOutOfRange(let triangle, let vertex, let count):
            Failure(code: "bad-mesh", message: "Triangle \(triangle) names vertex \(vertex) of \(count).")
        case .notFinite(let vertex): Failure(code: "bad-mesh", message: "Vertex \(vertex) is not finite.")
        case .notSolid(let defects):
            Failure(
                code: "not-solid",
                message: "The mesh is no closed solid (\(defects.map { "\($0)" }.joined(separator: ", "))).")
        case .impossibleParameter(let name, let value):
            Failure(code: "impossible-parameter", message: "\(name) cannot be \(value).")
        case .unknownFormat(let path):
            Failure(code: "unknown-format", message: "\(path): name a file that ends in .stl, .ply or .obj.")
        case .cannotRead(let path, let reason):
            Failure(code: "unreadable", message: "\(path) cannot be read: \(reason).")
        case .cannotWrite(let path, let reason):
            Failure(code: "not-written", message: "\(path) was not written: \(reason).")
        case .malformedFile(let path, let position, let reason):
            Failure(code: "bad-mesh", message: "\(path) is damaged at \(position): \(reason).")
        }
    }

    static func failureOf(_ error: PhantomError) -> Failure {
        switch error {
        case .definition(let inner): failureOf(inner)
        case .inconsistent(let path, let problem):
            Failure(code: "inconsistent-phantom", message: "The phantom's '\(path)' contradicts itself: \(problem).")
        case .impossibleGrid(let reason):
            Failure(code: "impossible-geometry", message: "The phantom cannot be scanned so: \(reason).")
        case .noSuchBone(let label): Failure(code: "no-such-bone", message: "The phantom has no \(label.name).")
        case .meshing(let inner): failureOf(inner)
        case .image(let inner): failureOf(inner)
        case .unwritable(let path, let reason):
            Failure(code: "not-written", message: "\(path) was not written: \(reason).")
        }
    }

    static func failureOf(_ error: ReportError) -> Failure {
        switch error {
        case .pictureNotWritten(let width, let height):
            Failure(code: "failed", message: "A picture of \(width)×\(height) could not be made.")
        case .documentNotDrawn(let reason):
            Failure(code: "failed", message: "The PDF could not be drawn: \(reason).")
        case .notWritten(let path, let reason):
            Failure(code: "not-written", message: "\(path) was not written: \(reason).")
        }
    }

    static func failureOf(_ error: SceneError) -> Failure {
        switch error {
        case .settings(let inner): failureOf(inner)
        case .phantom(let inner): failureOf(inner)
        case .segmentation(let inner): failureOf(inner)
        case .planning(let inner): failureOf(inner)
        case .registration(let inner): failureOf(inner)
        case .arm(let inner): failureOf(inner)
        case .imaging(let inner): failureOf(inner)
        case .nothingPlanned:
            Failure(code: "nothing-planned", message: "No screw was planned, so there is nothing to align.")
        case .control(let inner):
            Failure(code: "bad-control", message: "The control loop cannot work with this arm: \(inner).")
        case .simulatedArm(let inner): failureOf(inner)
        case .noSession(let inner):
            Failure(code: "no-session", message: "The simulated arm did not open a session: \(sentence(inner)).")
        }
    }

    static func failureOf(_ error: SimulatedArmError) -> Failure {
        switch error {
        case .fault(let index):
            Failure(
                code: "bad-fault",
                message:
                    "Fault \(index + 1) names a joint that the arm has not, a probability outside 0…1, or a time that is none."
            )
        case .drives(let expected, let found):
            Failure(code: "bad-arm", message: "The arm has \(expected) joints, but \(found) drives are described.")
        case .settings:
            Failure(
                code: "bad-settings",
                message:
                    "Baud, cycle and watchdog of a simulated arm must be positive, and the watchdog at least two cycles."
            )
        case .port(let inner): failureOf(inner)
        }
    }

    static func failureOf(_ error: SerialLinkError) -> Failure {
        switch error {
        case .port(let inner): failureOf(inner)
        case .arm(let path, let inner):
            Failure(code: code(inner), message: "No session with an arm on \(path): \(sentence(inner)).")
        }
    }

    private static func code(_ error: ArmProtocolError) -> String {
        switch error {
        case .noAnswer: "no-answer"
        case .version: "protocol-version"
        case .otherArm: "other-arm"
        default: "no-session"
        }
    }

    static func sentence(_ error: ArmProtocolError) -> String {
        switch error {
        case .noAnswer(let seconds, let bytes):
            String(
                format:
                    "nothing understandable came in %.1f s (%d bytes); check power, cable, baud and that the arm speaks this protocol",
                seconds, Int(bytes))
        case .version(let ours, let theirs):
            "it speaks version \(theirs.lowerBound == theirs.upperBound ? "\(theirs.lowerBound)" : "\(theirs.lowerBound) to \(theirs.upperBound)") of the protocol, this program version \(ours); update the older one"
        case .malformedWelcome: "its answer to the greeting is malformed"
        case .otherArm: "another arm is connected than the one described with --arm: its kinematics differ"
        case .silent(let seconds): String(format: "it fell silent for %.1f s", seconds)
        case .sessionEnded: "it ended the session"
        case .refused(let reason): "it refused the session (reason \(reason))"
        }
    }

    static func failureOf(_ error: RobotDescriptionError) -> Failure {
        func at(_ file: String, _ line: Int?) -> String { line.map { "\(file):\($0)" } ?? file }
        return switch error {
        case .unreadable(let file):
            Failure(
                code: "not-found", message: "\(file) cannot be read: there is no such file, or it cannot be opened.")
        case .tooLarge(let file, let bytes, let most):
            Failure(code: "too-large", message: "\(file) has \(bytes) bytes, more than \(most).")
        case .urdf(let file, let line, let problem):
            Failure(code: "bad-urdf", message: "\(at(file, line)): \(sentence(problem)).")
        case .settings(let inner): failureOf(inner)
        case .unknownJoint(let file, let joint, let joints):
            Failure(
                code: "bad-settings",
                message:
                    "\(file) names the joint '\(joint)', but those that carry the tip are: \(joints.joined(separator: ", "))."
            )
        case .solverDoesNotFit(let file, let solver):
            Failure(
                code: "bad-settings",
                message:
                    "\(file): the closed form '\(solver)' does not fit this arm's geometry; use damped-least-squares.")
        case .table(let file, let line, let problem):
            Failure(code: "bad-table", message: "\(at(file, line)): \(sentence(problem)).")
        case .unwritable(let file): Failure(code: "not-written", message: "\(file) was not written.")
        }
    }

    private static func sentence(_ problem: TableProblem) -> String {
        switch problem {
        case .noHeader: "it has no first line that names the columns"
        case .wrongColumns(let found, let expected):
            "the columns are \(found.joined(separator: ",")), but must be \(expected.joined(separator: ","))"
        case .wrongCount(let found, let expected): "\(found) fields instead of \(expected)"
        case .badNumber(let column, let value): "\(column) is '\(value)', which is no finite number"
        case .badQuaternion: "qw,qx,qy,qz have no length, so they are no rotation"
        }
    }

    private static func sentence(_ problem: URDFProblem) -> String {
        switch problem {
        case .malformed: "it is not well-formed XML"
        case .entities: "it declares entities or holds bytes that are no text, which no URDF does"
        case .tooDeep(let most): "it nests deeper than \(most)"
        case .notARobot(let element): "its outermost element is <\(element)>, not <robot>"
        case .missingAttribute(let element, let name, let attribute):
            "<\(element)> '\(name)' lacks the attribute '\(attribute)'"
        case .missingElement(let joint, let element): "the joint '\(joint)' lacks <\(element)>"
        case .badNumber(let element, let attribute, let value, let expected):
            "\(attribute) of <\(element)> is '\(value)', but must be \(expected) finite numbers"
        case .zeroAxis(let joint): "the axis of joint '\(joint)' has no length"
        case .duplicateName(let element, let name): "two <\(element)> are called '\(name)'"
        case .unknownLink(let joint, let link): "the joint '\(joint)' names the link '\(link)', which does not exist"
        case .twoParents(let link, let joints):
            "the link '\(link)' is carried by two joints: \(joints.joined(separator: ", "))"
        case .loop(let links): "its joints lead round in a loop: \(links.joined(separator: " → "))"
        case .severalRoots(let links): "it has several bases: \(links.joined(separator: ", "))"
        case .noLinks: "it has no links"
        case .unknownTip(let tip, let links): "it has no link '\(tip)'; there are: \(links.joined(separator: ", "))"
        case .ambiguousTip(let ends): "it has several ends; name one with --tip: \(ends.joined(separator: ", "))"
        case .noMovingJoint(let tip): "no joint moves '\(tip)'"
        case .tooManyJoints(let tip, let count, let most): "\(count) joints carry '\(tip)', more than \(most)"
        case .unsupportedJoint(let joint, let type):
            "the joint '\(joint)' is of type '\(type)', which a serial arm here cannot have"
        case .mimic(let joint): "the joint '\(joint)' copies another, which a serial arm here cannot have"
        case .missingLimits(let joint): "the joint '\(joint)' has no limits"
        case .badLimits(let joint, let lower, let upper, let speed):
            "the limits of joint '\(joint)' cannot be: \(lower) to \(upper), speed \(speed)"
        case .model(let inner): sentence(inner)
        }
    }

    private static func sentence(_ error: RobotModelError) -> String {
        switch error {
        case .jointCount(let count): "\(count) joints are not the 1 to 8 of an arm"
        case .notFinite(let joint): "the place of joint \(joint + 1) is not finite"
        case .positionLimits(let joint, let lower, let upper):
            "joint \(joint + 1) may move from \(lower) to \(upper), which is nowhere"
        case .rateLimit(let joint, let value): "a speed, acceleration or jerk of joint \(joint + 1) is \(value)"
        }
    }
}
