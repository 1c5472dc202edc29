import Frames
import RobotDescription
import Testing

@testable import SimulatedArm

@Suite struct JointServoTests {
    static let drive: JointDrive = {
        var drive = JointDrive.standard(.revolute)
        (drive.inertia, drive.viscousFriction, drive.coulombFriction, drive.effort) = (2, 0, 8, 100)
        (drive.gearRatio, drive.encoderCounts) = (100, 8192)
        return drive
    }()

    /// Against the exact solution of dry friction: v²/2a, then rest.
    @Test func aFreeJointRollsOutAsDryFrictionSays() {
        var joint = JointServo(Self.drive, kind: .revolute, at: 0)
        joint.velocity = 2
        // The brake adds twice the drive's effort to the joint's own friction.
        let deceleration = 8.0 / 2 + 2 * 100 / 2
        for _ in 0..<1_000_000 { joint.brake(dt: 1e-6) }
        #expect(joint.velocity == 0)
        #expect(abs(joint.position - 2 * 2 / (2 * deceleration)) < 1e-5)
    }

    @Test func aSlidingJointIsInMillimetres() {
        let joint = JointServo(Self.drive, kind: .prismatic, at: 10)
        #expect(joint.largestAcceleration == 50_000 && joint.coulomb == 4000)
        #expect(abs(joint.encoderStep - 1000 / (100 * 8192)) < 1e-12)
    }

    @Test func reachesAStepWithoutRestingBesideIt() {
        var joint = JointServo(Self.drive, kind: .revolute, at: 0)
        for _ in 0..<8000 { joint.drive(to: JointReference(position: 0.001), dt: 1.25e-4) }
        #expect(abs(joint.position - 0.001) < 3e-5)
    }

    /// The reference never breaks its limits, wherever it is sent.
    @Test(arguments: 0..<10 as Range<UInt64>) func theReferenceKeepsItsLimits(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var follower = SetPointFollower(speed: 2, acceleration: 12, reference: JointReference(position: 0))
        var aim = 0.0
        for k in 0..<20_000 {
            if k % 2000 == 0 { aim = 2 * random.uniform() - 1 }
            let before = follower.reference
            if k % 7000 > 6000 {
                follower.stop(dt: 1e-4)
            } else {
                follower.follow(position: aim, velocity: 0, dt: 1e-4)
            }
            #expect(abs(follower.reference.velocity) <= 2 + 1e-9)
            #expect(abs(follower.reference.velocity - before.velocity) <= 12e-4 + 1e-12)
        }
    }
}
