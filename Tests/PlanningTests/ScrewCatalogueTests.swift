import Foundation
import TestSupport
import Testing

@testable import Planning

@Suite struct ScrewCatalogueTests {
    @Test func theFileIsTheStandard() throws {
        let path = repositoryFolder().appendingPathComponent("Catalogues/pedicle-screws.yaml").path
        let catalogue = try ScrewCatalogue(path: path)
        #expect(catalogue == .standard)
        #expect(catalogue.screws.map(\.diameter) == [4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5])
    }

    static let text = """
        schema: stylet.pedicle-screws/1
        name: test
        screws:
          - {name: a, diameter_mm: 5, lengths_mm: [30, 40]}
          - {name: b, diameter_mm: 6, lengths_mm: [30, 40]}
        """

    @Test(arguments: [
        ("diameter_mm: 6", "diameter_mm: 5", "screws[1].diameter_mm", CatalogueFault.notRising),
        ("5, lengths_mm: [30, 40]", "5, lengths_mm: [40, 30]", "screws[0].lengths_mm", .notRising),
        ("5, lengths_mm: [30, 40]", "5, lengths_mm: []", "screws[0].lengths_mm", .empty),
        ("name: b", "name: a", "screws[1].name", .repeatedName("a")),
    ])
    func valuesThatDoNotGoTogether(_ old: String, _ new: String, _ key: String, _ fault: CatalogueFault) {
        #expect(throws: PlanningError.notACatalogue(key: key, fault)) {
            try ScrewCatalogue(yaml: Self.text.replacingOccurrences(of: old, with: new))
        }
    }

    @Test(arguments: [
        ("stylet.pedicle-screws/1", "other", "schema"), ("diameter_mm: 5", "diameter_mm: 50", "screws[0].diameter_mm"),
        ("diameter_mm: 5", "diameter_mm: .nan", "screws[0].diameter_mm"), ("name: a", "nam: a", "screws[0].name"),
        ("[30, 40]", "[30, -40]", "screws[0].lengths_mm[1]"),
    ])
    func wrongValuesNameTheKey(_ old: String, _ new: String, _ key: String) {
        do {
            _ = try ScrewCatalogue(yaml: Self.text.replacingOccurrences(of: old, with: new))
            Issue.record("took \(new)")
        } catch {
            guard case .settings = error else {
                Issue.record("\(error)")
                return
            }
            #expect("\(error)".contains("\"\(key)\""))
        }
    }

    @Test func noYAMLIsAnError() {
        for text in ["", "[", "\t:\n", "just text", "a: &x [*x]\n- b"] {
            #expect(throws: PlanningError.self) { try ScrewCatalogue(yaml: text) }
        }
    }
}
