import Foundation
import Frames
import Imaging
import PhantomKit
import TestSupport
import Testing

@testable import Planning

/// The neck phantom's C5 to C7 by every technique, against the solids and the checker.
@Suite struct NeckScrewTests {
    private static let shared = Result { () throws -> (phantom: Phantom, ct: Volume<Int16>, labels: LabelVolume) in
        let phantom = try Phantom(.load(repositoryFolder().appendingPathComponent("Phantoms/cervical.yaml").path))
        let whole = try phantom.geometry(spacing: Vector3(0.8, 0.8, 1))
        // C4 to C7: the shoulders and the skull are not needed.
        let box = VoxelBox(
            lower: VoxelIndex(whole.size.x / 4, whole.size.y / 5, whole.size.z / 6),
            upper: VoxelIndex(whole.size.x * 3 / 4, whole.size.y * 9 / 10, whole.size.z * 3 / 4))
        let geometry = whole.cropped(to: box)
        return (phantom, phantom.sample(geometry, seed: 5), phantom.labels(geometry))
    }

    func plan(_ technique: ScrewTechnique, _ levels: ClosedRange<UInt8>) throws {
        let (phantom, ct, labels) = try Self.shared.get()
        var planner = PedicleScrewPlanner()
        let wanted = levels.map { AnatomicalLabel($0) }
        for level in wanted { planner.techniques[level] = technique }
        let result = try planner.plan(ct: ct, labels: labels, levels: wanted)
        #expect(result.plan.items.count == 2 * wanted.count, "\(result.refusals)")
        let again = try PlanFile(bytes: result.plan.fileBytes)
        #expect(again.fileBytes == result.plan.fileBytes)
        for (item, check) in zip(again.items, try PlanChecker().check(again, ct: ct, labels: labels).items) {
            #expect(check.findings.isEmpty, "\(item.id): \(check.findings)")
            let (screw, level) = (try #require(item.cylinder), try #require(item.level))
            #expect(item.kind == technique.kind)
            #expect((item.metrics["gertzbein_robbins"] != nil) == (item.kind == .pedicleScrew))
            let skipped = item.kind == .pedicleScrew ? 5 : PlanLimits.skippedBesidePedicles
            let worst = try screw.places(from: skipped).map {
                try #require(phantom.signedDistance(of: level, at: $0))
            }.max()
            #expect(try #require(worst) < 0.25, "\(item.id) stands out by \(worst ?? 0)")
            let convergence = degrees(radians: try #require(item.screwMetrics).convergence)
            switch technique {
            case .magerl: #expect((-40 ... -12).contains(convergence))
            case .royCamille: #expect((-20...0).contains(convergence))
            default: #expect((15...46).contains(convergence))
            }
        }
    }

    @Test func lateralMassesByMagerl() throws { try plan(.magerl, 5...6) }
    @Test func lateralMassesByRoyCamille() throws { try plan(.royCamille, 5...6) }
    @Test func thePediclesOfC7() throws { try plan(.pedicle, 7...7) }
}

@Suite struct ScrewProposalTests {
    /// Distinct, within the limits, and each better than the recommended one at what it is drawn to.
    @Test func proposalsTradeOneThingForAnother() throws {
        let lumbar = try LumbarCase.load()
        let l4 = AnatomicalLabel(23)
        let evaluator = try ScrewEvaluator(level: l4, labels: lumbar.labels, ct: lumbar.ct)
        let found = try PedicleScrewPlanner().proposals(evaluator, side: .left, ct: lumbar.ct, labels: lumbar.labels)
        #expect(found.count >= 3 && found[0].aim == .recommended && Set(found.map(\.aim)).count == found.count)
        for proposal in found {
            let measured = evaluator.metrics(proposal.screw, side: .left)
            #expect(measured == proposal.metrics)
            #expect(evaluator.broken(by: measured, diameter: proposal.screw.diameter).isEmpty)
            let trade = proposal.trade(against: found[0])
            switch proposal.aim {
            case .recommended: #expect(trade.margin == 0 && trade.pullout == 0)
            case .safest: #expect(trade.margin > 0)
            case .strongest: #expect(try #require(trade.pullout) > 0)
            case .straight: #expect(trade.convergence < 0)
            case .anatomic: break
            }
        }
        var item = try lumbar.result.plan.item("L4-left")
        item.proposals = found
        let plan = PlanFile(image: lumbar.result.plan.image, items: [item])
        #expect(try PlanFile(bytes: plan.fileBytes).items[0].proposals.map(\.aim) == found.map(\.aim))
    }

    @Test func limitsOfAScrewInTheCanalAreNamed() throws {
        let lumbar = try LumbarCase.load()
        let evaluator = try ScrewEvaluator(level: AnatomicalLabel(23), labels: lumbar.labels, ct: lumbar.ct)
        let item = try lumbar.result.plan.item("L4-left")
        let X = evaluator.anatomy.X_CTVertebra.rotation.matrix
        let shift = Displacement<CT>(X.columns.0 * -8)
        let moved = try #require(
            ScrewCylinder(entry: item.entry + shift, tip: item.target + shift, diameter: item.diameter))
        let broken = evaluator.broken(by: evaluator.metrics(moved, side: .left), diameter: item.diameter)
        #expect(broken.map(\.name).contains(.medialMargin))
    }
}

@Suite struct RodLineTests {
    /// Heads on a cubic lie on their curve; one moved aside stands out by most of what it was moved.
    @Test func findsTheHeadOutOfLine() throws {
        var heads = (0..<6).map { i -> Vector3 in
            let t = Double(i)
            return Vector3(0.1 * t * t, 2 * t - 0.02 * t * t * t, -30 * t)
        }
        #expect(try #require(RodLine(through: heads).offsets).allSatisfy { $0 < 0.3 })
        heads[2].x += 6
        let offsets = try #require(RodLine(through: heads).offsets)
        #expect(offsets[2] > 2 && offsets.indices.max { offsets[$0] < offsets[$1] } == 2)
        #expect(RodLine(through: Array(heads.prefix(3))).offsets == nil)
    }
}

/// Medial is towards the canal of that very vertebra, however it lies in the image.
@Suite struct TurnedVertebraTests {
    @Test func medialIsRightOnAVertebraTurnedBy30Degrees() throws {
        let lumbar = try LumbarCase.load()
        let half = Double.pi / 6
        let T = Pose<CT, CT>(rotation: Rotation(radians: half, about: .z), translation: Vector3(5, -8, 3))
        let (ct, labels) = (try moved(lumbar.ct, by: T), try moved(lumbar.labels, by: T))
        let l3 = AnatomicalLabel(22)
        let turned = try ScrewEvaluator(level: l3, labels: labels, ct: ct)
        let still = try ScrewEvaluator(level: l3, labels: lumbar.labels, ct: lumbar.ct)
        for side in Side.allCases {
            let item = try lumbar.result.plan.item(PlanItem.screwIdentifier(l3, side))
            let screw = try #require(item.cylinder)
            let there = try #require(
                ScrewCylinder(entry: T * screw.entry, tip: T * screw.tip, diameter: screw.diameter))
            let (a, b) = (still.metrics(screw, side: side), turned.metrics(there, side: side))
            #expect(abs(a.medialMargin - b.medialMargin) < 0.1 && abs(a.margin - b.margin) < 0.1)
            #expect(abs(a.convergence - b.convergence) < 0.03)
            // A step towards this vertebra's canal, which is no axis of the image, takes that much of the margin.
            let inwards = Displacement<CT>(turned.anatomy.X_CTVertebra.rotation.matrix.columns.0 * -side.sign)
            let nearer = try #require(
                ScrewCylinder(entry: there.entry + inwards, tip: there.tip + inwards, diameter: there.diameter))
            let lost = b.medialMargin - turned.metrics(nearer, side: side).medialMargin
            #expect((0.6...1.05).contains(lost))
        }
    }
}
