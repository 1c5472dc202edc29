import Frames
import Imaging
import Testing

@testable import PhantomKit

@Suite struct PedicleMeasurementTests {
    /// What is measured on the solid is what the definition asks for, though fillets join it to body and arch.
    @Test func pediclesHaveThePublishedSizes() throws {
        let phantom = try lumbar()
        for level in phantom.definition.levels {
            for side in Side.allCases {
                let axis = try #require(phantom.axis(level.label, side))
                let width = level.pedicle.width * (1 + side.sign * level.pedicle.asymmetry)
                #expect(abs(axis.width / width - 1) < 0.09, "\(level.label.name) \(side) \(axis.width)")
                #expect(
                    abs(axis.height / level.pedicle.height - 1) < 0.05, "\(level.label.name) \(side) \(axis.height)")
                let v = (phantom.poses.vertebrae[phantom.levelIndex(level.label)].inverse * axis.direction).vector
                #expect(
                    abs(degrees(radians: angle(Vector3(v.x, v.y, 0), Vector3(0, -1, 0))) - level.pedicle.convergence)
                        < 1e-6)
                #expect(v.x * side.sign <= 0 && v.y < 0)
            }
        }
    }

    /// A cylinder of 80 % of the isthmus stays within the bone from behind the entry into the body.
    @Test func aScrewFitsEachPedicle() throws {
        let phantom = try lumbar()
        for label in lumbarLevels {
            for side in Side.allCases {
                let axis = try #require(phantom.axis(label, side))
                let radius = min(axis.width * 0.8, 6.5) / 2
                let across = perpendicular(to: axis.direction.vector)
                let other = cross(axis.direction.vector, across)
                var worst = -Double.infinity
                for step in stride(from: -8.0, through: 25, by: 1) {
                    for k in 0..<16 {
                        let t = Double(k) * .pi / 8
                        let rim = across * (radius * cosine(t)) + other * (radius * sine(t))
                        let p = axis.isthmus.coordinates + axis.direction.vector * step + rim
                        worst = max(worst, try #require(phantom.signedDistance(of: label, at: Point(p))))
                    }
                }
                #expect(worst < 0, "\(label.name) \(side) \(worst)")
            }
        }
    }

    @Test func axisRunsThroughTheBoneFromEntryToExit() throws {
        let phantom = try lumbar()
        for label in lumbarLevels + [.sacrum] {
            for side in Side.allCases {
                let axis = try #require(phantom.axis(label, side))
                #expect(axis.entry.y > axis.exit.y && axis.entry.distance(to: axis.exit) > 35)
                for end in [axis.entry, axis.exit] {
                    #expect(abs(try #require(phantom.signedDistance(of: label, at: end))) < 0.01)
                }
                let centre = phantom.bodyCentre(label)
                #expect((axis.isthmus.x > centre.x) == (side == .left))
            }
        }
        #expect(phantom.axis(AnatomicalLabel(3), .left) == nil)
        #expect(phantom.signedDistance(of: AnatomicalLabel(3), at: .origin) == nil)
    }
}

extension Phantom {
    func levelIndex(_ label: AnatomicalLabel) -> Int { definition.levels.firstIndex { $0.label == label } ?? 0 }
}
