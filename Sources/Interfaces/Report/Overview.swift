import Frames
import Imaging
import Planning

extension PlanReport {
    /// Axial, sagittal and coronal slices through the middle of the plan, with every item's axis projected onto them.
    func addOverview(to page: inout HTMLPage) throws(ReportError) {
        guard let middle = Self.middle(of: plan) else { return }
        page.heading("Overview")
        page.add("<div class=\"overview\">")
        for (plane, caption) in planes(through: middle) {
            page.add(try plane.figure(of: image.ct, labels: labels, overlay: axes(on: plane), caption: caption))
        }
        page.add("</div>")
    }

    private static func middle(of plan: PlanFile) -> Point<CT>? {
        guard !plan.items.isEmpty else { return nil }
        let sum = plan.items.reduce(Vector3.zero) { $0 + ($1.entry.coordinates + $1.target.coordinates) / 2 }
        return Point(sum / Double(plan.items.count))
    }

    private func planes(through p: Point<CT>) -> [(PicturePlane, String)] {
        func plane(_ right: Direction<CT>, _ down: Direction<CT>) -> PicturePlane {
            PicturePlane(centre: p, right: right, down: down, width: 360, height: 360, millimetresPerPixel: 0.62)
        }
        return [
            (
                plane(.x, .y),
                "axial, seen from the feet; the patient's left on the right; axes of other levels are faint"
            ),
            (plane(.y, -Direction<CT>.z), "sagittal; the back on the right"),
            (plane(.x, -Direction<CT>.z), "coronal, seen from the front; the patient's left on the right"),
        ]
    }

    /// mm from the plane to an axis's middle.
    private static let nearby = 15.0

    private func axes(on plane: PicturePlane) -> String {
        let lines = plan.items.map { item -> String in
            let a = plane.project(item.entry), b = plane.project(item.target)
            // What lies well before or behind the picture is drawn faintly.
            let isNear = abs(a.behind + b.behind) / 2 <= Self.nearby
            return
                "<line opacity=\"\(isNear ? 1 : 0.35)\" x1=\"\(a.x.text(1))\" y1=\"\(a.y.text(1))\" x2=\"\(b.x.text(1))\" y2=\"\(b.y.text(1))\" stroke=\"#00e5ff\" stroke-width=\"2\" stroke-linecap=\"round\"/>"
        }
        return "<svg viewBox=\"0 0 \(plane.width) \(plane.height)\">\(lines.joined())\(plane.scaleBar(30))</svg>"
    }
}
