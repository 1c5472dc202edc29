import Frames
import Glibc
import Imaging
import TestSupport
import Testing

@testable import PlanEditor
@testable import Planning

struct ItemMotionTests {
    private func evaluator(_ fixture: EditorFixture, _ item: PlanItem) throws -> ScrewEvaluator {
        try ScrewEvaluator(level: try #require(item.level), labels: fixture.labels, ct: fixture.ct)
    }

    @Test func medialIsTowardsTheCanalOnBothSides() throws {
        let fixture = try EditorFixture.load()
        for item in fixture.plan.items {
            let evaluator = try evaluator(fixture, item)
            let axes = ItemAxes(item, anatomy: evaluator.anatomy)
            #expect(axes.medial.vector.x * (item.side == .left ? -1 : 1) > 0.7)
            #expect(axes.cranial.vector.z > 0.8)
            let place = try #require(ItemMotion(medial: 2).place(item, axes))
            var moved = item
            moved.place(entry: place.entry, target: place.target, diameter: item.diameter)
            let side = try #require(item.side)
            let before = evaluator.metrics(try #require(item.cylinder), side: side)
            let after = evaluator.metrics(try #require(moved.cylinder), side: side)
            #expect(after.medialMargin < before.medialMargin - 1)
        }
    }

    /// A vertebra turned by 30° about the body's long axis: its own midline counts, not the image's.
    @Test func medialTurnsWithTheVertebra() throws {
        let fixture = try EditorFixture.load()
        let turn = Rotation<CT, CT>(rotationVector: Vector3(0, 0, 30 * .pi / 180))
        let g = fixture.labels.geometry
        let geometry = try GridGeometry(
            size: g.size, spacing: g.spacing, origin: Point(turn.matrix * g.origin.coordinates),
            direction: turn.matrix * g.direction)
        let item = fixture.plan.items[0]
        let straight = ItemAxes(item, anatomy: try evaluator(fixture, item).anatomy)
        var turned = item
        (turned.entry, turned.target) = (
            Point(turn.matrix * item.entry.coordinates), Point(turn.matrix * item.target.coordinates)
        )
        let anatomy = try VertebraAnatomy(
            try #require(item.level), in: LabelVolume(geometry: geometry, voxels: fixture.labels.voxels))
        let axes = ItemAxes(turned, anatomy: anatomy)
        #expect(angle(axes.medial.vector, turn.matrix * straight.medial.vector) < 0.03)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func noMoveChangesTheLength(seed: UInt64) throws {
        let fixture = try EditorFixture.load()
        var generator = SeededGenerator(seed: seed)
        var item = fixture.plan.items[Int(seed) % fixture.plan.items.count]
        let length = item.length
        for _ in 0..<200 {
            let motion = ItemMotion(
                part: ItemMotion.Part.allCases.randomElement(using: &generator) ?? .whole,
                medial: .random(in: -1...1, using: &generator), cranial: .random(in: -1...1, using: &generator),
                along: .random(in: -1...1, using: &generator), convergence: .random(in: -0.1...0.1, using: &generator),
                tilt: .random(in: -0.1...0.1, using: &generator))
            guard let place = motion.place(item, ItemAxes(item, anatomy: nil)) else { continue }
            item.place(entry: place.entry, target: place.target, diameter: item.diameter)
        }
        #expect(abs(item.length - length) < 0.003)
    }

    @Test func aTurnOfHalfADegreeIsHalfADegreeAboutTheEntry() throws {
        let fixture = try EditorFixture.load()
        let item = fixture.plan.items[1]
        let evaluator = try evaluator(fixture, item), axes = ItemAxes(item, anatomy: evaluator.anatomy)
        let place = try #require(ItemMotion(convergence: MotionStep.usual.angle).place(item, axes))
        #expect(place.entry == item.entry)
        let turned = angle((item.target - item.entry).vector, (place.target - place.entry).vector)
        #expect(abs(turned - 0.5 * .pi / 180) < 1e-6)
        let before = evaluator.anatomy.angles(of: axes.along, side: .right).convergence
        let after = evaluator.anatomy.angles(of: try #require((place.target - place.entry).direction), side: .right)
        // Converging is towards the midline; the tilt of the screw makes it a little more than the turn.
        #expect(after.convergence > before + 0.4 * .pi / 180 && after.convergence < before + 0.6 * .pi / 180)
    }

    @Test func movingTheEntryLeavesTheTipsDirectionToIt() throws {
        let fixture = try EditorFixture.load()
        let item = fixture.plan.items[0]
        let axes = ItemAxes(item, anatomy: nil)
        let place = try #require(ItemMotion(part: .entry, medial: 3).place(item, axes))
        // The old tip lies on the new line.
        let d = try #require((place.target - place.entry).direction)
        let way = item.target - place.entry
        #expect(length(way.vector - d.vector * way.along(d)) < 1e-9)
        #expect(abs((place.entry - item.entry).length - 3) < 1e-9)
    }
}
