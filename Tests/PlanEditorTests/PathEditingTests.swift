import Foundation
import Frames
import Glibc
import Imaging
import PhantomKit
import SliceDrawing
import TerminalKit
import TestSupport
import Testing

@testable import PlanEditor
@testable import Planning

/// The head phantom with two electrodes and their alternatives, sampled and planned once.
private struct HeadFixture: Sendable {
    let ct: Volume<Int16>
    let labels: LabelVolume
    let plan: PlanFile

    private init() throws {
        let phantom = try Phantom(.load(repositoryFolder().appendingPathComponent("Phantoms/head.yaml").path))
        let geometry = try phantom.geometry(spacing: Vector3(1.6, 1.6, 2))
        ct = phantom.sample(geometry, seed: 3)
        labels = phantom.labels(geometry)
        let centre = geometry.centre.coordinates
        let targets = [Vector3(24, 5, 0), Vector3(-26, 8, 4)].enumerated().map {
            TrajectoryPlanner.Target("target-\($0 + 1)", Point(centre + $1))
        }
        var planner = TrajectoryPlanner(kind: .electrode)
        planner.limits.vesselMargin = 1.5
        plan = try planner.plan(ct: ct, labels: labels, targets: targets).plan
    }

    private static let shared = Result { try HeadFixture() }
    static func load() throws -> HeadFixture { try shared.get() }

    func model(in folder: URL) throws -> EditorModel {
        let file = folder.appendingPathComponent("plan.json").path
        try plan.write(to: file)
        let session = try EditorSession(
            plan: PlanFile(path: file), ct: ct, metadata: ImageMetadata(format: .nifti), labels: labels,
            files: .init(plan: file, labels: folder.appendingPathComponent("plan.labels.nii.gz").path),
            worksInBackground: false)
        var options = EditorOptions()
        options.worksInBackground = false
        return EditorModel(session: session, options: options)
    }
}

struct PathEditingTests {
    private func model() throws -> EditorModel { try HeadFixture.load().model(in: try temporaryFolder()) }

    /// While keys are held the numbers are those that the checker finds by its own distances.
    @Test func numbersFollowEveryKeyAndAgreeWithTheChecker() throws {
        let model = try model(), fixture = try HeadFixture.load()
        for (i, key) in [Key.right, .right, .up, .character(".")].enumerated() {
            model.press(key, at: Double(i))
            let item = try #require(model.item)
            let live = try #require(item.trajectoryMetrics)
            let check = TrajectoryExamination(
                ct: fixture.ct, labels: fixture.labels, limits: TrajectoryLimits(),
                present: Set(fixture.labels.counts().keys), midline: MaskSymmetry(fixture.labels)?.midline()
            ).check(item)
            let other = try #require(check?.metrics)
            // The checker's own tolerances between the two ways: Documentation/trajectories.md.
            for (a, b, tolerance) in [
                (live.vesselDistance, other.vesselDistance, 0.3), (live.risk, other.risk, 0.05),
                (live.skullAngle, other.skullAngle, radians(degrees: 6)),
            ] {
                let (a, b) = (try #require(a), try #require(b))
                #expect(abs(a - b) < tolerance)
            }
            #expect(abs(live.depth - item.length) < 0.2)
            // The entry stays on the skin.
            let finding = check?.findings.contains { if case .entryOffSkin = $0 { true } else { false } }
            #expect(finding == false)
        }
    }

    @Test func theTargetStaysWhereTheEntryMoves() throws {
        let model = try model()
        let before = try #require(model.item)
        for i in 0..<5 { model.press(i % 2 == 0 ? .left : .up, at: Double(i)) }
        let after = try #require(model.item)
        #expect(after.target == before.target && after.entry.distance(to: before.entry) > 2)
        // Deeper: the target goes on, the entry stays at the skin.
        model.press(.character("."), at: 9)
        let deeper = try #require(model.item)
        #expect(abs(deeper.target.distance(to: after.target) - 1) < 1e-3)
        #expect(abs(deeper.length - after.length - 1) < 0.1)
    }

    /// What is left of a path as one looks down its barrel goes left, whichever way the head is entered.
    @Test(arguments: 0..<4)
    func keysGoTheWayOfTheBarrelsPicture(key: Int) throws {
        let model = try model()
        for place in model.items.indices {
            model.select(place)
            let item = try #require(model.item), axes = try #require(model.axes)
            let plane = try #require(
                ViewPlaces(cursor: item.entry, depth: 0).plane(
                    .barrel, item: item, axes: axes, width: 100, height: 100, millimetresPerPixel: 1))
            model.press([Key.left, .right, .up, .down][key], at: Double(place))
            let after = try #require(model.item)
            let moved = plane.project(after.entry)
            let (x, y) = (moved.x - 49.5, moved.y - 49.5)
            #expect([x < -0.5, x > 0.5, y < -0.5, y > 0.5][key])
            model.type("u")
        }
    }

    @Test func aPathThroughAVesselIsNamedAtOnce() throws {
        let model = try model(), fixture = try HeadFixture.load()
        var vessel: Point<CT>?
        let target = try #require(model.item).target
        for offset in fixture.labels.voxels.indices where fixture.labels.voxels[offset] == AnatomicalLabel.vessel.number
        {
            let p = fixture.labels.geometry.point(fixture.labels.geometry.index(offset: offset))
            if p.distance(to: target) > 15, p.x > target.x { vessel = p }
        }
        let place = try #require(vessel)
        let d = try #require((place - target).direction)
        var item = try #require(model.item)
        item.place(entry: target + d * 100, target: target, diameter: item.diameter)
        model.replace(item, title: "move", burst: nil)
        #expect(
            model.faults(try #require(model.item)).contains { $0.hasPrefix("to a vessel") || $0.hasPrefix("entry") })
        #expect(model.obstacles.contains { $0.id == item.id && $0.isLimit })
        let risk = try #require(model.item).trajectoryMetrics?.risk
        #expect((risk ?? 2) > 1)
    }

    @Test func anotherPathIsChosenAndTakenBack() throws {
        let model = try model()
        let family = model.items.filter { $0.id == "target-1" || $0.alternativeTo == "target-1" }.map(\.id)
        try #require(family.count > 1)
        model.type("c")
        #expect(model.item?.id == family[1] && model.item?.alternativeTo == nil)
        #expect(model.items.first { $0.id == "target-1" }?.alternativeTo == family[1])
        for _ in family.dropFirst() { model.type("c") }
        #expect(model.item?.id == "target-1" && model.item?.alternativeTo == nil)
        while model.session.undo() {}
        #expect(model.session.draft.plan.items.map(\.alternativeTo) == model.session.opened.items.map(\.alternativeTo))
    }

    /// Whoever signs looks at the paths that are carried out; an alternative that is chosen becomes one of them.
    @Test func alternativesNeedNotBeLookedAt() throws {
        let model = try model()
        func unseen() -> Set<String> { Set(model.obstacles.filter { !$0.isLimit }.map(\.id)) }
        #expect(unseen() == ["target-1", "target-2"])
        model.type("A")
        let page = EditorScreen(model).draw(columns: 120, rows: 40).grid.text
        #expect(page.contains("Approve: 2 of 2 not looked at in full"))
        #expect(page.contains("an alternative to target-1, not carried out"))
        model.press(.escape)
        model.type("c")
        #expect(unseen().contains(try #require(model.item).id) && !unseen().contains("target-1"))
    }

    /// An electrode that comes near changes what the other one says of its neighbours.
    @Test func theOtherElectrodeSaysHowNearThisOneIs() throws {
        let model = try model()
        let chosen = model.session.draft.plan.chosenItems
        try #require(chosen.count == 2)
        var item = chosen[0]
        let shift = chosen[1].target - chosen[0].target
        item.place(
            entry: chosen[1].entry + Displacement(0, 2, 2), target: chosen[1].target + Displacement(0, 2, 2),
            diameter: item.diameter)
        #expect(shift.length > 20)
        model.replace(item, title: "move", burst: nil)
        let other = try #require(model.items.first { $0.id == chosen[1].id })
        #expect((other.metrics["electrode_spacing_mm"]?.number ?? 99) < 4)
        #expect(model.faults(other).contains { $0.contains("electrode") })
    }

    @Test func theScreenShowsAPathFromAllSides() throws {
        let model = try model()
        let text = EditorScreen(model).draw(columns: 200, rows: 60).grid.text
        for word in ["along, across", "along, upright", "down its barrel", "to a vessel", "risk", "or target-1-b"] {
            #expect(text.contains(word), "\(word)")
        }
        let scene = model.modelScene(width: 80, height: 80)
        #expect(scene.bones.map(\.label).contains(AnatomicalLabel.skull.number))
        #expect(scene.bones.map(\.label).contains(AnatomicalLabel.vessel.number))
        // Letters follow the plane: a picture that is turned by 90° about the path says so.
        #expect(AnatomicalLetters.text(Vector3(0, 0, -1)) == "F" && AnatomicalLetters.text(Vector3(1, -1, 0)) == "LA")
    }
}
