import Foundation
import Frames
import Imaging
import PhantomKit
import TestSupport
import Testing

@testable import Segmentation

/// Bone that is hardly brighter than muscle, thin cortex, and metal.
@Suite(.serialized) struct BrittleBoneTests {
    static let view = Vector3(200, 210, 286)

    /// The true edge of a sheet blurred by a Gaussian, against the profile added up in small steps.
    @Test(arguments: [0.2, 0.6, 1.2, 2.5]) func aBlurredSheetsEdgeIsFound(thickness: Double) {
        let blur = 0.55, step = 0.001
        func profile(_ x: Double) -> Double {
            stride(from: -thickness + step / 2, to: 0, by: step).reduce(0) { sum, t in
                sum + step * exp(-0.5 * (x - t) * (x - t) / (blur * blur)) / (blur * (2 * Double.pi).squareRoot())
            }
        }
        let peak = profile(-thickness / 2)
        let half = stride(from: -thickness / 2, to: 3, by: 0.001).first { profile($0) < 0.5 * peak } ?? 0
        let sheet = ThinCortex.sheet(peak, marrow: 0)
        #expect(abs(half - blur * sheet.excess) < 0.03)
        if peak < 0.9 { #expect(abs(thickness - blur * sheet.thickness) < 0.06) }
    }

    /// The same with marrow behind the sheet, whose step alone moves the edge nowhere.
    @Test(arguments: [(0.4, 0.3), (0.8, 0.2), (1.5, 0.5), (1e-3, 0.4)])
    func marrowBehindASheetBringsItsEdgeNearer(thickness: Double, marrow: Double) {
        let blur = 0.6, step = 0.005
        func profile(_ x: Double) -> Double {
            stride(from: -8 + step / 2, to: 0, by: step).reduce(0) { sum, t in
                let value = t > -thickness ? 1 : marrow
                return sum + value * step * exp(-0.5 * (x - t) * (x - t) / (blur * blur))
                    / (blur * (2 * Double.pi).squareRoot())
            }
        }
        let places = stride(from: -4.0, to: 3, by: 0.01).map { ($0, profile($0)) }
        let peak = places.map(\.1).max() ?? 0
        let half = places.last { $0.1 >= 0.5 * peak }?.0 ?? 0
        let sheet = ThinCortex.sheet(peak, marrow: marrow)
        #expect(abs(half - blur * sheet.excess) < 0.03)
    }

    /// A tube of thin cortex with breaks round marrow as dark as what surrounds it.
    @Test func brokenCortexStillEnclosesItsMarrow() throws {
        let size = GridSize(40, 40, 20)
        let geometry = try GridGeometry(size: size, spacing: Vector3(1, 1, 1), origin: Point(0, 0, 0))
        let ct = Volume<Int16>(geometry: geometry, voxels: [Int16](repeating: 40, count: size.count))
        var paint = [UInt8](repeating: Paint.body, count: size.count), truth = paint
        for z in 4..<16 {
            for y in 0..<40 {
                for x in 0..<40 {
                    let r = (Double((x - 20) * (x - 20) + (y - 20) * (y - 20))).squareRoot(), i = (z * 40 + y) * 40 + x
                    if r < 8 { truth[i] = 1 }
                    // Every seventh column of the wall is missing, and both ends are open.
                    if r < 8, r >= 6.5, (x + 2 * y) % 7 != 0 { paint[i] = 1 }
                }
            }
        }
        let cleaner = LabelCleaner(size: size, spacing: (1, 1, 1))
        let bounds = try #require(cleaner.bounds(paint)[1])
        MarrowFiller(size: size, spacing: (1, 1, 1), radius: 2.1).fill(&paint, 1, bounds, ct, MarrowFiller.largest)
        // The wall itself may keep its breaks, as may the open ends.
        let missing = truth.indices.filter { i in
            let x = Double(i % 40 - 20), y = Double(i / 40 % 40 - 20)
            return (6..<14).contains(i / 1600) && x * x + y * y < 25 && paint[i] != 1
        }.count
        // Beyond the open ends, which no bone has, the bridged wall still rings a slice.
        let added = truth.indices.filter {
            (4..<16).contains($0 / 1600) && paint[$0] == 1 && truth[$0] != 1
        }.count
        #expect(missing == 0 && added == 0, "\(missing) missing, \(added) added")
    }

    /// Issue 3 asks for a mean of 0.97 and 0.94 at least; L3 is biconcave, its middle as thin as a disc.
    @Test func brittleVertebraeAreWholeUpToTheirTrueEdge() throws {
        let person = try PhantomCase("osteoporosis", spacing: Vector3(1, 1, 1.5), size: Self.view)
        let found = try SpineSegmentation.segment(person.ct)
        let whole = pairs(found, person.truth)
        #expect(whole.count >= 5)
        for (truth, finding) in whole {
            #expect(finding?.label == truth)
            #expect(dice(found.labels, person.truth, truth) >= 0.95, "\(truth.name)")
        }
        #expect(dice(found.labels, person.truth, .sacrum) >= 0.9)
        #expect(found.vertebrae.allSatisfy { !$0.metal })
    }

    /// Screws in L4, L5 and the sacrum; false discs in the sacrum hide neither it nor the loin.
    @Test func metalIsFlaggedLevelByLevelAndLosesNoBone() throws {
        let person = try PhantomCase("metal", spacing: Vector3(1, 1, 1.5), size: Self.view)
        let found = try SpineSegmentation.segment(person.ct)
        for label in lumbarVertebrae { #expect(dice(found.labels, person.truth, label) >= 0.94, "\(label.name)") }
        let hasMetal = found.warnings.contains { if case .metal = $0 { true } else { false } }
        #expect(hasMetal)
        let flagged = Set(found.vertebrae.filter(\.metal).map(\.label.name))
        #expect(flagged.isSuperset(of: ["L4", "L5", "sacrum"]))
        #expect(flagged.isDisjoint(with: ["L2", "L1", "T12"]))
    }

    @Test func irregularHeightsOfferBothNeighbours() {
        // A missed disc doubles one height.
        let heights = [34.0, 34, 68, 34, 33]
        let signs = heights.map { LevelSigns(height: $0) }
        for name in LevelNaming(hasSacrum: true, signs: signs).names().dropFirst() {
            let above = AnatomicalLabel(name.label.number - 1), below = AnatomicalLabel(name.label.number + 1)
            #expect(name.candidates.contains(above) && name.candidates.contains(below), "\(name.label.name)")
        }
    }
}
