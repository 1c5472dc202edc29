import Foundation
import Frames
import Imaging
import Testing

@testable import Planning

@Suite struct PlanComparisonTests {
    private func screw(_ id: String, _ entry: Point<CT>, _ target: Point<CT>) -> PlanItem {
        PlanItem(
            id: id, kind: .pedicleScrew, level: AnatomicalLabel(22), side: .left, entry: entry, target: target,
            diameter: 6, metrics: ["margin_mm": .number(1.5), "gertzbein_robbins": .string("A")])
    }

    private func plan(_ items: [PlanItem]) -> PlanFile {
        PlanFile(image: .init(seriesUID: nil, sha256: String(repeating: "a", count: 64)), items: items)
    }

    @Test func equalPlansAreTheSame() {
        let a = plan([screw("a", Point(0, 40, 0), Point(0, 0, 0))])
        let found = PlanComparison(from: a, to: a)
        #expect(found.isUnchanged && found.items.map(\.change) == [.same] && found.items[0].metrics.isEmpty)
    }

    /// 3 mm along and 4 mm across are 5 mm, by the axis that the screw had.
    @Test func movementIsSplitAlongTheOldAxis() throws {
        let before = plan([screw("a", Point(0, 40, 0), Point(0, 0, 0))])
        let after = plan([screw("a", Point(4, 37, 0), Point(0, -40, 0))])
        let item = PlanComparison(from: before, to: after).items[0]
        let (entry, target) = (try #require(item.entry), try #require(item.target))
        #expect(abs(entry.along - 3) < 1e-12 && abs(entry.across - 4) < 1e-12 && abs(entry.distance - 5) < 1e-12)
        #expect(abs(target.along - 40) < 1e-12 && abs(target.across) < 1e-12)
        #expect(abs(item.angle - atan2(4, 77)) < 1e-12)
        #expect(item.isMoved && item.isResized && item.change == .changed)
        #expect(abs(item.lengthChange - ((16.0 + 77 * 77).squareRoot() - 40)) < 1e-12)
    }

    @Test func addedRemovedAndRenamed() {
        let (a, b, c) = (
            screw("a", Point(0, 40, 0), Point(0, 0, 0)), screw("b", Point(9, 40, 0), Point(9, 0, 0)),
            screw("c", Point(9, 40, 0), Point(9, 0, 0))
        )
        let found = PlanComparison(from: plan([a, b]), to: plan([c, a]))
        #expect(found.items.map(\.id) == ["a", "b", "c"])
        #expect(found.items.map(\.change) == [.same, .removed, .added])
        #expect(!found.isUnchanged && found.isSameImage)
    }

    @Test func metricsAndAttributesAreNamed() {
        let a = screw("a", Point(0, 40, 0), Point(0, 0, 0))
        var b = a
        b.side = .right
        b.diameter = 6.5
        b.metrics["margin_mm"] = .number(0.25)
        b.metrics["new_thing_deg"] = .number(3)
        b.metrics["gertzbein_robbins"] = nil
        let item = PlanComparison(from: plan([a]), to: plan([b])).items[0]
        #expect(item.attributes == [.side] && item.diameterChange == 0.5 && !item.isMoved)
        #expect(item.metrics.map(\.key) == ["gertzbein_robbins", "margin_mm", "new_thing_deg"])
        #expect(item.metrics[1].difference == -1.25 && item.metrics[0].after == nil && item.metrics[2].before == nil)
    }

    @Test func approvalsAreFollowed() throws {
        let (first, second) = (ApprovalKey.generate(), ApprovalKey.generate())
        var before = plan([screw("a", Point(0, 40, 0), Point(0, 0, 0))])
        try before.approve(as: "One", with: first, at: Date(timeIntervalSince1970: 1_770_000_000))
        var after = before
        after.items[0].diameter = 7
        try after.approve(as: "Two", with: second, at: Date(timeIntervalSince1970: 1_770_000_100))
        let found = PlanComparison(from: before, to: after)
        #expect(found.approvalsAdded.map(\.name) == ["Two"] && found.approvalsRemoved.isEmpty)
        #expect(found.approvalsCarriedOver.map(\.name) == ["One"])
        #expect(PlanComparison(from: after, to: before).approvalsRemoved.map(\.name) == ["Two"])
        var other = before
        other.image.sha256 = String(repeating: "b", count: 64)
        #expect(!PlanComparison(from: before, to: other).isSameImage)
    }

    @Test func jsonNamesItsUnits() throws {
        let before = plan([screw("a", Point(0, 40, 0), Point(0, 0, 0))])
        let after = plan([screw("a", Point(4, 37, 0), Point(0, 0, 0))])
        let item = try #require(PlanComparison(from: before, to: after).json.object?["items"]?.array?.first?.object)
        #expect(item["entry"]?.object?["moved_mm"] == .number(5))
        #expect(item["entry"]?.object?["across_axis_mm"] == .number(4))
        #expect(item["change"] == .string("changed") && item["angle_deg"]?.number != nil)
    }
}
