import Foundation
import Frames
import RobotModel
import TestSupport
import Testing

@testable import RobotDescription

@Suite struct ArmWriterTests {
    /// Writes both files and reads them back.
    static func reread(_ description: ArmDescription, _ arm: SerialArm) throws -> ArmDescription {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("arm-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = ArmWriter(description, with: arm)
        let path = folder.appendingPathComponent("corrected.urdf")
        try Data(writer.urdf.utf8).write(to: path)
        let settings = folder.appendingPathComponent("corrected.yaml")
        try Data(writer.settings(urdf: "corrected.urdf").utf8).write(to: settings)
        let (byURDF, bySettings) = (try ArmDescription.load(path.path), try ArmDescription.load(settings.path))
        #expect(byURDF.arm == bySettings.arm)
        return byURDF
    }

    /// An arm whose joints sit a little elsewhere comes back the same: its poses, limits, drives and tool.
    @Test func aCorrectedArmReadsBack() throws {
        let path = repositoryFolder().appendingPathComponent("Kinematics/ur5e.urdf").path
        let ur5e = try ArmDescription.load(path)
        var random = SeededGenerator(seed: 3)
        let joints = (0..<6).map { i -> ArmJoint in
            var joint = ur5e.arm.joint(i)
            let off = Pose<Link, Link>(
                rotation: Rotation(rotationVector: random.normal3() * 0.005), translation: random.normal3())
            joint.X_ParentJoint = joint.X_ParentJoint * off
            return joint
        }
        let moved = try SerialArm(joints: joints, flange: ur5e.arm.flangeOnLastLink)
        let found = try Self.reread(ur5e, moved)
        #expect(found.jointNames == ur5e.jointNames && found.tip == ur5e.tip && found.root == ur5e.root)
        #expect(found.settings.drives == ur5e.settings.drives && found.settings.home == ur5e.settings.home)
        #expect(found.settings.X_FlangeTool == ur5e.settings.X_FlangeTool)
        #expect(found.solverInUse == .dampedLeastSquares)
        for i in 0..<6 { #expect(found.arm.limits(i) == ur5e.arm.limits(i)) }
        for _ in 0..<200 {
            let q = try #require(JointVector((0..<6).map { _ in random.uniform() * 6 - 3 }))
            let off = found.arm.forwardKinematics(q).inverse * moved.forwardKinematics(q)
            #expect(length(off.translation) < 1e-9 && off.rotation.angle < 1e-7)
        }
    }

    /// Sliding and endless joints, a pitch of a right angle, names that XML and YAML could misread, and no fixed tip.
    @Test func anyArmReadsBack() throws {
        let text = """
            <robot name="a &amp; b: 'c'">
              <link name="base"/><link name="one: #1"/><link name="two&lt;"/><link name="three"/>
              <joint name="j &quot;1&quot;" type="prismatic"><parent link="base"/><child link="one: #1"/>
                <origin xyz="0.1 -0.2 0.3" rpy="0.4 1.5707963267948966 0.2"/><axis xyz="0 1 1"/>
                <limit lower="-0.0123" upper="0.33" velocity="0.07"/></joint>
              <joint name="j2" type="continuous"><parent link="one: #1"/><child link="two&lt;"/>
                <origin xyz="0 0 0.3" rpy="3 -1 2"/><axis xyz="1 0 0"/><limit velocity="2"/></joint>
              <joint name="j3" type="revolute"><parent link="two&lt;"/><child link="three"/>
                <axis xyz="0 0 1"/><limit lower="-1" upper="2" velocity="1"/></joint>
            </robot>
            """
        let robot = try URDFRobot.parse(Data(text.utf8), file: "test.urdf")
        let description = try ArmDescription(robot, chain: robot.chain(), settings: nil)
        let found = try Self.reread(description, description.arm)
        #expect(found.jointNames == ["j \"1\"", "j2", "j3"] && found.name == "a & b: 'c'" && found.tip == "three")
        var random = SeededGenerator(seed: 8)
        for _ in 0..<50 {
            let q = try #require(JointVector([random.uniform() * 300, random.normal(), random.normal()]))
            let off = found.arm.forwardKinematics(q).inverse * description.arm.forwardKinematics(q)
            #expect(length(off.translation) < 1e-9 && off.rotation.angle < 1e-7)
        }
    }
}
