import Foundation
import Frames

func tangent(_ radians: Double) -> Double { tan(radians) }
func sine(_ radians: Double) -> Double { sin(radians) }
func cosine(_ radians: Double) -> Double { cos(radians) }

/// Turns about the x, the y and then the z axis, of the frame on the left, by radians.
func turn<A: Frame, B: Frame>(x: Double = 0, y: Double = 0, z: Double = 0) -> Rotation<A, B> {
    let aboutX = Rotation<A, A>(radians: x, about: .x)
    let aboutY = Rotation<A, A>(radians: y, about: .y)
    return (Rotation<A, A>(radians: z, about: .z) * aboutY * aboutX) * Rotation<A, B>.identity()
}
