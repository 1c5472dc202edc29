import Frames
import Imaging
import Testing

@testable import Segmentation

/// What bone encloses, on small painted grids of 2 mm.
@Suite struct MarrowFillingTests {
    static let piece: UInt8 = 3

    /// A painted grid with the same HU everywhere.
    struct Case {
        static let n = 15
        var paint = [UInt8](repeating: Paint.body, count: n * n * n)
        let ct: Volume<Int16>

        init(hu: Int16 = 20) throws {
            let g = try GridGeometry(
                size: GridSize(Self.n, Self.n, Self.n), spacing: Vector3(repeating: 2), origin: Point(.zero))
            ct = Volume(geometry: g, filledWith: hu)
        }

        static func offset(_ x: Int, _ y: Int, _ z: Int) -> Int { (z * n + y) * n + x }
        subscript(_ x: Int, _ y: Int, _ z: Int) -> UInt8 {
            get { paint[Self.offset(x, y, z)] }
            set { paint[Self.offset(x, y, z)] = newValue }
        }
        var bounds: VoxelBounds { VoxelBounds(low: (3, 3, 3), high: (11, 11, 11)) }
        var filling: MarrowFilling { MarrowFilling(size: ct.size, spacing: (2, 2, 2)) }
        var cleaner: LabelCleaner { LabelCleaner(size: ct.size, spacing: (2, 2, 2)) }

        /// A box of bone round a hollow of 5×5×5 voxels.
        mutating func box() {
            for z in 4...10 { for y in 4...10 { for x in 4...10 { self[x, y, z] = piece } } }
            for z in 5...9 { for y in 5...9 { for x in 5...9 { self[x, y, z] = Paint.body } } }
        }
    }

    @Test func marrowIsFilledThroughAGapInThinCortex() throws {
        var c = try Case()
        c.box()
        // Open to the side in every axial slice, away from the middle.
        for z in 5...9 { c[10, 5, z] = Paint.body }
        c.filling.fill(&c.paint, Self.piece, c.bounds, c.ct)
        #expect(c[7, 7, 7] == Self.piece && c[6, 8, 6] == Self.piece)
        #expect(c[12, 7, 7] == Paint.body)
    }

    @Test func aTunnelStaysOpen() throws {
        var c = try Case()
        c.box()
        // A foramen: through and through along x.
        for x in 4...10 { for z in 5...9 { for y in 5...9 { c[x, y, z] = Paint.body } } }
        var sliced = c
        c.filling.fill(&c.paint, Self.piece, c.bounds, c.ct)
        #expect(c[7, 7, 7] == Paint.body)
        sliced.cleaner.fillHoles(
            &sliced.paint, Self.piece, sliced.bounds, sliced.ct,
            LabelCleaner.HoleRule(largest: 250, fillsTunnels: false)
        )
        #expect(sliced[7, 7, 7] == Paint.body)
        sliced.cleaner.fillHoles(
            &sliced.paint, Self.piece, sliced.bounds, sliced.ct, LabelCleaner.HoleRule(largest: 250))
        #expect(sliced[7, 7, 7] == Self.piece)
    }

    /// A neck's pillars hold marrow, and its transverse processes an artery full of contrast.
    @Test func theNecksMarrowIsFilledAndItsArteriesAreSpared() throws {
        var c = try Case()
        c.box()
        var artery = try Case(hu: 130)
        artery.box()
        for z in 0...14 { for y in 6...8 { for x in 6...8 { artery[x, y, z] = Paint.body } } }
        for z in 5...9 {
            for y in 5...9 { for x in 5...9 where artery[x, y, 10] == Self.piece { artery[x, y, z] = Self.piece } }
        }
        let rule = MarrowFilling.Rule(ownAlong: [0, 2])
        c.filling.fill(&c.paint, Self.piece, c.bounds, c.ct, rule)
        artery.filling.fill(&artery.paint, Self.piece, artery.bounds, artery.ct, rule)
        #expect(c[7, 7, 7] == Self.piece)
        #expect(artery[7, 7, 7] == Paint.body && artery[6, 6, 6] == Paint.body)
    }

    @Test func aHollowIsFilledButNoDentNorWhatIsDarkerThanTheLimit() throws {
        var c = try Case()
        c.box()
        var dark = c
        c[7, 7, 4] = Paint.body
        c.cleaner.fillHoles(
            &c.paint, Self.piece, c.bounds, c.ct, LabelCleaner.HoleRule(largest: 250, fillsTunnels: false))
        #expect(c[7, 7, 7] == Self.piece)
        #expect(c[3, 7, 7] == Paint.body)
        dark.filling.fill(
            &dark.paint, Self.piece, dark.bounds, dark.ct, MarrowFilling.Rule(limit: MarrowFilling.brightHU))
        #expect(dark[7, 7, 7] == Paint.body)
    }

    @Test func aRimOfBlurredBoneDoesNotMakeAForamenMarrow() throws {
        let rule = LabelCleaner.HoleRule(largest: 250, leastMedianHU: 60, fillsTunnels: true)
        func filled(_ inside: Int16) throws -> Bool {
            var c = try Case(hu: inside)
            c.box()
            var ct = c.ct
            // A rim of 10 of a slice's 25 voxels would lift the mean above any limit.
            for x in 5...9 { ct[VoxelIndex(x, 5, 7)] = 250 }
            for x in 5...9 { ct[VoxelIndex(x, 9, 7)] = 250 }
            c.cleaner.fillHoles(&c.paint, Self.piece, VoxelBounds(low: (4, 4, 7), high: (10, 10, 7)), ct, rule)
            return c[7, 7, 7] == Self.piece
        }
        #expect(try filled(150))
        #expect(try !filled(20))
    }

    @Test func anIslandJoinsThePieceOnWhichItLies() throws {
        var c = try Case()
        for z in 4...10 { for y in 4...10 { for x in 4...10 { c[x, y, z] = Self.piece } } }
        for z in 6...7 { for y in 6...7 { c[10, y, z] = Paint.stray } }
        c[1, 1, 1] = Paint.stray
        StrayBone(size: c.ct.size).adopt(&c.paint, pieces: 4)
        #expect(c[10, 6, 6] == Self.piece)
        #expect(c[1, 1, 1] == Paint.bone)
        #expect(!c.paint.contains(Paint.stray))
    }

    @Test func aStreakAtMetalIsGivenToNobody() throws {
        var c = try Case()
        for z in 4...10 { for y in 4...10 { for x in 4...8 { c[x, y, z] = Self.piece } } }
        for x in 9...10 { c[x, 7, 7] = Paint.stray }
        c[11, 7, 7] = Paint.metal
        StrayBone(size: c.ct.size).adopt(&c.paint, pieces: 4)
        #expect(c[9, 7, 7] == Paint.bone)
    }

    @Test func anIslandOnARibIsNotGivenToTheSpine() throws {
        var c = try Case()
        for y in 4...10 { for x in 4...10 { c[x, y, 4] = Paint.firstRib } }
        c[3, 7, 5] = Self.piece
        for x in 4...6 { c[x, 7, 5] = Paint.stray }
        StrayBone(size: c.ct.size).adopt(&c.paint, pieces: 4)
        #expect(c[5, 7, 5] == Paint.bone)
    }
}
