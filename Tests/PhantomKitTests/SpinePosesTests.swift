import Foundation
import Frames
import Imaging
import Testing

@testable import PhantomKit

@Suite struct SpinePosesTests {
    /// Lordosis measured as on a radiograph: between the upper endplates of L1 and S1, projected on the sagittal plane.
    private func cobbAngle(_ phantom: Phantom) -> Double {
        func slope(_ i: Int) -> Double {
            let n = (phantom.poses.vertebrae[i] * Direction<Vertebra>.z).vector
            let wedge = phantom.definition.levels[i].body.wedge / 2
            return atan2(-n.y, n.z) - wedge
        }
        let s1 = (phantom.poses.sacral[0] * Direction<Vertebra>.z).vector
        return degrees(radians: atan2(-s1.y, s1.z) - slope(1))
    }

    @Test func lordosisIsTheSumOfItsDiscsAndBodies() throws {
        let phantom = try lumbar()
        #expect(abs(cobbAngle(phantom) - phantom.lordosis) < 1.5)
        // Healthy adults have 45–60°.
        #expect((45...60).contains(cobbAngle(phantom)))
    }

    @Test func noVertebraLiesAlongTheImage() throws {
        let phantom = try lumbar()
        for pose in phantom.poses.vertebrae + phantom.poses.sacral {
            for axis in [Direction<Vertebra>.x, .y, .z] {
                let v = (pose * axis).vector
                let nearest = [v.x, v.y, v.z].map { abs($0) }.max() ?? 1
                #expect(degrees(radians: acos(min(nearest, 1))) > 1.5)
            }
        }
    }

    @Test func discsHaveTheirHeight() throws {
        let phantom = try lumbar()
        for (i, level) in phantom.definition.levels.enumerated() {
            let upper = phantom.poses.vertebrae[i]
            let next =
                i + 1 < phantom.definition.levels.count
                ? phantom.definition.levels[i + 1].body.height : (phantom.definition.sacrum?.bodyHeight ?? 0)
            let lower = i + 1 < phantom.poses.vertebrae.count ? phantom.poses.vertebrae[i + 1] : phantom.poses.sacral[0]
            let gap = (upper * Point<Vertebra>(0, 0, -level.body.height / 2)).distance(
                to: lower * Point(0, 0, next / 2))
            // The chord over two equal turns is a little shorter than the path.
            #expect(abs(gap - level.discBelow.height) < 0.25)
        }
    }

    @Test func scoliosisComesFromLateralBends() throws {
        var d = try PhantomDefinition.load(lumbarPath)
        for i in d.levels.indices {
            d.levels[i].discBelow.lateralBend = i < 3 ? 6 : -6
            d.levels[i].discBelow.axialRotation = i < 3 ? 3 : -3
        }
        let phantom = try Phantom(d)
        func side(_ i: Int) -> Double { (phantom.poses.vertebrae[i] * Direction<Vertebra>.z).vector.x }
        let bend = degrees(radians: asin(side(3)) - asin(side(0)))
        #expect(abs(bend - 18) < 3)
        let straight = try lumbar()
        #expect(abs(phantom.bodyCentre(AnatomicalLabel(19)).x - straight.bodyCentre(AnatomicalLabel(19)).x) > 10)
    }
}
