import Frames
import Imaging
import Testing

@testable import PlanEditor

struct BrushStrokeTests {
    private let l3 = AnatomicalLabel(22), l4 = AnatomicalLabel(23)

    private func empty(_ spacing: Vector3 = Vector3(1, 1, 1)) throws -> LabelVolume {
        LabelVolume(
            geometry: try GridGeometry(size: GridSize(21, 21, 21), spacing: spacing, origin: Point(-10, -10, -10)))
    }

    /// Every voxel whose centre lies in the ball, counted one by one.
    @Test(arguments: [0.5, 2.0, 4.5], [Vector3(1, 1, 1), Vector3(0.7, 0.9, 1.6)])
    func paintFillsTheBallAndNothingElse(radius: Double, spacing: Vector3) throws {
        var labels = try empty(spacing)
        let place = labels.geometry.point(VoxelIndex(9, 11, 8))
        let patch = BrushStroke(tool: .paint, label: l3, radius: radius, places: [place]).apply(to: &labels)
        for offset in labels.voxels.indices {
            let inside = labels.geometry.point(labels.geometry.index(offset: offset)).distance(to: place) <= radius
            #expect(labels.voxels[offset] == (inside ? 22 : 0))
        }
        patch?.apply(to: &labels, backwards: true)
        #expect(labels.voxels.allSatisfy { $0 == 0 })
    }

    @Test func erasingTakesOneLabelAlone() throws {
        var labels = try empty()
        let half = labels.geometry.size.count / 2
        labels.withMutableVoxels { v in for i in v.indices { v[i] = i < half ? 22 : 23 } }
        _ = BrushStroke(tool: .erase, label: l3, radius: 5, places: [Point(0, 0, 0)]).apply(to: &labels)
        #expect(labels.voxels[half...].allSatisfy { $0 == 23 })
        #expect(labels.voxels[..<half].contains(AnatomicalLabel.softTissue.number))
    }

    @Test func smoothingTakesASpikeAwayAndLeavesTheNeighbourAlone() throws {
        var labels = try empty()
        // A slab of L3 with a voxel that sticks out, and L4 beside it.
        for i in labels.voxels.indices {
            let p = labels.geometry.index(offset: i)
            if p.z < 8 { labels[p] = p.x < 15 ? 22 : 23 }
        }
        let spike = VoxelIndex(10, 10, 8), notch = VoxelIndex(5, 10, 7)
        labels[spike] = 22
        labels[notch] = 0
        let before = labels
        for place in [spike, notch] {
            _ = BrushStroke(tool: .smooth, label: l3, radius: 1.2, places: [labels.geometry.point(place)]).apply(
                to: &labels)
        }
        #expect(labels[spike] != 22 && labels[notch] == 22)
        for i in labels.voxels.indices where before.voxels[i] == 23 { #expect(labels.voxels[i] == 23) }
    }

    @Test func aBrushBeyondTheImageChangesNothing() throws {
        var labels = try empty()
        for place in [Point<CT>(500, 0, 0), Point(0, -90, 0), Point(.nan, 0, 0), Point(0, 0, 1e300)] {
            #expect(BrushStroke(tool: .paint, label: l3, radius: 2, places: [place]).apply(to: &labels) == nil)
        }
        let atTheEdge = BrushStroke(tool: .paint, label: l3, radius: 2, places: [Point(-10, -10, -10)]).apply(
            to: &labels)
        #expect(atTheEdge?.offsets.count == 11)  // an eighth of the ball of 2 mm with its three faces: counted by hand
    }
}
