import Frames
import TestSupport
import Testing

@testable import Imaging

@Suite struct ResamplingTests {
    /// A plane through space, HU = a + b·p, which linear interpolation must give back away from the border.
    private func ramp(_ geometry: GridGeometry, _ slope: Vector3) -> Volume<Int16> {
        let voxels = (0..<geometry.size.count).map { offset -> Int16 in
            let p = geometry.point(geometry.index(offset: offset)) - geometry.centre
            return Int16((100 + dot(p.vector, slope)).rounded())
        }
        return Volume(geometry: geometry, voxels: voxels)
    }

    @Test(arguments: [Vector3(0.5, 0.5, 0.5), Vector3(1.7, 1.1, 0.9), Vector3(2.5, 2.5, 2.5)])
    func aRampStaysARamp(_ spacing: Vector3) throws {
        let g = try GridGeometry(
            size: GridSize(20, 16, 12), spacing: Vector3(0.8, 1, 2), origin: Point(3, 4, 5),
            direction: RandomImage.geometry(3).direction)
        let slope = Vector3(20, -13, 9)
        let fine = try ramp(g, slope).resampled(spacing: spacing)
        var seen = 0
        for offset in 0..<fine.size.count {
            let i = fine.geometry.index(offset: offset)
            let p = fine.geometry.point(i)
            let at = g.gridPoint(p).coordinates
            let reach = spacing / g.spacing + 1
            let last = Vector3(19, 15, 11)
            guard (at - reach).min() >= 0, (last - at - reach).min() >= 0 else { continue }
            #expect(abs(Double(fine[i]) - 100 - dot((p - g.centre).vector, slope)) <= 1.01)
            seen += 1
        }
        #expect(seen > 3)
    }

    @Test func theBlockIsTheSame() throws {
        let g = try RandomImage.geometry(4, size: GridSize(30, 20, 10))
        let iso = try g.respaced(Vector3(0.7, 0.7, 0.7))
        #expect(iso.centre.distance(to: g.centre) < 1e-9)
        for axis in 0..<3 {
            let old = Double([g.size.x, g.size.y, g.size.z][axis]) * g.spacing[axis]
            let new = Double([iso.size.x, iso.size.y, iso.size.z][axis]) * 0.7
            #expect(new >= old - 1e-6 && new < old + 0.7)
        }
        #expect(throws: ImagingError.self) { try g.respaced(Vector3(0, 1, 1)) }
        #expect(throws: ImagingError.self) { try g.respaced(Vector3(1e-5, 1, 1)) }
    }

    /// A thin bright shell keeps its mean when the grid gets coarser: nothing falls between the new voxels.
    @Test func coarserKeepsTheMean() throws {
        let g = try GridGeometry(size: GridSize(60, 8, 8), spacing: Vector3(0.5, 1, 1), origin: .origin)
        var ct = Volume<Int16>(geometry: g)
        for z in 0..<8 { for y in 0..<8 { ct[VoxelIndex(31, y, z)] = 6000 } }
        let coarse = try ct.resampled(spacing: Vector3(3, 1, 1))
        let sum = (0..<coarse.size.x).reduce(0.0) { $0 + Double(coarse[VoxelIndex($1, 4, 4)]) * 3 }
        #expect(abs(sum - 6000 * 0.5) <= 3 * 0.5 * 20)
    }

    @Test func labelsFollowTheirCentres() throws {
        let g = try RandomImage.geometry(5)
        var r = SeededGenerator(seed: 1)
        let labels = LabelVolume(
            geometry: g, voxels: (0..<g.size.count).map { _ in UInt8.random(in: 1...9, using: &r) })
        #expect(labels.resampled(onto: g) == labels)
        let fine = labels.resampled(onto: try g.respaced(g.spacing / 3))
        #expect(fine[VoxelIndex(4, 4, 4)] == labels[VoxelIndex(1, 1, 1)])
        let away = try GridGeometry(size: g.size, spacing: g.spacing, origin: Point(1e4, 0, 0))
        #expect(labels.resampled(onto: away).counts().isEmpty)
    }

    @Test func cropKeepsPlaces() throws {
        let ct = try RandomImage.ct(6)
        let box = VoxelBox(lower: VoxelIndex(1, 2, 3), upper: VoxelIndex(4, 4, 6))
        let part = ct.cropped(to: box)
        #expect(part.size == GridSize(3, 2, 3))
        for offset in 0..<part.size.count {
            let i = part.geometry.index(offset: offset)
            let there = ct.geometry.nearest(part.geometry.point(i))
            #expect(part[i] == ct[there])
            #expect(there == VoxelIndex(i.x + 1, i.y + 2, i.z + 3))
        }
        #expect(VoxelBox(lower: VoxelIndex(2, 0, 0), upper: VoxelIndex(1, 5, 5)).isEmpty)
        let whole = box.grown(by: 100, in: ct.geometry).clipped(to: ct.size)
        #expect(whole.lower == VoxelIndex(0, 0, 0) && ct.cropped(to: whole) == ct)
    }
}
