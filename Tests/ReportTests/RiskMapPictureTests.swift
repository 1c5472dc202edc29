import Foundation
import Frames
import Imaging
import Planning
import Testing

@testable import Report

@Suite struct RiskMapPictureTests {
    /// A head of balls with one vessel beside the target.
    func result() throws -> TrajectoryPlanner.Result {
        let n = 64
        let geometry = try GridGeometry(
            size: GridSize(n, n, n), spacing: Vector3(2.5, 2.5, 2.5), origin: Point(-78.75, -78.75, -78.75))
        let labels = (0..<n * n * n).map { i -> UInt8 in
            let p = geometry.point(geometry.index(offset: i)).coordinates
            let r = length(p)
            let vessel = abs(p.y - 10) < 3 && abs(p.z) < 3
            return r > 73 ? 0 : r > 66 ? 102 : r > 59 ? 101 : vessel ? 104 : 105
        }
        let ct = labels.map { $0 == 0 ? Int16(-1000) : $0 == 101 ? 1000 : 40 }
        return try TrajectoryPlanner().plan(
            ct: Volume(geometry: geometry, voxels: ct), labels: LabelVolume(geometry: geometry, voxels: labels),
            targets: [.init("target-1", Point(0, -10, 0))], withMaps: true)
    }

    /// Brighter means more risk, by luminance alone (ITU-R BT.709): nobody needs to tell hues.
    @Test func theScaleRisesInLuminance() {
        func luminance(_ risk: Double) -> Double {
            let c = RiskMapPicture.colour(risk: risk)
            return 0.2126 * Double(c.x) + 0.7152 * Double(c.y) + 0.0722 * Double(c.z)
        }
        let all = (0...20).map { luminance(Double($0) / 20) }
        #expect(zip(all, all.dropFirst()).allSatisfy { $0 < $1 - 3 })
        #expect(RiskMapPicture.colour(risk: -1) == RiskMapPicture.colour(risk: 0))
        #expect(RiskMapPicture.colour(risk: .infinity) == RiskMapPicture.colour(risk: 1))
    }

    @Test func showsPathVesselAndLegend() throws {
        let result = try result()
        #expect(!result.plan.items.isEmpty)
        let picture = RiskMapPicture.picture(of: result.maps)
        var counts: [SIMD3<UInt8>: Int] = [:]
        for y in 40..<450 {
            for x in 20..<440 { counts[picture[x, y], default: 0] += 1 }
        }
        // the vessel's shadow is black, more than the marks' rings (360 pixels) and not all of the hemisphere
        let black = counts[.zero] ?? 0
        #expect((500...120_000).contains(black), "\(black)")
        // the mark of the planned path stands in the middle: a white ring in a black one
        #expect(picture[230 + 9, 250] == SIMD3(255, 255, 255))
        #expect(try picture.png().prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
        #expect(RiskMapPicture.picture(of: []).height > 0)
        #expect(
            RiskMapPicture.picture(of: result.maps + result.maps + result.maps + result.maps + result.maps).width
                == 1840)
    }

    @Test func lettersFitTheirCells() {
        for (letter, rows) in SmallLetters.glyphs {
            #expect(rows.count == SmallLetters.height && rows.allSatisfy { $0 < 32 }, "\(letter)")
        }
        for letter in "RISK TO VESSELS>1: MARGIN BROKEN (ANGLE) NO ENTRY 0.5 RINGS: 30, 60, 90° TARGET-1"
        where letter != " " {
            #expect(SmallLetters.glyphs[letter] != nil, "\(letter)")
        }
        var image = RGBImage(width: 4, height: 4)
        image.write("W", x: -3, y: -3)
        image.fill(x: -5, y: 2, width: 100, height: 100, SIMD3(9, 9, 9))
        image.ring(x: 90, y: -40, radius: 5, thick: 2, SIMD3(1, 1, 1))
        #expect(image[0, 3] == SIMD3(9, 9, 9) && image[0, 0] == .zero)
    }
}
