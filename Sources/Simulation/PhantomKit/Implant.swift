import Frames
import Imaging

/// One piece of metal, or a tooth, in CT coordinates, which lies over bone and soft tissue.
public struct Implant: Sendable {
    public enum Kind: String, Sendable { case screw, rod, cage, tooth, filling }

    public let kind: Kind
    /// The vertebra that carries it; of a cage, the one above; the skull for teeth.
    public let level: AnatomicalLabel
    /// `nil` for a cage and for teeth.
    public let side: Side?
    /// A screw's entry, or one end; a cage's front.
    public let start: Point<CT>
    /// A screw's tip, or the other end.
    public let end: Point<CT>
    /// mm; a cage's width.
    public let diameter: Double
    let shape: Shape
    /// What an ideal scanner sees.
    let hu: Double

    /// Its number in a label map: metal, or the skull for a tooth.
    public var label: AnatomicalLabel { kind == .tooth ? .skull : .metal }

    enum Shape: Sendable {
        case rods([EllipticTube])
        case block(Pose<Vertebra, CT>, half: Vector3)
    }

    /// Distance to its surface, mm, negative inside.
    func distance(_ p: Vector3) -> Double {
        switch shape {
        case .rods(let rods): return rods.reduce(.infinity) { min($0, $1.distance(p)) }
        case .block(let toLocal, let half):
            let q = (toLocal * Point<CT>(p)).coordinates
            let over = pointwiseMax(q, -q) - half + Vector3(repeating: 1)
            return length(pointwiseMax(over, .zero)) + min(over.max(), 0) - 1
        }
    }

    /// A lower bound of the distance.
    func leastDistance(_ p: Vector3) -> Double {
        switch shape {
        case .rods(let rods): return rods.reduce(.infinity) { min($0, $1.leastDistance(p)) }
        case .block(let toLocal, let half): return length((toLocal * Point<CT>(p)).coordinates) - length(half)
        }
    }

    /// A box that holds it.
    var bounds: (low: Vector3, high: Vector3) {
        switch shape {
        case .rods(let rods):
            let ends = rods.flatMap { rod in
                [rod.start, rod.start + rod.axis * rod.length].map { ($0, max(rod.radii.0.max(), rod.endRadius) + 1) }
            }
            return (
                ends.reduce(Vector3(repeating: .infinity)) { pointwiseMin($0, $1.0 - Vector3(repeating: $1.1)) },
                ends.reduce(Vector3(repeating: -.infinity)) { pointwiseMax($0, $1.0 + Vector3(repeating: $1.1)) }
            )
        case .block(let toLocal, let half):
            let (c, r) = (toLocal.inverse.translation, Vector3(repeating: length(half)))
            return (c - r, c + r)
        }
    }
}

extension Implant {
    /// Screws along the pedicles' true axes with their heads, rods between them, and cages.
    static func all(
        _ implants: PhantomDefinition.Implants, axis: (AnatomicalLabel, Side) -> PedicleAxis?,
        disc: (AnatomicalLabel) -> Pose<CT, Vertebra>?
    ) -> [Implant] {
        let screws = Side.allCases.flatMap { side -> [Implant] in
            let row = implants.screws.compactMap { screw in axis(screw.level, side).map { (screw, $0) } }
            let heads = row.map { (level: $0.0.level, at: $0.1.entry.coordinates - $0.1.direction.vector * 6) }
            return row.map { Self.screw($0.0, $0.1, implants.hu) }
                + zip(heads, heads.dropFirst()).map {
                    Self.rod($0.level, side, $0.at, $1.at, implants.rodDiameter / 2, implants.hu)
                }
        }
        return screws + implants.cages.compactMap { cage in disc(cage.below).map { Self.cage(cage, $0, implants.hu) } }
    }

    private static func screw(_ screw: PhantomDefinition.Implants.Screw, _ axis: PedicleAxis, _ hu: Double) -> Implant {
        let (entry, along) = (axis.entry.coordinates, axis.direction.vector)
        let (tip, r) = (entry + along * screw.length, screw.diameter / 2)
        return Implant(
            kind: .screw, level: axis.level, side: axis.side, start: axis.entry, end: Point(tip),
            diameter: screw.diameter,
            shape: .rods([
                EllipticTube(from: entry - along * 4, to: tip - along * r, radii: [SIMD2(r, r)], end: r),
                EllipticTube(from: entry - along * 9, to: entry - along * 2, radii: [SIMD2(6.5, 6.5)], end: 2),
            ]), hu: hu)
    }

    private static func rod(
        _ level: AnatomicalLabel, _ side: Side, _ a: Vector3, _ b: Vector3, _ r: Double, _ hu: Double
    ) -> Implant {
        let reach = (normalized(b - a) ?? Vector3(0, 0, 1)) * 7
        return Implant(
            kind: .rod, level: level, side: side, start: Point(a - reach), end: Point(b + reach), diameter: 2 * r,
            shape: .rods([EllipticTube(from: a - reach, to: b + reach, radii: [SIMD2(r, r)], end: 1)]), hu: hu)
    }

    private static func cage(_ cage: PhantomDefinition.Implants.Cage, _ pose: Pose<CT, Vertebra>, _ hu: Double)
        -> Implant
    {
        let half = Vector3(cage.width, cage.depth, cage.height) / 2
        return Implant(
            kind: .cage, level: cage.below, side: nil, start: pose * Point(0, -half.y, 0),
            end: pose * Point(0, half.y, 0),
            diameter: cage.width, shape: .block(pose.inverse, half: half), hu: hu)
    }
}
