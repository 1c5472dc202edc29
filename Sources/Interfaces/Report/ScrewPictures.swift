import Frames
import Imaging
import Planning

/// The three planes in which a screw is judged, with it drawn to scale over the CT.
struct ScrewPictures {
    let ct: Volume<Int16>
    let labels: LabelVolume?
    let screw: ScrewCylinder

    /// A picture of 90 mm, 300 pixels wide; of more where the path is longer.
    private static let pixels = 300
    private var millimetresPerPixel: Double { max(0.3, screw.length * 1.25 / Double(Self.pixels)) }

    struct Drawn {
        let plane: PicturePlane
        let caption: String
        let overlay: String
        var window = Window.bone
    }

    /// Along the axis from the feet, along it from the side, and across it where its pedicle is.
    func all() -> [Drawn] { [fromTheFeet(), fromTheSide(), downTheBarrel()] }

    private func plane(right: Direction<CT>, down: Direction<CT>, centre: Point<CT>) -> PicturePlane {
        PicturePlane(
            centre: centre, right: right, down: down, width: Self.pixels, height: Self.pixels,
            millimetresPerPixel: millimetresPerPixel)
    }

    /// `axis` made perpendicular to the screw; a screw along it leaves any perpendicular.
    private func across(_ axis: Vector3) -> Direction<CT> {
        let part = axis - screw.axis.vector * dot(axis, screw.axis.vector)
        return Direction<CT>(part) ?? Direction<CT>(perpendicular(to: screw.axis.vector)) ?? .x
    }

    /// Back of the patient below, the patient's left on the right side of the picture, as radiologists look.
    private func fromTheFeet() -> Drawn {
        let right = across(Vector3(1, 0, 0))
        let back = Direction<CT>(Vector3(0, 1, 0) - right.vector * right.vector.y) ?? .y
        let tilted = planeAlongScrew(right: right, towards: back)
        return Drawn(plane: tilted, caption: "along the screw, seen from the feet", overlay: outline(in: tilted))
    }

    /// The plane that holds the screw's axis and `side`.
    private func planeAlongScrew(right: Direction<CT>, towards: Direction<CT>) -> PicturePlane {
        let down = dot(screw.axis.vector, towards.vector) < 0 ? -screw.axis : screw.axis
        let centre = screw.point(at: screw.length / 2)
        return plane(right: right, down: down, centre: centre)
    }

    /// Back of the patient on the right, head above.
    private func fromTheSide() -> Drawn {
        let up = across(Vector3(0, 0, 1))
        let back = screw.axis.vector.y < 0 ? -screw.axis : screw.axis
        let p = plane(right: back, down: -up, centre: screw.point(at: screw.length / 2))
        return Drawn(plane: p, caption: "along the screw, seen from the side", overlay: outline(in: p))
    }

    /// Across the screw where the pedicle is: a third of the way, and at least 10 mm, from the entry.
    private func downTheBarrel() -> Drawn {
        let up = across(Vector3(0, 0, 1))
        let side = Direction<CT>(cross(screw.axis.vector, up.vector)) ?? .x
        let right = side.vector.x < 0 ? -side : side
        let depth = min(max(10, screw.length / 3), screw.length)
        let p = plane(right: right, down: -up, centre: screw.point(at: depth))
        let what = "down its barrel, seen from the front"
        return Drawn(plane: p, caption: "\(what), \(depth.text(0)) mm from the entry", overlay: circle(in: p))
    }

    private func outline(in p: PicturePlane) -> String {
        let a = p.project(screw.entry), b = p.project(screw.tip)
        let r = screw.radius / p.millimetresPerPixel
        let size = ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).squareRoot()
        let (nx, ny) = (-(b.y - a.y) / size * r, (b.x - a.x) / size * r)
        let corners = [(a.x + nx, a.y + ny), (b.x + nx, b.y + ny), (b.x - nx, b.y - ny), (a.x - nx, a.y - ny)]
        let text = corners.map { "\($0.0.text(1)),\($0.1.text(1))" }.joined(separator: " ")
        return svg(
            p,
            "<polygon points=\"\(text)\" fill=\"rgba(0,229,255,.18)\" stroke=\"#00e5ff\" stroke-width=\"1.4\"/>"
                + "<line x1=\"\(a.x.text(1))\" y1=\"\(a.y.text(1))\" x2=\"\(b.x.text(1))\" y2=\"\(b.y.text(1))\" stroke=\"#00e5ff\" stroke-dasharray=\"4 3\"/>"
                + "<circle cx=\"\(a.x.text(1))\" cy=\"\(a.y.text(1))\" r=\"3\" fill=\"#ffea00\"/>")
    }

    private func circle(in p: PicturePlane) -> String {
        let c = Double(Self.pixels - 1) / 2
        let r = max(screw.radius / p.millimetresPerPixel, 2)
        return svg(
            p,
            "<circle cx=\"\(c)\" cy=\"\(c)\" r=\"\(r.text(1))\" fill=\"rgba(0,229,255,.18)\" stroke=\"#00e5ff\" stroke-width=\"1.4\"/>"
        )
    }

    private func svg(_ p: PicturePlane, _ inner: String) -> String {
        "<svg viewBox=\"0 0 \(p.width) \(p.height)\">\(inner)\(p.scaleBar(10))</svg>"
    }
}

extension PicturePlane {
    /// A bar of so many mm in the lower left corner.
    func scaleBar(_ millimetres: Double) -> String {
        let (y, end) = (height - 12, 12 + millimetres / millimetresPerPixel)
        return "<line x1=\"12\" y1=\"\(y)\" x2=\"\(end.text(1))\" y2=\"\(y)\" stroke=\"#fff\" stroke-width=\"2\"/>"
            + "<text x=\"12\" y=\"\(y - 5)\" fill=\"#fff\" font-size=\"11\">\(millimetres.text(0)) mm</text>"
    }

    /// The picture with its overlay and caption, as HTML.
    func figure(
        of ct: Volume<Int16>, labels: LabelVolume?, window: Window = .bone, overlay: String, caption: String
    ) throws(ReportError) -> String {
        let address = try picture(of: ct, labels: labels, window: window).dataAddress()
        return "<figure><div class=\"picture\"><img alt=\"\(caption.htmlEscaped)\" src=\"\(address)\">\(overlay)</div>"
            + "<figcaption>\(caption.htmlEscaped)</figcaption></figure>"
    }
}
