import Frames
import Imaging
import Planning

/// The planes in which a straight path is judged: along it twice, and across it where a vessel is nearest or at its target.
struct TrajectoryPictures {
    let ct: Volume<Int16>
    let labels: LabelVolume?
    let path: ScrewCylinder

    private static let pixels = 300

    func all() -> [ScrewPictures.Drawn] {
        [
            along(toSide: Vector3(0, 0, 1), "along the path, across the front"),
            along(toSide: Vector3(0, 1, 0), "along the path, across the side"), across(),
        ]
    }

    /// The whole path and 12 mm at either end.
    private var scale: Double { (path.length + 24) / Double(Self.pixels) }

    /// The plane that holds the path and what is nearest to `side`.
    private func along(toSide side: Vector3, _ caption: String) -> ScrewPictures.Drawn {
        let part = side - path.axis.vector * dot(side, path.axis.vector)
        let right = Direction<CT>(part) ?? Direction<CT>(perpendicular(to: path.axis.vector)) ?? .x
        let plane = PicturePlane(
            centre: path.point(at: path.length / 2), right: right, down: path.axis, width: Self.pixels,
            height: Self.pixels, millimetresPerPixel: scale)
        return ScrewPictures.Drawn(
            plane: plane, caption: "\(caption): skin above, target below", overlay: outline(plane), window: .soft)
    }

    private func across() -> ScrewPictures.Drawn {
        let right = Direction<CT>(perpendicular(to: path.axis.vector)) ?? .x
        let down = Direction<CT>(cross(path.axis.vector, right.vector)) ?? .y
        let plane = PicturePlane(
            centre: path.tip, right: right, down: down, width: Self.pixels, height: Self.pixels,
            millimetresPerPixel: 0.2)
        let (c, r) = (Double(Self.pixels - 1) / 2, path.radius / plane.millimetresPerPixel)
        let circles =
            "<circle cx=\"\(c)\" cy=\"\(c)\" r=\"\(r.text(1))\" fill=\"rgba(0,229,255,.25)\" stroke=\"#00e5ff\" stroke-width=\"1.4\"/>"
            + "<circle cx=\"\(c)\" cy=\"\(c)\" r=\"\((r + 3 / plane.millimetresPerPixel).text(1))\" fill=\"none\" stroke=\"#ffea00\" stroke-dasharray=\"4 3\"/>"
        return ScrewPictures.Drawn(
            plane: plane, caption: "across the path at its target; dashed: 3 mm round it", overlay: svg(plane, circles),
            window: .soft)
    }

    private func outline(_ p: PicturePlane) -> String {
        let (a, b) = (p.project(path.entry), p.project(path.tip))
        let r = max(path.radius / p.millimetresPerPixel, 0.8)
        let corners = [(a.x - r, a.y), (a.x + r, a.y), (b.x + r, b.y), (b.x - r, b.y)]
        let text = corners.map { "\($0.0.text(1)),\($0.1.text(1))" }.joined(separator: " ")
        return svg(
            p,
            "<polygon points=\"\(text)\" fill=\"rgba(0,229,255,.25)\" stroke=\"#00e5ff\" stroke-width=\"1\"/>"
                + "<circle cx=\"\(a.x.text(1))\" cy=\"\(a.y.text(1))\" r=\"3\" fill=\"#ffea00\"/>")
    }

    private func svg(_ p: PicturePlane, _ inner: String) -> String {
        "<svg viewBox=\"0 0 \(p.width) \(p.height)\">\(inner)\(p.scaleBar(10))</svg>"
    }
}

extension PlanItem {
    /// The pictures in which an item of this kind is judged; none where it has no axis.
    func pictures(of ct: Volume<Int16>, labels: LabelVolume?) -> [ScrewPictures.Drawn] {
        guard let cylinder else { return [] }
        return kind.isScrew
            ? ScrewPictures(ct: ct, labels: labels, screw: cylinder).all()
            : TrajectoryPictures(ct: ct, labels: labels, path: cylinder).all()
    }
}
