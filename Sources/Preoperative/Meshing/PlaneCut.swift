import Frames

/// A line along which a plane cuts a surface.
public struct Contour: Equatable, Sendable {
    /// Corners in order; a closed contour does not repeat its first point.
    public let points: [Point<CT>]
    public let isClosed: Bool

    /// The length of the line, mm.
    public var length: Double {
        guard let last = points.last, isClosed || points.count > 1 else { return 0 }
        let around = isClosed ? last.distance(to: points[0]) : 0
        return zip(points, points.dropFirst()).reduce(around) { $0 + $1.0.distance(to: $1.1) }
    }
}

extension TriangleMesh {
    /// The lines in which the plane through `point` with the given normal cuts the surface.
    ///
    /// Seen against the normal, the solid lies on the left of each contour: outer ones run anticlockwise. A vertex in
    /// the plane counts as above it, so that every crossed triangle is crossed in exactly two sides. On a closed mesh
    /// all contours are closed.
    public func contours(through point: Point<CT>, normal: Direction<CT>) -> [Contour] {
        let height = vertices.map { dot($0.coordinates - point.coordinates, normal.vector) }
        var next: [UInt64: UInt64] = [:]
        var order: [UInt64] = []
        func key(_ a: Int32, _ b: Int32) -> UInt64 { UInt64(min(a, b)) << 32 | UInt64(max(a, b)) }
        for t in triangles {
            let above = (0..<3).map { height[Int(t[$0])] >= 0 }
            guard let down = (0..<3).first(where: { above[$0] && !above[($0 + 1) % 3] }),
                let up = (0..<3).first(where: { !above[$0] && above[($0 + 1) % 3] })
            else { continue }
            let (from, to) = (key(t[down], t[(down + 1) % 3]), key(t[up], t[(up + 1) % 3]))
            // an edge of several sheets keeps its first way on; the rest become lines of their own
            if next[from] == nil { order.append(from) }
            next[from] = next[from] ?? to
        }
        return chains(next, order).map { keys, closed in
            Contour(points: keys.map { crossing($0, height) }, isClosed: closed)
        }
    }

    /// Follows the links from edge to edge; open lines are followed from where nothing leads to.
    private func chains(_ links: [UInt64: UInt64], _ order: [UInt64]) -> [(keys: [UInt64], closed: Bool)] {
        var next = links
        let targets = Set(links.values)
        var found: [(keys: [UInt64], closed: Bool)] = []
        for start in order.filter({ !targets.contains($0) }) + order where next[start] != nil {
            var keys = [start]
            var at = start
            while let onward = next.removeValue(forKey: at) {
                at = onward
                if at == start { break }
                keys.append(at)
            }
            found.append((keys, at == start))
        }
        return found
    }

    private func crossing(_ key: UInt64, _ height: [Double]) -> Point<CT> {
        let (a, b) = (Int(key >> 32), Int(key & 0xFFFF_FFFF))
        let part = height[a] / (height[a] - height[b])
        return Point(vertices[a].coordinates + (vertices[b].coordinates - vertices[a].coordinates) * part)
    }
}
