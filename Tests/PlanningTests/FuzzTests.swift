import Foundation
import TestSupport
import Testing

@testable import Planning

/// Damaged plans and catalogues: an answer or an error, never a crash or a hang.
@Suite struct FuzzTests {
    static let plan = """
        {"schema":"stylet.plan/1","image":{"series_uid":"1.2.3","sha256":"\(String(repeating: "ab", count: 32))"},
        "items":[{"id":"L3-left","kind":"pedicle-screw","level":"L3","side":"left","entry_mm":[10.5,-3e1,220],
        "target_mm":[0,-70.25,215],"diameter_mm":6.5,"length_mm":45,"metrics":{"breach_mm":0,"note":"a \\u00e9 \\"b\\""}}],
        "approvals":[]}
        """

    @Test func plans() throws {
        let outcome = fuzz(Array(Self.plan.utf8)) { (try? PlanFile(bytes: $0)) != nil }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }

    /// What is taken is written and read again as the same bytes: an approval signs them.
    @Test func takenPlansComeBack() throws {
        _ = fuzz(Array(Self.plan.utf8)) { bytes in
            guard let plan = try? PlanFile(bytes: bytes) else { return false }
            #expect((try? PlanFile(bytes: plan.fileBytes))?.canonicalBytes == plan.canonicalBytes)
            return true
        }
    }

    @Test func catalogues() throws {
        let path = repositoryFolder().appendingPathComponent("Catalogues")
        let files = try FileManager.default.contentsOfDirectory(atPath: path.path).filter { $0.hasSuffix(".yaml") }
        let file = try #require(files.sorted().first)
        let whole = [UInt8](try Data(contentsOf: path.appendingPathComponent(file)))
        let outcome = fuzz(whole) { (try? ScrewCatalogue(yaml: String(decoding: $0, as: UTF8.self))) != nil }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }
}
