import Foundation
import TestSupport

/// The folder in which every bad input lies, and each one's answer, found once.
actor BadInputFixture {
    static let shared = Task { try await BadInputFixture() }

    struct Answer: Sendable {
        let status: Int32
        let output: String
        let errors: String
        /// What is left over of a file or folder that could not be written.
        let leftovers: [String]
    }

    private let folder: ScratchFolder
    private var arms: [String: SimulatedArmProcess] = [:]
    private var answers: [String: Answer] = [:]

    private init() async throws {
        folder = try ScratchFolder()
        try Self.makeImages(in: folder)
        try Self.makeSeries(in: folder)
        try folder.mustRun("segment", "ct-4", "--out", "labels-4.nii.gz")
        try BadFiles.make(in: folder)
        try Self.makePlans(in: folder)
        try Self.makeTables(in: folder)
        try BadStores.make(in: folder)
        try BadTrackers.make(in: folder)
    }

    /// Runs the command, with `--json` where it is used rightly; the second time it answers from memory.
    func answer(to input: BadInput) throws -> Answer {
        if let known = answers[input.what] { return known }
        let before = try entries()
        var arguments = input.arguments
        if let place = arguments.firstIndex(of: "--port") { arguments[place + 1] = try port(arguments[place + 1]) }
        if input.code != nil { arguments.append("--json") }
        var run = try folder.run(arguments, seconds: 60)
        // A machine that pauses stops the arm for another reason than the one asked about.
        for _ in 0..<6 where input.code == "refused" && !run.output.contains("refused") {
            run = try folder.run(arguments, seconds: 60)
        }
        let answer = Answer(
            status: run.status, output: normalised(run.output), errors: normalised(run.errors),
            leftovers: try entries().subtracting(before).sorted())
        answers[input.what] = answer
        return answer
    }

    private func entries() throws -> Set<String> {
        Set(try FileManager.default.subpathsOfDirectory(atPath: folder.url.path))
    }

    /// The port of a simulated arm, started when it is first asked for; other names stay.
    private func port(_ name: String) throws -> String {
        let options: [String: [String]] = [
            "ARM": [], "SILENT": ["--faults", "silent.yaml"], "OTHER-VERSION": ["--protocol-version", "9"],
            "OTHER-ARM": ["--arm", "other-arm/ur5e.urdf"],
        ]
        guard let chosen = options[name] else { return name }
        let arm = try arms[name] ?? SimulatedArmProcess(in: folder, chosen)
        arms[name] = arm
        return arm.port
    }

    /// What differs between machines and versions of the phantom: folders, ports, UIDs and digests.
    private func normalised(_ text: String) -> String {
        var text = text.replacing(folder.url.path + "/", with: "").replacing(folder.url.path, with: "the folder")
        text = text.replacing("\\/", with: "/")
        text.replace(#/\/dev\/pts\/\d+/#, with: "/dev/pts/3")
        text.replace(#/\b\d+\.\d+\.\d+\.[\d.]{8,}/#, with: "UID")
        text.replace(#/\([0-9a-f]{12}…\)/#, with: "(digest…)")
        text.replace(#/\b[0-9a-f]{12}… is now [0-9a-f]{12}…/#, with: "digest… is now digest…")
        text.replace(#/no serial port is connected|there are: \/dev[^;"]*?(?=\.)/#, with: "there are: /dev/ttyUSB0")
        return text
    }
}

extension BadInputFixture {
    private static func makeImages(in folder: ScratchFolder) throws {
        let files = FileManager.default
        for name in ["empty", "texts"] {
            try files.createDirectory(at: folder[name], withIntermediateDirectories: true)
        }
        try folder.write("A letter.\n", to: "texts/letter.txt")
        try folder.mustRun("phantom", "make", "Phantoms/lumbar.yaml", "--out", "ct", "--spacing-mm", "3,3,3")
        try folder.mustRun("segment", "ct", "--out", "labels.nii.gz")
        try folder.mustRun(
            "phantom", "make", "Phantoms/lumbar.yaml", "--out", "ct-4", "--seed", "2", "--spacing-mm", "4,4,4")
        try folder.mustRun("convert", "ct", "--out", "ct.nii.gz")
        try folder.mustRun("convert", "ct", "--out", "ct.nii")
        for (name, half) in [("ct.nii", "half.nii"), ("ct.nii.gz", "half.nii.gz")] {
            let bytes = try Data(contentsOf: folder[name])
            try bytes.prefix(bytes.count / 2).write(to: folder[half])
        }
        for name in ["half", "gap", "two"] { try files.copyItem(at: folder["ct"], to: folder[name]) }
        let slices = try folder.files("ct").map(\.lastPathComponent)
        let middle = slices[slices.count / 2]
        let slice = try Data(contentsOf: folder["half/\(middle)"])
        try slice.prefix(slice.count / 2).write(to: folder["half/\(middle)"])
        try files.removeItem(at: folder["gap/\(middle)"])
        for file in try folder.files("ct-4") {
            try files.copyItem(at: file, to: folder["two/4-\(file.lastPathComponent)"])
        }
        try folder.copy("Phantoms/lumbar.yaml", to: "phantom.yaml", replacing: "schema:", with: "bogus: 1\nschema:")
    }

    private static func makePlans(in folder: ScratchFolder) throws {
        try ApprovedAxis.make(in: folder)
        try folder.write(ApprovedAxis.plan(), to: "unapproved.json")
        try folder.copy("plan.json", to: "edited.json", replacing: "6.5", with: "7.5")
        try folder.mustRun("keys", "make", "--name", "Another Surgeon", "--out", "other.key")
        try folder.write(try folder.text("other.key.pub"), to: "other.keys")
        try folder.write(try folder.text("other.key"), to: "open.key")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder["open.key"].path)
        var matrix = ApprovedAxis.matrix
        matrix[0] = -1
        try folder.write(ApprovedAxis.registration(matrix), to: "mirrored.json")
        try folder.write(
            ApprovedAxis.registration(ApprovedAxis.matrix.dropLast().map { $0 == 1 ? 1.01 : $0 } + [1]),
            to: "scaled.json")
        try folder.write(ApprovedAxis.registration(from: "base", to: "ct"), to: "reversed.json")
        matrix = ApprovedAxis.matrix
        matrix[3] += 900
        try folder.write(ApprovedAxis.registration(matrix), to: "far.json")
    }

    private static func makeTables(in folder: ScratchFolder) throws {
        try folder.write("x_mm,y_mm,z_mm\n0,0,0\n50,0,0\n0,50,0\n0,0,50\n", to: "points.csv")
        try folder.write("x_mm,y_mm,z_mm\n0,0,0\n50,0,0\n", to: "two.csv")
        try folder.write("x_mm,y_mm,z_mm\n0,0,0\n50,", to: "cut.csv")
        try folder.write("x_mm,y_mm,z_mm\n0,0,0\n10,10,10\n20,20,20\n30,30,30\n", to: "line.csv")
        try folder.write(BadMotions.narrow, to: "narrow.csv")
        try folder.write(BadMotions.flatBeads, to: "flat-beads.csv")
        try folder.write(BadMotions.viewOfACT, to: "view-of-a-ct.json")
        try folder.write(BadMotions.three, to: "three-poses.csv")
        let joints = "q1_rad,q2_rad,q3_rad,q4_rad,q5_rad,q6_rad\n0,-1.5,1.5,0,0,0\n"
        try folder.write(joints + "0,-1.5,1.", to: "cut-joints.csv")
        try folder.write("t_s,x_mm,y_mm,z_mm\n0,0,0,0\n0.01,0,0,0\n0.005,0,0,0\n", to: "hand.csv")
        try folder.copy(
            "SimScenes/lumbar-screws.yaml", to: "scene.yaml", replacing: "schema:", with: "bogus: 1\nschema:")
        try folder.write("schema: stylet.faults/1\nfaults:\n  - {kind: earthquake, at_s: 1}\n", to: "faults.yaml")
        try folder.write(
            "schema: stylet.faults/1\nfaults:\n  - {kind: drop, at_s: 0, direction: to-host}\n", to: "silent.yaml")
        let urdf = try folder.text("Kinematics/ur5e.urdf")
        try folder.write(String(urdf.prefix(urdf.count / 2)), to: "broken/ur5e.urdf")
        try folder.write(try folder.text("Kinematics/ur5e.yaml"), to: "other-arm/ur5e.yaml")
        try folder.copy(
            "Kinematics/ur5e.urdf", to: "other-arm/ur5e.urdf", replacing: "-0.3922 0 0", with: "-0.4122 0 0")
    }
}
