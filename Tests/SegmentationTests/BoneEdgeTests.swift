import Frames
import Imaging
import Testing

@testable import Segmentation

#if canImport(Glibc)
    import Glibc
#endif

/// A ball of marrow within cortex, blurred as a scanner does, whose surface is known exactly.
@Suite struct BoneEdgeTests {
    static let radius = 12.0, cortex = 1.0
    static let size = GridSize(48, 48, 40)

    /// HU at a distance from the middle: cortex of 900 HU, marrow of 120, muscle of 50; σ = 0.4 mm (0.94 mm FWHM).
    static func hu(_ r: Double) -> Double {
        func step(_ edge: Double) -> Double { 0.5 * (1 + erf((edge - r) / (0.4 * 2.0.squareRoot()))) }
        return 50 + 850 * step(radius) - 780 * step(radius - cortex)
    }

    static func ball(spacing: Vector3) throws -> (ct: Volume<Int16>, distances: [Double]) {
        let g = try GridGeometry(size: size, spacing: spacing, origin: Point(.zero))
        let middle = Vector3(Double(size.x - 1), Double(size.y - 1), Double(size.z - 1)) * 0.5 * spacing
        let distances = (0..<size.count).map { length(g.point(g.index(offset: $0)).coordinates - middle) }
        return (Volume(geometry: g, voxels: distances.map { Int16(hu($0)) }), distances)
    }

    static let whole = VoxelBounds(low: (0, 0, 0), high: (size.x - 1, size.y - 1, size.z - 1))

    static func peeled(_ paint: [UInt8], _ ct: Volume<Int16>) -> [UInt8] {
        let s = ct.geometry.spacing
        let grid = ScalarGrid(ct, spacing: 0.9, box: PatientBox(around: ct.geometry))
        var result = paint
        LabelCleaner(size: size, spacing: (s.x, s.y, s.z)).peel(&result, pieces: 2, ct, BoneEdge(ct, grid), whole)
        return result
    }

    @Test(arguments: [Vector3(0.7, 0.7, 0.8), Vector3(0.8, 0.8, 0.8)])
    func whatLiesBeyondTheSurfaceIsPeeledOff(spacing: Vector3) throws {
        let (ct, distances) = try Self.ball(spacing: spacing)
        // As far out as a threshold on smoothed values lies.
        let paint = distances.map { $0 < Self.radius + 0.8 ? UInt8(1) : Paint.body }
        let found = Self.peeled(paint, ct)
        let truth = distances.map { $0 < Self.radius }
        func dice(_ a: [UInt8]) -> Double {
            let both = zip(a, truth).count { $0 == 1 && $1 }
            return 2 * Double(both) / Double(a.count { $0 == 1 } + truth.count { $0 })
        }
        #expect(dice(paint) < 0.92)
        #expect(dice(found) > 0.985)
    }

    @Test func marrowThatLiesOpenStays() throws {
        let (ct, distances) = try Self.ball(spacing: Vector3(0.7, 0.7, 0.8))
        // The cortex is another bone's: nothing bright lies behind the marrow's edge.
        let paint = distances.map { $0 < Self.radius - 3 ? UInt8(1) : Paint.body }
        #expect(Self.peeled(paint, ct) == paint)
    }

    @Test func coarseVoxelsAreLeftAlone() throws {
        let (ct, distances) = try Self.ball(spacing: Vector3(3, 3, 3))
        let paint = distances.map { $0 < Self.radius + 3 ? UInt8(1) : Paint.body }
        #expect(Self.peeled(paint, ct) == paint)
    }
}
