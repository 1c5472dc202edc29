import Frames
import Imaging
import Testing

@Suite struct ConnectedComponentsTests {
    /// Voxel by voxel from each seed in the order of storage: shares nothing with runs and forests.
    static func floodFilled(_ mask: LabelVolume, largestStep: Int) -> [Int32] {
        let size = mask.size
        var map = [Int32](repeating: 0, count: size.count)
        var next: Int32 = 0
        for seed in map.indices where mask.voxels[seed] == 1 && map[seed] == 0 {
            next += 1
            map[seed] = next
            var open = [seed]
            while let at = open.popLast() {
                let p = mask.geometry.index(offset: at)
                for z in -1...1 {
                    for y in -1...1 {
                        for x in -1...1 where abs(x) + abs(y) + abs(z) <= largestStep {
                            let q = VoxelIndex(p.x + x, p.y + y, p.z + z)
                            guard size.contains(q) else { continue }
                            let to = mask.geometry.offset(q)
                            guard mask.voxels[to] == 1, map[to] == 0 else { continue }
                            map[to] = next
                            open.append(to)
                        }
                    }
                }
            }
        }
        return map
    }

    @Test(arguments: FilterSamples.sizes, [0.1, 0.3, 0.6, 1])
    func agreesWithFloodFilling(size: GridSize, share: Double) throws {
        let kinds: [(Connectivity, Int)] = [(.six, 1), (.eighteen, 2), (.twentySix, 3)]
        for (connectivity, step) in kinds {
            let mask = try FilterSamples.mask(size, share: share, seed: UInt64(size.count * step))
            let found = ConnectedComponents(of: FilterSamples.bits(mask), connectivity: connectivity)
            let truth = Self.floodFilled(mask, largestStep: step)
            #expect(found.map() == truth)
            let counts = (0..<Int(truth.max() ?? 0)).map { n in truth.count { Int($0) == n + 1 } }
            #expect(found.voxelCounts == counts)
        }
    }

    @Test func largestFirstAndSmallOnesLeftOut() throws {
        let mask = try FilterSamples.mask(GridSize(90, 20, 10), share: 0.2, seed: 4)
        let bits = FilterSamples.bits(mask)
        let all = ConnectedComponents(of: bits, connectivity: .six)
        let sorted = ConnectedComponents(of: bits, connectivity: .six, smallest: 3, order: .bySize)
        #expect(sorted.voxelCounts == all.voxelCounts.filter { $0 >= 3 }.sorted(by: >))
        let map = sorted.map()
        for number in 1...sorted.voxelCounts.count {
            #expect(map.count { Int($0) == number } == sorted.voxelCounts[number - 1])
        }
        #expect(sorted.mask(of: 1) == map.map { $0 == 1 ? 1 : 0 })
        // of components of the same size the one stored first comes first
        let firsts = (1...sorted.voxelCounts.count).map { n in map.firstIndex(of: Int32(n)) ?? 0 }
        for n in 1..<firsts.count where sorted.voxelCounts[n] == sorted.voxelCounts[n - 1] {
            #expect(firsts[n - 1] < firsts[n])
        }
    }

    @Test func anEmptyMaskHasNone() throws {
        let mask = try FilterSamples.mask(GridSize(10, 10, 10), share: 0, seed: 1)
        let found = ConnectedComponents(of: FilterSamples.bits(mask), connectivity: .twentySix)
        #expect(found.voxelCounts.isEmpty)
        #expect(found.map().allSatisfy { $0 == 0 })
    }
}
