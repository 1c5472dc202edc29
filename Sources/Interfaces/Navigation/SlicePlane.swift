import Frames
import Glibc
import Imaging
import Planning
import TerminalKit

/// The planes in which the tool is shown.
enum SlicePlane: String, CaseIterable {
    case axial, sagittal, coronal
    /// Through the planned axis.
    case along = "along the plan"

    /// - Parameter size: mm a pixel.
    func plane(_ centre: Point<CT>, _ item: PlanItem, _ width: Int, _ height: Int, _ size: Double) -> PicturePlane? {
        func make(_ centre: Point<CT>, _ right: Direction<CT>, _ down: Direction<CT>) -> PicturePlane {
            PicturePlane(
                centre: centre, right: right, down: down, width: width, height: height, millimetresPerPixel: size)
        }
        // the slices step with half a pixel, and half a millimetre: what trembles with the tracker's noise cannot be read
        let step = max(size / 2, 0.5)
        func still(_ x: Double) -> Double { (x / step).rounded() * step }
        let held = Point<CT>(still(centre.x), still(centre.y), still(centre.z))
        switch self {
        // radiologists look from the feet, and from the patient's left
        case .axial: return make(held, .x, .y)
        case .sagittal: return make(held, .y, -.z)
        case .coronal: return make(held, .x, -.z)
        case .along:
            guard let along = Direction<CT>((item.target - item.entry).vector) else { return nil }
            let wanted = abs(along.vector.x) < 0.9 ? Vector3(1, 0, 0) : Vector3(0, 1, 0)
            guard let right = Direction<CT>(wanted - along.vector * dot(wanted, along.vector)) else { return nil }
            return make(item.entry + (item.target - item.entry) * 0.4, right, -along)
        }
    }
}

extension RasterImage {
    /// A line between two points, as the plane sees it from before.
    mutating func drawLine(
        _ plane: PicturePlane, _ from: Point<CT>, _ to: Point<CT>, _ color: RGB, isDotted: Bool
    ) {
        let (a, b) = (plane.project(from), plane.project(to))
        // thin lines are lost in pictures of many pixels
        let thick = width > 280 ? 2 : 1
        let steps = Int(min(max(abs(b.x - a.x), abs(b.y - a.y)).rounded(.up), 4000))
        for step in 0...max(steps, 1) {
            let share = Double(step) / Double(max(steps, 1))
            let (x, y) = (a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share)
            let behind = abs(a.behind + (b.behind - a.behind) * share)
            // what lies more than 2 mm before or behind the plane is broken up
            guard !isDotted || behind < 2 || step / thick % 3 == 0, x.isFinite, y.isFinite, x > -1, y > -1,
                x < Double(width), y < Double(height)
            else { continue }
            let (i, j) = (Int(x.rounded()), Int(y.rounded()))
            for x in i..<(i + thick) where (0..<width).contains(x) {
                for y in j..<(j + thick) where (0..<height).contains(y) {
                    self[x, y] = self[x, y].mixed(with: color, 0.85)
                }
            }
        }
    }
}
