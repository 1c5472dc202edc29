import Frames
import RobotModel
import Testing

@testable import ControlCore

@Suite struct InverseKinematicsGeometryTests {
    /// Published lengths of the UR5e: 425, 392.2, 133.3 and 99.7 mm.
    @Test func findsTheLengthsOfAUR5e() throws {
        let geometry = try #require(ParallelAxesGeometry(try TestArms.ur5e()))
        #expect(abs(geometry.a2 - 425) < 1e-9 && abs(geometry.a3 - 392.2) < 1e-9)
        #expect(abs(abs(geometry.d4) - 133.3) < 1e-9 && abs(abs(geometry.d5) - 99.7) < 1e-9)
    }

    /// Eight ways to reach a pose well inside the reach, each of which reaches it, and all different.
    @Test func eightBranchesReachThePose() throws {
        let arm = try TestArms.ur5e()
        let geometry = try #require(ParallelAxesGeometry(arm))
        let q = try #require(JointVector([0.4, -1.2, 1.5, -0.9, 1.3, 0.2]))
        let goal = arm.forwardKinematics(q)
        let branches = geometry.branches(goal, seed: q)
        #expect(branches.count == 8)
        for i in 0..<branches.count {
            let off = TestArms.error(arm, branches[i], goal)
            #expect(off.position < 1e-9 && off.angle < 1e-12)
            for j in 0..<i { #expect((branches[i] - branches[j]).largestMagnitude > 1e-3) }
        }
    }

    /// The same arm on a turned base, with another tool, joints that count backwards and from other zeros.
    @Test func anyBaseToolZeroAndSenseOfTurn() throws {
        var random = SeededGenerator(seed: 1)
        let plain = try TestArms.ur5e()
        for _ in 0..<50 {
            var joints: [ArmJoint] = []
            var before = Pose<Link, Link>(
                rotation: Rotation(rotationVector: random.normal3()), translation: random.normal3() * 300)
            for i in 0..<6 {
                var joint = plain.joint(i)
                // The joint's frame turned at will, its zero shifted, and half of the joints counting backwards.
                let twist = Rotation<Link, Link>(rotationVector: random.normal3())
                joint.X_ParentJoint =
                    before * joint.X_ParentJoint * Pose<Link, Link>(rotation: twist, translation: .zero)
                joint.axis = twist.inverse * Direction<Link>.z
                before = Pose(rotation: twist.inverse.turnedAboutZ(random.normal()), translation: .zero)
                if random.uniform() < 0.5 { joint.axis = -joint.axis }
                joints.append(joint)
            }
            let flange =
                before
                * Pose<Link, Flange>(
                    rotation: Rotation(rotationVector: random.normal3()), translation: random.normal3() * 100)
            let arm = try SerialArm(joints: joints, flange: flange)
            let kinematics = InverseKinematics(arm)
            #expect(kinematics.closedForm != nil)
            for _ in 0..<20 {
                let q = TestArms.random(arm, &random)
                let goal = arm.forwardKinematics(q)
                let found = try #require(kinematics.solve(goal, near: q).joints)
                #expect(TestArms.error(arm, found, goal).isWithin(InverseKinematicsTests.bound))
                #expect((found - q).largestMagnitude < 1e-4)
            }
        }
    }

    /// A URDF with six digits is near enough, and the last steps take up what it lacks.
    @Test func geometryOfAFewDigitsIsPolished() throws {
        var random = SeededGenerator(seed: 2)
        let plain = try TestArms.ur5e()
        let joints = (0..<6).map { i in
            var joint = plain.joint(i)
            let wobble = Rotation<Link, Link>(rotationVector: random.normal3() * 5e-7)
            joint.X_ParentJoint = Pose(
                rotation: joint.X_ParentJoint.rotation * wobble,
                translation: joint.X_ParentJoint.translation + random.normal3() * 5e-4)
            return joint
        }
        let arm = try SerialArm(joints: joints, flange: .init(rotation: .identity(), translation: Vector3(0, 0, 99.6)))
        let kinematics = InverseKinematics(arm)
        #expect(kinematics.closedForm != nil)
        var solved = 0
        for _ in 0..<1000 {
            let goal = arm.forwardKinematics(TestArms.random(arm, &random))
            guard let found = kinematics.solve(goal, near: JointVector(count: 6)).joints else { continue }
            #expect(TestArms.error(arm, found, goal).isWithin(InverseKinematicsTests.bound))
            solved += 1
        }
        #expect(solved >= 999)
    }

    @Test func otherArmsHaveNoSuchForm() throws {
        #expect(ParallelAxesGeometry(try TestArms.iiwa()) == nil)
        #expect(ParallelAxesGeometry(try TestArms.sliding()) == nil)
        let plain = try TestArms.ur5e()
        for i in 1..<6 {
            var joints = (0..<6).map(plain.joint)
            // About X: about Y, axes 2, 5 and 6 would only start from other zeros.
            let tilt = Rotation<Link, Link>(rotationVector: Vector3(1e-3, 0, 0))
            joints[i].X_ParentJoint = joints[i].X_ParentJoint * Pose<Link, Link>(rotation: tilt, translation: .zero)
            #expect(ParallelAxesGeometry(try SerialArm(joints: joints, flange: .identity())) == nil, "joint \(i)")
        }
    }
}
