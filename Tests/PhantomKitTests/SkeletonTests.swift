import Frames
import Imaging
import Testing

@testable import PhantomKit

@Suite struct SkeletonTests {
    /// Bones of different labels nowhere touch, and each is in one piece.
    @Test func bonesAreApartAndWhole() throws {
        let phantom = try lumbar()
        let geometry = try box(round: Point(0, 55, -30), size: Vector3(150, 125, 300), spacing: Vector3(1, 1, 1))
        let labels = phantom.labels(geometry)
        let bones = Set(phantom.boneLabels.map(\.number))
        var touching: Set<[UInt8]> = []
        let n = geometry.size
        for z in 0..<n.z - 1 {
            for y in 0..<n.y - 1 {
                for x in 0..<n.x - 1 {
                    let here = labels[VoxelIndex(x, y, z)]
                    guard bones.contains(here) else { continue }
                    for next in [VoxelIndex(x + 1, y, z), VoxelIndex(x, y + 1, z), VoxelIndex(x, y, z + 1)] {
                        let there = labels[next]
                        if there != here, bones.contains(there) { touching.insert([here, there].sorted()) }
                    }
                }
            }
        }
        #expect(touching.isEmpty)
        for label in lumbarLevels + [.sacrum] { #expect(pieces(of: label.number, in: labels) == 1, "\(label.name)") }
    }

    private func pieces(of label: UInt8, in labels: LabelVolume) -> Int {
        let n = labels.size
        var open = labels.voxels.map { $0 == label }
        var count = 0
        for start in open.indices where open[start] {
            count += 1
            open[start] = false
            var stack = [start]
            while let i = stack.popLast() {
                let index = labels.geometry.index(offset: i)
                for (dx, dy, dz) in [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)] {
                    let next = VoxelIndex(index.x + dx, index.y + dy, index.z + dz)
                    guard n.contains(next), open[labels.geometry.offset(next)] else { continue }
                    open[labels.geometry.offset(next)] = false
                    stack.append(labels.geometry.offset(next))
                }
            }
        }
        return count
    }

    @Test func noBoneLiesInTheCanal() throws {
        let phantom = try lumbar()
        let line = phantom.skeleton.canal
        for station in line.stations {
            for t in stride(from: 0.0, to: 6.28, by: 0.4) {
                let p =
                    station.centre + station.left * (station.halfWidth * 0.93 * cosine(t)) + station.back
                    * (station.halfDepth * 0.93 * sine(t))
                for i in phantom.skeleton.bones.indices { #expect(phantom.skeleton.distance(of: i, p) > 0) }
            }
        }
    }

    /// The fast way over blocks gives what looking at every bone gives.
    @Test func leavingOutFarSolidsChangesNothing() throws {
        let phantom = try lumbar()
        let geometry = try box(
            round: phantom.bodyCentre(AnatomicalLabel(23)), size: Vector3(100, 100, 70), spacing: Vector3(1.1, 1.3, 1.7)
        )
        let labels = phantom.labels(geometry)
        var random = SeededGenerator(seed: 3)
        for _ in 0..<20000 {
            let i = Int(random.next() % UInt64(labels.voxels.count))
            let p = geometry.point(geometry.index(offset: i))
            let inside = phantom.boneLabels.filter { (phantom.signedDistance(of: $0, at: p) ?? 1) <= 0 }.map(\.number)
            #expect(inside.count <= 1)
            let bone = phantom.boneLabels.contains(AnatomicalLabel(labels.voxels[i])) ? [labels.voxels[i]] : []
            #expect(inside == bone)
        }
    }

    /// Near the surface the field is the distance: a step along its gradient by its value lands on the surface.
    @Test func fieldIsCloseToADistance() throws {
        let phantom = try lumbar()
        let label = AnatomicalLabel(22)
        let centre = phantom.bodyCentre(label).coordinates
        var random = SeededGenerator(seed: 4)
        var (seen, far) = (0, 0)
        for _ in 0..<6000 {
            let p = centre + Vector3(random.normal() * 25, 15 + random.normal() * 25, random.normal() * 15)
            func field(_ p: Vector3) -> Double { phantom.signedDistance(of: label, at: Point(p)) ?? 0 }
            let d = field(p)
            guard abs(d) < 1.5 else { continue }
            seen += 1
            let left = abs(field(p - gradient(p, field) * d))
            #expect(left < 0.9)
            if left > 0.35 { far += 1 }
        }
        #expect(seen > 200 && far < seen / 10, "\(far) of \(seen)")
    }
}
