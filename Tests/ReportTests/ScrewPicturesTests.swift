import Frames
import Imaging
import Planning
import Testing

@testable import Report

@Suite struct ScrewPicturesTests {
    /// A screw of the patient's left pedicle: forwards, towards the midline and a little down.
    private func drawn(side: Double = 1) throws -> [ScrewPictures.Drawn] {
        let screw = try #require(
            ScrewCylinder(entry: Point(22 * side, 60, 10), tip: Point(10 * side, 20, 4), diameter: 6))
        let g = try GridGeometry(size: GridSize(2, 2, 2), spacing: Vector3(1, 1, 1), origin: Point(0, 0, 0))
        return ScrewPictures(ct: Volume<Int16>(geometry: g), labels: nil, screw: screw).all()
    }

    /// Each plane holds the screw's axis or crosses it at a right angle, with the patient as radiologists see him.
    @Test(arguments: [1.0, -1]) func planesAreAsTheirCaptionsSay(_ side: Double) throws {
        let all = try drawn(side: side)
        let (entry, tip) = (Point<CT>(22 * side, 60, 10), Point<CT>(10 * side, 20, 4))
        for plane in all.prefix(2).map(\.plane) {
            #expect(abs(dot(plane.right.vector, plane.down.vector)) < 1e-12)
            for p in [entry, tip] { #expect(abs(plane.project(p).behind) < 1e-9) }
        }
        let (feet, flank, barrel) = (all[0].plane, all[1].plane, all[2].plane)
        // From the feet: left on the right, the back below, the head beyond the picture.
        #expect(feet.right.vector.x > 0.5 && feet.down.vector.y > 0.5 && feet.normal.z > 0.5)
        #expect(feet.project(entry).y > feet.project(tip).y)
        // From the side: the back on the right, the head above.
        #expect(flank.right.vector.y > 0.5 && flank.down.vector.z < -0.5)
        #expect(flank.project(entry).x > flank.project(tip).x)
        // Down the barrel: the axis is one point, in the middle; left on the right, the head above.
        #expect(barrel.right.vector.x > 0.5 && barrel.down.vector.z < -0.5)
        for p in [entry, tip] {
            #expect(abs(barrel.project(p).x - 149.5) < 1e-9 && abs(barrel.project(p).y - 149.5) < 1e-9)
        }
    }

    /// The drawn outline is as wide and as long as the screw, to scale.
    @Test func outlinesAreToScale() throws {
        for one in try drawn().prefix(2) {
            let start = try #require(one.overlay.range(of: "points=\"")).upperBound
            let end = try #require(one.overlay[start...].firstIndex(of: "\""))
            let corners = one.overlay[start..<end].split(separator: " ").map {
                $0.split(separator: ",").compactMap { Double($0) }
            }
            #expect(corners.count == 4)
            func distance(_ i: Int, _ j: Int) -> Double {
                let (dx, dy) = (corners[i][0] - corners[j][0], corners[i][1] - corners[j][1])
                return (dx * dx + dy * dy).squareRoot() * one.plane.millimetresPerPixel
            }
            #expect(
                abs(distance(0, 3) - 6) < 0.1 && abs(distance(0, 1) - (12 * 12 + 40 * 40 + 6 * 6).squareRoot()) < 0.1)
        }
        #expect(try drawn()[2].overlay.contains("r=\"10.0\""))
    }

    @Test func aScrewAlongABodyAxisHasPlanesToo() throws {
        for tip in [Point<CT>(40, 0, 0), Point(0, 0, 40), Point(0, 40, 0)] {
            let screw = try #require(ScrewCylinder(entry: Point(0, 0, 0), tip: tip, diameter: 6))
            let g = try GridGeometry(size: GridSize(2, 2, 2), spacing: Vector3(1, 1, 1), origin: Point(0, 0, 0))
            for one in ScrewPictures(ct: Volume<Int16>(geometry: g), labels: nil, screw: screw).all() {
                #expect(abs(dot(one.plane.right.vector, one.plane.down.vector)) < 1e-9)
                #expect(!one.overlay.contains("nan") && !one.overlay.contains("–"))
            }
        }
    }
}
