import Frames
import Imaging

/// The HU shown as black and as white.
struct Window {
    let black: Double
    let white: Double

    static let bone = Window(black: -250, white: 1050)
    static let soft = Window(black: -120, white: 280)

    func gray(_ hu: Double) -> UInt8 {
        UInt8(max(0, min(255, (hu - black) / (white - black) * 255)).rounded())
    }
}

extension PicturePlane {
    /// The CT on this plane, with thin outlines of the labels in their colours; outside the image it is dark blue.
    func picture(of ct: Volume<Int16>, labels: LabelVolume?, window: Window = .bone) -> RGBImage {
        var image = RGBImage(width: width, height: height)
        let values = ct.samples(on: self)
        let marks = labels?.labels(on: self).map { Self.isOutlined(AnatomicalLabel($0)) ? $0 : 0 }
        for y in 0..<height {
            for x in 0..<width {
                let hu = values[y * width + x]
                image[x, y] = hu.isNaN ? SIMD3(10, 14, 28) : SIMD3(repeating: window.gray(Double(hu)))
            }
        }
        if let marks { outline(marks, into: &image) }
        return image
    }

    /// What a path must meet or keep clear of.
    private static let outlined: Set<AnatomicalLabel> = [
        .sacrum, .spinalCanal, .vessel, .ventricle, .lesion, .skull,
    ]

    private static func isOutlined(_ label: AnatomicalLabel) -> Bool { label.isVertebra || outlined.contains(label) }

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
        switch label {
        case .spinalCanal: SIMD3(0, 114, 255)
        case .vessel: SIMD3(255, 60, 60)
        default: palette[Int(label.number) % palette.count]
        }
    }
}
