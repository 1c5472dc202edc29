import Frames
import Imaging

/// The vessels of a head: carotid and vertebral arteries, the circle of Willis, its large branches, cortical branches
/// whose course is drawn from a seed, and the venous sinuses.
struct VesselTree: Sendable {
    /// A piece in CT coordinates.
    struct Piece: Sendable {
        var tube: EllipticTube
        var isVein: Bool
    }

    private(set) var pieces: [Piece] = []
    private let anatomy: HeadAnatomy

    init(_ anatomy: HeadAnatomy, arteries: [[Vector3]]) {
        self.anatomy = anatomy
        var random = SeededGenerator(seed: anatomy.head.vesselSeed).stream(0x7EE)
        for (side, artery) in zip(Side.allCases, arteries) {
            addArteries(side, from: artery.last)
            addCortical(side, &random)
        }
        let tip = Vector3(0, -4, -29)
        add([Vector3(0, 10, -56), Vector3(0, 0, -44), tip], [1.7, 1.6, 1.6])
        add([Vector3(5.5, -27, -25), Vector3(-5.5, -27, -25)], [0.8, 0.8])
        addSinuses()
    }

    /// A chain of rods through points of the head's frame, with the radius at each.
    private mutating func add(_ points: [Vector3], _ radii: [Double], isVein: Bool = false) {
        for i in points.indices.dropLast() {
            let (a, b) = (anatomy.ct(points[i]), anatomy.ct(points[i + 1]))
            let (r, s) = (radii[min(i, radii.count - 1)], radii[min(i + 1, radii.count - 1)])
            pieces.append(Piece(tube: EllipticTube(from: a, to: b, radii: [SIMD2(r, r), SIMD2(s, s)]), isVein: isVein))
        }
    }

    private mutating func addArteries(_ side: Side, from vertebral: Vector3?) {
        let s = side.sign
        func v(_ x: Double, _ y: Double, _ z: Double) -> Vector3 { Vector3(s * x, y, z) }
        let carotid = anatomy.carotidCourse(side)
        add(carotid, [2.4, 2.4, 2.3, 2.3, 2.2, 2.1, 1.9])
        let fork = carotid[carotid.count - 1]
        add([fork, v(26, -17, -26), v(40, -13, -20), v(47, -4, -10)], [1.5, 1.5, 1.4, 1.3])
        add(
            [fork, v(5.5, -27, -25), v(2, -42, -12), v(1.8, -44, 8), v(1.8, -28, 27), v(1.8, 6, 33), v(2, 34, 34)],
            [1.2, 1.2, 1.1, 1, 0.9, 0.8, 0.7])
        add([v(0, -4, -29), v(13, 1, -27), v(23, 20, -20), v(16, 44, -10), v(10, 64, 0)], [1.2, 1.2, 1.1, 0.9, 0.7])
        add([fork, v(9, -4, -28)], [0.8, 0.8])
        guard let vertebral else { return }
        let start = (anatomy.toHead * Point<CT>(vertebral)).coordinates
        add([start, v(20, 32, -72), v(11, 24, -66), v(6, 14, -60), Vector3(0, 10, -56)], [1.9, 1.8, 1.8, 1.7, 1.7])
    }

    /// Branches of the middle cerebral artery fan out over the brain's surface.
    private mutating func addCortical(_ side: Side, _ random: inout SeededGenerator) {
        let start = Vector3(side.sign * 47, -4, -10)
        let count = anatomy.head.branches
        for i in 0..<count {
            let turn = (Double(i) + 0.5) / Double(max(count, 1)) * 4.4 - 1.0
            let goal = Vector3(side.sign * 0.45, -cosine(turn), 0.25 + sine(turn) * 0.9)
            var at = start
            var (points, radii) = ([start], [1.2])
            for k in 1...8 {
                let heading = (normalized(goal) ?? .zero) * 70 - at
                let step = (normalized(heading) ?? .zero) * 11 + random.normal3() * 2.4
                at = anatomy.cranium.onSurface(at + step, inset: 2.6)
                points.append(at)
                radii.append(1.1 - 0.06 * Double(k))
            }
            add(points, radii)
            let knee = points[4]
            let other = anatomy.cranium.onSurface(knee + random.normal3() * 12 + Vector3(0, 0, 6), inset: 2.6)
            add([knee, other, anatomy.cranium.onSurface(other * 2 - knee, inset: 2.6)], [0.8, 0.7, 0.6])
        }
    }

    private mutating func addSinuses() {
        let c = anatomy.cranium
        let over = stride(from: -62.0, through: 106, by: 12).map { angle -> Vector3 in
            let a = radians(degrees: angle)
            return c.onSurface(Vector3(0, sine(a), cosine(a)), inset: 3.4)
        }
        let torcula = over[over.count - 1]
        add(over, [1.6, 2, 2.4, 2.8, 3], isVein: true)
        add([torcula, Vector3(0, 46, -4), Vector3(0, 28, 6), Vector3(0, 14, 8)], [2, 1.8, 1.4, 0.9], isVein: true)
        for side in Side.allCases {
            let s = side.sign
            let round = stride(from: 0.0, through: 66, by: 11).map { angle -> Vector3 in
                let a = radians(degrees: angle)
                return c.onSurface(Vector3(s * sine(a) * 70, cosine(a) * 84, -24), inset: 3.2)
            }
            let down = [
                c.onSurface(Vector3(s * 56, 26, -40), inset: 3), Vector3(s * 40, 24, -48), Vector3(s * 28, 16, -52),
            ]
            add([torcula] + round.dropFirst() + down, [3, 3.2, 3.2], isVein: true)
            add(
                [Vector3(s * 28, 16, -52), Vector3(s * 27, 14, -72), Vector3(s * 30, 8, -92)], [3.4, 3.8, 4.5],
                isVein: true)
        }
    }
}
