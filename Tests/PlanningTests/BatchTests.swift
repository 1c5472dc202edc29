import Foundation
import Imaging
import Synchronization
import TestSupport
import Testing

@testable import Planning

@Suite struct BatchTests {
    @Test func casesAreFoundByName() throws {
        let folder = try temporaryFolder()
        for name in [
            "b.nii.gz", "b-labels.nii.gz", "a.mha", "c.nii", "c.nrrd", "c-labels.dcm", "notes.txt", ".hidden.nii",
        ] {
            try Data().write(to: folder.appendingPathComponent(name))
        }
        for name in ["ct", "ct-labels", "out"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        let cases = try BatchCase.all(in: folder.path, except: folder.path + "/out/")
        #expect(cases.map(\.name) == ["a", "b", "c.nii", "c.nrrd", "ct"])
        #expect(
            cases.map { $0.labels.map { ($0 as NSString).lastPathComponent } } == [
                nil, "b-labels.nii.gz", "c-labels.dcm", "c-labels.dcm", "ct-labels",
            ])
        #expect(throws: PlanningError.file(path: folder.path + "/none", errno: ENOENT)) {
            try BatchCase.all(in: folder.path + "/none")
        }
    }

    /// What each run of a batch said: the case, its status, and whether it was done before.
    private final class Log: Sendable {
        let lines = Mutex<[String]>([])
        func add(_ event: BatchRunner.Event) {
            guard case .ended(let result, let isOld, _) = event else { return }
            lines.withLock { $0.append("\(result.name) \(result.status.rawValue)\(isOld ? " old" : "")") }
        }
        func take() -> [String] {
            lines.withLock { found in
                defer { found = [] }; return found
            }
        }
    }

    @Test func aBatchGoesOnWhereItWas() throws {
        let lumbar = try LumbarCase.load()
        let folder = try temporaryFolder()
        let place = { (name: String) in folder.appendingPathComponent(name).path }
        try ImageWriter.write(LoadedImage(ct: lumbar.ct), to: place("in.nii"))
        try FileManager.default.createDirectory(atPath: place("cases"), withIntermediateDirectories: true)
        for name in ["good", "good-too"] {
            try FileManager.default.copyItem(atPath: place("in.nii"), toPath: place("cases/\(name).nii"))
            try LabelWriter.write(lumbar.labels, to: place("cases/\(name)-labels.nii.gz"))
        }
        try Data("no image".utf8).write(to: folder.appendingPathComponent("cases/broken.nii"))
        var runner = BatchRunner(cases: try BatchCase.all(in: place("cases")), out: place("out"))
        runner.levels = LumbarCase.levels
        let log = Log()
        func run() throws -> [BatchResult] {
            try runner.run(reason: { .init(code: "failed", message: "\($0)") }, observe: log.add)
        }
        let first = try run()
        #expect(log.take() == ["broken failed", "good planned", "good-too planned"])
        // A NIfTI file holds the geometry in 32 bits: the same plan as one made on what is read from it.
        let read = try ImageReader.read(place("in.nii"))
        let labels = try LabelReader.read(place("cases/good-labels.nii.gz"), on: read.ct.geometry)
        let direct = try PedicleScrewPlanner().plan(ct: read.ct, labels: labels, levels: LumbarCase.levels)
        #expect(try PlanFile(path: place("out/good/plan.json")).items == direct.plan.items)
        #expect(first[1].screws.count == 10 && first[1].worst?.margin == first[1].screws.map(\.margin).min())
        // Again: failures are tried once more, the rest is there.
        #expect(try run() == first)
        #expect(log.take() == ["broken failed", "good planned old", "good-too planned old"])
        // An ended run, an edited plan and changed labels are done anew; nothing else is.
        try FileManager.default.removeItem(atPath: place("out/good/result.json"))
        var plan = try PlanFile(path: place("out/good-too/plan.json"))
        plan.items.removeLast()
        try plan.write(to: place("out/good-too/plan.json"))
        #expect(try run() == first)
        #expect(log.take() == ["broken failed", "good planned", "good-too planned"])
        var changed = lumbar.labels
        for i in 0..<changed.size.x { changed[VoxelIndex(i, 0, 0)] = 102 }
        try LabelWriter.write(changed, to: place("cases/good-labels.nii.gz"))
        _ = try run()
        #expect(log.take() == ["broken failed", "good planned", "good-too planned old"])
        runner.levels = [AnatomicalLabel(22)]
        let fewer = try run()
        #expect(log.take().allSatisfy { !$0.hasSuffix("old") } && fewer[1].screws.count == 2)
        #expect(SortedFiles.below(place("out")).allSatisfy { !$0.hasSuffix(".part") })
    }

    private enum SortedFiles {
        static func below(_ path: String) -> [String] {
            ((try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []).sorted()
        }
    }

    @Test func theTableIsPlainAndSafe() throws {
        var good = BatchResult(name: "=cmd()", inputs: "", status: .partly)
        good.screws = [
            .init(id: "L3-left", grade: .A, margin: 1.25, medialMargin: 2, diameter: 6.5, length: 45),
            .init(id: "L3-right", grade: .B, margin: -0.5, medialMargin: 1.5, diameter: 6.5, length: 45),
        ]
        good.reasons = [.init(code: "no-safe-screw", message: "L4 left: \"too narrow\", 3 mm.")]
        var failed = BatchResult(name: "b", inputs: "", status: .failed)
        failed.reasons = [.init(code: "unreadable", message: "b is no image.")]
        let table = BatchTable([good, failed])
        let lines = table.csv.components(separatedBy: "\r\n")
        #expect(lines[0].hasPrefix("case,status,screws,grade_a,grade_b,grade_c_to_e,refused,smallest_margin_mm"))
        #expect(lines[1] == "'=cmd(),partly,2,1,1,0,1,-0.50,L3-right,1.50,,\"L4 left: \"\"too narrow\"\", 3 mm.\"")
        #expect(lines[2] == "b,failed,0,0,0,0,0,,,,,b is no image.")
        #expect(table.worst(5).map(\.screw.id) == ["L3-right", "L3-left"])
        for result in [good, failed] { #expect(BatchResult(result.json) == result) }
        #expect(BatchResult(.object([:])) == nil)
        #expect(table.summary.object?["partly"]?.number == 1 && table.summary.object?["grade_b"]?.number == 1)
    }
}
