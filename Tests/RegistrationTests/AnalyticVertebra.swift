import Foundation
import Frames
import Imaging

@testable import Registration

/// A vertebra between its neighbours, put together of ellipsoids whose attenuations add up: the length of a ray in each is
/// known in closed form, so its X-ray images need no voxels. Nothing of the projector under test is used.
struct AnalyticVertebra {
    struct Part {
        let middle: Vector3
        /// mm.
        let halfAxes: Vector3
        /// About z, rad.
        var turn = 0.0
        /// What it adds, a mm.
        let attenuation: Double

        /// In coordinates in which the ellipsoid is the unit ball.
        @inline(__always) func inBall(_ v: Vector3) -> Vector3 {
            let (c, s) = (cos(turn), sin(turn))
            return Vector3(c * v.x + s * v.y, c * v.y - s * v.x, v.z) / halfAxes
        }

        func holds(_ p: Vector3) -> Bool { squaredLength(inBall(p - middle)) <= 1 }

        /// The chord of a ray from `p` along the unit vector `d`, mm.
        func chord(_ p: Vector3, _ d: Vector3) -> Double {
            let (o, w) = (inBall(p - middle), inBall(d))
            let (a, b) = (squaredLength(w), dot(o, w))
            let root = b * b - a * (squaredLength(o) - 1)
            return root > 0 ? 2 * root.squareRoot() / a : 0
        }
    }

    /// Cortical shells with sponge in them, from the body to the spinous process; no symmetry.
    private static let vertebra: [Part] = [
        Part(middle: Vector3(0, -22, 0), halfAxes: Vector3(24, 17, 14), attenuation: 0.013),
        Part(middle: Vector3(0, -22, 0), halfAxes: Vector3(22.5, 15.5, 12.5), attenuation: -0.007),
        Part(middle: Vector3(-13, -4, 5), halfAxes: Vector3(4.5, 9, 7), attenuation: 0.011),
        Part(middle: Vector3(13, -4, 5), halfAxes: Vector3(5, 9, 7.5), attenuation: 0.011),
        Part(middle: Vector3(-9, 9, -2), halfAxes: Vector3(11, 4, 9), turn: 0.6, attenuation: 0.012),
        Part(middle: Vector3(9, 9, -3), halfAxes: Vector3(11, 4, 9), turn: -0.6, attenuation: 0.012),
        Part(middle: Vector3(1, 25, -6), halfAxes: Vector3(3.5, 14, 9), turn: 0.05, attenuation: 0.013),
        Part(middle: Vector3(-28, 4, 4), halfAxes: Vector3(15, 4, 5), turn: 0.2, attenuation: 0.012),
        Part(middle: Vector3(28, 6, 3), halfAxes: Vector3(14, 4.5, 4.5), turn: -0.3, attenuation: 0.012),
        Part(middle: Vector3(-16, 8, 16), halfAxes: Vector3(4.5, 5, 9), attenuation: 0.013),
        Part(middle: Vector3(16, 8, 15), halfAxes: Vector3(5, 5, 9), attenuation: 0.013),
        Part(middle: Vector3(-14, 10, -17), halfAxes: Vector3(5, 4.5, 8), attenuation: 0.013),
        Part(middle: Vector3(14, 10, -18), halfAxes: Vector3(4.5, 5, 8), attenuation: 0.013),
    ]
    /// Water at some 60 keV (NIST: 0.0206).
    private static let water = 0.0206

    let bone: [Part] = Self.vertebra
    let all: [Part]

    init() {
        func moved(_ by: Vector3, _ stretch: Double) -> [Part] {
            Self.vertebra.map {
                Part(
                    middle: $0.middle * stretch + by, halfAxes: $0.halfAxes * stretch, turn: $0.turn,
                    attenuation: $0.attenuation)
            }
        }
        let trunk = Part(middle: Vector3(0, -50, 0), halfAxes: Vector3(150, 105, 400), attenuation: Self.water)
        all = [trunk] + Self.vertebra + moved(Vector3(2, 2, 36), 0.96) + moved(Vector3(-1, 3, -37), 1.04)
    }

    /// A scan: the mean of eight places of each voxel.
    func scan(_ grid: GridGeometry) -> Volume<Int16> {
        let voxels = parallelMap(grid.size.z) { z -> [Int16] in
            (0..<(grid.size.x * grid.size.y)).map { i in
                let middle = grid.point(VoxelIndex(i % grid.size.x, i / grid.size.x, z)).coordinates
                let sum = (0..<8).reduce(0.0) { sum, k in
                    let off = Vector3(Double(k & 1), Double(k >> 1 & 1), Double(k >> 2)) - Vector3(0.5, 0.5, 0.5)
                    let p = middle + off * 0.5 * grid.spacing
                    return sum + all.reduce(0) { $0 + ($1.holds(p) ? $1.attenuation : 0) }
                }
                return Int16((sum / 8 / Self.water * 1000 - 1000).rounded())
            }
        }
        return Volume(geometry: grid, voxels: Array(voxels.joined()))
    }

    func labels(_ grid: GridGeometry, _ label: AnatomicalLabel) -> LabelVolume {
        let voxels = (0..<grid.size.count).map { i -> UInt8 in
            let p = grid.point(grid.index(offset: i)).coordinates
            return bone.contains { $0.holds(p) } ? label.number : 0
        }
        return LabelVolume(geometry: grid, voxels: voxels)
    }

    /// What a detector of 600 × 600 pixels of 0.5 mm shows, with half as much scatter as primary radiation, and with noise: as
    /// a C-arm does, the dose is raised until 300 photons a pixel come through in the middle.
    ///
    /// - Parameters:
    ///   - source: in the CT.
    ///   - axes: across, down, and away from the source, unit vectors in the CT.
    func image(from source: Vector3, _ axes: Matrix3, seed: UInt64) -> [Float] {
        let (side, focal) = (600, 2040.0)
        let seen = parallelMap(side) { v -> [Double] in
            (0..<side).map { u in
                let ray = axes * Vector3(Double(u) - 299.5, Double(v) - 299.5, focal)
                let d = ray / length(ray)
                return exp(-all.reduce(0) { $0 + $1.attenuation * $1.chord(source, d) })
            }
        }
        // where the vertebra is: open air beside the patient tells nothing about the dose behind the patient
        let inner = seen[250..<350].map { $0[250..<350].reduce(0, +) / 100 }.reduce(0, +) / 100
        let stream = SeededGenerator(seed: seed)
        return seen.enumerated().flatMap { v, row -> [Float] in
            var random = stream.stream(UInt64(v))
            return row.enumerated().map { u, primary in
                // scatter is smooth, and least at the border
                let (x, y) = (Double(u) / 300 - 1, Double(v) / 300 - 1)
                // the detector saturates in open air
                let photons = 300 * (min(primary / inner, 30) + 0.5 * (1 - 0.3 * (x * x + y * y)))
                return Float(-log(max(photons + photons.squareRoot() * random.normal(), 0.5)))
            }
        }
    }
}
