import Frames
import Imaging
import Planning
import SliceDrawing
import TerminalKit

/// How labels are laid over the CT.
enum LabelOverlay: String, CaseIterable, Sendable {
    case outline, filled, hidden
}

/// Draws one slice: the CT in its window, labels, and the items where the plane cuts them.
struct SlicePainter {
    let ct: Volume<Int16>
    let labels: LabelVolume
    var window: DisplayWindow
    var overlay: LabelOverlay
    var scheme: ColorScheme

    /// Where there is no image.
    static let outside = RGB(10, 14, 28)

    /// An item as a solid, with its look.
    struct Solid: Equatable, Sendable {
        let cylinder: ScrewCylinder
        let color: RGB
        /// The label that it must stay in; where it leaves it, the picture says so.
        let bone: AnatomicalLabel?
        let isSelected: Bool
        /// Of another plan: an outline alone.
        var isGhost = false
    }

    /// A slice before anything is drawn over it.
    struct Ground: Sendable {
        let slice: PictureDesk.Slice
        let samples: Samples
        let image: RasterImage
        /// The label of each pixel.
        var marks: [UInt8] { samples.marks }
    }

    /// What lies under each pixel, whatever it is shown as: HU (`nan` outside the image) and label.
    struct Samples: Sendable {
        let values: [Float]
        let marks: [UInt8]
    }

    /// - Parameter old: of the frame before, which may have been of the same places in another window.
    func ground(_ slice: PictureDesk.Slice, reusing old: Ground? = nil) -> Ground {
        let kept = old.flatMap { $0.slice.lies(as: slice) ? $0.samples : nil }
        let samples =
            kept ?? Samples(values: ct.samples(on: slice.plane), marks: labels.labels(on: slice.plane))
        var image = RasterImage(width: slice.plane.width, height: slice.plane.height)
        image.pixels.withUnsafeMutableBufferPointer { pixels in
            for (i, hu) in samples.values.enumerated() {
                pixels[i] =
                    hu.isNaN
                    ? Self.outside : RGB(gray: slice.isCoarse ? window.coarseGray(hu) : window.gray(hu))
            }
        }
        if overlay != .hidden { lay(samples.marks, over: &image) }
        return Ground(slice: slice, samples: samples, image: image)
    }

    func picture(_ ground: Ground, _ lines: PictureDesk.Lines) -> RasterImage {
        var image = ground.image
        let plane = ground.slice.plane
        for solid in lines.solids.sorted(by: { !$0.isSelected && $1.isSelected }) {
            draw(solid, plane, ground.marks, &image)
        }
        if let at = lines.cross {
            image.drawCross(Int(at.x.rounded()), Int(at.y.rounded()), color: scheme.cursor)
            if let r = lines.brush { image.drawRing(at.x, at.y, radius: r, color: scheme.cursor) }
        }
        return image
    }

    func picture(_ plane: PicturePlane, solids: [Solid]) -> RasterImage {
        let slice = PictureDesk.Slice(plane: plane, window: window, overlay: overlay, scheme: scheme, version: 0)
        return picture(ground(slice), .init(solids: solids))
    }

    private static func isShown(_ number: UInt8) -> Bool {
        guard number != 0 else { return false }
        let label = AnatomicalLabel(number)
        return label != .softTissue && label != .disc && label != .intracranial
    }

    private func lay(_ marks: [UInt8], over image: inout RasterImage) {
        let (w, h) = (image.width, image.height)
        let colors = (0...255).map { Self.isShown($0) ? scheme.color(of: AnatomicalLabel($0)) : nil }
        for y in 0..<h {
            for x in 0..<w {
                let own = marks[y * w + x]
                guard let color = colors[Int(own)] else { continue }
                let inner =
                    x > 0 && marks[y * w + x - 1] == own && x + 1 < w && marks[y * w + x + 1] == own && y > 0
                    && marks[(y - 1) * w + x] == own && y + 1 < h && marks[(y + 1) * w + x] == own
                if !inner {
                    image[x, y] = image[x, y].mixed(with: color, 0.6)
                } else if overlay == .filled {
                    image[x, y] = image[x, y].mixed(with: color, 0.25)
                }
            }
        }
    }

    /// The cut of the plane through the cylinder, pixel by pixel.
    private func draw(_ solid: Solid, _ plane: PicturePlane, _ marks: [UInt8], _ image: inout RasterImage) {
        let c = solid.cylinder
        guard let box = bounds(of: c, plane) else { return }
        let edge = max(plane.millimetresPerPixel, 0.4)
        for y in box.y {
            for x in box.x {
                let d = (plane.point(Double(x), Double(y)) - c.entry).vector
                let along = dot(d, c.axis.vector)
                let across = length(d - c.axis.vector * along)
                let inside = min(c.radius - across, along, c.length - along)
                guard inside > -edge / 2 else { continue }
                let isRim = inside < edge / 2
                guard isRim || !solid.isGhost else { continue }
                let leaves = solid.bone.map { marks[y * plane.width + x] != $0.number } ?? false
                let counts = along > GertzbeinRobbins.skipped
                if leaves, counts, solid.isSelected, !isRim {
                    // Striped, so that it shows without colours.
                    let share = (x + y) % 2 == 0 ? 0.85 : 0.35
                    image[x, y] = image[x, y].mixed(with: scheme.bad, share)
                } else {
                    image[x, y] = image[x, y].mixed(with: solid.color, isRim ? 0.9 : solid.isSelected ? 0.3 : 0.2)
                }
            }
        }
        if solid.isSelected { mark(c.entry, plane, &image) }
    }

    /// The pixels that the cylinder can touch.
    private func bounds(of c: ScrewCylinder, _ plane: PicturePlane) -> (x: ClosedRange<Int>, y: ClosedRange<Int>)? {
        let (a, b) = (plane.project(c.entry), plane.project(c.tip))
        let r = c.radius / plane.millimetresPerPixel + 2
        // Nearer than the radius to the plane somewhere.
        guard min(a.behind, b.behind) <= c.radius, max(a.behind, b.behind) >= -c.radius else { return nil }
        func range(_ p: Double, _ q: Double, _ count: Int) -> ClosedRange<Int>? {
            let low = max((min(p, q) - r).rounded(.down), 0),
                high = min((max(p, q) + r).rounded(.up), Double(count - 1))
            return low <= high ? Int(low)...Int(high) : nil
        }
        guard let x = range(a.x, b.x, plane.width), let y = range(a.y, b.y, plane.height) else { return nil }
        return (x, y)
    }

    private func mark(_ p: Point<CT>, _ plane: PicturePlane, _ image: inout RasterImage) {
        let at = plane.project(p)
        guard abs(at.behind) < 3, at.x.isFinite, at.y.isFinite else { return }
        let (x, y) = (Int(at.x.rounded()), Int(at.y.rounded()))
        let size = plane.width > 200 ? 2 : 0
        for dy in -size...size {
            for dx in -size...size where (0..<plane.width).contains(x + dx) && (0..<plane.height).contains(y + dy) {
                image[x + dx, y + dy] = scheme.entry
            }
        }
    }
}

extension RasterImage {
    /// A circle of the brush.
    mutating func drawRing(_ x: Double, _ y: Double, radius: Double, color: RGB) {
        for j in rows(y - radius - 1, y + radius + 1, height) {
            for i in rows(x - radius - 1, x + radius + 1, width) {
                let dx = Double(i) - x, dy = Double(j) - y
                if abs((dx * dx + dy * dy).squareRoot() - radius) < 0.6 { self[i, j] = color }
            }
        }
    }

    private func rows(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
        func within(_ x: Double) -> Int { Int(min(max(x, 0), Double(count))) }
        return within(low.rounded(.down))..<within(high.rounded(.up))
    }
}
