import Foundation
import Frames
import RobotDescription
import TestSupport
import Testing

@testable import RobotModel

/// Standard Denavit–Hartenberg parameters of the UR5e in m and rad, as its maker publishes them.
enum UR5eTable {
    static let d: [Double] = [0.1625, 0, 0, 0.1333, 0.0997, 0.0996]
    static let a: [Double] = [0, -0.425, -0.3922, 0, 0, 0]
    static let alpha: [Double] = [.pi / 2, 0, 0, .pi / 2, -.pi / 2, 0]

    /// The product of 4×4 matrices Rz(θ) Tz(d) Tx(a) Rx(α), row by row, in m.
    static func product(_ theta: [Double]) -> [[Double]] {
        var T: [[Double]] = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
        for k in 0..<6 {
            let (c, s, ca, sa) = (cos(theta[k]), sin(theta[k]), cos(alpha[k]), sin(alpha[k]))
            let first: [Double] = [c, -s * ca, s * sa, a[k] * c]
            let second: [Double] = [s, c * ca, -c * sa, a[k] * s]
            T = multiplied(T, [first, second, [0, sa, ca, d[k]], [0, 0, 0, 1]])
        }
        return T
    }

    private static func multiplied(_ A: [[Double]], _ B: [[Double]]) -> [[Double]] {
        var product = A
        for i in 0..<4 {
            for j in 0..<4 {
                product[i][j] = 0
                for k in 0..<4 { product[i][j] += A[i][k] * B[k][j] }
            }
        }
        return product
    }
}

func ur5e() throws -> ArmDescription {
    try ArmDescription.load(repositoryFolder().appendingPathComponent("Kinematics/ur5e.urdf").path)
}

/// An arm of any joints: axes, offsets and kinds at random, so that nothing in it is special.
func randomArm(_ count: Int, _ random: inout SeededGenerator) throws -> SerialArm {
    var joints: [ArmJoint] = []
    while joints.count < count {
        guard let axis = Direction<Link>(random.normal3()) else { continue }
        let X = Pose<Link, Link>(
            rotation: Rotation(rotationVector: random.normal3()), translation: random.normal3() * 200)
        let limits = JointLimits(lower: -2, upper: 2, speed: 1, acceleration: 1, jerk: 1)
        joints.append(
            ArmJoint(
                kind: random.uniform() < 0.3 ? .prismatic : .revolute, X_ParentJoint: X, axis: axis, limits: limits))
    }
    let flange = Pose<Link, Flange>(
        rotation: Rotation(rotationVector: random.normal3()), translation: random.normal3() * 50)
    return try SerialArm(joints: joints, flange: flange)
}

func randomJoints(_ count: Int, _ random: inout SeededGenerator, spread: Double = 3) -> JointVector {
    var q = JointVector(count: count)
    for i in 0..<count { q[i] = (random.uniform() * 2 - 1) * spread }
    return q
}

@Suite struct SerialArmTests {
    @Test func ur5eIsItsDenavitHartenbergTable() throws {
        let arm = try ur5e().arm
        var random = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let q = randomJoints(6, &random, spread: 2 * .pi)
            let X = arm.forwardKinematics(q)
            let T = UR5eTable.product(q.array)
            for i in 0..<3 {
                #expect(abs(X.translation[i] - T[i][3] * 1000) < 1e-9)
                for j in 0..<3 { #expect(abs(X.rotation.matrix[i, j] - T[i][j]) < 1e-13) }
            }
        }
    }

    /// At zero the arm lies along −X: −(425 + 392.2), −(133.3 + 99.6) and 162.5 − 99.7 mm, by hand from the table.
    @Test func ur5eAtZeroLiesAsTheTableSays() throws {
        let X = try ur5e().arm.forwardKinematics(JointVector(count: 6))
        #expect(length(X.translation - Vector3(-817.2, -232.9, 62.8)) < 1e-9)
        #expect(length(X.rotation.matrix.columns.2 - Vector3(0, -1, 0)) < 1e-12)
    }

    /// The chain as plain poses with every rotation about its own axis by Rodrigues, without turned frames.
    static func plainChain(_ arm: SerialArm, _ q: JointVector) -> [Pose<Base, Link>] {
        var X = Pose<Base, Link>.identity()
        return (0..<arm.jointCount).map { i in
            let joint = arm.joint(i)
            X = X * joint.X_ParentJoint
            X =
                joint.kind == .prismatic
                ? X * Pose<Link, Link>(rotation: .identity(), translation: joint.axis.vector * q[i])
                : X * Pose<Link, Link>(rotation: Rotation(radians: q[i], about: joint.axis), translation: .zero)
            return X
        }
    }

    @Test(arguments: 1...8) func turnedFramesChangeNoPose(_ count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        for _ in 0..<20 {
            let arm = try randomArm(count, &random)
            let q = randomJoints(count, &random)
            let (plain, links) = (Self.plainChain(arm, q), arm.linkPoses(q))
            for i in 0..<count {
                #expect(length(links[i].translation - plain[i].translation) < 1e-10)
                #expect((links[i].rotation.matrix - plain[i].rotation.matrix).largestMagnitude < 1e-13)
            }
            #expect(links.flange == arm.forwardKinematics(q))
        }
    }

    @Test func toolMovesWithTheFlange() throws {
        let arm = try ur5e().arm
        var random = SeededGenerator(seed: 2)
        let X_FlangeTool = Pose<Flange, Tool>(
            rotation: Rotation(rotationVector: Vector3(0.1, 0.4, -1)), translation: Vector3(3, 4, 150))
        let q = randomJoints(6, &random)
        #expect(arm.forwardKinematics(q, tool: X_FlangeTool) == arm.forwardKinematics(q) * X_FlangeTool)
        #expect(arm.kinematics(q).X_BaseFlange == arm.forwardKinematics(q))
    }

    @Test func limitsAreKept() throws {
        let arm = try ur5e().arm
        var q = JointVector(count: 6)
        #expect(arm.isWithinLimits(q))
        q[2] = 3.2
        #expect(!arm.isWithinLimits(q) && arm.clamped(q)[2] == .pi && arm.isWithinLimits(arm.clamped(q)))
        #expect(arm.isWithinLimits(q, tolerance: 0.1))
        q[2] = .nan
        #expect(!arm.isWithinLimits(q))
        #expect(!arm.isWithinLimits(JointVector(count: 5)))
    }

    @Test func refusesWhatIsNoArm() throws {
        let good = ArmJoint(
            kind: .revolute, X_ParentJoint: .identity(), axis: .z,
            limits: JointLimits(lower: -1, upper: 1, speed: 1, acceleration: 1, jerk: 1))
        #expect(throws: RobotModelError.jointCount(0)) { try SerialArm(joints: [], flange: .identity()) }
        #expect(throws: RobotModelError.jointCount(9)) {
            try SerialArm(joints: Array(repeating: good, count: 9), flange: .identity())
        }
        var bad = good
        bad.X_ParentJoint = Pose(rotation: .identity(), translation: Vector3(0, .nan, 0))
        #expect(throws: RobotModelError.notFinite(joint: 1)) {
            try SerialArm(joints: [good, bad], flange: .identity())
        }
        bad = good
        bad.limits.lower = 2
        #expect(throws: RobotModelError.positionLimits(joint: 0, lower: 2, upper: 1)) {
            try SerialArm(joints: [bad], flange: .identity())
        }
        bad = good
        bad.limits.jerk = -1
        #expect(throws: RobotModelError.rateLimit(joint: 0, value: -1)) {
            try SerialArm(joints: [bad], flange: .identity())
        }
        let arm = try SerialArm(joints: [good], flange: .identity())
        #expect(throws: RobotModelError.jointCount(2)) { try arm.with(limits: [good.limits, good.limits]) }
        #expect(try arm.with(limits: [good.limits]) == arm)
    }
}
