import Foundation
import Frames
import Imaging
import TestSupport
import Testing

@testable import Planning

/// A plan of one screw, made by hand.
func smallPlan() -> PlanFile {
    let metrics = ScrewMetrics(
        grade: .A, breach: 0, margin: 1.25, medialMargin: 2, anteriorMargin: 6, meanDensity: 200, convergence: 0.2,
        cranialTilt: 0.01)
    let item = PlanItem(
        id: "L3-left", kind: .pedicleScrew, level: AnatomicalLabel(22), side: .left, entry: Point(20, 60, -400.5),
        target: Point(10, 20, -400), diameter: 6.5, metrics: metrics.json(diameter: 6.5))
    return PlanFile(image: .init(seriesUID: "1.2.3", sha256: String(repeating: "a", count: 64)), items: [item])
}

@Suite struct PlanFileTests {
    @Test func readsBackWhatItWrote() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("plan.json").path
        let plan = smallPlan()
        try plan.write(to: path)
        let back = try PlanFile(path: path)
        #expect(back == plan)
        #expect(back.fileBytes == plan.fileBytes)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["plan.json"])
    }

    @Test func keysAreThoseOfTheContract() throws {
        let object = try #require(try JSONParser.parse(smallPlan().fileBytes).object)
        #expect(object.keys.sorted() == ["approvals", "image", "items", "schema"])
        let item = try #require(object["items"]?.array?.first?.object)
        #expect(
            item.keys.sorted() == [
                "diameter_mm", "entry_mm", "id", "kind", "length_mm", "level", "metrics", "side", "target_mm",
            ])
        let metrics = try #require(item["metrics"]?.object)
        let wanted = [
            "gertzbein_robbins", "breach_mm", "margin_mm", "medial_margin_mm", "anterior_margin_mm", "mean_hu",
            "convergence_deg", "cranial_tilt_deg",
        ]
        #expect(Set(wanted).isSubset(of: metrics.keys))
    }

    /// The canonical bytes of a file are those of its own JSON, whatever layout, order or foreign keys it has.
    @Test func canonicalBytesKeepForeignKeys() throws {
        let text = String(decoding: smallPlan().fileBytes, as: UTF8.self)
            .replacingOccurrences(of: "\"schema\"", with: "\"zz\" : {\"q\":[1.50]},  \"schema\"")
            .replacingOccurrences(of: "\"side\"", with: "\"comment\": \"ü\", \"side\"")
        var raw = try #require(try JSONParser.parse(Array(text.utf8)).object)
        raw["approvals"] = nil
        let plan = try PlanFile(bytes: Array(text.utf8))
        #expect(plan.canonicalBytes == JSONValue.object(raw).canonicalBytes)
        #expect(plan.canonicalBytes != smallPlan().canonicalBytes)
        #expect(try PlanFile(bytes: plan.fileBytes).canonicalBytes == plan.canonicalBytes)
    }

    @Test(arguments: [
        ("\"stylet.plan/1\"", "\"stylet.plan/2\"", "schema"), ("\"L3-left\"", "7", "items[0].id"),
        ("\"pedicle-screw\"", "\"nail\"", "items[0].kind"), ("\"L3\"", "\"L9\"", "items[0].level"),
        ("\"left\"", "\"LEFT\"", "items[0].side"), ("6.5", "-6.5", "items[0].diameter_mm"),
        ("6.5", "1e300", "items[0].diameter_mm"), ("[20, 60, -400.5]", "[20, 60]", "items[0].entry_mm"),
        ("[20, 60, -400.5]", "[20, 60, \"x\"]", "items[0].entry_mm"),
        ("\"length_mm\"", "\"len\"", "items[0].length_mm"),
        ("aaaa\"", "aaaA\"", "image.sha256"), ("\"approvals\": []", "\"approvals\": 3", "approvals"),
    ])
    func hostileFilesAreRefused(_ old: String, _ new: String, _ key: String) {
        let text = String(decoding: smallPlan().fileBytes, as: UTF8.self)
        let edited = text.replacingOccurrences(of: old, with: new)
        #expect(edited != text)
        do {
            _ = try PlanFile(bytes: Array(edited.utf8))
            Issue.record("took \(new)")
        } catch {
            guard case .notAPlan(let found, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(found == key)
        }
    }

    @Test func halfAFileIsRefused() {
        let bytes = smallPlan().fileBytes
        for count in stride(from: 0, to: bytes.count - 2, by: 7) {
            #expect(throws: PlanningError.self) { try PlanFile(bytes: Array(bytes.prefix(count))) }
        }
    }

    @Test func foldersAndMissingFilesAreErrors() {
        #expect(throws: PlanningError.file(path: "/nowhere/plan.json", errno: ENOENT)) {
            try PlanFile(path: "/nowhere/plan.json")
        }
        #expect(throws: PlanningError.file(path: "/tmp", errno: EINVAL)) { try PlanFile(path: "/tmp") }
    }
}
