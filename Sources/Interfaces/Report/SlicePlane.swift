import Frames
import Imaging

/// A rectangle in the patient that a picture shows: pixel (0, 0) is its upper left corner.
struct SlicePlane {
    /// The centre of the picture.
    let centre: Point<CT>
    /// Towards the right edge of the picture.
    let right: Direction<CT>
    /// Towards the lower edge of the picture.
    let down: Direction<CT>
    let width: Int
    let height: Int
    let millimetresPerPixel: Double

    /// The plane's normal, into the picture.
    var normal: Vector3 { cross(right.vector, down.vector) }

    func point(_ x: Double, _ y: Double) -> Point<CT> {
        centre + right * ((x - Double(width - 1) / 2) * millimetresPerPixel)
            + down * ((y - Double(height - 1) / 2) * millimetresPerPixel)
    }

    /// Pixel coordinates of `p`'s foot in the plane, and its height over the plane in mm.
    func project(_ p: Point<CT>) -> (x: Double, y: Double, above: Double) {
        let d = (p - centre).vector
        return (
            dot(d, right.vector) / millimetresPerPixel + Double(width - 1) / 2,
            dot(d, down.vector) / millimetresPerPixel + Double(height - 1) / 2, dot(d, normal)
        )
    }
}

/// The HU shown as black and as white.
struct Window {
    let black: Double
    let white: Double

    static let bone = Window(black: -250, white: 1050)

    func gray(_ hu: Double) -> UInt8 {
        UInt8(max(0, min(255, (hu - black) / (white - black) * 255)).rounded())
    }
}

extension SlicePlane {
    /// The CT on this plane, with thin outlines of the labels in their colours; outside the image it is dark blue.
    func picture(of ct: Volume<Int16>, labels: LabelVolume?, window: Window = .bone) -> RGBImage {
        var image = RGBImage(width: width, height: height)
        var marks = [UInt8](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                let p = point(Double(x), Double(y))
                guard let hu = ct.interpolated(at: p) else {
                    image[x, y] = SIMD3(10, 14, 28)
                    continue
                }
                image[x, y] = SIMD3(repeating: window.gray(hu))
                if let labels { marks[y * width + x] = Self.mark(labels, at: p) }
            }
        }
        outline(marks, into: &image)
        return image
    }

    private static func mark(_ labels: LabelVolume, at p: Point<CT>) -> UInt8 {
        let i = labels.geometry.nearest(p)
        guard labels.size.contains(i) else { return 0 }
        let label = labels[label: i]
        return label.isVertebra || label == .sacrum || label == .spinalCanal ? label.number : 0
    }

    private func outline(_ marks: [UInt8], into image: inout RGBImage) {
        for y in 1..<height - 1 {
            for x in 1..<width - 1 {
                let here = marks[y * width + x]
                guard here != 0 else { continue }
                let neighbours = [
                    marks[y * width + x - 1], marks[y * width + x + 1], marks[(y - 1) * width + x],
                    marks[(y + 1) * width + x],
                ]
                guard neighbours.contains(where: { $0 != here }) else { continue }
                let colour = LabelColour.of(AnatomicalLabel(here))
                image[x, y] = SIMD3<UInt8>(
                    truncatingIfNeeded: (SIMD3<UInt16>(truncatingIfNeeded: image[x, y]) &+ SIMD3<UInt16>(
                        truncatingIfNeeded: colour) &* 2) / 3)
            }
        }
    }
}

/// Colours that stay apart for the colour-blind (Okabe and Ito 2008), in turn down the spine.
enum LabelColour {
    static let palette: [SIMD3<UInt8>] = [
        SIMD3(230, 159, 0), SIMD3(86, 180, 233), SIMD3(0, 158, 115), SIMD3(240, 228, 66), SIMD3(204, 121, 167),
        SIMD3(213, 94, 0),
    ]

    static func of(_ label: AnatomicalLabel) -> SIMD3<UInt8> {
        label == .spinalCanal ? SIMD3(0, 114, 255) : palette[Int(label.number) % palette.count]
    }
}
