import Frames
import Imaging
import Testing

@Suite struct MedianFilterTests {
    /// All 27 neighbours of each voxel, sorted.
    static func bruteForce(_ volume: Volume<Int16>) -> [Int16] {
        let size = volume.size
        func clamped(_ i: Int, _ n: Int) -> Int { min(max(i, 0), n - 1) }
        return FilterSamples.places(size).map { p in
            var around: [Int16] = []
            for z in -1...1 {
                for y in -1...1 {
                    for x in -1...1 {
                        around.append(
                            volume[
                                VoxelIndex(
                                    clamped(p.x + x, size.x), clamped(p.y + y, size.y), clamped(p.z + z, size.z))])
                    }
                }
            }
            return around.sorted()[13]
        }
    }

    /// Of few values many are equal; of all values none are.
    @Test(
        arguments: FilterSamples.sizes + [GridSize(128, 3, 3), GridSize(129, 3, 2), GridSize(257, 4, 3)], [3, 65536])
    func agreesWithSorting(size: GridSize, values: Double) throws {
        var random = SeededGenerator(seed: UInt64(size.count) + UInt64(values))
        let voxels = (0..<size.count).map { _ in Int16(random.uniform() * values - values / 2) }
        let volume = Volume(geometry: try FilterSamples.geometry(size), voxels: voxels)
        #expect(volume.medianFiltered().voxels == Self.bruteForce(volume))
    }
}
