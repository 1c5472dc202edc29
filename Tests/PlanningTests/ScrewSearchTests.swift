import Frames
import Imaging
import PhantomKit
import TestSupport
import Testing

@testable import Planning

@Suite struct ScrewSearchTests {
    func search(_ level: AnatomicalLabel, _ side: Side) throws -> (LumbarCase, ScrewSearch) {
        let lumbar = try LumbarCase.load()
        let anatomy = try #require(lumbar.result.anatomies.first { $0.level == level })
        return (
            lumbar,
            try ScrewSearch(
                anatomy, side, ct: lumbar.ct, labels: lumbar.labels, catalogue: .standard, limits: PlanLimits())
        )
    }

    /// What a surgeon would choose: deep, along the pedicle of the solids, a pair alike.
    @Test func phantomScrewsAreLongConvergentAndAlike() throws {
        let lumbar = try LumbarCase.load()
        for truth in lumbar.phantom.landmarks where LumbarCase.levels.contains(truth.label) {
            let items = try Side.allCases.map {
                try lumbar.result.plan.item(PlanItem.screwIdentifier(truth.label, $0))
            }
            #expect(abs(items[0].diameter - items[1].diameter) <= 0.5 && abs(items[0].length - items[1].length) <= 5)
            for (item, pedicle) in zip(items, truth.pedicles) {
                let screw = try #require(item.cylinder)
                #expect(try #require(item.screwMetrics?.bodyDepthFraction) >= 0.65, "\(item.id)")
                #expect(screw.diameter >= min(0.5 * pedicle.width, 7.5) && screw.length >= 40, "\(item.id)")
                let off = degrees(radians: angle(screw.axis.vector, pedicle.direction.vector))
                #expect(off < 12, "\(item.id): \(off)° off the pedicle")
                let flat = truth.pose.rotation.inverse
                func convergence(_ d: Direction<CT>) -> Double { abs((flat * d).vector.x / (flat * d).vector.y) }
                #expect(abs(convergence(screw.axis) - convergence(pedicle.direction)) < 0.18, "\(item.id)")
            }
        }
    }

    @Test func lengthAndDepthAreInverse() throws {
        let (lumbar, search) = try search(AnatomicalLabel(21), .right)
        let anatomy = search.lines.anatomy
        #expect(search.lines.line([60, 0, 0.2, 0]) == nil)
        let line = try #require(search.lines.line([0.5, -0.5, 0.25, 0.05]))
        for depth in [0.3, 0.6, 0.85] {
            let screw = try #require(line.screw(diameter: 5, length: line.length(bodyDepthFraction: depth)))
            #expect(abs(anatomy.bodyDepthFraction(screw.tip) - depth) < 1e-9)
        }
        let truth = try #require(lumbar.phantom.signedDistance(of: anatomy.level, at: line.entry))
        #expect(abs(truth) < 1)
    }

    /// A step towards the canal costs, and so does one away from it.
    @Test(arguments: [Side.left, .right])
    func asideOfTheMiddleCostsMore(_ side: Side) throws {
        let (lumbar, search) = try search(AnatomicalLabel(22), side)
        let item = try lumbar.result.plan.item("L3-\(side.rawValue)")
        let X = search.lines.anatomy.X_CTVertebra
        func cost(_ shift: Double) throws -> Double {
            let way = X.rotation.matrix.columns.0 * (shift * side.sign)
            let entry = Point<CT>(item.entry.coordinates + way)
            let screw = try #require(
                ScrewCylinder(entry: entry, tip: Point(item.target.coordinates + way), diameter: item.diameter))
            let fraction = search.lines.anatomy.bodyDepthFraction
            let line = ScrewLine(
                entry: entry, axis: screw.axis.vector, depth: screw.length + 8,
                behindCanal: search.lines.behindCanal(entry), fractionAtEntry: fraction(entry),
                fractionPerLength: (fraction(screw.tip) - fraction(entry)) / screw.length)
            return search.objective.cost(screw, on: line, thorough: true)
        }
        let (here, medial, lateral) = (try cost(0), try cost(-3), try cost(3))
        #expect(here < lateral && here < medial)
    }

    /// Coarser labels are trusted less: more bone is wanted round the same screw.
    @Test func wantsMoreThanTheLabelsError() throws {
        let (_, search) = try search(AnatomicalLabel(22), .left)
        #expect(search.objective.labelAccuracy == 0.6)
        #expect(
            search.objective.wantedMargin > 0.6 && search.objective.wantedCanalMargin > search.objective.wantedMargin)
        #expect(search.objective.wantedAnteriorMargin > 3)
    }
}

@Suite struct ScrewPairingTests {
    @Test func aSideWithoutAScrewLeavesTheOther() throws {
        let lumbar = try LumbarCase.load()
        let anatomy = try #require(lumbar.result.anatomies.first { $0.level == AnatomicalLabel(20) })
        let search = try ScrewSearch(
            anatomy, .right, ct: lumbar.ct, labels: lumbar.labels, catalogue: .standard, limits: PlanLimits())
        let missing = PlanningError.pedicle(anatomy.level, .left, .notFound)
        let found = ScrewPairing.screws([.failure(missing), .success(search)])
        #expect(throws: missing) { try found[0].get() }
        #expect(try found[1].get().metrics.grade == .A)
    }

    /// Limits that no screw keeps give the limit that the best one broke.
    @Test func namesTheLimitThatNoSizeKeeps() throws {
        let lumbar = try LumbarCase.load()
        var limits = PlanLimits()
        limits.smallestMedialMargin = 20
        let result = try PedicleScrewPlanner(limits: limits).plan(
            ct: lumbar.ct, labels: lumbar.labels, levels: [AnatomicalLabel(20)])
        #expect(result.plan.items.isEmpty && result.refusals.count == 2)
        for refusal in result.refusals {
            guard case .pedicle(_, _, .limitBroken(let broken)) = refusal else {
                Issue.record("\(refusal)")
                continue
            }
            #expect(broken.name == .medialMargin && broken.limit == 20 && broken.value < 10)
        }
    }
}
