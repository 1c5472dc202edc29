import Foundation
import Frames
import Imaging
import Testing

@testable import PhantomKit

@Suite struct HeadTests {
    private func head() throws -> Phantom {
        let path = try #require(try phantomPaths().first { $0.hasSuffix("/head.yaml") })
        return try Phantom(.load(path))
    }

    @Test func skullHasItsSizes() throws {
        let phantom = try head()
        let (d, pose) = (try #require(phantom.definition.head), try #require(phantom.head).pose)
        func surface(_ direction: Vector3) throws -> Double {
            var (low, high) = (60.0, 140.0)
            for _ in 0..<40 {
                let middle = (low + high) / 2
                let inside = try #require(phantom.signedDistance(of: .skull, at: pose * Point(direction * middle))) < 0
                let beyond = (phantom.head?.cranium.cavity(direction * middle) ?? 0) < 0
                if inside || beyond { low = middle } else { high = middle }
            }
            return low
        }
        let length = try surface(Vector3(0, 1, 0.02)) + surface(Vector3(0.1, -0.99, 0.05))
        #expect(abs(length - d.length) < 3)
        let breadth = try surface(Vector3(1, 0, 0.05)) + surface(Vector3(-1, 0, 0.05))
        #expect(abs(breadth - d.breadth) < 3)
        #expect(abs(try surface(Vector3(0.1, 0.1, 0.99)) - d.vaultHeight) < 3)
    }

    @Test func tissuesHaveTheirGreyValues() throws {
        let phantom = try head()
        let geometry = try phantom.geometry(spacing: Vector3(1.4, 1.4, 1.6))
        let (ct, labels) = (phantom.sample(geometry, seed: 1), phantom.labels(geometry))
        func median(_ label: AnatomicalLabel) -> Int16 {
            let values = labels.voxels.indices.filter { labels.voxels[$0] == label.number }.map { ct.voxels[$0] }
                .sorted()
            return values.isEmpty ? 0 : values[values.count / 2]
        }
        #expect((24...42).contains(median(.intracranial)))
        #expect((2...16).contains(median(.ventricle)))
        #expect((150...330).contains(median(.vessel)))
        #expect((350...1300).contains(median(.skull)))
        #expect(ct.voxels.max() == 3071)
        // An adult's: 1200–1700 ml inside, 10–60 ml of ventricles.
        let counts = labels.counts()
        func millilitres(_ label: AnatomicalLabel) -> Double {
            Double(counts[label] ?? 0) * geometry.voxelVolume / 1000
        }
        #expect((1100...1700).contains(millilitres(.intracranial)), "\(millilitres(.intracranial))")
        #expect((8...60).contains(millilitres(.ventricle)), "\(millilitres(.ventricle))")
        #expect((3...8).contains(millilitres(.lesion)), "\(millilitres(.lesion))")
    }

    /// All contents of the skull lie within its inner table, but for the vessels that pass through it.
    @Test func nothingLiesOutsideTheSkull() throws {
        let phantom = try head()
        let anatomy = try #require(phantom.head)
        let geometry = try phantom.geometry(spacing: Vector3(1.5, 1.5, 1.5))
        let labels = phantom.labels(geometry)
        for i in labels.voxels.indices where (105...107).contains(labels.voxels[i]) {
            let q = (anatomy.toHead * geometry.point(geometry.index(offset: i))).coordinates
            #expect(anatomy.cranium.cavity(q) <= 0.01)
        }
        let lesion = try #require(phantom.lesion)
        #expect(labels[geometry.nearest(lesion)] == AnatomicalLabel.lesion.number)
    }

    @Test func aHeadNeedsC1() throws {
        var d = try head().definition
        d.levels.removeFirst()
        d.placement.referenceLevel = d.levels[0].label
        #expect(throws: PhantomError.inconsistent(path: "head", problem: .headWithoutAtlas)) { try Phantom(d) }
    }
}
