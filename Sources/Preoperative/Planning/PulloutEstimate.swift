import Frames
import Glibc
import Imaging

/// The density of bone along a screw's thread, and what force would pull the screw out of it.
///
/// Force = ∫ τ(ρ) · π · diameter · 0.75 dl over the part within bone (Chapman et al. 1996, J Biomech Eng 118:391, with 0.75
/// for the thread's shape), τ = 21.6 MPa · (ρ / 1 g cm⁻³)^1.65 (Stone et al. 1983, J Biomech 16:743), and
/// ρ = (1.122 HU + 47) kg m⁻³ (Rho et al. 1995, Med Eng Phys 17:347, vertebrae). Scanners and bones differ by more than
/// screws do: it compares screws of one image, and promises no force.
struct PulloutEstimate {
    /// N.
    let force: Double

    static let threadShape = 0.75

    /// - Parameter step: along the screw, mm.
    init(_ screw: ScrewCylinder, in ct: Volume<Int16>, step: Double = 1) {
        let side = perpendicular(to: screw.axis.vector)
        let other = cross(screw.axis.vector, side)
        var force = 0.0
        let count = max(Int((screw.length / step).rounded()), 1)
        for i in 0..<count {
            let centre = screw.point(at: screw.length * (Double(i) + 0.5) / Double(count)).coordinates
            var (sum, seen) = (0.0, 0.0)
            for k in 0..<8 {
                let turn = (Double(k) + 0.5 * Double(i % 2)) * .pi / 4
                let out = (side * cos(turn) + other * sin(turn)) * screw.radius
                if let hu = ct.interpolated(at: Point(centre + out)) {
                    (sum, seen) = (sum + Self.shearStrength(hu), seen + 1)
                }
            }
            guard seen > 0 else { continue }
            force += sum / seen * .pi * screw.diameter * screw.length / Double(count) * Self.threadShape
        }
        self.force = force
    }

    /// MPa, which is N mm⁻².
    static func shearStrength(_ hu: Double) -> Double {
        let density = max(1.122 * hu + 47, 0) / 1000
        return 21.6 * pow(density, 1.65)
    }
}
