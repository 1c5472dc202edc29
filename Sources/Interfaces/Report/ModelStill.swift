import Frames
import Glibc
import Imaging
import Meshing
import Planning

/// A still picture of a scene, drawn here: for paper, and for browsers that cannot turn the model.
///
/// Orthographic. Bone is seen through: each pixel shows what is solid behind the nearest bone.
struct ModelStill {
    let scene: ModelScene
    let width: Int
    let height: Int
    private let view: View

    /// A camera without perspective: pixel = (right · (p − centre), −up · (p − centre)) · scale + middle.
    struct View: Sendable {
        let centre: Vector3
        let right, up: Vector3
        /// From the eye into the picture.
        let forward: Vector3
        let pixelsPerMillimetre: Double
        let middle: SIMD2<Double>

        /// - Parameter from: from the middle of the scene towards the eye; not along `up`.
        init(from direction: Vector3, centre: Point<CT>, reach: Double, width: Int, height: Int) {
            let back = normalized(direction) ?? Vector3(0, 1, 0)
            forward = -back
            right = normalized(Frames.cross(forward, Vector3(0, 0, 1))) ?? Vector3(-1, 0, 0)
            up = Frames.cross(right, forward)
            self.centre = centre.coordinates
            pixelsPerMillimetre = Double(min(width, height)) / (2 * reach)
            middle = SIMD2(Double(width) / 2, Double(height) / 2)
        }

        /// Pixel, and mm from the centre's plane away from the eye.
        func project(_ p: Vector3) -> Vector3 {
            let d = p - centre
            return Vector3(
                middle.x + dot(d, right) * pixelsPerMillimetre, middle.y - dot(d, up) * pixelsPerMillimetre,
                dot(d, forward))
        }
    }

    /// Where one looks from first: from the back, a little from the patient's left and above.
    static let direction = Vector3(0.45, 0.85, 0.3)

    init(_ scene: ModelScene, width: Int, height: Int, from direction: Vector3 = ModelStill.direction) {
        self.scene = scene
        self.width = width
        self.height = height
        let (centre, reach) = scene.centreAndReach
        view = View(from: direction, centre: centre, reach: reach, width: width, height: height)
    }

    func project(_ p: Point<CT>) -> (x: Double, y: Double) {
        let q = view.project(p.coordinates)
        return (q.x, q.y)
    }

    /// - Parameter background: of the page that it lies on.
    func picture(background: SIMD3<UInt8> = SIMD3(255, 255, 255)) -> RGBImage {
        // Twice as fine, then averaged: smooth edges.
        let fine = View(
            from: -view.forward, centre: Point(view.centre), reach: scene.centreAndReach.reach, width: width * 2,
            height: height * 2)
        var solid = RasterLayer(width: width * 2, height: height * 2)
        var bone = solid
        for surface in scene.surfaces {
            if surface.group == .bone {
                bone.draw(surface.mesh, surface.colour, fine)
            } else {
                solid.draw(surface.mesh, surface.colour, fine)
            }
        }
        for item in scene.items {
            guard let tube = TubeMesh.of(item) else { continue }
            solid.draw(tube, ItemLook.colour(item), fine)
        }
        return composed(solid, bone, background)
    }

    private func composed(_ solid: RasterLayer, _ bone: RasterLayer, _ background: SIMD3<UInt8>) -> RGBImage {
        let paper = SIMD3<Float>(Float(background.x), Float(background.y), Float(background.z))
        var image = RGBImage(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                var sum = SIMD3<Float>.zero
                for o in [0, 1, width * 2, width * 2 + 1] {
                    let i = y * 2 * width * 2 + x * 2 + o
                    let behind = solid.depth[i] < .infinity ? solid.colour[i] : paper
                    let isCovered = bone.depth[i] < solid.depth[i]
                    sum += isCovered ? bone.colour[i] * 0.5 + behind * 0.5 : behind
                }
                let mean = (sum / 4).clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255))
                image[x, y] = SIMD3(UInt8(mean.x), UInt8(mean.y), UInt8(mean.z))
            }
        }
        return image
    }
}

/// A picture with the depth of each pixel: what is nearer to the eye covers what is behind it.
struct RasterLayer {
    let width: Int
    let height: Int
    private(set) var depth: [Float]
    private(set) var colour: [SIMD3<Float>]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        depth = Array(repeating: .infinity, count: width * height)
        colour = Array(repeating: .zero, count: width * height)
    }

    /// Draws a mesh with a light at the eye; the shade follows the vertices' normals (Gouraud 1971).
    mutating func draw(_ mesh: TriangleMesh, _ tint: SIMD3<UInt8>, _ view: ModelStill.View) {
        var normals = [Vector3](repeating: .zero, count: mesh.vertices.count)
        for (i, t) in mesh.triangles.enumerated() {
            let area = mesh.areaVector(i)
            for k in 0..<3 { normals[Int(t[k])] += area }
        }
        let places = mesh.vertices.map { view.project($0.coordinates) }
        let shades = normals.map { n -> Float in
            let facing = normalized(n).map { -dot($0, view.forward) } ?? 0
            return Float(0.28 + 0.72 * max(facing, 0))
        }
        let full = SIMD3<Float>(Float(tint.x), Float(tint.y), Float(tint.z))
        for t in mesh.triangles {
            let (a, b, c) = (Int(t.x), Int(t.y), Int(t.z))
            fill(places[a], places[b], places[c], SIMD3(shades[a], shades[b], shades[c]), full)
        }
    }

    private mutating func fill(_ a: Vector3, _ b: Vector3, _ c: Vector3, _ shade: SIMD3<Float>, _ tint: SIMD3<Float>) {
        let area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)
        guard abs(area) > 1e-9, area.isFinite else { return }
        // Cut to the picture before they become whole numbers: a place may lie anywhere.
        func cut(_ v: Double, _ size: Int) -> Int { Int(min(max(v, -1), Double(size))) }
        let (lowX, highX) = (max(cut(min(a.x, b.x, c.x), width), 0), min(cut(max(a.x, b.x, c.x), width), width - 1))
        let (lowY, highY) = (max(cut(min(a.y, b.y, c.y), height), 0), min(cut(max(a.y, b.y, c.y), height), height - 1))
        guard lowX <= highX, lowY <= highY else { return }
        for y in lowY...highY {
            for x in lowX...highX {
                let (px, py) = (Double(x) + 0.5, Double(y) + 0.5)
                let u = ((b.x - px) * (c.y - py) - (c.x - px) * (b.y - py)) / area
                let v = ((c.x - px) * (a.y - py) - (a.x - px) * (c.y - py)) / area
                let w = 1 - u - v
                guard u >= 0, v >= 0, w >= 0 else { continue }
                let z = Float(u * a.z + v * b.z + w * c.z)
                let i = y * width + x
                guard z < depth[i] else { continue }
                depth[i] = z
                colour[i] = tint * (Float(u) * shade.x + Float(v) * shade.y + Float(w) * shade.z)
            }
        }
    }
}

/// An item as a closed mesh: a rod with a ball at its entry, where a screw has its head, and a pointed tip.
enum TubeMesh {
    static func of(_ item: PlanItem) -> TriangleMesh? {
        guard let c = item.cylinder else { return nil }
        let r = max(c.radius, 0.6)
        // Distance along the axis and radius there, from the entry on: the head, the rod, the tip.
        let head = item.kind.isScrew ? c.diameter * 0.75 : 1.6
        var profile = (0...6).map { i -> (Double, Double) in
            let turn = .pi * Double(i) / 7
            return (-head * cos(turn), head * sin(turn))
        }
        profile = profile.filter { $0.0 < 0 || $0.1 > r } + [(max(head, 0.5), r)]
        let taper = min(2 * r, c.length * 0.2)
        profile += [(c.length - taper, r), (c.length, r * 0.25)]
        return lathe(profile, start: c.entry.coordinates, axis: c.axis.vector)
    }

    private static func lathe(_ profile: [(Double, Double)], start: Vector3, axis: Vector3) -> TriangleMesh? {
        let n = 20
        let u = perpendicular(to: axis)
        let w = cross(axis, u)
        var vertices: [Point<CT>] = []
        for (along, radius) in profile {
            for k in 0..<n {
                let turn = 2 * .pi * Double(k) / Double(n)
                vertices.append(Point(start + axis * along + (u * cos(turn) + w * sin(turn)) * radius))
            }
        }
        let (first, last) = (Int32(vertices.count), Int32(vertices.count + 1))
        vertices.append(Point(start + axis * (profile.first?.0 ?? 0)))
        vertices.append(Point(start + axis * (profile.last?.0 ?? 0)))
        var triangles: [SIMD3<Int32>] = []
        let rings = profile.count
        for k in 0..<n {
            let next = (k + 1) % n
            for ring in 0..<(rings - 1) {
                let (a, b) = (Int32(ring * n + k), Int32(ring * n + next))
                let (c, d) = (Int32((ring + 1) * n + k), Int32((ring + 1) * n + next))
                triangles += [SIMD3(a, b, d), SIMD3(a, d, c)]
            }
            triangles.append(SIMD3(first, Int32(next), Int32(k)))
            triangles.append(SIMD3(last, Int32((rings - 1) * n + k), Int32((rings - 1) * n + next)))
        }
        return try? TriangleMesh(vertices: vertices, triangles: triangles)
    }
}
