import Frames
import RobotModel
import Settings

/// The settings of an arm as written in `Kinematics/NAME.yaml` (described in Kinematics/README.md).
struct ArmSettingsFile {
    static let schema = "stylet.arm/1"

    let file: String
    let urdf: String?
    let tip: String?
    let solver: ArmSettings.Solver
    let X_FlangeTool: Pose<Flange, Tool>
    /// By the joints' names, in the file's order; what a joint's keys are depends on how it moves.
    let joints: [(name: String, settings: SettingsMap)]

    static func read(_ path: String) throws(RobotDescriptionError) -> ArmSettingsFile {
        do { return try ArmSettingsFile(try SettingsFile.read(path)) } catch { throw .settings(error) }
    }

    init(_ document: SettingsMap) throws(SettingsError) {
        var document = document
        file = document.file
        _ = try document.word("schema", of: [Self.schema])
        urdf = document.has("urdf") ? try document.text("urdf") : nil
        tip = document.has("tip") ? try document.text("tip") : nil
        let solvers = ArmSettings.Solver.allCases.map(\.rawValue)
        let word = try document.word("solver", of: solvers, default: ArmSettings.Solver.automatic.rawValue)
        solver = ArmSettings.Solver(rawValue: word) ?? .automatic
        X_FlangeTool = document.has("tool") ? try Self.toolPose(try document.map("tool")) : .identity()
        var joints: [(String, SettingsMap)] = []
        if document.has("joints") {
            var map = try document.map("joints")
            for name in map.keys { joints.append((name, try map.map(name))) }
        }
        self.joints = joints
        try document.finish()
    }

    /// A transform as in every file: `{from: tool, to: flange, matrix: [16 numbers, row by row]}`, lengths in mm.
    private static func toolPose(_ map: SettingsMap) throws(SettingsError) -> Pose<Flange, Tool> {
        var map = map
        _ = try map.word("from", of: [Tool.name])
        _ = try map.word("to", of: [Flange.name])
        let matrix = try map.numbers("matrix", count: 16, in: -1e4...1e4)
        try map.finish()
        guard let pose = try? Pose<Flange, Tool>(rowMajor: matrix) else {
            throw .wrongType(file: map.file, key: map.path + "matrix", expected: "a proper rigid transform")
        }
        return pose
    }
}

extension ArmSettingsFile {
    private static let positive = 1e-9...1e9
    private static let zeroOrMore = 0...1e9

    /// Puts one joint's settings where they belong; a key of the wrong unit for the joint's kind is an unknown key.
    static func apply(
        _ settings: SettingsMap, to joint: inout ArmJoint, home: inout Double, drive: inout JointDrive
    ) throws(SettingsError) {
        var map = settings
        let unit = joint.kind == .prismatic ? "mm" : "rad"
        var limits = joint.limits
        home = try map.number("home_\(unit)", in: limits.lower...limits.upper, default: home)
        // Settings may slow a joint down, not make it faster than its maker allows.
        limits.speed = try map.number("speed_\(unit)_s", in: 0...limits.speed, default: limits.speed)
        limits.acceleration = try map.number("acceleration_\(unit)_s2", in: positive, default: limits.acceleration)
        limits.jerk = try map.number("jerk_\(unit)_s3", in: positive, default: limits.jerk)
        joint.limits = limits
        if map.has("drive") { try apply(try map.map("drive"), kind: joint.kind, to: &drive) }
        try map.finish()
    }

    private static func apply(
        _ settings: SettingsMap, kind: JointKind, to drive: inout JointDrive
    ) throws(SettingsError) {
        var map = settings
        let slides = kind == .prismatic
        func key(_ turning: String, _ sliding: String) -> String { slides ? sliding : turning }
        drive.inertia = try map.number(key("inertia_kg_m2", "mass_kg"), in: positive, default: drive.inertia)
        drive.viscousFriction = try map.number(
            key("viscous_friction_n_m_s_rad", "viscous_friction_n_s_m"), in: zeroOrMore, default: drive.viscousFriction)
        drive.coulombFriction = try map.number(
            key("coulomb_friction_n_m", "coulomb_friction_n"), in: zeroOrMore, default: drive.coulombFriction)
        drive.effort = try map.number(key("torque_n_m", "force_n"), in: positive, default: drive.effort)
        drive.gearRatio = try map.number(key("gear_ratio", "gear_turns_per_m"), in: positive, default: drive.gearRatio)
        drive.encoderCounts = try map.number("encoder_counts", in: positive, default: drive.encoderCounts)
        try map.finish()
    }
}
