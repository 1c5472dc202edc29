import Frames
import Imaging
import PhantomKit
import TestSupport
import Testing

@testable import Planning

/// When the usual search ends without a screw; judged by the phantom's solids.
@Suite struct ScrewLastResortTests {
    /// In every healthy pedicle there is a thin and short screw, and it lies within the solid.
    @Test(arguments: [20, 22, 24])
    func findsTheThinnestWhereThereIsRoom(_ number: Int) throws {
        let (lumbar, level) = (try LumbarCase.load(), AnatomicalLabel(UInt8(number)))
        let anatomy = try #require(lumbar.result.anatomies.first { $0.level == level })
        for side in Side.allCases {
            let search = try ScrewSearch(
                anatomy, side, ct: lumbar.ct, labels: lumbar.labels, catalogue: .standard, limits: PlanLimits())
            guard case .found(let found) = search.lastResort() else {
                Issue.record("\(level.name) \(side) refused")
                continue
            }
            #expect(found.screw.diameter == 4.5 && PlanLimits().broken(by: found.metrics, diameter: 4.5).isEmpty)
            let outside = found.screw.places(from: 5).map { lumbar.phantom.signedDistance(of: level, at: $0) ?? 99 }
            #expect(try #require(outside.max()) < 0, "\(level.name) \(side)")
        }
    }

    /// An earlier screw, as a label of metal along the truth's axis, is the reason; the other side keeps its screw.
    @Test func anEarlierScrewIsNamed() throws {
        let (lumbar, level) = (try LumbarCase.load(), AnatomicalLabel(23))
        let axis = try #require(lumbar.phantom.axis(level, .left))
        var labels = lumbar.labels
        for i in labels.voxels.indices where labels.voxels[i] == level.number {
            let at = labels.geometry.index(offset: i)
            let way = labels.geometry.point(at) - axis.isthmus
            let along = way.along(axis.direction)
            if abs(along) < 25, (way - axis.direction * along).length < 3 { labels[at] = AnatomicalLabel.metal.number }
        }
        let result = try PedicleScrewPlanner().plan(ct: lumbar.ct, labels: labels, levels: [level])
        #expect(result.plan.items.map(\.id) == ["L4-right"])
        guard case .pedicle(level, .left, .metalInPedicle(let volume)) = result.refusals.first else {
            Issue.record("\(result.refusals)")
            return
        }
        #expect(volume > 200 && volume < 1500)
    }

    /// Where labels have lost the arch, a screw that lies in bone would start in the foramen, which no hand reaches.
    @Test(arguments: [8.0, 4]) func noScrewStartsInFrontOfTheArch(_ lost: Double) throws {
        let (lumbar, level) = (try LumbarCase.load(), AnatomicalLabel(23))
        let anatomy = try VertebraAnatomy(level, in: lumbar.labels, ct: lumbar.ct)
        let toVertebra = anatomy.X_CTVertebra.inverse
        let canal = toVertebra * anatomy.canalCentre
        var labels = lumbar.labels
        for i in labels.voxels.indices where labels.voxels[i] == level.number {
            let at = labels.geometry.index(offset: i)
            let p = toVertebra * labels.geometry.point(at)
            if p.x > 0, p.y > canal.y - lost { labels[at] = AnatomicalLabel(0).number }
        }
        let result = try PedicleScrewPlanner().plan(ct: lumbar.ct, labels: labels, levels: [level])
        #expect(result.plan.items.contains { $0.id == "L4-right" } || !result.refusals.isEmpty)
        for item in result.plan.items {
            #expect((toVertebra * item.entry).y > canal.y - 2.5, "\(item.id)")
        }
    }

    /// Where labels have a gap behind the pedicle's upper part, the screw starts below it, on the arch.
    @Test(arguments: [1.0, 1.5]) func aGapInTheArchIsNoEntry(_ above: Double) throws {
        let (lumbar, level) = (try LumbarCase.load(), AnatomicalLabel(23))
        let anatomy = try VertebraAnatomy(level, in: lumbar.labels, ct: lumbar.ct)
        let toVertebra = anatomy.X_CTVertebra.inverse
        let canal = toVertebra * anatomy.canalCentre
        let middle = toVertebra * (try #require(anatomy.pedicle(.left))).centre
        var labels = lumbar.labels
        for i in labels.voxels.indices where labels.voxels[i] == level.number {
            let at = labels.geometry.index(offset: i)
            let p = toVertebra * labels.geometry.point(at)
            if p.x > 0, (canal.y - 1...canal.y + 2.5).contains(p.y), p.z > middle.z + above {
                labels[at] = AnatomicalLabel(0).number
            }
        }
        let result = try PedicleScrewPlanner().plan(ct: lumbar.ct, labels: labels, levels: [level])
        let item = try #require(result.plan.items.first { $0.id == "L4-left" })
        #expect((toVertebra * item.entry).y > canal.y + 4)
    }

    /// A pedicle of S1 is so broad that no place of it is the narrowest: what is found still lies beside the canal.
    @Test func theSacrumsPediclesLieBesideTheCanal() throws {
        let lumbar = try LumbarCase.load()
        let anatomy = try VertebraAnatomy(.sacrum, in: lumbar.labels, ct: lumbar.ct)
        for side in Side.allCases {
            let (found, truth) = (
                try #require(anatomy.pedicle(side)), try #require(lumbar.phantom.axis(.sacrum, side))
            )
            let way = found.centre - truth.isthmus
            let along = way.along(truth.direction)
            #expect((way - truth.direction * along).length < 8 && abs(along) < 15, "\(side): \(way.vector)")
        }
    }
}
