import Frames
import Imaging

/// Signed distances from the nodes of a regular grid to a closed surface near them.
///
/// Each triangle is tried at the nodes within a step of its box; from there on nodes hand their nearest triangle to
/// their neighbours, as long as it is nearer than what those have (vector propagation: Danielsson 1980). Within a step
/// of the surface distances are exact; further away the nearest triangle may be missed, which costs hundredths of a
/// step, and up to a tenth where several parts of the surface are equally near.
public struct GridDistance: Sendable {
    /// The first node, mm, and the way to the next along each axis of the CT.
    public let low: Vector3
    public let step: Double
    public let size: GridSize

    public init(low: Vector3, step: Double, size: GridSize) { (self.low, self.step, self.size) = (low, step, size) }

    @inline(__always) private func node(_ i: Int) -> Vector3 {
        let (row, x) = i.quotientAndRemainder(dividingBy: size.x)
        let (z, y) = row.quotientAndRemainder(dividingBy: size.y)
        return low + Vector3(Double(x), Double(y), Double(z)) * step
    }

    /// - Parameters:
    ///   - rough: at each node, x fastest, mm; kept where it lies outside `band`.
    ///   - slack: how far the rough distance may be off, mm; where the surface would have to be further off, the side is
    ///   that of the rough distance, because where a surface that was laid on another is folded, its normals lie.
    /// - Returns: mm, negative within the surface.
    public func values(
        of surface: MeshTree, rough: [Float], band: ClosedRange<Double>, slack: Double
    ) -> [Float] {
        precondition(rough.count == size.count)
        let wanted = Float(band.lowerBound)...Float(band.upperBound)
        var nearest = [Int32](repeating: -1, count: rough.count)
        nearest.withUnsafeMutableBufferPointer { nearest in
            rough.withUnsafeBufferPointer { rough in
                spread(surface.mesh, rough, wanted, nearest)
            }
        }
        var found = rough
        for i in found.indices where wanted.contains(rough[i]) {
            let p = node(i)
            let near =
                nearest[i] >= 0
                // within a step all triangles were tried
                ? surface.place(near: Int(nearest[i]), nearestTo: p, enough: step)
                : surface.closestPoint(to: Point(p)).map { ($0.point.coordinates, $0.normal.vector) }
            guard let near else { continue }
            let way = p - near.0
            let (away, isInside) = (length(way), dot(way, near.1) < 0)
            // On the other side than the rough distance says it can be only where the surface lies between both.
            let isBetween = away + abs(Double(rough[i])) <= slack
            found[i] = Float((isInside == (rough[i] < 0) || isBetween ? isInside : rough[i] < 0) ? -away : away)
        }
        return found
    }

    private func spread(
        _ mesh: TriangleMesh, _ rough: UnsafeBufferPointer<Float>, _ wanted: ClosedRange<Float>,
        _ nearest: UnsafeMutableBufferPointer<Int32>
    ) {
        let corners = mesh.triangles.indices.map { i in
            let (a, b, c) = mesh.corners(i)
            return (a.coordinates, b.coordinates, c.coordinates)
        }
        var squared = [Float](repeating: .infinity, count: rough.count)
        var open: [Int32] = []
        open.reserveCapacity(rough.count / 2)
        squared.withUnsafeMutableBufferPointer { squared in
            /// Whether the node is now so much nearer that its neighbours should hear of it.
            @inline(__always) func offer(_ triangle: Int32, to i: Int) -> Bool {
                guard nearest[i] != triangle, wanted.contains(rough[i]) else { return false }
                let (p, t, before) = (node(i), corners[Int(triangle)], squared[i])
                let away = Float(squaredLength(TrianglePoint(nearest: p, t.0, t.1, t.2).point - p))
                guard away < before else { return false }
                (squared[i], nearest[i]) = (away, triangle)
                return away < before * 0.97
            }
            for triangle in corners.indices {
                forNodes(near: corners[triangle]) { _ = offer(Int32(triangle), to: $0) }
            }
            for i in nearest.indices where nearest[i] >= 0 { open.append(Int32(i)) }
            var next = 0
            while next < open.count {
                let i = Int(open[next])
                next += 1
                forNeighbours(of: i) { if offer(nearest[i], to: $0) { open.append(Int32($0)) } }
            }
        }
    }

    /// The nodes within a step of a triangle's box.
    @inline(__always) private func forNodes(near t: (Vector3, Vector3, Vector3), _ body: (Int) -> Void) {
        let most = Vector3(Double(size.x - 1), Double(size.y - 1), Double(size.z - 1))
        let (a, b, c) = ((t.0 - low) / step, (t.1 - low) / step, (t.2 - low) / step)
        let from = (pointwiseMin(a, pointwiseMin(b, c)) - 1).rounded(.up)
        let to = (pointwiseMax(a, pointwiseMax(b, c)) + 1).rounded(.down)
        let (first, last) = (pointwiseMax(from, .zero), pointwiseMin(to, most))
        guard first.x <= last.x, first.y <= last.y, first.z <= last.z else { return }
        for z in Int(first.z)...Int(last.z) {
            for y in Int(first.y)...Int(last.y) {
                let row = (z * size.y + y) * size.x
                for x in Int(first.x)...Int(last.x) { body(row + x) }
            }
        }
    }

    @inline(__always) private func forNeighbours(of i: Int, _ body: (Int) -> Void) {
        let (row, x) = i.quotientAndRemainder(dividingBy: size.x)
        let (z, y) = row.quotientAndRemainder(dividingBy: size.y)
        let layer = size.x * size.y
        if x > 0 { body(i - 1) }
        if x < size.x - 1 { body(i + 1) }
        if y > 0 { body(i - size.x) }
        if y < size.y - 1 { body(i + size.x) }
        if z > 0 { body(i - layer) }
        if z < size.z - 1 { body(i + layer) }
    }
}

extension MeshTree {
    /// The place nearest to `p` that lies on a triangle or can be walked to from it, each step coming nearer; and the
    /// outward normal there.
    ///
    /// - Parameter enough: no nearer place is looked for within this distance, mm.
    @inline(__always) func place(
        near triangle: Int, nearestTo p: Vector3, enough: Double
    ) -> (Vector3, Vector3) {
        @inline(__always) func place(on triangle: Int) -> (TrianglePoint, Double) {
            let (a, b, c) = mesh.corners(triangle)
            let near = TrianglePoint(nearest: p, a.coordinates, b.coordinates, c.coordinates)
            return (near, squaredLength(near.point - p))
        }
        var (at, best) = (triangle, place(on: triangle))
        var walks = best.1 > enough * enough
        while walks {
            walks = false
            for side in 0..<3 {
                guard let next = normals.neighbour(of: at, across: side) else { continue }
                let there = place(on: next)
                if there.1 < best.1 * (1 - 1e-9) { (at, best, walks) = (next, there, true) }
            }
        }
        return (best.0.point, normals.normal(of: at, at: best.0.feature))
    }
}
