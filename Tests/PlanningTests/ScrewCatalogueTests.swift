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

    @Test(arguments: [
        ("schema: stylet.pedicle-screws/1", "schema: other", "schema", CatalogueFault.wrongSchema("other")),
        ("diameter_mm: 5", "diameter_mm: 50", "screws[0].diameter_mm", .outOfRange(50, lowest: 3, highest: 10)),
        ("diameter_mm: 5", "diameter_mm: wide", "screws[0].diameter_mm", .wrongType),
        ("[30, 40]", "[40, 30]", "screws[0].lengths_mm", .notRising), ("[30, 40]", "[]", "screws[0].lengths_mm", .empty),
        ("name: a", "nam: a", "screws[0].name", .missing),
    ])
    func badFilesNameTheKey(_ old: String, _ new: String, _ key: String, _ fault: CatalogueFault) {
        let text = """
            schema: stylet.pedicle-screws/1
            name: test
            screws:
              - {name: a, diameter_mm: 5, lengths_mm: [30, 40]}
            """
        #expect(throws: PlanningError.notACatalogue(key: key, fault)) {
            try ScrewCatalogue(yaml: text.replacingOccurrences(of: old, with: new))
        }
    }

    @Test func noYAMLIsAnError() {
        for text in ["", "[", "\t:\n", "just text", "a: &x [*x]\n- b"] {
            #expect(throws: PlanningError.self) { try ScrewCatalogue(yaml: text) }
        }
    }
}
