import Foundation
import Frames
import RobotDescription
import RobotModel
import Settings
import TestSupport
import Testing

@Suite struct ArmDescriptionTests {
    static let kinematics = repositoryFolder().appendingPathComponent("Kinematics")

    /// The UR5e's URDF with other settings beside it.
    static func load(_ yaml: String?, tip: String? = nil, urdf: String? = nil) throws -> ArmDescription {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let target = folder.appendingPathComponent("arm.urdf")
        if let urdf {
            try urdf.write(to: target, atomically: true, encoding: .utf8)
        } else {
            try FileManager.default.copyItem(at: kinematics.appendingPathComponent("ur5e.urdf"), to: target)
        }
        if let yaml { try yaml.write(to: folder.appendingPathComponent("arm.yaml"), atomically: true, encoding: .utf8) }
        return try ArmDescription.load(target.path, tip: tip)
    }

    static func error(_ yaml: String, urdf: String? = nil) -> RobotDescriptionError? {
        do { _ = try load(yaml, urdf: urdf) } catch { return error as? RobotDescriptionError }
        return nil
    }

    @Test func ur5eIsComplete() throws {
        for file in ["ur5e.urdf", "ur5e.yaml"] {
            let ur5e = try ArmDescription.load(Self.kinematics.appendingPathComponent(file).path)
            #expect(ur5e.name == "ur5e" && ur5e.root == "base_link" && ur5e.tip == "tool0" && ur5e.solverInUse == .ur)
            #expect(ur5e.jointNames.first == "shoulder_pan_joint" && ur5e.linkNames.last == "wrist_3_link")
            #expect(ur5e.jointColumns == (1...6).map { "q\($0)_rad" })
            #expect(ur5e.arm.isWithinLimits(ur5e.settings.home) && ur5e.settings.home[4] == .pi / 2)
            #expect(ur5e.settings.X_FlangeTool.translation == Vector3(0, 0, 150))
            for i in 0..<6 {
                let limits = ur5e.arm.limits(i)
                #expect(abs(limits.upper - (i == 2 ? .pi : 2 * .pi)) < 1e-12 && limits.lower == -limits.upper)
                #expect(abs(limits.speed - .pi) < 1e-12 && limits.acceleration >= 8 && limits.jerk >= 200)
                #expect(ur5e.settings.drives[i].encoderStep(.revolute) < 1e-4)
            }
        }
    }

    @Test func withoutSettingsThereAreDefaults() throws {
        let arm = try Self.load(nil)
        #expect(arm.settings.home == JointVector(count: 6) && arm.settings.X_FlangeTool == .identity())
        #expect(arm.solverInUse == .ur)
        #expect(abs(arm.arm.limits(0).acceleration - .pi / URDFRobot.defaultTimeToSpeed) < 1e-12)
        #expect(arm.settings.drives == Array(repeating: .standard(.revolute), count: 6))
    }

    @Test func aNumericSolverCanBeAskedFor() throws {
        #expect(
            try Self.load("schema: stylet.arm/1\nsolver: damped-least-squares\n").solverInUse == .dampedLeastSquares)
    }

    @Test func aClosedFormMustFit() {
        let urdf = robotText(jointText("j1", "a", "b") + jointText("j2", "b", "c"))
        guard case .solverDoesNotFit(_, solver: "ur")? = Self.error("schema: stylet.arm/1\nsolver: ur\n", urdf: urdf)
        else {
            Issue.record("two joints are no UR arm")
            return
        }
    }

    @Test func slipsAreNamed() {
        func problem(_ rest: String) -> SettingsError? {
            if case .settings(let problem)? = Self.error("schema: stylet.arm/1\n" + rest) { problem } else { nil }
        }
        func isUnknown(_ rest: String, _ key: String) -> Bool {
            if case .unknown(_, key, _)? = problem(rest) { true } else { false }
        }
        func isOutOfRange(_ rest: String, _ key: String) -> Bool {
            if case .outOfRange(_, key, _, _, _)? = problem(rest) { true } else { false }
        }
        #expect(isUnknown("sover: ur\n", "sover"))
        #expect(isUnknown("joints: {elbow_joint: {home_mm: 1}}\n", "joints.elbow_joint.home_mm"))
        #expect(isUnknown("joints: {elbow_joint: {drive: {mass_kg: 1}}}\n", "joints.elbow_joint.drive.mass_kg"))
        #expect(isOutOfRange("joints: {elbow_joint: {home_rad: 4}}\n", "joints.elbow_joint.home_rad"))
        #expect(isOutOfRange("joints: {elbow_joint: {speed_rad_s: 4}}\n", "joints.elbow_joint.speed_rad_s"))
        #expect(isOutOfRange("joints: {elbow_joint: {jerk_rad_s3: -1}}\n", "joints.elbow_joint.jerk_rad_s3"))
        #expect(
            isOutOfRange("joints: {elbow_joint: {drive: {gear_ratio: 0}}}\n", "joints.elbow_joint.drive.gear_ratio"))
        #expect(problem("joints: {elbow_joint: {home_rad: .nan}}\n") != nil)
        #expect(problem("tool: {from: flange, to: tool, matrix: [1]}\n") != nil)
        let mirror = "[-1,0,0,0, 0,1,0,0, 0,0,1,0, 0,0,0,1]"
        guard case .wrongType(_, "tool.matrix", _)? = problem("tool: {from: tool, to: flange, matrix: \(mirror)}\n")
        else {
            Issue.record("a mirror is no tool")
            return
        }
        if case .unknownJoint(_, "elbow", _)? = Self.error("schema: stylet.arm/1\njoints: {elbow: {}}\n") {
        } else {
            Issue.record("there is no joint elbow")
        }
        guard case .settings(.missing(_, "schema"))? = Self.error("solver: ur\n") else {
            Issue.record("settings without a schema")
            return
        }
    }

    @Test func settingsMayNameJointsBeyondAnotherTip() throws {
        let text = try String(contentsOf: Self.kinematics.appendingPathComponent("ur5e.yaml"), encoding: .utf8)
            .replacingOccurrences(of: "solver: ur", with: "solver: automatic")
        let short = try Self.load(text, tip: "forearm_link")
        #expect(
            short.arm.jointCount == 3 && short.settings.home[2] == -.pi / 2 && short.solverInUse == .dampedLeastSquares)
    }
}
