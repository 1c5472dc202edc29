import Frames
import Imaging
import Testing

@testable import Segmentation

/// Bright marrow in bone that is open to the side, on a painted grid of 1 mm: cortex 700 HU, marrow 200, muscle 40.
@Suite struct BrightMarrowTests {
    static let piece: UInt8 = 3, n = 26

    struct Case {
        var paint = [UInt8](repeating: Paint.body, count: n * n * n)
        var hu = [Int16](repeating: 40, count: n * n * n)

        static func offset(_ x: Int, _ y: Int, _ z: Int) -> Int { (z * n + y) * n + x }

        mutating func set(
            _ xs: ClosedRange<Int>, _ ys: ClosedRange<Int>, _ zs: ClosedRange<Int>, _ hu: Int16, _ label: UInt8?
        ) {
            for z in zs {
                for y in ys {
                    for x in xs {
                        self.hu[Self.offset(x, y, z)] = hu
                        if let label { paint[Self.offset(x, y, z)] = label }
                    }
                }
            }
        }

        /// A process with its blurred rim; its cortex is missing on one side, its marrow belongs to nobody.
        init() {
            set(5...20, 5...20, 5...20, 180, nil)
            set(6...19, 6...19, 6...19, 700, piece)
            set(8...17, 8...17, 8...17, 200, Paint.body)
            set(18...19, 10...14, 10...14, 150, Paint.body)
        }

        func joining() -> Set<Int> {
            let bounds = VoxelBounds(low: (6, 6, 6), high: (19, 19, 19))
            return paint.withUnsafeBufferPointer { labels in
                hu.withUnsafeBufferPointer { hu in
                    Set(
                        BrightMarrow(size: GridSize(n, n, n), spacing: (1, 1, 1)).enclosed(
                            labels, piece, bounds, hu))
                }
            }
        }
    }

    @Test func marrowBehindMissingCortexJoinsAndTheBlurredRimDoesNot() {
        let joined = Case().joining()
        for z in 8...17 { for y in 8...17 { for x in 8...16 { #expect(joined.contains(Case.offset(x, y, z))) } } }
        let rim = joined.filter { i in
            let (row, x) = i.quotientAndRemainder(dividingBy: Self.n)
            let (z, y) = row.quotientAndRemainder(dividingBy: Self.n)
            return ![x, y, z].allSatisfy { (6...19).contains($0) }
        }
        #expect(rim.isEmpty)
    }

    @Test func aPitInBoneIsFilled() {
        var c = Case()
        c.set(8...19, 8...17, 8...17, 300, Self.piece)
        c.set(12...12, 12...12, 12...12, 420, Paint.body)
        c.set(13...13, 13...13, 13...13, 20, Paint.body)
        let joined = c.joining()
        #expect(joined == [Case.offset(12, 12, 12)])
        c.hu[Case.offset(13, 13, 13)] = 300
        #expect(c.joining().isSuperset(of: [Case.offset(12, 12, 12), Case.offset(13, 13, 13)]))
    }

    /// Muscle, a vessel full of contrast that runs past, and the gap of a joint stay what they are.
    @Test func whatOnlyLiesBesideBoneStays() {
        var dark = Case()
        dark.set(8...17, 8...17, 8...17, 60, nil)
        #expect(dark.joining().isEmpty)
        var vessel = Case()
        vessel.set(8...17, 8...17, 8...17, 300, Self.piece)
        vessel.set(18...19, 10...14, 10...14, 700, Self.piece)
        vessel.set(20...25, 4...21, 0...25, 300, nil)
        #expect(vessel.joining().isEmpty)
        var joint = Case()
        joint.set(8...17, 8...17, 8...17, 300, Self.piece)
        joint.set(18...20, 6...19, 6...19, 250, Paint.body)
        joint.set(21...24, 4...21, 4...21, 700, 4)
        #expect(joint.joining().isEmpty)
    }

    /// Marrow beside the canal keeps its distance from it, whatever the canal's HU.
    @Test func nothingOfTheCanalJoins() {
        var c = Case()
        c.set(11...14, 11...14, 5...20, 150, Paint.canal)
        let joined = c.joining()
        for i in joined { #expect(c.paint[i] == Paint.body) }
        #expect(!joined.contains(Case.offset(10, 12, 12)) && !joined.contains(Case.offset(15, 13, 12)))
    }

    @Test func anImageWithoutRoomAboutTheBoneEndsNothing() {
        var c = Case()
        c.set(0...25, 0...25, 0...25, 200, Paint.body)
        c.paint[Case.offset(0, 0, 0)] = Self.piece
        c.paint[Case.offset(25, 25, 25)] = Self.piece
        #expect(c.joining().isEmpty)
        let one = [UInt8](repeating: Self.piece, count: 8), hu = [Int16](repeating: 300, count: 8)
        let found = one.withUnsafeBufferPointer { labels in
            hu.withUnsafeBufferPointer {
                BrightMarrow(size: GridSize(2, 2, 2), spacing: (1, 1, 1)).enclosed(
                    labels, Self.piece, VoxelBounds(low: (0, 0, 0), high: (1, 1, 1)), $0)
            }
        }
        #expect(found.isEmpty)
    }
}
