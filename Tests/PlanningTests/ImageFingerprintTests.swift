import Frames
import Imaging
import Testing

@testable import Planning

@Suite struct ImageFingerprintTests {
    func volume(_ voxels: [Int16], origin: Point<CT> = Point(1.5, -2, 3), spacing: Double = 0.7) throws -> Volume<Int16>
    {
        let g = try GridGeometry(size: GridSize(2, 2, 2), spacing: Vector3(spacing, 0.7, 1), origin: origin)
        return Volume(geometry: g, voxels: voxels)
    }

    /// By Python's hashlib over the bytes that the documentation lists.
    @Test func isTheDocumentedHash() throws {
        let hash = ImageFingerprint.sha256(of: try volume([-1000, 0, 1, 2, 300, 1200, -5, 7]))
        #expect(hash == "1872842d6efbb0212758b7929d09ef717c0849824ac9c31e81b22cbb2557a263")
    }

    @Test func seesVoxelsAndGeometryButNoLastBits() throws {
        let voxels: [Int16] = [1, 2, 3, 4, 5, 6, 7, 8]
        let plain = ImageFingerprint.sha256(of: try volume(voxels))
        #expect(plain != ImageFingerprint.sha256(of: try volume([1, 2, 3, 4, 5, 6, 7, 9])))
        #expect(plain != ImageFingerprint.sha256(of: try volume(voxels, origin: Point(1.502, -2, 3))))
        #expect(plain != ImageFingerprint.sha256(of: try volume(voxels, spacing: 0.702)))
        #expect(plain == ImageFingerprint.sha256(of: try volume(voxels, origin: Point(1.5 + 1e-7, -2, 3 - 1e-6))))
        #expect(plain == ImageFingerprint.sha256(of: try volume(voxels, spacing: Double(Float(0.7)))))
    }
}
