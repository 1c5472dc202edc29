import Foundation
import Frames
import RobotDescription
import RobotModel
import Testing

@Suite struct ChainTests {
    static func chain(_ joints: String, links: [String], tip: String? = nil) throws -> ArmChain {
        try URDFRobot.parse(Data(robotText(joints, links: links).utf8), file: "r.urdf").chain(to: tip)
    }

    @Test func endsAtTheLongestChain() throws {
        // base – j1 – b – j2 – c – fixed – flange – fixed – tool; a sensor beside the flange; a camera mast without joints.
        let joints =
            jointText("j1", "a", "b") + jointText("j2", "b", "c")
            + jointText("f1", "c", "flange", type: "fixed", inside: "")
            + jointText("f2", "flange", "tool", type: "fixed", inside: "")
            + jointText("s", "c", "sensor", type: "fixed", inside: "")
            + (1...5).map { jointText("m\($0)", $0 == 1 ? "a" : "m\($0 - 1)", "m\($0)", type: "fixed", inside: "") }
            .joined()
        let links = ["a", "b", "c", "flange", "tool", "sensor", "m1", "m2", "m3", "m4", "m5"]
        let found = try Self.chain(joints, links: links)
        #expect(
            found.tip == "tool" && found.root == "a" && found.jointNames == ["j1", "j2"]
                && found.linkNames == ["b", "c"])
        #expect(try Self.chain(joints, links: links, tip: "b").jointNames == ["j1"])
        #expect(failure(robotText(joints, links: links), tip: "m5")?.problem == .noMovingJoint(tip: "m5"))
        #expect(failure(robotText(joints, links: links), tip: "x")?.problem == .unknownTip("x", links: links))
    }

    @Test func asksWhereTwoEndsAreEquallyFar() {
        let hand = jointText("j1", "a", "b") + jointText("l", "b", "left") + jointText("r", "b", "right")
        #expect(
            failure(robotText(hand, links: ["a", "b", "left", "right"]))?.problem
                == .ambiguousTip(ends: ["left", "right"]))
        #expect(failure(robotText(hand, links: ["a", "b", "left", "right"]), tip: "right") == nil)
    }

    @Test func onlyJointsOnTheWayMustBeOfAnArm() {
        let links = ["a", "b", "c"]
        let arm = jointText("j1", "a", "b")
        for type in ["floating", "planar", "screw"] {
            let joints = arm + jointText("j2", "b", "c", type: type)
            #expect(failure(robotText(joints, links: links))?.problem == .unsupportedJoint(joint: "j2", type: type))
            #expect(failure(robotText(joints, links: links), tip: "b") == nil)
        }
        let mimic =
            arm
            + jointText("j2", "b", "c", inside: "<mimic joint=\"j1\"/><limit lower=\"0\" upper=\"1\" velocity=\"1\"/>")
        #expect(failure(robotText(mimic, links: links))?.problem == .mimic(joint: "j2"))
        #expect(failure(robotText(mimic, links: links), tip: "b") == nil)
    }

    @Test func limitsMustBeThereAndMakeSense() {
        func problem(_ inside: String, type: String = "revolute") -> URDFProblem? {
            failure(robotText(jointText("j", "a", "b", type: type, inside: inside), links: ["a", "b"]))?.problem
        }
        #expect(problem("") == .missingLimits(joint: "j"))
        #expect(problem("<limit velocity=\"1\"/>") == .missingLimits(joint: "j"))
        #expect(problem("<limit lower=\"0\" upper=\"1\"/>") == .missingLimits(joint: "j"))
        #expect(
            problem("<limit lower=\"2\" upper=\"1\" velocity=\"1\"/>")
                == .badLimits(joint: "j", lower: 2, upper: 1, speed: 1))
        #expect(
            problem("<limit lower=\"0\" upper=\"1\" velocity=\"-1\"/>")
                == .badLimits(joint: "j", lower: 0, upper: 1, speed: -1))
        #expect(problem("", type: "continuous") == nil)
        #expect(
            problem("<axis xyz=\"0 0 0\"/><limit lower=\"0\" upper=\"1\" velocity=\"1\"/>") == .zeroAxis(joint: "j"))
    }

    @Test func slidingJointsAreInMillimetres() throws {
        let inside =
            "<origin xyz=\"0 0 0.1\"/><axis xyz=\"0 1 0\"/><limit lower=\"0\" upper=\"0.24\" velocity=\"0.5\"/>"
        let arm = try Self.chain(jointText("j", "a", "b", type: "prismatic", inside: inside), links: ["a", "b"]).arm
        #expect(arm.limits(0).upper == 240 && arm.limits(0).speed == 500)
        let X = arm.forwardKinematics(try #require(JointVector([50])))
        #expect(length(X.translation - Vector3(0, 50, 100)) < 1e-12)
    }

    @Test func eightMovingJointsAreTheMost() throws {
        let links = (0...9).map { "l\($0)" }
        func joints(_ count: Int) -> String { (1...count).map { jointText("j\($0)", "l\($0 - 1)", "l\($0)") }.joined() }
        #expect(try Self.chain(joints(8), links: Array(links.prefix(9))).arm.jointCount == 8)
        #expect(failure(robotText(joints(9), links: links))?.problem == .tooManyJoints(tip: "l9", count: 9, most: 8))
    }

    /// Roll, pitch and yaw are about fixed axes: R = Rz(yaw) Ry(pitch) Rx(roll), written out.
    @Test func rollPitchYawAreAboutFixedAxes() throws {
        let (r, p, y) = (0.3, -0.7, 1.9)
        let inside =
            "<origin rpy=\"\(r) \(p) \(y)\"/><axis xyz=\"0 0 1\"/><limit lower=\"0\" upper=\"1\" velocity=\"1\"/>"
        let arm = try Self.chain(jointText("j", "a", "b", inside: inside), links: ["a", "b"]).arm
        let R = arm.forwardKinematics(JointVector(count: 1)).rotation.matrix
        #expect(abs(R[2, 0] + sin(p)) < 1e-15)
        #expect(abs(R[0, 0] - cos(y) * cos(p)) < 1e-15 && abs(R[1, 0] - sin(y) * cos(p)) < 1e-15)
        #expect(abs(R[2, 1] - cos(p) * sin(r)) < 1e-15 && abs(R[2, 2] - cos(p) * cos(r)) < 1e-15)
    }
}
