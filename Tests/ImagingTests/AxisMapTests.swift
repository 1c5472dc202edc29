import Frames
import TestSupport
import Testing

@testable import Imaging

@Suite struct AxisMapTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func everyVoxelKeepsItsPlace(_ seed: UInt64) throws {
        let ct = try RandomImage.ct(seed)
        let map = ct.geometry.canonicalAxes()
        let turned = ct.reoriented(by: map)
        for offset in 0..<turned.size.count {
            let i = turned.geometry.index(offset: offset)
            let source = map.source(i)
            #expect(turned.geometry.point(i).distance(to: ct.geometry.point(source)) < 1e-9)
            #expect(turned[i] == ct[source])
        }
        #expect(turned.reoriented(by: map.inverse) == ct)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func axesPointNearestToThePatients(_ seed: UInt64) throws {
        let d = try RandomImage.geometry(seed).canonicalAxes().to.direction
        let kept = abs(d[0, 0]) + abs(d[1, 1]) + abs(d[2, 2])
        #expect(d[0, 0] >= 0 && d[1, 1] >= 0 && d[2, 2] >= 0)
        // No other order of the axes lies nearer.
        for o in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            #expect(abs(d[0, o[0]]) + abs(d[1, o[1]]) + abs(d[2, o[2]]) <= kept + 1e-9)
        }
    }
}
