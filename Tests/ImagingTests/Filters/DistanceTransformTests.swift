import Frames
import Imaging
import Testing

@Suite struct DistanceTransformTests {
    /// Every voxel against every other.
    static func bruteForce(_ mask: LabelVolume, _ spacing: Vector3) -> [Double] {
        let places = FilterSamples.places(mask.size).map { Vector3(Double($0.x), Double($0.y), Double($0.z)) * spacing }
        return places.indices.map { i in
            var least = Double.infinity
            for j in places.indices where mask.voxels[j] != mask.voxels[i] {
                least = min(least, squaredLength(places[i] - places[j]))
            }
            let distance = min(least.squareRoot(), Double(DistanceTransform.farthest))
            return mask.voxels[i] == 1 ? -distance : distance
        }
    }

    @Test(arguments: FilterSamples.sizes.filter { $0.count < 5000 }, [0.01, 0.1, 0.5, 0.97])
    func isExact(size: GridSize, share: Double) throws {
        let mask = try FilterSamples.mask(size, share: share, seed: UInt64(size.count))
        for spacing in [Vector3(1, 1, 1), Vector3(0.7, 0.9, 2.5), Vector3(3, 0.4, 0.8)] {
            let found = DistanceTransform.signed(FilterSamples.bits(mask), spacing: spacing)
            let worst = zip(found, Self.bruteForce(mask, spacing)).map { abs(Double($0) - $1) }.max() ?? 0
            #expect(worst < 1e-5)
        }
    }

    /// Distances of hundreds of voxels: parabolas far apart, where rounding would choose the wrong one.
    @Test func longColumnsStayExact() throws {
        let size = GridSize(3, 4, 700)
        var labels = LabelVolume(geometry: try FilterSamples.geometry(size))
        for place in [VoxelIndex(0, 0, 3), VoxelIndex(2, 3, 340), VoxelIndex(1, 0, 352), VoxelIndex(2, 2, 690)] {
            labels[place] = 1
        }
        let spacing = Vector3(40, 30, 0.5)
        let found = DistanceTransform.signed(FilterSamples.bits(labels), spacing: spacing)
        for (i, p) in FilterSamples.places(size).enumerated() where labels[p] == 0 {
            let least =
                FilterSamples.places(size).filter { labels[$0] == 1 }.map { q in
                    length(Vector3(Double(p.x - q.x), Double(p.y - q.y), Double(p.z - q.z)) * spacing)
                }.min() ?? 0
            #expect(abs(Double(found[i]) - least) < 2e-5)
        }
    }

    @Test func insetAndEmptySides() throws {
        let size = GridSize(5, 1, 1)
        let labels = LabelVolume(geometry: try FilterSamples.geometry(size), voxels: [0, 0, 1, 1, 0])
        let found = DistanceTransform.signed(FilterSamples.bits(labels), spacing: Vector3(1, 1, 1), inset: 0.5)
        #expect(found == [1.5, 0.5, -0.5, -0.5, 0.5])
        for value in [UInt8(0), 1] {
            let all = LabelVolume(geometry: try FilterSamples.geometry(size), filledWith: value)
            let sign: Float = value == 1 ? -1 : 1
            let far = DistanceTransform.signed(FilterSamples.bits(all), spacing: Vector3(1, 1, 1))
            #expect(far == [Float](repeating: sign * DistanceTransform.farthest, count: 5))
        }
    }
}
