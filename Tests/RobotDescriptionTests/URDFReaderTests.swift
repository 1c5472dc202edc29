import Foundation
import Frames
import RobotModel
import TestSupport
import Testing

@testable import RobotDescription

/// A robot of `joints` between the links a, b, c, …; pieces of it are broken in the tests.
func robotText(_ joints: String, links: [String] = ["a", "b", "c"]) -> String {
    "<robot name=\"r\">\n" + links.map { "<link name=\"\($0)\"/>\n" }.joined() + joints + "</robot>"
}

func jointText(
    _ name: String, _ parent: String, _ child: String, type: String = "revolute",
    inside: String = "<limit lower=\"-1\" upper=\"1\" velocity=\"2\" effort=\"3\"/>"
) -> String {
    "<joint name=\"\(name)\" type=\"\(type)\"><parent link=\"\(parent)\"/><child link=\"\(child)\"/>\(inside)</joint>\n"
}

/// The problem and line with which reading, and taking the longest chain, fails.
func failure(_ text: String, tip: String? = nil) -> (problem: URDFProblem, line: Int?)? {
    do throws(RobotDescriptionError) {
        _ = try URDFRobot.parse(Data(text.utf8), file: "r.urdf").chain(to: tip)
        return nil
    } catch {
        guard case .urdf(file: "r.urdf", let line, let problem) = error else { return nil }
        return (problem, line)
    }
}

@Suite struct URDFReaderTests {
    @Test func readsLinksJointsAndDefaults() throws {
        let text = robotText(
            jointText(
                "j1", "a", "b",
                inside:
                    "<origin xyz=\" 1  2 3\" rpy=\"0 0 1.5\"/><axis xyz=\"0 0 2\"/><limit velocity=\"2\" upper=\"1\"/>")
                + jointText("j2", "b", "c", type: "fixed", inside: ""))
        let robot = try URDFRobot.parse(Data(text.utf8), file: "r.urdf")
        #expect(robot.links == ["a", "b", "c"] && robot.joints.map(\.name) == ["j1", "j2"])
        #expect(robot.joints[0].origin_m == Vector3(1, 2, 3) && robot.joints[0].axis == Vector3(0, 0, 2))
        #expect(robot.joints[0].limits == URDFRobot.Limits(lower: nil, upper: 1, velocity: 2))
        #expect(robot.joints[1].axis == Vector3(1, 0, 0) && robot.joints[1].line == 6)
    }

    @Test func otherElementsArePassedOver() throws {
        let extra =
            "<material name=\"j1\"/><transmission name=\"t\"><joint name=\"j1\"><limit lower=\"x\"/></joint></transmission><gazebo/>"
        #expect(failure(robotText(jointText("j1", "a", "b") + jointText("j2", "b", "c") + extra)) == nil)
    }

    @Test func namesWhatIsBroken() {
        let j1 = jointText("j1", "a", "b")
        func problem(_ joints: String, links: [String] = ["a", "b", "c"]) -> URDFProblem? {
            failure(robotText(joints, links: links))?.problem
        }
        #expect(problem("<joint type=\"fixed\"/>") == .missingAttribute(element: "joint", name: "", attribute: "name"))
        #expect(problem("<joint name=\"j\"/>") == .missingAttribute(element: "joint", name: "j", attribute: "type"))
        #expect(
            problem("<joint name=\"j\" type=\"fixed\"><parent link=\"a\"/></joint>")
                == .missingElement(joint: "j", element: "child"))
        #expect(
            problem("<joint name=\"j\" type=\"fixed\"><parent/></joint>")
                == .missingAttribute(element: "parent", name: "j", attribute: "link"))
        #expect(problem(j1 + j1) == .duplicateName(element: "joint", name: "j1"))
        #expect(problem("", links: ["a", "a"]) == .duplicateName(element: "link", name: "a"))
        #expect(problem("", links: []) == .noLinks)
        #expect(problem(jointText("j", "a", "x")) == .unknownLink(joint: "j", link: "x"))
        #expect(problem(j1 + jointText("j2", "c", "b")) == .twoParents(link: "b", joints: ["j1", "j2"]))
        #expect(problem(j1) == .severalRoots(links: ["a", "c"]))
        #expect(problem(j1 + jointText("j2", "b", "c") + jointText("j3", "c", "a")) == .loop(links: ["a", "b", "c"]))
        #expect(problem(jointText("j2", "b", "c") + jointText("j3", "c", "b")) == .loop(links: ["b", "c"]))
        #expect(problem(jointText("j", "a", "a"), links: ["a"]) == .loop(links: ["a"]))
    }

    @Test(arguments: ["nan", "inf", "-inf", "1e999", "", "1,5", "${pi}", "1 2", "0x", "one"])
    func namesWhatIsNoNumber(_ value: String) {
        let inside = "<limit lower=\"\(value)\" upper=\"1\" velocity=\"1\"/>"
        let found = failure(robotText(jointText("j1", "a", "b", inside: inside), links: ["a", "b"]))
        #expect(found?.problem == .badNumber(element: "limit", attribute: "lower", value: value, expected: 1))
        #expect(found?.line == 4)
        let origin = "<origin xyz=\"0 \(value) 0 0 0\"/>"
        guard
            case .badNumber(element: "origin", attribute: "xyz", _, expected: 3)? = failure(
                robotText(jointText("j1", "a", "b", inside: origin)))?.problem
        else { Issue.record("no refusal of \(origin)"); return }
    }

    @Test func refusesWhatIsNoURDF() {
        func flaw(_ text: String) -> XMLFlaw? {
            if case .malformed(let flaw)? = failure(text)?.problem { flaw } else { nil }
        }
        #expect(flaw("") == .noElement && flaw("  \n") == .noElement && flaw("v 1 2 3") == .noElement)
        #expect(flaw("<robot><link name=\"a\">") == .unclosed(element: "link"))
        #expect(flaw("<robot></link></robot>") == .mismatched(open: "robot", close: "link"))
        #expect(flaw("<robot/><robot/>") == .afterTheEnd && flaw("<robot/>x") == .afterTheEnd)
        #expect(flaw("<robot a='1' a='2'/>") == .duplicateAttribute("a"))
        #expect(flaw("<robot name='&wide;'/>") == .unknownEntity("wide"))
        for text in [
            "<", "</robot>", "<robot", "<robot name", "<robot name=", "<robot name='", "<robot a='1'b='2'/>", "<!-- ",
            "<?xml", "<robot/ >", "<robot name='&#xD800;'/>", "<robot a='&lt'/>",
        ] {
            #expect(flaw(text) != nil, "\(text)")
        }
        // A file that breaks off anywhere is an error.
        let whole = robotText(jointText("j", "a", "b"), links: ["a", "b"])
        #expect(failure(whole) == nil)
        for count in 0..<whole.utf8.count - 1 {
            let part = String(decoding: Array(whole.utf8.prefix(count)), as: UTF8.self)
            #expect(flaw(part) != nil, "\(count) bytes")
        }
        #expect(failure("<sdf version=\"1.6\"></sdf>")?.problem == .notARobot(element: "sdf"))
        #expect(failure("<!DOCTYPE r [<!ENTITY a \"aaa\">]><robot name=\"&a;\"/>")?.problem == .entities)
        #expect(failure("<robot name=\"\0\"/>")?.problem == .entities)
        let deep = String(repeating: "<link>", count: 100_000)
        #expect(failure("<robot>" + deep)?.problem == .missingAttribute(element: "link", name: "", attribute: "name"))
        #expect(failure("<robot>" + String(repeating: "<x>", count: 100_000))?.problem == .tooDeep(most: 64))
    }

    @Test func xmlIsReadAsItIsWritten() throws {
        let text = """
            \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
            <!-- a > b, <link name="x"/> -->
            <robot name='A &amp; B &#233; &#x41; &lt;&gt;&quot;&apos;' >text<![CDATA[<link name="y"/>]]>
            <link
                name = "a" ></link><link name='b'/></robot>

            """
        let robot = try URDFRobot.parse(
            Data((text.replacingOccurrences(of: "</robot>", with: jointText("j", "a", "b") + "</robot>")).utf8),
            file: "r")
        #expect(robot.name == "A & B é A <>\"'" && robot.links == ["a", "b"] && robot.joints[0].line == 5)
        var latin = Data("<robot name=\"".utf8)
        latin.append(0xE9)
        latin.append(Data("\"/>".utf8))
        #expect(throws: RobotDescriptionError.urdf(file: "r", line: nil, .malformed(.notText))) {
            try URDFRobot.parse(latin, file: "r")
        }
    }

    @Test func anyDamageIsAnErrorOrARobot() throws {
        let whole = try Data(contentsOf: repositoryFolder().appendingPathComponent("Kinematics/ur5e.urdf"))
        var random = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            var damaged = whole
            for _ in 0..<(1 + Int(random.next() % 4)) {
                damaged[Int(random.next() % UInt64(damaged.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.uniform() < 0.3 { damaged = damaged.prefix(Int(random.next() % UInt64(damaged.count))) }
            do throws(RobotDescriptionError) {
                let arm = try URDFRobot.parse(damaged, file: "x").chain().arm
                #expect(arm.forwardKinematics(JointVector(count: arm.jointCount)).isFinite)
            } catch {
                guard case .urdf = error else { Issue.record("\(error)"); return }
            }
        }
    }

    @Test func filesThatCannotBeRead() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: RobotDescriptionError.unreadable(file: folder.path)) { try URDFRobot.read(folder.path) }
        let missing = folder.appendingPathComponent("none.urdf").path
        #expect(throws: RobotDescriptionError.unreadable(file: missing)) { try ArmDescription.load(missing) }
        let large = folder.appendingPathComponent("large.urdf")
        try Data(count: URDFRobot.mostBytes + 1).write(to: large)
        #expect(
            throws: RobotDescriptionError.tooLarge(
                file: large.path, bytes: URDFRobot.mostBytes + 1, most: URDFRobot.mostBytes)
        ) {
            try URDFRobot.read(large.path)
        }
        let empty = folder.appendingPathComponent("empty.urdf")
        try Data().write(to: empty)
        #expect(throws: RobotDescriptionError.self) { try URDFRobot.read(empty.path) }
    }

    /// As many links as fit in the largest file are read in a moment: nothing grows with their square.
    @Test(.timeLimit(.minutes(1))) func manyLinksTakeNoLongTime() {
        let count = 30_000
        let links = (0..<count).map { "l\($0)" }
        let joints = (1..<count).map { jointText("j\($0)", "l\($0 - 1)", "l\($0)", type: "fixed", inside: "") }.joined()
        #expect(failure(robotText(joints, links: links.reversed()))?.problem == .noMovingJoint(tip: "l\(count - 1)"))
    }
}
