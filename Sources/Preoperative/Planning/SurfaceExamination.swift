import Frames
import Glibc
import Meshing

/// Distances from screws to a closed surface, triangle by triangle: the checker's way, which samples no field and shares
/// no code with the planner's.
struct SurfaceExamination {
    private let corners: [(Vector3, Vector3, Vector3)]
    private var boxes: [Box] = []
    private var order: [Int]
    private let columns: Columns

    /// A ball of boxes: leaves hold up to eight triangles.
    private struct Box {
        var low, high: Vector3
        var triangles: Range<Int>
        /// The two halves; `nil` for a leaf.
        var halves: (Int, Int)?

        var centre: Vector3 { (low + high) / 2 }
        var halfDiagonal: Double { length(high - low) / 2 }
    }

    init(_ mesh: TriangleMesh) {
        corners = mesh.triangles.indices.map { i in
            let (a, b, c) = mesh.corners(i)
            return (a.coordinates, b.coordinates, c.coordinates)
        }
        order = Array(corners.indices)
        columns = Columns(corners)
        if !order.isEmpty { _ = divide(0..<order.count) }
    }

    private mutating func divide(_ range: Range<Int>) -> Int {
        var (low, high) = (Vector3(repeating: .infinity), Vector3(repeating: -.infinity))
        for i in range {
            let (a, b, c) = corners[order[i]]
            low = pointwiseMin(low, pointwiseMin(a, pointwiseMin(b, c)))
            high = pointwiseMax(high, pointwiseMax(a, pointwiseMax(b, c)))
        }
        let at = boxes.count
        boxes.append(Box(low: low, high: high, triangles: range, halves: nil))
        guard range.count > 8 else { return at }
        let size = high - low
        let axis = size.x >= size.y && size.x >= size.z ? 0 : size.y >= size.z ? 1 : 2
        let middle = (low[axis] + high[axis]) / 2
        func isLow(_ i: Int) -> Bool {
            let (a, b, c) = corners[i]
            return (a[axis] + b[axis] + c[axis]) / 3 < middle
        }
        var parting = order[range].partition { !isLow($0) }
        if parting == range.lowerBound || parting == range.upperBound { parting = range.lowerBound + range.count / 2 }
        let first = divide(range.lowerBound..<parting)
        let second = divide(parting..<range.upperBound)
        boxes[at].halves = (first, second)
        return at
    }

    /// The least over the triangles, those left out that `bound` says cannot be nearer than what is found.
    private func least(
        below limit: Double, bound: (Box) -> Double, _ value: ((Vector3, Vector3, Vector3)) -> Double
    ) -> Double {
        var found = limit
        var open: [(box: Int, bound: Double)] = boxes.isEmpty ? [] : [(0, bound(boxes[0]))]
        while let (at, from) = open.popLast() {
            guard from < found else { continue }
            guard let (a, b) = boxes[at].halves else {
                for i in boxes[at].triangles { found = min(found, value(corners[order[i]])) }
                continue
            }
            let (x, y) = ((a, bound(boxes[a])), (b, bound(boxes[b])))
            open += x.1 < y.1 ? [y, x] : [x, y]
        }
        return found
    }

    /// From the solid to the nearest triangle, mm; 0 where the surface meets it, `limit` where none is as near.
    func distance(to solid: SolidCylinder, within limit: Double) -> Double {
        least(below: limit, bound: { solid.distance($0.centre) - $0.halfDiagonal }) { a, b, c in
            // A triangle is no longer than its sides: most are too far away for a closer look.
            solid.distance(toTriangle: a, b, c)
        }
    }

    /// From a point to the nearest triangle, mm; `limit` where none is as near.
    func distance(to p: Vector3, within limit: Double) -> Double {
        least(below: limit, bound: { length(p - p.clamped(lowerBound: $0.low, upperBound: $0.high)) }) {
            Planning.distance(from: p, toTriangle: $0.0, $0.1, $0.2)
        }
    }

    func contains(_ p: Vector3) -> Bool { columns.crossings(above: p).count % 2 == 1 }

    /// The least depth of the screw beyond `start` within the surface, mm; where it stands out, less the furthest that
    /// it does.
    func depth(of screw: ScrewCylinder, from start: Double, within limit: Double = 12) -> Double {
        let solid = SolidCylinder(screw, from: start)
        let gap = distance(to: solid, within: limit)
        let isInside = contains(solid.start + solid.axis * (solid.length / 2))
        if gap > 0 { return isInside ? gap : -protrusion(screw, start, limit) }
        return -protrusion(screw, start, limit)
    }

    /// How deep the screw reaches into a space, mm as a negative number; else its distance from it.
    func clearance(of screw: ScrewCylinder, within limit: Double) -> Double {
        let solid = SolidCylinder(screw, from: 0)
        let gap = distance(to: solid, within: limit)
        if gap > 0, !contains(solid.start) { return gap }
        return min(-screw.greatest(from: 0) { -signed($0, within: limit) }, 0)
    }

    /// Negative within the surface, mm.
    private func signed(_ p: Point<CT>, within limit: Double) -> Double {
        let away = distance(to: p.coordinates, within: limit)
        return contains(p.coordinates) ? -away : away
    }

    private func protrusion(_ screw: ScrewCylinder, _ start: Double, _ limit: Double) -> Double {
        max(screw.greatest(from: start) { signed($0, within: limit) }, 0)
    }

    /// The way from `p` along a direction to the surface, mm; 0 where `p` lies outside, `limit` where it meets none.
    func wayOut(from p: Vector3, along direction: Vector3, within limit: Double) -> Double {
        guard contains(p) else { return 0 }
        let reach = limit
        return least(
            below: limit,
            bound: { box in
                let way = box.centre - p
                let along = dot(way, direction)
                let aside = length(way - direction * along)
                return aside > box.halfDiagonal || along < -box.halfDiagonal ? reach : along - box.halfDiagonal
            }
        ) { a, b, c in
            let normal = cross(b - a, c - a)
            let slope = dot(direction, normal)
            guard slope != 0 else { return reach }
            let way = dot(a - p, normal) / slope
            let q = p + direction * way
            let within =
                dot(cross(b - a, q - a), normal) >= 0 && dot(cross(c - b, q - b), normal) >= 0
                && dot(cross(a - c, q - c), normal) >= 0
            return way >= 0 && within ? way : reach
        }
    }
}

/// Triangles by the columns along Z through which they pass: a point is inside where an odd number lies above it.
private struct Columns {
    private static let width = 1.0
    private let corners: [(Vector3, Vector3, Vector3)]
    private let low: Vector3
    private let nx, ny: Int
    private var cells: [[Int32]]

    init(_ corners: [(Vector3, Vector3, Vector3)]) {
        var (low, high) = (Vector3(repeating: .infinity), Vector3(repeating: -.infinity))
        for (a, b, c) in corners {
            low = pointwiseMin(low, pointwiseMin(a, pointwiseMin(b, c)))
            high = pointwiseMax(high, pointwiseMax(a, pointwiseMax(b, c)))
        }
        if corners.isEmpty { (low, high) = (.zero, .zero) }
        (self.corners, self.low) = (corners, low)
        let (width, height) = (Int((high.x - low.x) / Self.width) + 1, Int((high.y - low.y) / Self.width) + 1)
        var cells = [[Int32]](repeating: [], count: width * height)
        for (i, (a, b, c)) in corners.enumerated() {
            let from = (pointwiseMin(a, pointwiseMin(b, c)) - low) / Self.width
            let to = (pointwiseMax(a, pointwiseMax(b, c)) - low) / Self.width
            for y in Int(from.y)...Int(to.y) {
                for x in Int(from.x)...Int(to.x) { cells[y * width + x].append(Int32(i)) }
            }
        }
        (self.cells, nx, ny) = (cells, width, height)
    }

    /// Heights above `p` at which the surface is met. A hair's breadth aside, so that no ray meets a corner.
    func crossings(above p: Vector3) -> [Double] {
        let q = p + Vector3(1.2345e-7, 2.3456e-7, 0)
        let (fx, fy) = ((q.x - low.x) / Self.width, (q.y - low.y) / Self.width)
        guard fx >= 0, fy >= 0, fx < Double(nx), fy < Double(ny) else { return [] }
        return cells[Int(fy) * nx + Int(fx)].compactMap { i in
            let (a, b, c) = corners[Int(i)]
            func side(_ a: Vector3, _ b: Vector3) -> Double { (b.x - a.x) * (q.y - a.y) - (b.y - a.y) * (q.x - a.x) }
            let (d1, d2, d3) = (side(a, b), side(b, c), side(c, a))
            guard (d1 > 0) == (d2 > 0), (d2 > 0) == (d3 > 0) else { return nil }
            let sum = d1 + d2 + d3
            guard sum != 0 else { return nil }
            let z = (a.z * d2 + b.z * d3 + c.z * d1) / sum
            return z > q.z ? z : nil
        }
    }
}
