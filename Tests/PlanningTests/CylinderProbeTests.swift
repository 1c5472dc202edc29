import Frames
import Glibc
import Testing

@testable import Planning

/// Against distances that are known exactly.
@Suite struct CylinderProbeTests {
    let screw = ScrewCylinder(entry: Point(0, 0, 0), tip: Point(0, 0, 30), diameter: 6)

    @Test(arguments: 1...20)
    func findsTheNearestPlaceToASphere(_ seed: Int) throws {
        let screw = try #require(screw)
        var random = SeededGenerator(seed: UInt64(seed))
        let turn = 2 * .pi * random.uniform()
        let centre = Point<CT>(9 * cos(turn), 9 * sin(turn), 40 * random.uniform() - 5)
        let found = CylinderProbe(screw, from: 5).least({ $0.distance(to: centre) }, { $0.distance(to: centre) })
        let beyond = max(5 - centre.z, centre.z - 30, 0)
        #expect(abs(found - (36 + beyond * beyond).squareRoot()) < 0.002)
    }

    /// A spike thinner than the coarse value's samples: only its corner tells of it.
    @Test func looksAtTheNearestCorner() throws {
        let screw = try #require(screw)
        let spike = Point<CT>(0, 3.4, 17.13)
        let wall = { (p: Point<CT>) in 8 - p.coordinates.y }
        let exact = { (p: Point<CT>) in min(wall(p), p.distance(to: spike)) }
        let probe = CylinderProbe(screw, from: 5)
        #expect(abs(probe.least(wall, exact, corners: [Point(0, 8, 3), spike, Point(0, 8, 20)]) - 0.4) < 0.002)
        // of what lies in front of the part that is judged, only that part's distance counts
        let early = Point<CT>(0, 3.4, 1)
        let first = { (p: Point<CT>) in min(wall(p), p.distance(to: early)) }
        #expect(abs(probe.least(wall, first, corners: [early]) - (16 + 0.16).squareRoot()) < 0.002)
    }

    /// An edge whose middle lies nearer than both its ends, which lie further than another corner.
    @Test func looksAtTheMiddleOfAnEdgeBetweenCorners() throws {
        let screw = try #require(screw)
        let corner = Point<CT>(0, 4.27, 20)
        let ends = [Point<CT>(-1, 4.19, 10.2), Point<CT>(1, 4.19, 10.2)]
        let away = { (p: Point<CT>) in p.distance(to: corner) }
        let exact = { (p: Point<CT>) in
            min(away(p), p.distance(to: Point(min(max(p.coordinates.x, -1), 1), 4.19, 10.2)))
        }
        #expect((ends[0].coordinates.y * ends[0].coordinates.y + 1).squareRoot() > 4.27)
        let found = CylinderProbe(screw, from: 5).least(away, exact, corners: ends + [corner])
        #expect(abs(found - 1.19) < 0.002)
    }
}
