import Frames
import Imaging

/// What is inside the skull, in orbits, nose and mouth; later layers cover earlier ones. Space inside, ventricles,
/// vessels and the lesion are in the truth.
struct HeadLayers: Sendable {
    typealias Layer = SoftTissue.Layer
    let anatomy: HeadAnatomy
    let definition: PhantomDefinition
    /// The vertebral arteries from C6 up to C1, left and right, CT coordinates.
    let arteries: [[Vector3]]

    init(_ anatomy: HeadAnatomy, _ definition: PhantomDefinition, arteries: [[Vector3]]) {
        (self.anatomy, self.definition, self.arteries) = (anatomy, definition, arteries)
    }

    private var head: PhantomDefinition.Head { anatomy.head }

    var layers: [Layer] { outside + brain + ventricles + lesion + vessels }

    /// A rod in the head's frame.
    private func rod(
        _ a: Vector3, _ b: Vector3, _ r: [SIMD2<Double>], _ hu: Double, _ label: AnatomicalLabel,
        upright: Vector3 = Vector3(0, 0, 1), end: Double? = nil
    ) -> Layer {
        let up = anatomy.ct(upright) - anatomy.ct(.zero)
        let tube = EllipticTube(from: anatomy.ct(a), to: anatomy.ct(b), upright: up, radii: r, end: end)
        return Layer(shape: label == .softTissue ? .tube(tube) : .inSkull(tube), hu: hu, label: label)
    }

    private func ball(_ c: Vector3, _ r: Vector3, _ hu: Double, _ label: AnatomicalLabel) -> Layer {
        let small = Vector3(0, 0, 0.01)
        return rod(c - small, c + small, [SIMD2(r.x, r.y)], hu, label, upright: Vector3(0, 1, 0), end: r.z)
    }

    /// Air spaces with their mucosa, orbits with fat and eyes, mouth and throat.
    private var outside: [Layer] {
        let t = definition.tissue
        let orbits = anatomy.orbits.map { ball($0.centre, $0.radii, t.fat, .softTissue) }
        let air = anatomy.airSpaces.map { space in
            let r = space.radii - Vector3(repeating: space.radii.min() > 5 ? 1 : 0.4)
            return ball(space.centre, r, t.gas, .softTissue)
        }
        let eyes = Side.allCases.flatMap { side -> [Layer] in
            let (s, eye) = (side.sign, Vector3(side.sign * 32, -82, -46))
            return [
                ball(eye, Vector3(12, 12, 12), t.muscle, .softTissue),
                ball(eye, Vector3(11, 11, 11), head.fluidHU, .softTissue),
                ball(eye + Vector3(0, -8, 0), Vector3(4.5, 2, 4.5), 70, .softTissue),
                rod(eye + Vector3(0, 12, 0), Vector3(s * 14, -30, -38), [SIMD2(2, 2)], t.muscle, .softTissue),
                rod(eye + Vector3(0, 4, 12), Vector3(s * 16, -36, -34), [SIMD2(3, 1.5)], t.muscle, .softTissue),
                rod(eye + Vector3(s * 12, 6, 0), Vector3(s * 18, -34, -40), [SIMD2(1.5, 3)], t.muscle, .softTissue),
                rod(eye - Vector3(s * 11, -6, 0), Vector3(s * 12, -34, -40), [SIMD2(1.5, 3)], t.muscle, .softTissue),
                rod(Vector3(s * 84, 6, -51), Vector3(s * 47, 4, -51), [SIMD2(2.8, 2.8)], t.gas, .softTissue),
            ]
        }
        return orbits + eyes + air + [
            ball(Vector3(0, -58, -108), Vector3(22, 26, 13), t.muscle, .softTissue),
            ball(Vector3(0, -60, -95), Vector3(18, 20, 2.2), t.gas, .softTissue),
            rod(Vector3(0, -40, -72), Vector3(0, -30, -84), [SIMD2(9, 6)], t.gas, .softTissue),
            rod(Vector3(0, -30, -84), Vector3(0, -24, -116), [SIMD2(9, 6), SIMD2(10, 5)], t.gas, .softTissue),
        ]
    }

    private var brain: [Layer] {
        let (grey, white, fluid, own) = (head.greyHU, head.whiteHU, head.fluidHU, AnatomicalLabel.intracranial)
        let deep = Side.allCases.flatMap { side -> [Layer] in
            let s = side.sign
            return [
                ball(Vector3(s * 19, -16, 6), Vector3(8, 14, 9), grey, own),
                ball(Vector3(s * 10, 8, 4), Vector3(8, 13, 9), grey, own),
                rod(Vector3(s * 58, -19, -10), Vector3(s * 34, 2, 0), [SIMD2(1.6, 16), SIMD2(1.2, 10)], fluid, own),
                ball(Vector3(s * 24, 46, -38), Vector3(26, 24, 17), grey, own),
            ]
        }
        return [
            Layer(shape: .cavity(0), hu: fluid + 4, label: own), Layer(shape: .brain(2), hu: grey, label: own),
            Layer(shape: .brain(6), hu: white, label: own),
        ] + deep + [
            Layer(shape: .fissure, hu: fluid, label: own),
            ball(Vector3(0, -10, -24), Vector3(13, 9, 7), fluid, own),
            ball(Vector3(0, 26, -12), Vector3(12, 6, 8), fluid, own),
            rod(
                Vector3(0, 0, -26), Vector3(0, 18, -64), [SIMD2(17, 14), SIMD2(16, 13), SIMD2(10, 9)], fluid, own,
                upright: Vector3(0, 1, 0)),
            rod(
                Vector3(0, 3, -24), Vector3(0, 19, -66), [SIMD2(14, 11), SIMD2(13, 11), SIMD2(7, 6)], white + 3, own,
                upright: Vector3(0, 1, 0)),
            ball(Vector3(0, 24, -2), Vector3(2.2, 3, 2), 260, own),
        ]
    }

    /// Horns and bodies of the lateral ventricles, the third and the fourth.
    private var ventricles: [Layer] {
        let (k, hu, own) = (head.ventricleScale, head.fluidHU, AnatomicalLabel.ventricle)
        let sides = Side.allCases.flatMap { side -> [Layer] in
            func v(_ x: Double, _ y: Double, _ z: Double) -> Vector3 { Vector3(side.sign * x, y, z) }
            func r(_ a: Double, _ b: Double) -> SIMD2<Double> { SIMD2(a, b) * k }
            return [
                rod(v(11, -36, 10), v(9, -14, 17), [r(5, 7), r(6.5, 5.5)], hu, own),
                rod(v(9, -14, 17), v(14, 20, 19), [r(6.5, 5), r(6, 5)], hu, own),
                rod(v(14, 20, 19), v(22, 36, 8), [r(6, 5.5), r(7, 9)], hu, own),
                rod(v(22, 36, 8), v(17, 58, 6), [r(6, 8), r(3, 4.5)], hu, own),
                rod(v(22, 36, 8), v(31, 14, -14), [r(4, 5), r(2.4, 2.6)], hu, own),
                rod(v(31, 14, -14), v(30, -10, -24), [r(2.4, 2.4), r(2.2, 2.2)], hu, own),
                rod(v(4, -12, 14), v(1, -8, 6), [r(2, 2)], hu, own),
            ]
        }
        return sides + [
            rod(Vector3(0, -12, 0), Vector3(0, 12, -2), [SIMD2(2.4, 9) * k, SIMD2(2.2, 7) * k], hu, own),
            rod(Vector3(0, 14, -6), Vector3(0, 26, -32), [SIMD2(1.2, 1.2) * k], hu, own),
            ball(Vector3(0, 31, -42), Vector3(6.5, 5, 9) * k, hu, own),
        ]
    }

    /// Oedema, an enhancing rim, and a core.
    private var lesion: [Layer] {
        guard let lesion = head.lesion else { return [] }
        let r = Vector3(repeating: lesion.diameter / 2)
        return [
            ball(lesion.centre, r * 1.5 + Vector3(2, 3, 2), head.whiteHU - 9, .intracranial),
            ball(lesion.centre, r, lesion.rimHU, .lesion),
            ball(lesion.centre, r * 0.72, lesion.coreHU, .lesion),
        ]
    }

    private var vessels: [Layer] {
        VesselTree(anatomy, arteries: arteries).pieces.map {
            Layer(shape: .tube($0.tube), hu: $0.isVein ? head.sinusHU : head.arteryHU, label: .vessel)
        }
    }
}
