import Foundation
import Frames
import Imaging
import Settings
import Testing

@testable import PhantomKit

@Suite struct DefinitionReaderTests {
    @Test func readsTheLumbarSpine() throws {
        let d = try PhantomDefinition.load(lumbarPath)
        #expect(d.levels.map(\.label.name) == ["T12", "L1", "L2", "L3", "L4", "L5"])
        // Zindrick et al. 1987, as quoted in Phantoms/README.md.
        #expect(d.levels.dropFirst().map(\.pedicle.width) == [8.7, 8.9, 10.3, 12.9, 18.0])
        #expect(d.levels.dropFirst().map(\.pedicle.convergence) == [10.9, 12.0, 14.4, 17.7, 29.8])
        #expect(d.fiducials.places.count == 4)
        #expect(d.levels[0].rib?.length == 95 && d.levels[1].rib == nil)
    }

    /// Each edit of the file with the key path that the refusal must name.
    static let slips: [(from: String, to: String, key: String)] = [
        ("schema: stylet.phantom/1", "schema: stylet.phantom/9", "schema"),
        ("noise_sd_hu: 14", "noise_sd_hu: -3", "scanner.noise_sd_hu"),
        ("noise_sd_hu: 14", "noise_sd_hu: .nan", "scanner.noise_sd_hu"),
        ("noise_sd_hu: 14", "noise_sd_hu: loud", "scanner.noise_sd_hu"),
        ("noise_sd_hu: 14", "noise_sd: 14", "scanner.noise_sd_hu"),
        ("noise_sd_hu: 14", "noise_sd_hu: 14\n  colour: red", "scanner.colour"),
        ("cortical_hu: [850, 1100]", "cortical_hu: [1100, 850]", "bone.cortical_hu[1]"),
        ("cortical_hu: [850, 1100]", "cortical_hu: 900", "bone.cortical_hu"),
        ("spacing_mm: [0.7, 0.7, 1.0]", "spacing_mm: [0.7, 0, 1.0]", "field_of_view.spacing_mm[1]"),
        ("reference_level: L3", "reference_level: C2", "placement.reference_level"),
        ("- level: L2", "- level: L9", "levels[2].level"),
        ("width_mm: 10.3, height_mm: 14.4", "width_mm: 103, height_mm: 14.4", "levels[3].pedicle.width_mm"),
        ("width_mm: 10.3, height_mm: 14.4", "height_mm: 14.4", "levels[3].pedicle.width_mm"),
        ("name: lumbar", "name: ../../etc", "name"),
        ("name: lumbar", "nom: lumbar", "name"),
        ("{ name: F2, x_mm: 62, z_mm: 30 }", "{ name: F2, x_mm: 62 }", "fiducials.places[1].z_mm"),
        ("{ name: F2, x_mm: 62, z_mm: 30 }", "F2", "fiducials.places[1]"),
    ]

    @Test(arguments: slips.indices) func namesTheKeyOfASlip(_ i: Int) throws {
        let slip = Self.slips[i]
        let text = try lumbarText()
        try #require(text.contains(slip.from))
        let edited = text.replacingOccurrences(of: slip.from, with: slip.to)
        do throws(PhantomError) {
            _ = try PhantomDefinition.parse(edited)
            Issue.record("accepted \(slip.to)")
        } catch {
            #expect(key(of: error) == slip.key)
        }
    }

    private func key(of error: PhantomError) -> String? {
        guard case .definition(let reason) = error else { return nil }
        switch reason {
        case .missing(_, let key), .unknown(_, let key, _), .wrongType(_, let key, _), .outOfRange(_, let key, _, _, _),
            .notAllowed(_, let key, _, _):
            return key
        case .unreadable, .notYAML: return nil
        }
    }

    static let contradictions: [(from: String, to: String, path: String)] = [
        ("- level: L2", "- level: L4", "levels[2].level"),
        ("height_mm: 14.4, convergence", "height_mm: 27, convergence", "levels[3].pedicle.height_mm"),
        ("cortical_thickness_mm: 1.2", "cortical_thickness_mm: 4", "levels[0].pedicle.width_mm"),
        ("height_mm: 10.6, lordosis_deg: 9.0", "height_mm: 2.5, lordosis_deg: 20", "levels[3].disc_below.lordosis_deg"),
        ("name: F2", "name: F1", "fiducials.places[1].name"),
        ("canal: { width_mm: 24.3", "canal: { width_mm: 44", "levels[3].canal.width_mm"),
    ]

    @Test(arguments: contradictions.indices) func refusesWhatDoesNotFitTogether(_ i: Int) throws {
        let slip = Self.contradictions[i]
        let text = try lumbarText()
        try #require(text.contains(slip.from))
        do throws(PhantomError) {
            _ = try PhantomDefinition.parse(text.replacingOccurrences(of: slip.from, with: slip.to))
            Issue.record("accepted \(slip.to)")
        } catch {
            guard case .inconsistent(let path, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(path == slip.path)
        }
    }

    /// Solids that can only be judged once they are built.
    @Test func refusesASpineOutsideTheTorsoAndFiducialsInTheAir() throws {
        var outside = try PhantomDefinition.load(lumbarPath)
        outside.placement.position.x = 400
        #expect(throws: PhantomError.self) { try Phantom(outside) }
        var air = try PhantomDefinition.load(lumbarPath)
        air.fiducials.places[2].x = 300
        #expect(throws: PhantomError.inconsistent(path: "fiducials.places[2]", problem: .fiducialOffSkin(name: "F3"))) {
            try Phantom(air)
        }
        var line = try PhantomDefinition.load(lumbarPath)
        line.fiducials.places = (0..<4).map { .init(name: "F\($0)", x: 20, z: Double($0) * 20 - 40) }
        #expect(throws: PhantomError.self) { try Phantom(line) }
    }

    @Test func hostileTextIsRefusedQuickly() throws {
        let deep = String(repeating: "[", count: 200_000)
        let dashes = String(repeating: "- ", count: 100_000) + "1"
        let keys = String(repeating: "? ", count: 100_000) + "1"
        let indented = (0..<4000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
        let bomb = "a: &a [1,1,1,1,1,1,1,1]\n" + "b: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n" + "c: [*b,*b,*b,*b,*b,*b,*b,*b]"
        let huge = String(repeating: "a", count: 4 << 20)
        for text in [deep, dashes, keys, indented, bomb, huge, "", "\u{0}", "- 1", "schema: [", "a: !!binary x"] {
            #expect(throws: PhantomError.self) { try PhantomDefinition.parse(text) }
        }
        #expect(throws: PhantomError.self) { try PhantomDefinition.load("/nonexistent/phantom.yaml") }
        #expect(throws: PhantomError.self) { try PhantomDefinition.load("/") }
    }

    /// Random damage never crashes, and never makes a phantom that cannot be built or refused.
    @Test func damagedTextIsReadOrRefused() throws {
        let text = Array(try lumbarText().utf8)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<150 {
            var bytes = text
            for _ in 0..<3 { bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() % 128) }
            if random.uniform() < 0.3 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
            let edited = String(decoding: bytes, as: UTF8.self)
            if let definition = try? PhantomDefinition.parse(edited) { _ = try? Phantom(definition) }
        }
    }
}
