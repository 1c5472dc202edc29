import Imaging
import TerminalKit

/// Colours of one look. Nothing is told by colour alone: grades have letters, broken limits a mark.
public struct ColorScheme: Equatable, Sendable {
    public let name: String
    public let good, fair, bad: RGB
    public let selected, other, entry, cursor, ghost: RGB
    public let text, dim, title, panel, bar, focus: RGB
    public let canal: RGB
    public let labels: [RGB]

    /// Blue to vermilion, which every kind of colour vision tells apart (Okabe and Ito 2008).
    public static let standard = ColorScheme(
        name: "colour-blind safe", good: RGB(86, 180, 233), fair: RGB(240, 228, 66), bad: RGB(230, 97, 0),
        selected: RGB(0, 229, 255), other: RGB(120, 150, 170), entry: RGB(240, 228, 66), cursor: RGB(240, 228, 66),
        ghost: RGB(204, 121, 167), text: RGB(225, 230, 235), dim: RGB(135, 145, 155), title: RGB(255, 255, 255),
        panel: RGB(18, 22, 30), bar: RGB(36, 46, 62), focus: RGB(0, 229, 255), canal: RGB(0, 114, 255),
        labels: [
            RGB(230, 159, 0), RGB(86, 180, 233), RGB(0, 158, 115), RGB(240, 228, 66), RGB(204, 121, 167),
            RGB(213, 94, 0),
        ])

    /// Green, amber and red, as traffic lights.
    public static let trafficLight = ColorScheme(
        name: "traffic light", good: RGB(80, 200, 90), fair: RGB(250, 190, 40), bad: RGB(240, 60, 60),
        selected: RGB(0, 229, 255), other: RGB(120, 150, 170), entry: RGB(250, 220, 60), cursor: RGB(250, 220, 60),
        ghost: RGB(220, 120, 220), text: RGB(225, 230, 235), dim: RGB(135, 145, 155), title: RGB(255, 255, 255),
        panel: RGB(18, 22, 30), bar: RGB(36, 46, 62), focus: RGB(0, 229, 255), canal: RGB(0, 114, 255),
        labels: [
            RGB(230, 120, 60), RGB(90, 160, 240), RGB(60, 190, 110), RGB(230, 220, 90), RGB(200, 110, 200),
            RGB(120, 200, 210),
        ])

    /// Brightness alone, for a terminal or an eye without colours.
    public static let gray = ColorScheme(
        name: "grey", good: RGB(gray: 235), fair: RGB(gray: 200), bad: RGB(gray: 255), selected: RGB(gray: 255),
        other: RGB(gray: 130), entry: RGB(gray: 255), cursor: RGB(gray: 255), ghost: RGB(gray: 160),
        text: RGB(gray: 225), dim: RGB(gray: 140), title: RGB(gray: 255), panel: RGB(gray: 16), bar: RGB(gray: 48),
        focus: RGB(gray: 255), canal: RGB(gray: 90),
        labels: [RGB(gray: 200), RGB(gray: 150), RGB(gray: 225), RGB(gray: 170), RGB(gray: 210), RGB(gray: 130)])

    public static let all = [standard, trafficLight, gray]

    public func color(of label: AnatomicalLabel) -> RGB {
        label == .spinalCanal ? canal : labels[Int(label.number) % labels.count]
    }
}
