import Frames
import Imaging
import PhantomKit
import TestSupport
import Testing

@testable import Planning

/// Screws from S2 into the ilium. The phantom's iliac wing is a thin plate, through which none goes; with the thick bone
/// above the sciatic notch put in, as a capsule of known shape, there is room for one on each side.
@Suite struct AlarIliacTests {
    /// From the joint forwards, outwards and down, in S1's frame of the left side, mm.
    static let buttress = (from: Vector3(48, 16, -25), to: Vector3(104, -48, -42), radius: 10.0)

    func planner() -> PedicleScrewPlanner {
        var planner = PedicleScrewPlanner()
        planner.techniques[.sacrum] = .alarIliac
        return planner
    }

    /// Negative within either side's capsule, mm; `p` in S1's frame.
    static func distance(_ p: Vector3) -> Double {
        let q = Vector3(abs(p.x), p.y, p.z)
        let way = buttress.to - buttress.from
        let share = (dot(q - buttress.from, way) / dot(way, way)).clamped(to: 0...1)
        return length(q - buttress.from - way * share) - buttress.radius
    }

    /// The lumbar case with the capsules as ilium of 220 HU.
    func withButtress(_ lumbar: LumbarCase, _ X: Pose<CT, Vertebra>) -> (ct: Volume<Int16>, labels: LabelVolume) {
        var (ct, labels) = (lumbar.ct, lumbar.labels)
        for i in labels.voxels.indices where labels.voxels[i] != AnatomicalLabel.sacrum.number {
            let at = labels.geometry.index(offset: i)
            guard Self.distance((X.inverse * labels.geometry.point(at)).coordinates) < 0 else { continue }
            labels[at] = AnatomicalLabel.pelvis.number
            ct[at] = 220
        }
        return (ct, labels)
    }

    @Test func runsThroughSacrumAndIlium() throws {
        let lumbar = try LumbarCase.load()
        let X = try VertebraAnatomy(.sacrum, in: lumbar.labels, ct: lumbar.ct).X_CTVertebra
        let (ct, labels) = withButtress(lumbar, X)
        let result = try planner().plan(ct: ct, labels: labels, levels: [.sacrum])
        #expect(result.plan.items.map(\.id) == ["S2-ilium-left", "S2-ilium-right"], "\(result.refusals)")
        func capsule(_ p: Point<CT>) -> Double { Self.distance((X.inverse * p).coordinates) }
        for (item, check) in zip(
            result.plan.items, try PlanChecker().check(result.plan, ct: ct, labels: labels).items)
        {
            #expect(item.kind == .alarIliacScrew && check.findings.isEmpty, "\(item.id): \(check.findings)")
            let screw = try #require(item.cylinder)
            #expect(screw.length > 59.9)
            // By the solids: in sacrum or ilium, or between the two where they are less than a joint apart.
            let outside = screw.places(from: PlanLimits.skippedIntoIlium).map { p in
                let sacrum = lumbar.phantom.signedDistance(of: .sacrum, at: p) ?? 99
                let ilium = min(lumbar.phantom.signedDistance(of: .pelvis, at: p) ?? 99, capsule(p))
                return sacrum > 0 && ilium > 0 && sacrum + ilium < SacroiliacBone.widestJoint ? 0 : min(sacrum, ilium)
            }
            #expect(try #require(outside.max()) < 0.25, "\(item.id) stands out by \(outside.max() ?? 0)")
            #expect(capsule(screw.tip) < -3, "\(item.id): the tip must be well within the ilium")
            #expect(
                screw.places(from: 0).allSatisfy {
                    labels[labels.geometry.nearest($0)] != AnatomicalLabel.spinalCanal.number
                })
        }
    }

    @Test func aThinWingIsRefused() throws {
        let lumbar = try LumbarCase.load()
        let result = try planner().plan(ct: lumbar.ct, labels: lumbar.labels, levels: [.sacrum])
        #expect(result.plan.items.isEmpty && result.refusals.count == 2)
    }
}
