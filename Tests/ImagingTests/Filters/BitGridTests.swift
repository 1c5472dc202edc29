import Frames
import Imaging
import Testing

@Suite struct BitGridTests {
    @Test(arguments: [-40000, -32768, -1000.5, -1, -0.5, 0, 0.5, 200, 32766.5, 32767, 1e9, .infinity, -.infinity])
    func wholeNumbersAboveALevel(level: Double) throws {
        var random = SeededGenerator(seed: 1)
        let size = GridSize(131, 3, 2)
        var voxels = (0..<size.count).map { _ in Int16(truncatingIfNeeded: random.next()) }
        voxels.replaceSubrange(0..<6, with: [-32768, 32767, 0, -1, 200, 201])
        let volume = Volume(geometry: try FilterSamples.geometry(size), voxels: voxels)
        let grid = BitGrid(volume, above: level)
        for (i, place) in FilterSamples.places(size).enumerated() {
            #expect(grid[place] == (Double(voxels[i]) > level))
        }
        #expect(grid.count == voxels.count { Double($0) > level })
    }

    @Test func notANumberIsExceededByNone() throws {
        let volume = Volume<Int16>(geometry: try FilterSamples.geometry(GridSize(70, 2, 2)), filledWith: 5)
        #expect(BitGrid(volume, above: .nan).count == 0)
    }

    @Test func realNumbersAboveALevelThatTheyCannotHold() throws {
        let size = GridSize(5, 1, 1)
        let tenth = Float(0.1)
        let voxels = [tenth.nextDown, tenth, tenth.nextUp, .nan, .infinity]
        let volume = Volume(geometry: try FilterSamples.geometry(size), voxels: voxels)
        for level in [0.1, Double(tenth), Double(tenth.nextDown)] {
            let grid = BitGrid(volume, above: level)
            for x in 0..<5 { #expect(grid[VoxelIndex(x, 0, 0)] == (Double(voxels[x]) > level)) }
        }
    }

    @Test func labelsOfATable() throws {
        let size = GridSize(100, 3, 2)
        let labels = LabelVolume(geometry: try FilterSamples.geometry(size), voxels: (0..<600).map { UInt8($0 % 256) })
        let grid = BitGrid(labels, where: (0..<256).map { $0 == 7 || $0 == 255 })
        for (i, place) in FilterSamples.places(size).enumerated() {
            #expect(grid[place] == (i % 256 == 7 || i % 256 == 255))
        }
        #expect(grid.words.count == 12)
        #expect(grid.words[1] >> 36 == 0)
    }
}
