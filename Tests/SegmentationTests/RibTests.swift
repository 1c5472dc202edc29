import Frames
import Imaging
import Testing

@testable import Segmentation

/// Ribs beside vertebrae, on small painted grids and images.
@Suite struct RibTests {
    static let vertebra: UInt8 = 2, rib = Paint.firstRib

    /// A painted grid of 1 mm with a vertebra's block at x below 12, of which a rib took what `taken` says, and a rib's
    /// shaft that runs out of the image.
    private static func givenBack(taken: (_ x: Int, _ y: Int, _ z: Int) -> Bool) -> [UInt8] {
        let n = 40
        var paint = [UInt8](repeating: Paint.body, count: n * n * n)
        for z in 0..<n {
            for y in 0..<n {
                for x in 0..<n {
                    let i = (z * n + y) * n + x
                    if (4..<16).contains(x), (8..<30).contains(y), (10..<30).contains(z) { paint[i] = vertebra }
                    if x >= 18, (12..<19).contains(y), (17..<24).contains(z) { paint[i] = rib }
                    if taken(x, y, z) { paint[i] = rib }
                }
            }
        }
        let size = GridSize(n, n, n), cleaner = LabelCleaner(size: size, spacing: (1, 1, 1))
        RibCortex(size: size, spacing: (1, 1, 1)).giveBack(&paint, pieces: 3, cleaner.bounds(paint))
        return (0..<n).map { paint[(20 * n + 15) * n + $0] }
    }

    @Test func cortexThatARibTookIsTheVertebras() {
        // The outermost two voxels of the block, joined to the rib by a joint's blur.
        let row = Self.givenBack { x, y, z in
            (14..<16).contains(x) && (8..<30).contains(y) && (10..<30).contains(z)
                || (16..<18).contains(x) && (14..<16).contains(y) && (19..<21).contains(z)
        }
        #expect(row[14] == Self.vertebra && row[15] == Self.vertebra)
        #expect(row[20...].allSatisfy { $0 == Self.rib })
    }

    @Test func aRibsHeadAtItsJointStaysTheRibs() {
        let row = Self.givenBack { x, y, z in
            (16..<18).contains(x) && (12..<19).contains(y) && (17..<24).contains(z)
        }
        #expect(row[16...].allSatisfy { $0 == Self.rib })
        #expect(row[4..<16].allSatisfy { $0 == Self.vertebra })
    }

    private static func disc(_ s: Double) -> DiscPlane {
        DiscPlane(s: s, centre: Vector3(0, -20, s), normal: Vector3(0, 0, 1), halfThickness: 3, evidence: 200)
    }

    /// Where the canal could not be followed to the image's end, discs lie beyond it.
    @Test func discsBeyondTheCanalsEndsAreNoFault() throws {
        let path = (0..<60).map { Vector3(0, 0, Double($0)) }
        let curve = try #require(SpineCurve(path: path, smoothing: 2))
        let segments = SpineSegment.split(
            [Self.disc(-70), Self.disc(-40), Self.disc(95), Self.disc(120)], onSacrum: false)
        let grid = ScalarGrid(nx: 100, ny: 80, nz: 60, spacing: 1, origin: Vector3(-50, -40, 0), filledWith: 40)
        let line = RibLine([Double](repeating: 14, count: curve.count), curve, segments, grid)
        #expect(
            line.distance(0, left: 20, back: 0).isFinite && line.distance(curve.count - 1, left: -20, back: 0).isFinite)
    }

    /// A rib's neck 7 mm thick and a transverse process 8 mm thick with a gap of 3 mm between them, whose slope is neither
    /// that of the chest's top nor of its middle; bodies as deep as the loin's seem to be there.
    @Test(arguments: [0.45, 0.65, 0.85], [1.0, -1]) func theLineRunsInTheGap(slope: Double, side: Double) throws {
        let path = (0..<60).map { Vector3(0, 0, Double($0)) }
        let curve = try #require(SpineCurve(path: path, smoothing: 2))
        let segments = SpineSegment.split([Self.disc(12), Self.disc(36)], onSacrum: false)
        var grid = ScalarGrid(nx: 100, ny: 80, nz: 60, spacing: 1, origin: Vector3(-50, -40, 0), filledWith: 40)
        let norm = (1 + slope * slope).squareRoot()
        for i in 0..<grid.count {
            let p = grid.point(offset: i), aside = p.x * side
            // Signed distance behind the gap's middle, which begins 5 mm in front of the canal's.
            let behind = (p.y + 5 - (aside - 15) * slope) / norm
            guard aside > 12, aside < 45 else { continue }
            if (1.5..<9.5).contains(behind) { grid.values[i] = behind < 3 || behind > 8 ? 500 : 180 }
            if (-8.5..<(-1.5)).contains(behind) { grid.values[i] = behind > -3 || behind < -7 ? 500 : 180 }
        }
        let line = RibLine([Double](repeating: 14, count: curve.count), curve, segments, grid.blurred(sigma: 0.9))
        for aside in stride(from: 18.0, through: 36, by: 6) {
            let back = -5 + (aside - 15) * slope
            #expect(abs(line.distance(25, left: side * aside, back: back)) < 2.2, "\(aside)")
        }
    }

    /// A rib that touches the shoulder blade is one bright component with it, too large to be a rib.
    @Test func aRibThatTouchesTheShoulderBladeIsARib() throws {
        let path = (0..<120).map { Vector3(0, 0, Double($0)) }
        let curve = try #require(SpineCurve(path: path, smoothing: 2))
        var coarse = ScalarGrid(nx: 140, ny: 60, nz: 60, spacing: 2, origin: Vector3(-120, -60, 0), filledWith: 40)
        let body = MaskGrid(like: coarse, filledWith: 1)
        for i in 0..<coarse.count {
            let p = coarse.point(offset: i)
            if p.x > 20, p.x < 110, abs(p.y - 10) < 4, abs(p.z - 60) < 5 { coarse.values[i] = 500 }
            if p.x > 72, p.x < 140, abs(p.y - 18) < 6, p.z > 1 { coarse.values[i] = 500 }
        }
        let bones = LateralBones(coarse, body, pelvisTop: -100, organFloor: -100, curve: curve)
        #expect(bones.component(at: Vector3(62, 10, 60))?.kind == .rib)
        #expect(bones.component(at: Vector3(94, 18, 30))?.kind == .other)
    }
}
