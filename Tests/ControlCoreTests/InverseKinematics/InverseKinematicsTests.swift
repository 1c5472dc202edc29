import Foundation
import Frames
import RobotDescription
import RobotModel
import TestSupport
import Testing

@testable import ControlCore

enum TestArms {
    static func ur5e() throws -> SerialArm {
        try ArmDescription.load(repositoryFolder().appendingPathComponent("Kinematics/ur5e.urdf").path).arm
    }

    /// Seven turning joints, without a closed form here: a KUKA LBR iiwa 7 R800, standard Denavit–Hartenberg
    /// (d .34, 0, .40, 0, .40, 0, .126; α −π/2, π/2, π/2, −π/2, −π/2, π/2, 0; ±169, 119, 169, 119, 169, 119, 174°).
    static func iiwa() throws -> SerialArm {
        let d: [Double] = [340, 0, 400, 0, 400, 0, 126]
        let alpha: [Double] = [-.pi / 2, .pi / 2, .pi / 2, -.pi / 2, -.pi / 2, .pi / 2, 0]
        let limits: [Double] = [169, 119, 169, 119, 169, 119, 174]
        var joints: [ArmJoint] = []
        var X = Pose<Link, Link>.identity()
        for i in 0..<7 {
            let most = radians(degrees: limits[i])
            let bounds = JointLimits(lower: -most, upper: most, speed: 2, acceleration: 10, jerk: 100)
            joints.append(ArmJoint(kind: .revolute, X_ParentJoint: X, axis: .z, limits: bounds))
            X = Pose(rotation: Rotation(radians: alpha[i], about: .x), translation: Vector3(0, 0, d[i]))
        }
        return try SerialArm(joints: joints, flange: X * Pose<Link, Flange>.identity())
    }

    /// Turn, turn, slide and a wrist: a sliding joint on the way to a tip that can take any orientation.
    static func sliding() throws -> SerialArm {
        let turn = JointLimits(lower: -2.5, upper: 2.5, speed: 2, acceleration: 10, jerk: 100)
        let slide = JointLimits(lower: 50, upper: 300, speed: 200, acceleration: 1000, jerk: 10000)
        func joint(_ kind: JointKind, _ axis: Direction<Link>, _ shift: Vector3) -> ArmJoint {
            ArmJoint(
                kind: kind, X_ParentJoint: Pose(rotation: .identity(), translation: shift), axis: axis,
                limits: kind == .prismatic ? slide : turn)
        }
        return try SerialArm(
            joints: [
                joint(.revolute, .z, .zero), joint(.revolute, .y, Vector3(0, 0, 400)),
                joint(.prismatic, .x, Vector3(100, 0, 0)), joint(.revolute, .x, Vector3(100, 0, 0)),
                joint(.revolute, .y, .zero), joint(.revolute, .z, .zero),
            ], flange: Pose(rotation: .identity(), translation: Vector3(0, 0, 80)))
    }

    /// "iiwa", "sliding", anything else: the UR5e.
    static func named(_ name: String) throws -> SerialArm {
        name == "iiwa" ? try iiwa() : name == "sliding" ? try sliding() : try ur5e()
    }

    static func random(_ arm: SerialArm, _ random: inout SeededGenerator) -> JointVector {
        var q = JointVector(count: arm.jointCount)
        for i in 0..<arm.jointCount {
            let limits = arm.limits(i)
            q[i] = limits.lower + (limits.upper - limits.lower) * random.uniform()
        }
        return q
    }

    /// mm and rad between the flange at `q` and the goal.
    static func error(_ arm: SerialArm, _ q: JointVector, _ goal: Pose<Base, Flange>) -> PoseError {
        let X = arm.forwardKinematics(q)
        return PoseError(
            position: length(X.translation - goal.translation), angle: (X.rotation.inverse * goal.rotation).angle)
    }
}

@Suite struct InverseKinematicsTests {
    static let bound = PoseError(position: 1.1e-6, angle: 1.1e-9)

    @Test func ur5eReachesEveryPoseItCanReach() throws {
        let arm = try TestArms.ur5e()
        let kinematics = InverseKinematics(arm)
        var random = SeededGenerator(seed: 1)
        for _ in 0..<5000 {
            let (q, seed) = (TestArms.random(arm, &random), TestArms.random(arm, &random))
            let goal = arm.forwardKinematics(q)
            let found = try #require(kinematics.solve(goal, near: seed).joints)
            #expect(TestArms.error(arm, found, goal).isWithin(Self.bound))
            #expect(arm.isWithinLimits(found))
        }
    }

    @Test func aSeedThatReachesIsTheAnswer() throws {
        let arm = try TestArms.ur5e()
        let kinematics = InverseKinematics(arm)
        var random = SeededGenerator(seed: 2)
        for _ in 0..<2000 {
            let q = TestArms.random(arm, &random)
            let found = try #require(kinematics.solve(arm.forwardKinematics(q), near: q).joints)
            // Where a wrist or elbow is nearly singular, the same pose has other joints nearby: to 1e-4 all are this branch.
            #expect((found - q).largestMagnitude < 1e-4)
        }
    }

    /// All branches and all whole turns, by brute force.
    @Test func theNearestOfAllBranchesAndTurnsIsChosen() throws {
        let arm = try TestArms.ur5e()
        let kinematics = InverseKinematics(arm)
        let geometry = try #require(kinematics.closedForm)
        var random = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            let (goal, seed) = (arm.forwardKinematics(TestArms.random(arm, &random)), TestArms.random(arm, &random))
            let branches = geometry.branches(goal, seed: seed)
            var least = Double.infinity
            for i in 0..<branches.count {
                var sum = 0.0
                for j in 0..<6 {
                    let turns = (-3...3).map { branches[i][j] + 2 * .pi * Double($0) }
                    sum +=
                        turns.filter { arm.limits(j).contains($0) }.map { ($0 - seed[j]) * ($0 - seed[j]) }.min()
                        ?? .infinity
                }
                least = min(least, sum)
            }
            let found = try #require(kinematics.solve(goal, near: seed).joints)
            let off = (found - seed).array.reduce(0) { $0 + $1 * $1 }
            #expect(abs(off - least) < 1e-6)
        }
    }

    @Test func singularPosesAreReached() throws {
        let arm = try TestArms.ur5e()
        let kinematics = InverseKinematics(arm)
        var random = SeededGenerator(seed: 4)
        for nudge in [0, 1e-14, 1e-12, 1e-10, 1e-9, 1e-8, 1e-6, 1e-4] {
            for _ in 0..<100 {
                var wrist = TestArms.random(arm, &random)
                wrist[4] = [0, .pi, -.pi][Int(random.next() % 3)] + nudge
                var elbow = TestArms.random(arm, &random)
                elbow[2] = nudge
                var folded = TestArms.random(arm, &random)
                folded[2] = .pi - nudge
                for q in [wrist, elbow, folded] {
                    let goal = arm.forwardKinematics(q)
                    let found = try #require(kinematics.solve(goal, near: TestArms.random(arm, &random)).joints)
                    #expect(TestArms.error(arm, found, goal).isWithin(Self.bound))
                }
            }
        }
    }

    /// Axis 6 above axis 1, as far as the shoulder lets it: the two shoulder branches meet.
    @Test func shoulderSingularityIsReached() throws {
        let arm = try TestArms.ur5e()
        let kinematics = InverseKinematics(arm)
        let geometry = try #require(kinematics.closedForm)
        for off in [0, 1e-9, 1e-7, 1e-3] {
            let X = Pose<Base, Link>(
                rotation: Rotation(rotationVector: Vector3(0.4, 1.1, -0.3)),
                translation: Vector3(abs(geometry.d4) + off, 0, 500))
            let goal = geometry.X_BaseZero * Pose<Link, Link>(rotation: .identity(), translation: .zero)
            let lifted = Pose<Base, Flange>(
                rotation: (X * geometry.X_SixFlange).rotation,
                translation: (goal * Point<Link>(X.translation)).coordinates
                    + X.rotation.matrix * geometry.X_SixFlange.translation)
            let found = try #require(kinematics.solve(lifted, near: JointVector(count: 6)).joints)
            #expect(TestArms.error(arm, found, lifted).isWithin(Self.bound))
        }
    }

    @Test func refusalsSayWhy() throws {
        let arm = try TestArms.ur5e()
        let kinematics = InverseKinematics(arm)
        let zero = JointVector(count: 6)
        func at(_ x: Double, _ y: Double, _ z: Double) -> Pose<Base, Flange> {
            Pose(rotation: .identity(), translation: Vector3(x, y, z))
        }
        #expect(kinematics.solve(at(2000, 0, 0), near: zero) == .failed(.unreachable))
        #expect(kinematics.solve(at(0, 0, 300), near: zero) == .failed(.unreachable))
        #expect(kinematics.solve(at(.nan, 0, 0), near: zero) == .failed(.badInput))
        #expect(kinematics.solve(at(400, 0, 300), near: JointVector(count: 5)) == .failed(.badInput))
        #expect(kinematics.solve(at(400, 0, 300), near: zero * .nan) == .failed(.badInput))
        var limits = (0..<6).map(arm.limits)
        limits[0] = JointLimits(lower: 1, upper: 1.1, speed: 1, acceleration: 1, jerk: 1)
        let narrow = InverseKinematics(try arm.with(limits: limits))
        #expect(narrow.solve(at(400, 0, 300), near: zero) == .failed(.outsideLimits))
        let numeric = InverseKinematics(arm, usesClosedForm: false)
        #expect(numeric.solve(at(2000, 0, 0), near: zero, restarts: 5) == .failed(.unreachable))
        #expect(numeric.solve(at(0, 0, 300), near: zero, restarts: 5) == .failed(.notConverged))
    }

    @Test(arguments: ["iiwa", "sliding", "ur5e"]) func anyArmIsSolvedNumerically(_ name: String) throws {
        let arm = try TestArms.named(name)
        let kinematics = InverseKinematics(arm, usesClosedForm: false)
        #expect(kinematics.closedForm == nil)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            let goal = arm.forwardKinematics(TestArms.random(arm, &random))
            let seed = arm.clamped(JointVector(count: arm.jointCount))
            let found = try #require(kinematics.solve(goal, near: seed, restarts: 500).joints)
            #expect(TestArms.error(arm, found, goal).isWithin(Self.bound) && arm.isWithinLimits(found))
        }
    }

    @Test func sameQuestionSameAnswer() throws {
        let arm = try TestArms.iiwa()
        let kinematics = InverseKinematics(arm)
        var random = SeededGenerator(seed: 6)
        for _ in 0..<20 {
            let goal = arm.forwardKinematics(TestArms.random(arm, &random))
            let seed = JointVector(count: 7)
            #expect(
                kinematics.solve(goal, near: seed, restarts: 50) == kinematics.solve(goal, near: seed, restarts: 50))
        }
    }

    @Test func aToolIsTakenOffFirst() throws {
        let arm = try TestArms.ur5e()
        let kinematics = InverseKinematics(arm)
        var random = SeededGenerator(seed: 7)
        let tool = Pose<Flange, Tool>(
            rotation: Rotation(rotationVector: Vector3(0.2, 0, 1)), translation: Vector3(5, 0, 150))
        let q = TestArms.random(arm, &random)
        let found = try #require(kinematics.solve(arm.forwardKinematics(q, tool: tool), tool: tool, near: q).joints)
        #expect((found - q).largestMagnitude < 1e-6)
    }
}
