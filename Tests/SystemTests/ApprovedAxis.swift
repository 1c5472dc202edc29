import Foundation
import TestSupport

/// A plan with one axis within the UR5e's reach, approved, with its keys and its registration, made by the program itself.
enum ApprovedAxis {
    /// The arm's tip is at home near (492, −133, 338) mm in the base, pointing down; so does this axis, below it.
    static let entry = SIMD3(10.0, 80, -200)
    static let target = SIMD3(10.0, 40, -200)
    /// Maps the patient's front (−Y of the CT) to down (−Z of the base), and the entry to (480, −130, 200) mm.
    static let matrix = [1, 0, 0, 470.0, 0, 0, -1, -330, 0, 1, 0, 120, 0, 0, 0, 1]
    /// The entry in the base.
    static let entryInBase = SIMD3(480.0, -130, 200)
    /// From the guide's tip to the entry while it is held, mm: short ways keep the tests short.
    static let standoff = 40.0

    static func plan(id: String = "L3-left") -> String {
        """
        {"schema":"stylet.plan/1","image":{"series_uid":null,"sha256":"\(String(repeating: "0", count: 64))"},
         "items":[{"id":"\(id)","kind":"pedicle-screw","level":"L3","side":"left","entry_mm":[10,80,-200],
         "target_mm":[10,40,-200],"diameter_mm":6.5,"length_mm":40,"metrics":{}}],"approvals":[]}
        """
    }

    static func registration(_ matrix: [Double] = matrix, from: String = "ct", to: String = "base") -> String {
        "{\"from\":\"\(from)\",\"to\":\"\(to)\",\"matrix\":[\(matrix.map { "\($0)" }.joined(separator: ","))]}"
    }

    /// Writes plan.json (approved), surgeon.key, trusted.keys and ct-to-base.json.
    static func make(in folder: ScratchFolder) throws {
        try folder.write(plan(), to: "plan.json")
        try folder.write(registration(), to: "ct-to-base.json")
        try folder.mustRun("keys", "make", "--name", "A Surgeon", "--out", "surgeon.key")
        try folder.write(try folder.text("surgeon.key.pub"), to: "trusted.keys")
        try folder.mustRun("plan", "approve", "plan.json", "--as", "A Surgeon", "--key", "surgeon.key")
    }

    /// The command line that follows it on `port`.
    static func run(on port: String, hold: Double) -> [String] {
        [
            "run", "plan.json", "--item", "L3-left", "--port", port, "--arm", "Kinematics/ur5e.urdf", "--registration",
            "ct-to-base.json", "--trusted-keys", "trusted.keys", "--hold-s", "\(hold)", "--standoff-mm", "\(standoff)",
        ]
    }
}
