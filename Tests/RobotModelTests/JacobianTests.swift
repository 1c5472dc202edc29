import Frames
import Testing

@testable import RobotModel

@Suite struct JacobianTests {
    /// Against central differences of the forward kinematics.
    @Test(arguments: 1...8) func columnsAreTheDerivatives(_ count: Int) throws {
        var random = SeededGenerator(seed: UInt64(40 + count))
        let h = 1e-6
        for _ in 0..<10 {
            let arm = try randomArm(count, &random)
            let q = randomJoints(count, &random)
            let tool = Pose<Flange, Tool>(
                rotation: Rotation(rotationVector: random.normal3()), translation: random.normal3() * 100)
            let J = arm.jacobian(q, tool: tool)
            for i in 0..<count {
                var (before, after) = (q, q)
                before[i] -= h
                after[i] += h
                let (A, B) = (arm.forwardKinematics(before, tool: tool), arm.forwardKinematics(after, tool: tool))
                let linear = (B.translation - A.translation) / (2 * h)
                let angular = (B.rotation * A.rotation.inverse).rotationVector / (2 * h)
                for row in 0..<3 {
                    #expect(abs(J[row, i] - linear[row]) < 1e-5)
                    #expect(abs(J[row + 3, i] - angular[row]) < 1e-8)
                }
            }
        }
    }

    @Test func velocityIsTheSumOfColumns() throws {
        var random = SeededGenerator(seed: 60)
        let arm = try randomArm(7, &random)
        let (q, speeds) = (randomJoints(7, &random), randomJoints(7, &random))
        let J = arm.jacobian(q)
        let velocity = J.velocity(speeds)
        for row in 0..<3 {
            #expect(abs(velocity.linear[row] - (0..<7).reduce(0) { $0 + J[row, $1] * speeds[$1] }) < 1e-9)
            #expect(abs(velocity.angular[row] - (0..<7).reduce(0) { $0 + J[row + 3, $1] * speeds[$1] }) < 1e-12)
        }
        #expect(J[6, 0] == 0 && J.columns[7] == .zero)
    }
}
