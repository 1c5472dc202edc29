import Frames
import Glibc
import Imaging
import PhantomKit
import Testing

@testable import Planning

/// What lies round a screw, against the phantom's solids, closed forms and another program's fit.
@Suite struct ScrewSurroundingsTests {
    /// Distances from labels and image are no better than a voxel's half diagonal (0.9×0.9×1.2 mm).
    static let voxel = 0.87

    /// From a place to the solid cylinder, mm.
    func distance(_ p: Vector3, to screw: ScrewCylinder) -> Double {
        let way = p - screw.entry.coordinates
        let along = dot(way, screw.axis.vector)
        let beside = max(length(way - screw.axis.vector * along) - screw.radius, 0)
        let beyond = max(-along, along - screw.length, 0)
        return (beside * beside + beyond * beyond).squareRoot()
    }

    /// Rays up and down from all over the isthmus meet the solid's surface at the foramina's walls.
    @Test func wallsOfTheForamina() throws {
        let lumbar = try LumbarCase.load()
        for item in lumbar.result.plan.items {
            let (level, side) = (try #require(item.level), try #require(item.side))
            let metrics = try #require(item.screwMetrics)
            let screw = try #require(item.cylinder)
            for (found, sign) in [(metrics.foramenAbove, 1.0), (metrics.foramenBelow, -1)] {
                let found = try #require(found)
                // Normals of the label's surface are known to some 15°, which decides what counts as a foramen's wall.
                let least = try wall(lumbar, level, side, screw, up: sign, steepness: 0.25)
                let most = try wall(lumbar, level, side, screw, up: sign, steepness: 0.7)
                #expect(
                    found > least - Self.voxel && found < most + Self.voxel, "\(item.id): \(found), \(least)…\(most)")
            }
        }
    }

    private func wall(
        _ lumbar: LumbarCase, _ level: AnatomicalLabel, _ side: Side, _ screw: ScrewCylinder, up sign: Double,
        steepness: Double
    ) throws -> Double {
        let anatomy = try #require(lumbar.result.anatomies.first { $0.level == level })
        let isthmus = try #require(anatomy.pedicle(side))
        let axis = isthmus.axis.vector
        let across = try #require(normalized(cross(anatomy.X_CTVertebra.rotation.matrix.columns.2, axis)))
        let upwards = cross(axis, across) * sign
        func solid(_ p: Vector3) -> Double { lumbar.phantom.signedDistance(of: level, at: Point(p)) ?? 99 }
        var least = Double.infinity
        for along in stride(from: -PedicleNotches.along, through: PedicleNotches.along, by: 0.5) {
            let reach = isthmus.width / 2 + PedicleNotches.beside
            for aside in stride(from: -reach, through: reach, by: 0.25) {
                let start = isthmus.centre.coordinates + axis * along + across * aside
                // all places where the way leaves the bone, some of which lie beyond a gap
                var (height, before) = (0.0, solid(start))
                while height < isthmus.height {
                    height += max(abs(before) * 0.9, 0.02)
                    let p = start + upwards * height
                    let now = solid(p)
                    if before < 0, now >= 0, solid(p + upwards * 0.05) - solid(p - upwards * 0.05) > steepness * 0.1 {
                        least = min(least, distance(p, to: screw))
                    }
                    before = now
                }
            }
        }
        return least
    }

    /// The head's ball and the first 15 mm of the shaft against the solid of the vertebra above.
    @Test func theFacetAbove() throws {
        let lumbar = try LumbarCase.load()
        for item in lumbar.result.plan.items {
            let (level, screw) = (try #require(item.level), try #require(item.cylinder))
            let above = AnatomicalLabel(level.number - 1)
            func solid(_ p: Point<CT>) -> Double { lumbar.phantom.signedDistance(of: above, at: p) ?? 99 }
            let head = Point<CT>(screw.entry.coordinates - screw.axis.vector * ScrewHead.usualLift)
            let shaft = stride(from: 0.0, through: 15, by: 0.5).map { solid(screw.point(at: $0)) - screw.radius }
            let exact = min(try #require(shaft.min()), solid(head) - ScrewHead.usualRadius)
            let found = try #require(item.screwMetrics?.facetClearance)
            // Further than the horizon less the head's radius nothing is told apart.
            #expect(abs(min(found, 7) - min(exact, 7)) < Self.voxel, "\(item.id): \(found) for \(exact)")
        }
    }

    /// Offsets from numpy.polyfit over the chord length, of degree 3 for six heads and 2 for four.
    @Test func headsAgainstAnotherFit() throws {
        let heads = [(0.0, 0.0, 0.0), (2, 1, -30), (1, 4, -62), (5, 3, -95), (2, 2, -128), (0, 0, -160)].map {
            Vector3($0.0, $0.1, $0.2)
        }
        let six = [0.307488, 1.16371, 1.816983, 1.577784, 0.821012, 0.197323]
        let four = [0.53228, 1.504064, 1.429915, 0.458131]
        for (offsets, exact) in [
            (RodLine(through: heads).offsets, six), (RodLine(through: Array(heads[..<4])).offsets, four),
        ] {
            for (a, b) in zip(try #require(offsets), exact) { #expect(abs(a - b) < 1e-5) }
        }
        #expect(RodLine(through: Array(heads[..<3])).offsets == nil)
    }

    /// Even bone of 200 HU: ρ = 0.2714 g/cm³, τ = 21.6·0.2714^1.65 = 2.511 MPa; 6 mm × 40 mm × π × 0.75 hold 1420 N. With
    /// half of the way in 0 HU (ρ = 0.047, τ = 0.139 MPa) 749 N are left.
    @Test func pulloutInEvenBone() throws {
        let geometry = try GridGeometry(
            size: GridSize(40, 40, 60), spacing: Vector3(1, 1, 1), origin: Point(-20, -20, -30))
        var ct = Volume<Int16>(geometry: geometry, filledWith: 200)
        let screw = try #require(ScrewCylinder(entry: Point(0, 0, 20), tip: Point(0, 0, -20), diameter: 6))
        #expect(abs(PulloutEstimate(screw, in: ct).force - 1420) < 2)
        for i in ct.voxels.indices where geometry.point(geometry.index(offset: i)).z < 0 {
            ct[geometry.index(offset: i)] = 0
        }
        // the step between the halves is a voxel wide, and bone holds more than in proportion to its density
        #expect(abs(PulloutEstimate(screw, in: ct, step: 0.25).force - 749) < 20)
    }
}
