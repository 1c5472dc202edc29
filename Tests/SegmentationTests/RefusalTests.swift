import Frames
import Imaging
import TestSupport
import Testing

@testable import Segmentation

/// What holds no spine is refused with its reason.
@Suite struct RefusalTests {
    static func volume(_ n: GridSize, spacing: Vector3 = Vector3(2, 2, 2), _ value: (Vector3) -> Int16) throws
        -> Volume<Int16>
    {
        var ct = Volume<Int16>(geometry: try GridGeometry(size: n, spacing: spacing, origin: .origin))
        for z in 0..<n.z {
            for y in 0..<n.y {
                for x in 0..<n.x {
                    let i = VoxelIndex(x, y, z)
                    ct[i] = value(ct.geometry.point(i).coordinates)
                }
            }
        }
        return ct
    }

    /// A cylinder of water in air, with or without a tube of bone in it.
    static func cylinder(bone: Bool) throws -> Volume<Int16> {
        try volume(GridSize(80, 80, 60)) { p in
            let r = length(Vector3(p.x - 80, p.y - 80, 0)), t = length(Vector3(p.x - 80, p.y - 110, 0))
            return r > 70 ? -1000 : bone && t > 9 && t < 14 ? 800 : 40
        }
    }

    @Test func airAloneHasNoBody() throws {
        let ct = try Self.volume(GridSize(40, 40, 20)) { $0.x == 0 ? 200 : -1000 }
        #expect(throws: SegmentationError.noBodyFound) { try SpineSegmentation.segment(ct) }
    }

    @Test func waterHasNoSpine() throws {
        let ct = try Self.volume(GridSize(80, 80, 60)) { p in
            length(Vector3(p.x - 80, p.y - 80, 0)) > 70 ? -1000 : p.z == 0 ? 200 : 40
        }
        #expect(throws: SegmentationError.noSpineFound(minimumLength: CanalPathFinder.shortest)) {
            try SpineSegmentation.segment(ct)
        }
    }

    @Test func aTubeWithoutDiscsHasNoVertebra() throws {
        let ct = try Self.cylinder(bone: true)
        #expect(throws: SegmentationError.self) { try SpineSegmentation.segment(ct) }
    }

    @Test func valuesThatAreNoHounsfieldUnits() throws {
        let ct = try Self.volume(GridSize(40, 40, 20)) { Int16($0.x * 10) }
        #expect(throws: SegmentationError.notHounsfield(lowest: 0, highest: 780)) { try SpineSegmentation.segment(ct) }
    }

    @Test func tooFewOrTooCoarseVoxels() throws {
        let small = Volume<Int16>(
            geometry: try GridGeometry(size: GridSize(8, 40, 40), spacing: Vector3(1, 1, 1), origin: .origin))
        #expect(throws: SegmentationError.imageTooSmall(x: 8, y: 40, z: 40)) { try SpineSegmentation.segment(small) }
        let coarse = try Self.volume(GridSize(20, 20, 20), spacing: Vector3(1, 1, 8)) { $0.x < 5 ? -1000 : 300 }
        #expect(throws: SegmentationError.tooCoarse(spacing: 8, limit: SpineSegmentation.coarsestSpacing)) {
            try SpineSegmentation.segment(coarse)
        }
    }

    @Test func boneModeFindsTheTube() throws {
        let ct = try Self.cylinder(bone: true)
        let found = try SpineSegmentation.segment(ct, options: SegmentationOptions(anatomy: .bone))
        let volume = try #require(found.structures.first { $0.label == .otherBone }).volume
        // The tube and what it encloses: π·14²·120 mm³.
        #expect(abs(volume - 73.9) < 8)
        #expect(found.vertebrae.isEmpty)
    }
}
