import Frames
import Imaging
import Testing

@testable import Segmentation

#if canImport(Glibc)
    import Glibc
#endif

/// Fronts' rules and the planes of joints, on a straight spine along z whose canal runs through x = y = 0.
@Suite struct FacetJointTests {
    static func curve() throws -> SpineCurve {
        try #require(SpineCurve(path: (0...40).map { Vector3(0, 0, Double($0) * 4) }, smoothing: 2))
    }

    static func disc(at z: Double, half: Double = 4) -> DiscPlane {
        DiscPlane(s: z, centre: Vector3(0, -22, z), normal: Vector3(0, 0, 1), halfThickness: half, evidence: 200)
    }

    /// Two processes with dense plates of 2 mm on both sides of a joint of 2 mm; the marrow of each lies in a dark
    /// sheet as well, between the plate and thin cortex.
    static func joint(at centre: Vector3, degrees: Double, side: Double) -> ScalarGrid {
        var grid = ScalarGrid(
            nx: 100, ny: 60, nz: 60, spacing: 1, origin: Vector3(-50, -15, 30), filledWith: 40)
        let a = Frames.radians(degrees: degrees)
        let along = Vector3(side * sin(a), cos(a), 0), normal = Vector3(-side * cos(a), sin(a), 0)
        for i in 0..<grid.count {
            let d = grid.point(offset: i) - centre
            let (t, n) = (dot(d, along), abs(dot(d, normal)))
            guard abs(t) < 9, abs(d.z) < 12 else { continue }
            grid.values[i] = n < 1 ? 100 : n < 3 ? 900 : n < 6 ? 200 : n < 7 ? 450 : 40
        }
        return grid.blurred(sigma: 0.8)
    }

    @Test(arguments: [(38.0, 1.0), (58, 1), (50, -1)])
    func theJointIsTheDarkSheetBetweenThePlates(degrees: Double, side: Double) throws {
        let segments = SpineSegment.split([Self.disc(at: 60), Self.disc(at: 95)], onSacrum: true)
        let truth = Vector3(side * 21, 8, 60)
        let grid = Self.joint(at: truth, degrees: degrees, side: side)
        let found = FacetJoint.find(segments, try Self.curve(), grid, sharp: grid)
        let joint = try #require(found.first)
        #expect(found.count == 1)
        #expect(abs(dot(joint.centre - truth, joint.normal)) < 1)
        let a = Frames.radians(degrees: degrees)
        #expect(dot(joint.normal, Vector3(-side * cos(a), sin(a), 0)) > cos(Frames.radians(degrees: 9)))
        #expect(try #require(joint.behind(truth + joint.normal * 4)) > 2)
        #expect(try #require(joint.behind(truth - joint.normal * 4)) < -2)
        #expect(joint.behind(truth + Vector3(0, 0, 40)) == nil)
    }

    @Test func noJointIsReadOffBesideMetal() throws {
        let segments = SpineSegment.split([Self.disc(at: 60), Self.disc(at: 95)], onSacrum: true)
        let grid = Self.joint(at: Vector3(21, 8, 60), degrees: 50, side: 1)
        var metal = grid
        let screw = try #require(grid.nearestOffset(Vector3(25, 4, 62)))
        for dz in -2...2 { for dx in -2...2 { metal.values[screw + dx + dz * grid.nx * grid.ny] = 3000 } }
        #expect(FacetJoint.find(segments, try Self.curve(), grid, sharp: metal).isEmpty)
    }

    @Test func softTissueHasNoJoints() throws {
        let segments = SpineSegment.split([Self.disc(at: 60), Self.disc(at: 95)], onSacrum: true)
        let grid = ScalarGrid(nx: 100, ny: 60, nz: 60, spacing: 1, origin: Vector3(-50, -15, 30), filledWith: 40)
        #expect(FacetJoint.find(segments, try Self.curve(), grid, sharp: grid).isEmpty)
    }

    /// Discs of a chest without a sacrum: pieces 1 (below the lowest disc) to 4.
    static func chest() throws -> FrontRules {
        FrontRules(
            segments: SpineSegment.split([50, 75, 100].map { disc(at: $0, half: 2) }, onSacrum: false),
            curve: try curve(), spacing: 1)
    }

    @Test func aChestsLaminaReachesUpBehindTheCanalButNotIntoTheSpinousProcessAbove() throws {
        typealias Zone = FrontZones.Zone
        let rules = try Self.chest()
        // Piece 2 lies from 50 to 75; its lamina reaches to the disc above at the canal.
        #expect(rules.surcharge(2, Zone.middle(behind: 1), 74) < FrontRules.misplaced)
        #expect(rules.surcharge(2, Zone.middle(behind: 9), 74) == FrontRules.misplaced)
        #expect(rules.surcharge(2, Zone.untiled, 74) == FrontRules.misplaced)
    }

    @Test func belowADiscTheUpperVertebraHasNothingBesideTheCanal() throws {
        typealias Zone = FrontZones.Zone
        let rules = try Self.chest()
        #expect(rules.surcharge(3, Zone.pedicle, 74) == FrontRules.misplaced)
        #expect(rules.surcharge(2, Zone.pedicle, 74) == 0)
        #expect(rules.surcharge(3, Zone.transverse, 76) == FrontRules.misplaced)
        #expect(rules.surcharge(2, Zone.transverse, 76) == 0)
    }

    @Test func eachSideOfASeenJointCostsTheOtherVertebraMore() throws {
        typealias Zone = FrontZones.Zone
        let rules = FrontRules(
            segments: SpineSegment.split([Self.disc(at: 60), Self.disc(at: 95)], onSacrum: true),
            curve: try Self.curve(), spacing: 1)
        #expect(rules.surcharge(1, Zone.inferior, 60) > 0 && rules.surcharge(1, Zone.superior, 60) == 0)
        #expect(rules.surcharge(2, Zone.superior, 60) > 0 && rules.surcharge(2, Zone.inferior, 60) == 0)
    }
}
