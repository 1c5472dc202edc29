import Foundation
import Frames
import Imaging
import Testing

@Suite struct GaussianFilterTests {
    /// The three-dimensional sum over all neighbours, in double precision.
    static func bruteForce(_ volume: Volume<Float>, sigma: Double) -> [Double] {
        let size = volume.size
        let reach = (0..<3).map { Int((4 * sigma / volume.geometry.spacing[$0]).rounded(.up)) }
        func weight(_ k: Int, _ axis: Int) -> Double {
            let away = Double(k) * volume.geometry.spacing[axis] / sigma
            return exp(-away * away / 2)
        }
        func clamped(_ i: Int, _ n: Int) -> Int { min(max(i, 0), n - 1) }
        return FilterSamples.places(size).map { p in
            var (sum, total) = (0.0, 0.0)
            for z in -reach[2]...reach[2] {
                for y in -reach[1]...reach[1] {
                    for x in -reach[0]...reach[0] {
                        let w = weight(x, 0) * weight(y, 1) * weight(z, 2)
                        let q = VoxelIndex(
                            clamped(p.x + x, size.x), clamped(p.y + y, size.y), clamped(p.z + z, size.z))
                        sum += w * Double(volume[q])
                        total += w
                    }
                }
            }
            return sum / total
        }
    }

    @Test(arguments: [GridSize(1, 1, 1), GridSize(5, 1, 9), GridSize(17, 6, 4), GridSize(3, 20, 5)])
    func agreesWithTheSumOverAllNeighbours(size: GridSize) throws {
        var random = SeededGenerator(seed: 3)
        let geometry = try FilterSamples.geometry(size)
        let voxels = (0..<size.count).map { _ in Float(Int16(random.uniform() * 4000 - 1000)) }
        let volume = Volume(geometry: geometry, voxels: voxels)
        let found = volume.gaussianFiltered(sigma: 1.1)
        let worst = zip(found.voxels, Self.bruteForce(volume, sigma: 1.1)).map { abs(Double($0) - $1) }.max() ?? 0
        #expect(worst < 2e-3)
        let whole = Volume<Int16>(geometry: geometry, voxels: voxels.map { Int16($0) })
        #expect(whole.gaussianFiltered(sigma: 1.1) == found)
    }

    @Test func noWidthChangesNothing() throws {
        var random = SeededGenerator(seed: 5)
        let size = GridSize(140, 4, 3)
        let volume = Volume(
            geometry: try FilterSamples.geometry(size), voxels: (0..<size.count).map { _ in Float(random.uniform()) })
        #expect(volume.gaussianFiltered(sigma: 0) == volume)
    }
}
