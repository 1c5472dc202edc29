import Foundation
import Frames
import Imaging
import Planning

/// The risk of a path to a target from every side as a picture: one panel a target, with a scale.
///
/// A panel looks at the head from outside, along the planned path (or the least risk), at the hemisphere of entries round it;
/// angles grow evenly from its middle. Colours are those of cividis (Nuñez, Anderton, Renslow 2018, PLoS ONE 13:e0199239),
/// which read the same to people who do not tell red from green.
public struct RiskMapPicture {
    private let map: RiskMap
    private let ahead, right, up: Vector3

    private static let radius = 210.0
    private static let panel = (width: 460, height: 500)
    private static let legendHeight = 150
    private static let columns = 4

    private static let scale: [SIMD3<Double>] = [
        SIMD3(0, 34, 78), SIMD3(53, 69, 108), SIMD3(102, 105, 112), SIMD3(148, 142, 119), SIMD3(201, 186, 98),
        SIMD3(254, 232, 56),
    ]
    private static let broken = SIMD3<UInt8>(0, 0, 0)
    private static let blocked = SIMD3<UInt8>(222, 222, 226)
    private static let paper = SIMD3<UInt8>(255, 255, 255)

    private init(_ map: RiskMap) {
        self.map = map
        let least = map.entries.filter { $0.risk != nil && $0.broken == nil }.min { ($0.risk ?? 9) < ($1.risk ?? 9) }
        let middle = map.marks.first?.direction.vector ?? least?.direction.vector ?? Vector3(0, 0, 1)
        ahead = middle
        let head = abs(middle.z) < 0.94 ? Vector3(0, 0, 1) : Vector3(0, -1, 0)
        up = normalized(head - middle * dot(head, middle)) ?? perpendicular(to: middle)
        // as one who faces a person sees their left on the right
        right = cross(up, ahead)
    }

    /// Writes the panels of several targets as one PNG, beside, then renamed.
    ///
    /// - Throws: `ReportError`.
    public static func write(_ maps: [RiskMap], to path: String) throws(ReportError) {
        let data = try picture(of: maps).png()
        do { try AtomicFile.write(data, to: path) } catch { throw .notWritten(path: path, reason: "\(error)") }
    }

    static func picture(of maps: [RiskMap]) -> RGBImage {
        let columns = max(min(maps.count, Self.columns), 1)
        let rows = max((maps.count + columns - 1) / columns, 1)
        var image = RGBImage(width: max(columns * panel.width, 640), height: rows * panel.height + legendHeight)
        image.fill(x: 0, y: 0, width: image.width, height: image.height, paper)
        for (k, map) in maps.enumerated() {
            RiskMapPicture(map).draw(in: &image, x: k % columns * panel.width, y: k / columns * panel.height)
        }
        legend(in: &image, y: rows * panel.height)
        return image
    }

    private func draw(in image: inout RGBImage, x: Int, y: Int) {
        let (cx, cy) = (Double(x) + Double(Self.panel.width) / 2, Double(y) + 40 + Self.radius)
        let t = map.target
        let place = [t.x, t.y, t.z].map { String(format: "%.1f", $0) }.joined(separator: ", ")
        image.write("\(map.id)  (\(place))", x: x + 12, y: y + 10)
        for j in 0..<Int(2 * Self.radius) {
            for i in 0..<Int(2 * Self.radius) {
                let (dx, dy) = (Double(i) - Self.radius, Self.radius - Double(j))
                let r = (dx * dx + dy * dy).squareRoot()
                guard r < Self.radius else { continue }
                let angle = r / Self.radius * .pi / 2
                let aside = r > 0 ? (right * dx + up * dy) / r : .zero
                let px = (Int(cx) - Int(Self.radius) + i, Int(cy) - Int(Self.radius) + j)
                image[px.0, px.1] = Self.colour(map.entry(ahead * cos(angle) + aside * sin(angle)), px.0, px.1)
            }
        }
        for ring in [30.0, 60, 90] {
            image.ring(x: cx, y: cy, radius: ring / 90 * Self.radius, thick: 1, SIMD3(255, 255, 255))
            image.ring(x: cx, y: cy, radius: ring / 90 * Self.radius + 1, thick: 0.6, SIMD3(90, 90, 90))
        }
        compass(in: &image, cx, cy)
        for mark in map.marks.reversed() { draw(mark, in: &image, cx, cy) }
    }

    /// Where the patient's sides are, at the rim.
    private func compass(in image: inout RGBImage, _ cx: Double, _ cy: Double) {
        let sides: [(String, Vector3)] = [
            ("L", Vector3(1, 0, 0)), ("R", Vector3(-1, 0, 0)), ("A", Vector3(0, -1, 0)), ("P", Vector3(0, 1, 0)),
            ("H", Vector3(0, 0, 1)), ("F", Vector3(0, 0, -1)),
        ]
        for (letter, side) in sides {
            let (a, b) = (dot(side, right), dot(side, up))
            let size = (a * a + b * b).squareRoot()
            guard size > 0.45 else { continue }
            image.write(
                letter, x: Int(cx + a / size * (Self.radius + 11)) - 5, y: Int(cy - b / size * (Self.radius + 11)) - 7)
        }
    }

    private func draw(_ mark: RiskMap.Mark, in image: inout RGBImage, _ cx: Double, _ cy: Double) {
        let d = mark.direction.vector
        let off = angle(d, ahead)
        guard off < .pi / 2, let aside = normalized(d - ahead * dot(d, ahead)) ?? Optional(Vector3.zero) else { return }
        let r = off / (.pi / 2) * Self.radius
        let (x, y) = (cx + dot(aside, right) * r, cy - dot(aside, up) * r)
        Self.mark(in: &image, x, y, mark.isAlternative)
    }

    private static func mark(in image: inout RGBImage, _ x: Double, _ y: Double, _ isAlternative: Bool) {
        let radius: Double = isAlternative ? 5 : 9
        image.ring(x: x, y: y, radius: radius, thick: 6, SIMD3(0, 0, 0))
        image.ring(x: x, y: y, radius: radius, thick: 3, SIMD3(255, 255, 255))
    }

    /// Broken margins black; other limits as their risk with white stripes; no entry light.
    private static func colour(_ entry: RiskMap.Entry, _ x: Int, _ y: Int) -> SIMD3<UInt8> {
        if entry.block != nil { return blocked }
        guard let risk = entry.risk else { return SIMD3(150, 160, 180) }
        if risk > 1 { return entry.broken?.name == .skullAngle && (x + y) % 7 < 2 ? SIMD3(120, 120, 120) : broken }
        if entry.broken != nil, (x + y) % 7 < 2 { return paper }
        return colour(risk: risk)
    }

    static func colour(risk: Double) -> SIMD3<UInt8> {
        let at = min(max(risk, 0), 1) * Double(scale.count - 1)
        let k = min(Int(at), scale.count - 2)
        let mixed = scale[k] + (scale[k + 1] - scale[k]) * (at - Double(k))
        return SIMD3(UInt8(mixed.x.rounded()), UInt8(mixed.y.rounded()), UInt8(mixed.z.rounded()))
    }

    private static func legend(in image: inout RGBImage, y: Int) {
        image.write("risk to vessels", x: 20, y: y + 8)
        for i in 0..<260 {
            image.fill(x: 20 + i, y: y + 28, width: 1, height: 18, colour(risk: Double(i) / 259))
        }
        for (text, share) in [("0", 0.0), ("0.5", 0.5), ("1", 1.0)] {
            image.write(text, x: 20 + Int(share * 259) - text.count * 6 + 2, y: y + 50)
        }
        let rows: [(String, (Int, Int) -> SIMD3<UInt8>)] = [
            (">1: margin to a vessel broken", { _, _ in broken }),
            ("other limit broken (angle)", { a, b in (a + b) % 7 < 2 ? paper : colour(risk: 0.4) }),
            ("no entry", { _, _ in blocked }),
        ]
        for (k, row) in rows.enumerated() {
            for i in 0..<24 {
                for j in 0..<16 { image[20 + i, y + 74 + k * 24 + j] = row.1(i, j) }
            }
            image.write(row.0, x: 52, y: y + 75 + k * 24)
        }
        mark(in: &image, 452, Double(y) + 36, false)
        image.write("planned", x: 474, y: y + 30)
        mark(in: &image, 452, Double(y) + 66, true)
        image.write("alternative", x: 474, y: y + 60)
        image.write("rings: 30, 60, 90°", x: 432, y: y + 92)
        image.write("seen from outside", x: 432, y: y + 116)
    }
}
