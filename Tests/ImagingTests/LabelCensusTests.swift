import Frames
import TestSupport
import Testing

@testable import Imaging

/// Labels that cannot be a spine are doubted; ones that can are not.
@Suite struct LabelCensusTests {
    /// Cubes of labels along z, 40 mm wide in a box of 60 mm with 1.5 mm voxels; half as high as their distance.
    private func column(_ labels: [UInt8], half: Int = 8, step: Int = 22) throws -> LabelVolume {
        let size = GridSize(40, 40, 10 + step * labels.count)
        var volume = LabelVolume(
            geometry: try GridGeometry(size: size, spacing: Vector3(1.5, 1.5, 1.5), origin: Point(0, 0, 0)))
        for (k, label) in labels.enumerated() {
            let centre = 15 + step * k
            for z in (centre - half)..<(centre + half) {
                for y in (20 - half)..<(20 + half) {
                    for x in (20 - half)..<(20 + half) { volume[VoxelIndex(x, y, z)] = label }
                }
            }
        }
        return volume
    }

    @Test func censusCounts() throws {
        let census = LabelCensus(try column([24, 23]))
        #expect(census.entries.map(\.label.number) == [23, 24])
        #expect(census.entries[0].voxels == 4096)
        #expect(abs(census.entries[0].volume - 4096 * 3.375 / 1000) < 1e-9)
        #expect(census.entries[1].centroid.distance(to: Point(29.25, 29.25, 21.75)) < 1e-9)
        #expect(!census.entries[0].touchesEdge)
    }

    @Test func aSpineIsNotDoubted() throws {
        #expect(LabelCensus(try column([26, 24, 23, 22, 21, 20, 19, 18], half: 9)).doubts.isEmpty)
    }

    @Test func whatIsNoSpineIsDoubted() throws {
        #expect(LabelCensus(try column([100, 101])).doubts == [.noVertebra])
        #expect(LabelCensus(try column([22, 23])).doubts == [.order(AnatomicalLabel(22), AnatomicalLabel(23))])
        #expect(
            LabelCensus(try column([24], half: 2)).doubts
                == [.volume(AnatomicalLabel(24), volume: 64 * 3.375 / 1000, least: 8, most: 200)])
        let far = LabelCensus(try column([24, 23], half: 9, step: 70)).doubts
        #expect(far == [.distance(AnatomicalLabel(23), AnatomicalLabel(24), millimetres: 105)])
    }
}
