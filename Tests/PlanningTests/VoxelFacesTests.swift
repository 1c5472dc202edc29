import Frames
import Imaging
import Testing

@testable import Planning

/// Cylinders in a box of bone whose faces lie at ±20 mm: every distance is known exactly.
@Suite struct VoxelFacesTests {
    let box: LabelVolume

    init() throws { box = try block { $0.x.magnitude < 20 && $0.y.magnitude < 20 && $0.z.magnitude < 20 } }

    func faces(_ screw: ScrewCylinder) -> VoxelFaces {
        VoxelFaces(of: AnatomicalLabel(22), in: box, near: screw, horizon: 25)
    }

    @Test func marginOfACylinderAlongAnAxis() throws {
        let screw = try #require(ScrewCylinder(entry: Point(5, 25, 0), tip: Point(5, -10, 0), diameter: 6))
        // Beyond 5 mm: from y = 20 to −10; the nearest side is x = 20, 20 − 5 − 3 = 12 away; the entry's face is at 0.
        #expect(faces(screw).distance(to: screw, from: 5) < 1e-9)
        #expect(abs(faces(screw).distance(to: screw, from: 15) - 10) < 1e-9)
        let short = try #require(ScrewCylinder(entry: Point(5, 10, 0), tip: Point(5, -10, 0), diameter: 6))
        #expect(abs(faces(short).distance(to: short, from: 5) - 10) < 1e-9)
        let thick = try #require(ScrewCylinder(entry: Point(9, 10, 0), tip: Point(9, -2, 0), diameter: 10))
        #expect(abs(faces(thick).distance(to: thick, from: 0) - 6) < 1e-9)
    }

    @Test func marginOfASlantingCylinder() throws {
        // Towards the edge x = y = 20 at 45°: the tip's rim is as near to both faces as its middle and r/√2 nearer.
        let d = 0.5.squareRoot()
        let tip = Point<CT>(10, 10, 0)
        let screw = try #require(ScrewCylinder(entry: tip - Displacement(20 * d, 20 * d, 0), tip: tip, diameter: 4))
        #expect(abs(faces(screw).distance(to: screw, from: 5) - (10 - 2 * d)) < 0.01)
    }

    @Test(arguments: [16.0, 17.5, 19, 21, 26])
    func breachOfACylinderAtAFace(_ x: Double) throws {
        let screw = try #require(ScrewCylinder(entry: Point(x, 15, 0), tip: Point(x, -15, 0), diameter: 6))
        #expect(abs(faces(screw).depth(of: screw, from: 5) - (20 - 3 - x)) < 1e-6)
    }

    /// The furthest place lies between the first ones that are looked at; in a direction n a solid cylinder reaches
    /// r·√(1 − (a·n)²) beyond its axis.
    @Test(arguments: 1...20)
    func breachOfATurnedCylinder(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let axis = try #require(normalized(Vector3(random.uniform() - 0.5, -1, random.uniform() - 0.5)))
        let out = 0.02 + 2 * random.uniform()
        let reach = 3 * (1 - axis.x * axis.x).squareRoot()
        let x = 20 + out - reach - max(axis.x, 0) * 22
        let entry = Vector3(x, 10, 0)
        let screw = try #require(ScrewCylinder(entry: Point(entry), tip: Point(entry + axis * 22), diameter: 6))
        #expect(abs(faces(screw).depth(of: screw, from: 0) + out) < 0.005)
    }

    @Test func pointsToFaces() throws {
        let screw = try #require(ScrewCylinder(entry: Point(0, 15, 0), tip: Point(0, -15, 0), diameter: 6))
        let bone = faces(screw)
        #expect(abs(bone.distance(Point(0, 0, 17.25)) - 2.75) < 1e-9)
        #expect(abs(bone.distance(Point(23, 24, 0)) - 5) < 1e-9)
        #expect(bone.contains(Point(19.9, 0, 0)) && !bone.contains(Point(20.1, 0, 0)))
        #expect(!bone.contains(Point(1e7, 0, 0)))
    }

    @Test func theGapOfTwoCylinders() throws {
        let a = try #require(ScrewCylinder(entry: Point(10, 0, 0), tip: Point(10, -40, 0), diameter: 6))
        let b = try #require(ScrewCylinder(entry: Point(-10, 0, 3), tip: Point(4, -40, 3), diameter: 5))
        // Nearest at the tips: √(6² + 3²) less both radii, but for the tilt of b (0.34 rad) seen from a's tip.
        let along = (b.tip - b.entry).vector
        let w = a.tip.coordinates - b.tip.coordinates
        let beside = length(w - along * (dot(w, along) / dot(along, along)))
        #expect(a.gap(to: b) <= length(w) - 5.5 + 1e-9)
        #expect(a.gap(to: b) >= beside - 5.5 - 1e-9)
        #expect(abs(a.gap(to: b) - b.gap(to: a)) < 1e-9)
    }
}
