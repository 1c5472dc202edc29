import Frames
import Imaging
import Testing

@testable import Segmentation

/// The canal's path keeps to one side of thin walls.
@Suite struct CanalWallsTests {
    /// A wall that leans back by half, `thickness` wide, between marrow in front of it and a canal behind; a path down
    /// the canal beside it, and one straight down through it.
    struct Lean {
        let ct: Volume<Int16>
        let beside, through: [Vector3]

        init(thickness: Double, marrow: Int16, wall: Int16) throws {
            let size = GridSize(40, 80, 60)
            ct = try RefusalTests.volume(size, spacing: Vector3(1, 1, 1)) { p in
                let depth = p.y - (50 - 0.5 * p.z)
                return depth > 0 ? 20 : depth > -thickness ? wall : marrow
            }
            let heights = stride(from: 6.0, through: 54, by: 2)
            beside = heights.map { Vector3(20, 58 - 0.5 * $0, $0) }
            through = heights.map { Vector3(20, 35, $0) }
        }

        func walls(along path: [Vector3]) throws -> CanalWalls {
            let box = PatientBox(around: ct.geometry)
            return try #require(CanalWalls(ct, along: path, like: ScalarGrid(ct, spacing: 2, box: box)))
        }
    }

    /// Brittle bone: cortex of 400 HU before marrow little brighter than the canal.
    @Test(arguments: [(1.0, Int16(40)), (1.5, 60), (1.2, 100)])
    func aThinWallIsNotGoneThrough(thickness: Double, marrow: Int16) throws {
        let lean = try Lean(thickness: thickness, marrow: marrow, wall: 400)
        #expect(try lean.walls(along: lean.through).cross(lean.through))
        #expect(try !lean.walls(along: lean.beside).cross(lean.beside))
    }

    /// Where marrow begins without cortex, and where soft tissue meets fat, there is no wall.
    @Test(arguments: [Int16(100), 20, -90]) func anEdgeAloneIsNoWall(marrow: Int16) throws {
        let lean = try Lean(thickness: 1, marrow: marrow, wall: marrow)
        #expect(try !lean.walls(along: lean.through).cross(lean.through))
    }

    /// In the brittle sacrum of this person a path by rings alone runs down the marrow.
    @Test func thePathStaysInABrittleSacrumsCanal() throws {
        let person = try PhantomCase(
            "osteoporosis", spacing: Vector3(1.2, 1.2, 1.5), size: Vector3(130, 190, 286), person: 111)
        let box = PatientBox(around: person.ct.geometry)
        let coarse = ScalarGrid(person.ct, spacing: SpineSegmentation.coarseSpacing, box: box)
        let finder = CanalPathFinder(grid: coarse, body: BodyMask.find(in: coarse))
        func inBone(_ path: [Vector3]?) throws -> Int {
            try #require(path).count { p in
                (1...28).contains(person.truth[person.truth.geometry.nearest(Point(p))])
            }
        }
        #expect(try inBone(finder.find()) > 10)
        #expect(try inBone(finder.find(within: person.ct)) == 0)
    }
}
