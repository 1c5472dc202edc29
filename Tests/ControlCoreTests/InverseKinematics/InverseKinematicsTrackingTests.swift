import Frames
import Glibc
import RobotModel
import Testing

@testable import ControlCore

@Suite struct InverseKinematicsTrackingTests {
    /// A breathing patient: 2 mm at 0.25 Hz, and a slow turn, about a pose.
    static func moved(_ X: Pose<Base, Flange>, _ t: Double) -> Pose<Base, Flange> {
        let phase = sin(2 * .pi * 0.25 * t)
        return Pose(
            rotation: Rotation(rotationVector: Vector3(0.02, 0.01, 0.03) * phase) * X.rotation,
            translation: X.translation + Vector3(0, 2, 1) * phase)
    }

    @Test(arguments: ["ur5e", "ur5e numeric", "iiwa", "sliding"]) func followsASmoothTarget(_ name: String) throws {
        let arm = try TestArms.named(name)
        let kinematics = InverseKinematics(arm, usesClosedForm: name == "ur5e")
        let postures = [
            [0.4, -1.2, 1.5, -0.9, 1.3, 0.2], [0.4, 0.6, 0.2, -1.2, 0.3, 0.9, 0.1], [0.4, -0.3, 150, 0.7, 0.9, 0.2],
        ]
        var q = try #require(JointVector(name == "iiwa" ? postures[1] : name == "sliding" ? postures[2] : postures[0]))
        let X = arm.forwardKinematics(q)
        var step = JointVector(count: arm.jointCount)
        for i in 0..<arm.jointCount { step[i] = arm.joint(i).kind == .prismatic ? 0.05 : 1e-3 }
        for tick in 1...4000 {
            let goal = Self.moved(X, Double(tick) * 1e-3)
            let next = try #require(kinematics.track(goal, from: q, maximumStep: step).joints, "tick \(tick)")
            for i in 0..<arm.jointCount { #expect(abs(next[i] - q[i]) <= step[i]) }
            #expect(TestArms.error(arm, next, goal).isWithin(InverseKinematicsTests.bound))
            q = next
        }
    }

    /// A straight line out of the reach: the arm must hold before it flips, breaks a limit, or leaves the line.
    @Test(arguments: [true, false]) func holdsAtTheEdgeOfTheReach(_ closed: Bool) throws {
        let arm = try TestArms.ur5e()
        let kinematics = InverseKinematics(arm, usesClosedForm: closed)
        var q = try #require(JointVector([0.4, -1.2, 1.5, -0.9, 1.3, 0.2]))
        let X = arm.forwardKinematics(q)
        let step = JointVector(SIMD8(repeating: 0.01), count: 6)
        var held: InverseKinematicsFailure?
        for tick in 1...5000 {
            let goal = Pose<Base, Flange>(
                rotation: X.rotation, translation: X.translation + Vector3(0.3, 0.1, 0) * Double(tick))
            switch kinematics.track(goal, from: q, maximumStep: step) {
            case .solved(let next):
                #expect(held == nil, "moves again beyond the reach")
                #expect((next - q).largestMagnitude <= 0.01 && arm.isWithinLimits(next))
                #expect(TestArms.error(arm, next, goal).isWithin(InverseKinematicsTests.bound))
                q = next
            case .failed(let why): held = why
            }
        }
        #expect(held != nil && held != .badInput)
    }

    /// Towards a limit of the elbow's neighbour: the arm stops at it, though another turn or branch would go on.
    @Test(arguments: [true, false]) func holdsAtALimit(_ closed: Bool) throws {
        let plain = try TestArms.ur5e()
        var limits = (0..<6).map(plain.limits)
        limits[0].upper = 0.5
        let arm = try plain.with(limits: limits)
        let kinematics = InverseKinematics(arm, usesClosedForm: closed)
        var q = try #require(JointVector([0.4, -1.2, 1.5, -0.9, 1.3, 0.2]))
        let X = arm.forwardKinematics(q)
        let step = JointVector(SIMD8(repeating: 0.01), count: 6)
        var last: InverseKinematicsAnswer?
        for tick in 1...300 {
            let turn = Pose<Base, Base>(rotation: Rotation(radians: Double(tick) * 1e-3, about: .z), translation: .zero)
            let answer = kinematics.track(turn * X, from: q, maximumStep: step)
            if let next = answer.joints {
                #expect(next[0] <= 0.5 && abs(next[0] - 0.4 - Double(tick) * 1e-3) < 1e-8)
                q = next
            }
            last = answer
        }
        #expect(abs(q[0] - 0.5) < 2e-3)
        // Beyond the limit by more than a step, the step is the first thing that is too large.
        switch last {
        case .failed(.outsideLimits), .failed(.stepTooLarge(joint: 0, needed: _)): break
        default: #expect(!closed, "\(String(describing: last))")
        }
        #expect(last?.joints == nil)
    }

    @Test func aJumpIsRefusedWithTheJointAndItsStep() throws {
        let arm = try TestArms.ur5e()
        let kinematics = InverseKinematics(arm)
        let q = try #require(JointVector([0.4, -1.2, 1.5, -0.9, 1.3, 0.2]))
        var far = q
        far[5] += 0.5
        let step = JointVector(SIMD8(repeating: 0.01), count: 6)
        guard
            case .failed(.stepTooLarge(let joint, let needed)) = kinematics.track(
                arm.forwardKinematics(far), from: q, maximumStep: step)
        else { Issue.record("a jump of 0.5 rad was not refused"); return }
        #expect(joint == 5 && abs(needed - 0.5) < 1e-9)
    }

    /// Straight through a wrist singularity: any answer on the way is small and exact, and a refusal moves nothing.
    @Test func theWristNeverFlips() throws {
        let arm = try TestArms.ur5e()
        let kinematics = InverseKinematics(arm)
        var q = try #require(JointVector([0.4, -1.2, 1.5, -0.9, 0.05, 0.2]))
        let X = arm.forwardKinematics(q)
        let step = JointVector(SIMD8(repeating: 0.003), count: 6)
        var refused = 0
        for tick in 1...400 {
            let turn = Rotation<Flange, Flange>(radians: Double(tick) * 5e-4, about: .y)
            let goal = Pose<Base, Flange>(
                rotation: X.rotation * turn, translation: X.translation + Vector3(0.05, 0.02, 0) * Double(tick))
            switch kinematics.track(goal, from: q, maximumStep: step) {
            case .solved(let next):
                #expect((next - q).largestMagnitude <= 0.003)
                #expect(TestArms.error(arm, next, goal).isWithin(InverseKinematicsTests.bound))
                q = next
            case .failed: refused += 1
            }
        }
        #expect(refused > 0, "this line passes too near the singularity for steps of 3 mrad")
    }

    @Test func badInputIsRefused() throws {
        let arm = try TestArms.ur5e()
        let kinematics = InverseKinematics(arm)
        let (q, step) = (JointVector(count: 6), JointVector(SIMD8(repeating: 0.01), count: 6))
        let X = arm.forwardKinematics(q)
        let broken = Pose<Base, Flange>(rotation: X.rotation, translation: Vector3(0, .infinity, 0))
        #expect(kinematics.track(broken, from: q, maximumStep: step) == .failed(.badInput))
        #expect(kinematics.track(X, from: q * .nan, maximumStep: step) == .failed(.badInput))
        #expect(kinematics.track(X, from: JointVector(count: 7), maximumStep: step) == .failed(.badInput))
        #expect(kinematics.track(X, from: q, maximumStep: JointVector(count: 6)) == .failed(.badInput))
        #expect(kinematics.track(X, from: q, maximumStep: step * .nan) == .failed(.badInput))
    }
}
