import Frames
import Testing

@testable import Imaging

@Suite struct PlaneLayoutTests {
    /// Whatever slices are taken out of an even stack, the rest lies on the same planes.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func holesAreFoundAgain(_ seed: UInt64) {
        var g = SeededGenerator(seed: seed)
        let spacing = 0.3 + 4 * g.uniform()
        let start = 100 * g.normal()
        // At least every other slice stays, and both ends do.
        var kept = Array(0..<40).filter { $0 == 0 || $0 == 39 || $0 % 3 != 1 || g.uniform() < 0.7 }
        if kept.count == 40 { kept.remove(at: 20) }
        let layout = PlaneLayout(kept.map { start + Double($0) * spacing })
        #expect(layout.planes == kept)
        #expect(layout.count == 40)
        #expect(abs((layout.spacing ?? 0) - spacing) < 1e-9)
        #expect(layout.missing == 40 - kept.count)
        #expect(layout.holes == kept.indices.dropLast().filter { kept[$0 + 1] - kept[$0] > 1 })
        #expect(layout.uneven == nil)
    }

    @Test func farPositionsDoNotMakeAHugeGrid() {
        let layout = PlaneLayout([0, 1, 2, 3, 900])
        #expect(layout.count == 5)
        #expect(layout.uneven?.slices == [3])
        #expect(layout.uneven?.isHarmless == false)
        #expect(PlaneLayout([0, 1e-9, 1e9]).uneven?.count ?? 0 <= 1_000_001)
    }

    @Test func oneAndTwoSlices() {
        #expect(PlaneLayout([7]).spacing == nil)
        #expect(PlaneLayout([7, 9]).spacing == 2)
        #expect(PlaneLayout([7, 9]).uneven == nil && PlaneLayout([7, 9]).holes.isEmpty)
    }
}
