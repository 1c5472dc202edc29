import Frames
import Glibc
import Imaging
import Meshing
import Planning
import TerminalKit

/// A surface ready to be drawn: vertices about the scene's middle, with their normals.
struct ModelSurface: Sendable {
    let vertices, normals: [SIMD3<Float>]
    let triangles: [SIMD3<Int32>]
    /// Of the box that holds it.
    let middle: SIMD3<Float>
    /// Half the box's diagonal, mm.
    let reach: Float

    init(vertices: [SIMD3<Float>], normals: [SIMD3<Float>], triangles: [SIMD3<Int32>]) {
        (self.vertices, self.normals, self.triangles) = (vertices, normals, triangles)
        let first = vertices.first ?? .zero
        let low = vertices.reduce(first) { pointwiseMin($0, $1) },
            high = vertices.reduce(first) { pointwiseMax($0, $1) }
        middle = (low + high) / 2
        reach = (((high - low) / 2) * ((high - low) / 2)).sum().squareRoot()
    }
}

extension ModelSurface {
    init(_ mesh: TriangleMesh) {
        var sums = [Vector3](repeating: .zero, count: mesh.vertices.count)
        for i in mesh.triangles.indices {
            let area = mesh.areaVector(i), t = mesh.triangles[i]
            for corner in [t.x, t.y, t.z] { sums[Int(corner)] += area }
        }
        self.init(
            vertices: mesh.vertices.map { SIMD3<Float>($0.coordinates) },
            normals: sums.map { SIMD3<Float>(normalized($0) ?? Vector3(0, 0, 1)) }, triangles: mesh.triangles)
    }

    /// A screw's cylinder, closed at both ends.
    init(cylinder c: ScrewSolid) {
        let spokes = 16
        let side = perpendicular(to: c.axis), other = cross(c.axis, side)
        var (v, n, t): ([SIMD3<Float>], [SIMD3<Float>], [SIMD3<Int32>]) = ([], [], [])
        for i in 0..<spokes {
            let turn = 2 * Double.pi * Double(i) / Double(spokes)
            let out = side * cos(turn) + other * sin(turn)
            for end in [c.from, c.to] {
                v.append(SIMD3<Float>(end + out * c.radius))
                n.append(SIMD3<Float>(out))
            }
            let (a, b) = (Int32(2 * i), Int32(2 * ((i + 1) % spokes)))
            t += [SIMD3(a, b, a + 1), SIMD3(b, b + 1, a + 1)]
        }
        for (end, direction) in [(c.from, -c.axis), (c.to, c.axis)] {
            let first = Int32(v.count)
            for i in 0..<spokes {
                let turn = 2 * Double.pi * Double(i) / Double(spokes)
                v.append(SIMD3<Float>(end + (side * cos(turn) + other * sin(turn)) * c.radius))
                n.append(SIMD3<Float>(direction))
            }
            for i in 1..<Int32(spokes - 1) { t.append(SIMD3(first, first + i, first + i + 1)) }
        }
        self.init(vertices: v, normals: n, triangles: t)
    }
}

/// A cylinder between two places.
struct ScrewSolid {
    let from, to: Vector3
    let axis: Vector3
    let radius: Double
}

/// How the model is looked at.
struct ModelView: Equatable, Sendable {
    /// About the patient's long axis, and of the eye's height, rad. At 0 one looks from behind.
    var yaw = 0.35
    var pitch = 0.15
    /// 1 fills the pane.
    var zoom = 1.0
    /// How much of what lies behind bone shows through it.
    var transparency = 0.55

    mutating func turn(_ dx: Double, _ dy: Double) {
        yaw = (yaw + dx).remainder(dividingBy: 2 * .pi)
        pitch = min(max(pitch + dy, -1.5), 1.5)
    }
}

/// Everything that the 3-D view shows, and from where.
struct ModelScene: Equatable, Sendable {
    struct Bone: Equatable, Sendable {
        let surface: ModelSurface
        let label: UInt8
        /// Counts how often the label's surface was made.
        let version: Int
        let color: RGB
        /// Bone lets through what lies behind it; vessels and what is looked for stand with the items.
        let isBone: Bool

        static func == (a: Self, b: Self) -> Bool {
            (a.label, a.version, a.color) == (b.label, b.version, b.color)
        }
    }

    struct Item: Equatable, Sendable {
        let cylinder: ScrewCylinder
        let color: RGB
    }

    var bones: [Bone] = []
    var items: [Item] = []
    /// What is in the picture's middle, and the radius of the sphere that fills it, mm.
    var centre = Vector3.zero
    var radius = 100.0
    var view = ModelView()
    var width = 0
    var height = 0

    /// Whether the same bones are seen from the same place: then they need not be drawn again.
    func sharesBones(with other: Self) -> Bool {
        var turned = other.view
        turned.transparency = view.transparency
        return bones == other.bones && centre == other.centre && radius == other.radius && view == turned
            && width == other.width && height == other.height
    }
}

/// Draws surfaces with a depth buffer and a light at the eye; screws show through the bone.
struct ModelPainter: Sendable {
    let centre: Vector3
    /// Of the sphere that holds everything, mm.
    let radius: Double
    let background = RGB(gray: 16)
    private let view: ModelView
    private let width, height: Int

    init(_ scene: ModelScene) {
        (centre, radius, view) = (scene.centre, scene.radius, scene.view)
        (width, height) = (scene.width, scene.height)
    }

    struct Layer: Sendable {
        var color: [RGB]
        var depth: [Float]

        init(_ count: Int, _ background: RGB) {
            color = [RGB](repeating: background, count: count)
            depth = [Float](repeating: .infinity, count: count)
        }
    }

    private var pixelsPerMillimetre: Double { Double(min(width, height)) / (2 * radius) * view.zoom }

    /// The bones alone.
    func bones(_ scene: ModelScene) -> Layer {
        var layer = Layer(width * height, background)
        for bone in scene.bones where bone.isBone { draw(bone.surface, bone.color, &layer) }
        return layer
    }

    /// Items and what else is not hidden by bone, over the bones.
    func picture(_ scene: ModelScene, over bone: Layer) -> RasterImage {
        var metal = Layer(width * height, background)
        for body in scene.bones where !body.isBone { draw(body.surface, body.color, &metal) }
        // A thin electrode is drawn so wide that it shows.
        let thinnest = 0.6 / max(pixelsPerMillimetre, 1e-6)
        for item in scene.items {
            let c = item.cylinder
            let solid = ScrewSolid(
                from: c.entry.coordinates, to: c.tip.coordinates, axis: c.axis.vector, radius: max(c.radius, thinnest))
            draw(ModelSurface(cylinder: solid), item.color, &metal)
        }
        var image = RasterImage(width: width, height: height, filledWith: background)
        for i in image.pixels.indices {
            if metal.depth[i] < bone.depth[i] {
                image.pixels[i] = metal.color[i]
            } else if metal.depth[i] < .infinity {
                image.pixels[i] = bone.color[i].mixed(with: metal.color[i], view.transparency)
            } else {
                image.pixels[i] = bone.color[i]
            }
        }
        return image
    }

    /// Rows: to the right, downwards, away from the eye.
    private var axes: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>) {
        let (c, s) = (cos(view.yaw), sin(view.yaw)), (cp, sp) = (cos(view.pitch), sin(view.pitch))
        // From behind, the patient's left (+x) is on the left and the head above.
        let right = Vector3(-c, s, 0)
        let away = Vector3(-s * cp, -c * cp, -sp)
        return (SIMD3<Float>(right), SIMD3<Float>(cross(away, right)), SIMD3<Float>(away))
    }

    private func draw(_ surface: ModelSurface, _ color: RGB, _ layer: inout Layer) {
        let (right, down, away) = axes
        let scale = Float(pixelsPerMillimetre)
        let middle = SIMD2<Float>(Float(width) / 2, Float(height) / 2), centre = SIMD3<Float>(self.centre)
        guard isSeen(surface, scale) else { return }
        let placed = surface.vertices.map { v -> SIMD3<Float> in
            let d = v - centre
            return SIMD3((d * right).sum() * scale + middle.x, (d * down).sum() * scale + middle.y, (d * away).sum())
        }
        let light = surface.normals.map { n -> Float in 0.25 + 0.75 * max(-(n * away).sum(), 0) }
        for t in surface.triangles {
            let (i, j, k) = (Int(t.x), Int(t.y), Int(t.z))
            fill((placed[i], placed[j], placed[k]), (light[i], light[j], light[k]), color, &layer)
        }
    }

    /// Whether the ball about a surface reaches into the picture.
    private func isSeen(_ surface: ModelSurface, _ scale: Float) -> Bool {
        let (right, down, _) = axes
        let d = surface.middle - SIMD3<Float>(centre)
        let reach = surface.reach * scale
        return abs((d * right).sum() * scale) < Float(width) / 2 + reach
            && abs((d * down).sum() * scale) < Float(height) / 2 + reach
    }

    private func fill(
        _ p: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>), _ light: (Float, Float, Float), _ color: RGB,
        _ layer: inout Layer
    ) {
        let (a, b, c) = p
        let area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
        guard abs(area) > 1e-6 else { return }
        let x0 = max(Int(min(a.x, b.x, c.x).rounded(.up)), 0), x1 = min(Int(max(a.x, b.x, c.x)), width - 1)
        let y0 = max(Int(min(a.y, b.y, c.y).rounded(.up)), 0), y1 = min(Int(max(a.y, b.y, c.y)), height - 1)
        guard x0 <= x1, y0 <= y1 else { return }
        for y in y0...y1 {
            for x in x0...x1 {
                let (px, py) = (Float(x), Float(y))
                let u = ((b.x - px) * (c.y - py) - (b.y - py) * (c.x - px)) / area
                let v = ((c.x - px) * (a.y - py) - (c.y - py) * (a.x - px)) / area
                let w = 1 - u - v
                guard u >= 0, v >= 0, w >= 0 else { continue }
                let depth = u * a.z + v * b.z + w * c.z
                let i = y * width + x
                guard depth < layer.depth[i] else { continue }
                layer.depth[i] = depth
                layer.color[i] = RGB.black.mixed(with: color, Double(u * light.0 + v * light.1 + w * light.2))
            }
        }
    }
}
