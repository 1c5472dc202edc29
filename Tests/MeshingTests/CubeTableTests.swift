import Testing

@testable import Meshing

@Suite struct CubeTableTests {
    @Test func everyLoopIsFullyTriangulated() {
        for inside in 0..<256 {
            let loops = CubeTable.loops(inside)
            let triangles = loops.reduce(0) { $0 + $1.count - 2 }
            let made = Int(CubeTable.shared.start[inside + 1] - CubeTable.shared.start[inside]) / 3
            #expect(made == triangles, "case \(inside)")
            #expect(Set(loops.joined()).count == loops.joined().count)
        }
    }
}
