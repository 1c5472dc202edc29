import Foundation
import Frames
import Imaging
import Testing

@testable import Planning

@Suite struct TrajectoryCheckTests {
    let head: SyntheticHead
    let plan: PlanFile

    /// Made once for all tests.
    private static let shared = Result {
        let head = try SyntheticHead(vessels: [
            .init(a: Vector3(-40, 10, 20), b: Vector3(40, 10, 20), radius: 2),
            .init(a: Vector3(0, -40, 0), b: Vector3(0, -10, 30), radius: 1.5),
        ])
        return (head, try head.plan([Vector3(15, 20, -5)]).plan)
    }

    init() throws { (head, plan) = try Self.shared.get() }

    func findings(_ edit: (inout PlanItem) -> Void) throws -> [PlanChecker.Finding] {
        var edited = plan
        edit(&edited.items[0])
        return try PlanChecker().check(edited, ct: head.ct, labels: head.labels).items[0].findings
    }

    private func has(_ found: [PlanChecker.Finding], _ name: TrajectoryLimitName) -> Bool {
        found.contains { if case .trajectory(.brokenLimit(let b)) = $0 { b.name == name } else { false } }
    }

    @Test func agreesWithThePlanner() throws {
        let result = try PlanChecker().check(plan, ct: head.ct, labels: head.labels)
        #expect(result.passed && result.items.count == 3)
        for (item, check) in zip(plan.items, result.items) {
            let (said, found) = (try #require(item.trajectoryMetrics), try #require(check.trajectory))
            #expect(abs(try #require(said.vesselDistance) - (try #require(found.vesselDistance))) < 0.01)
            #expect(abs(try #require(said.risk) - (try #require(found.risk))) < 0.01)
            #expect(abs(try #require(said.skullAngle) - (try #require(found.skullAngle))) < 2 * .pi / 180)
            #expect(abs(try #require(said.brainLength) - (try #require(found.brainLength))) < 0.3)
        }
    }

    @Test func seesAPathThroughAVessel() throws {
        let found = try findings { item in
            let u = normalized(Vector3(15, 10, 20) - item.target.coordinates) ?? .zero
            let t = item.target.coordinates
            let b = dot(t, u)
            item.entry = Point(t + u * (-b + (b * b - dot(t, t) + 73 * 73).squareRoot()))
            item.length = item.entry.distance(to: item.target)
        }
        #expect(has(found, .vesselDistance))
        #expect(found.contains { if case .claimDiffers("vessel_distance_mm", _, _) = $0 { true } else { false } })
    }

    @Test func seesASlantingPathAndAnEntryOffTheSkin() throws {
        let slanting = try findings { ($0.entry, $0.target) = (Point(73, 0, 0), Point(0, -45, 0)) }
        #expect(has(slanting, .skullAngle))
        let lifted = try findings { item in
            let out = (item.entry - item.target).direction ?? .x
            item.entry = item.entry + out * 6
            item.length += 6
        }
        #expect(lifted.contains { if case .trajectory(.entryOffSkin(let d)) = $0 { abs(d - 6) < 1 } else { false } })
        let sunk = try findings { item in
            let out = (item.entry - item.target).direction ?? .x
            item.entry = item.entry + out * -4
            item.length -= 4
        }
        #expect(sunk.contains { if case .trajectory(.entryOffSkin(let d)) = $0 { abs(d + 4) < 1 } else { false } })
    }

    @Test func seesFalseClaims() throws {
        let found = try findings { item in
            item.metrics["risk"] = .number(0.9)
            item.metrics["skull_angle_deg"] = .number(-10)
            item.length += 3
        }
        let keys = found.compactMap { if case .claimDiffers(let key, _, _) = $0 { key } else { nil } }
        #expect(keys == ["risk", "skull_angle_deg"])
        #expect(found.contains { if case .lengthDiffers = $0 { true } else { false } })
        #expect(try findings { $0.metrics["risk"] = nil }.contains(.metricsIncomplete))
        #expect(try findings { $0.metrics["risk"] = .string("low") }.contains(.metricsIncomplete))
        #expect(try findings { $0.target = $0.entry } == [.noAxis])
    }

    @Test func seesTargetsInVesselsAndBeyondTheImage() throws {
        #expect(try findings { $0.target = Point(0, 10, 20) }.contains(.trajectory(.target(.inVessel))))
        let far = try findings { ($0.entry, $0.target) = (Point(9e4, 9e4, 9e4), Point(9e4, 9e4 - 45, 9e4)) }
        #expect(far.contains(.trajectory(.target(.outsideImage))))
        #expect(far.contains(.trajectory(.target(.outsideBody))))
    }

    @Test func alternativesAreNotCarriedOut() throws {
        var plan = plan
        #expect(plan.items.map(\.id) == ["target-1", "target-1-b", "target-1-c"])
        #expect(plan.chosenItems.map(\.id) == ["target-1"])
        #expect(try plan.itemToCarryOut("target-1").id == "target-1")
        #expect(throws: PlanningError.trajectory(.alternative("target-1-b", of: "target-1"))) {
            try plan.itemToCarryOut("target-1-b")
        }
        plan = try PlanFile(bytes: plan.fileBytes)
        let before = plan.canonicalBytes
        try plan.choose("target-1-b")
        #expect(plan.canonicalBytes != before)
        #expect(plan.chosenItems.map(\.id) == ["target-1-b"])
        #expect(try plan.item("target-1").alternativeTo == "target-1-b")
        #expect(try plan.item("target-1-c").alternativeTo == "target-1-b")
        #expect(try PlanChecker().check(plan, ct: head.ct, labels: head.labels).passed)
        try plan.choose("target-1")
        #expect(plan.canonicalBytes == before)
        #expect(throws: PlanningError.itemNotFound("target-9")) { try plan.choose("target-9") }
        plan.items.removeFirst()
        let orphans = try PlanChecker().check(plan, ct: head.ct, labels: head.labels)
        #expect(orphans.items[0].findings == [.trajectory(.alternativeOfNothing("target-1"))])
    }
}
