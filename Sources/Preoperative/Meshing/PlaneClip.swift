import Frames
import Glibc

extension TriangleMesh {
    /// The part of the solid behind the plane through `point`, away from its normal, closed by flat faces in the plane.
    ///
    /// Vertices within 1e-6 mm of the plane count as in it. The mesh is empty where nothing lies behind the plane.
    /// - Throws: `MeshingError.notSolid` where the surface is not closed.
    public func cut(behind point: Point<CT>, normal: Direction<CT>) throws(MeshingError) -> TriangleMesh {
        guard isWatertight else { throw .notSolid(defects) }
        var clip = PlaneClip(self, point, normal)
        guard clip.isNeeded else { return self }
        clip.clip()
        clip.close()
        return clip.result
    }
}

/// Cuts a closed mesh with a plane: crossed triangles are shortened, and what is open then is filled in the plane.
struct PlaneClip {
    private let mesh: TriangleMesh
    private let normal: Vector3
    private let height: [Double]
    private let side: [Int8]
    private var vertices: [Point<CT>]
    private var triangles: [SIMD3<Int32>] = []
    private var crossings: [UInt64: Int32] = [:]

    init(_ mesh: TriangleMesh, _ point: Point<CT>, _ normal: Direction<CT>) {
        self.mesh = mesh
        self.normal = normal.vector
        height = mesh.vertices.map { dot($0.coordinates - point.coordinates, normal.vector) }
        side = height.map { $0 > 1e-6 ? 1 : $0 < -1e-6 ? -1 : 0 }
        vertices = mesh.vertices
    }

    /// Whether anything lies before the plane.
    var isNeeded: Bool { side.contains(1) }

    /// Keeps what lies behind the plane of each triangle; a triangle within the plane is left to `close`.
    mutating func clip() {
        for t in mesh.triangles {
            let sides = (0..<3).map { side[Int(t[$0])] }
            guard sides.contains(-1) else { continue }
            guard sides.contains(1) else {
                triangles.append(t)
                continue
            }
            var corners: [Int32] = []
            for k in 0..<3 {
                let (a, b) = (t[k], t[(k + 1) % 3])
                if side[Int(a)] <= 0 { corners.append(a) }
                if side[Int(a)] * side[Int(b)] < 0 { corners.append(crossing(a, b)) }
            }
            split(corners)
        }
    }

    /// A corner piece of three or four corners, the latter along its shorter diagonal.
    private mutating func split(_ c: [Int32]) {
        guard c.count == 4 else { return triangles.append(SIMD3(c[0], c[1], c[2])) }
        let place = c.map { vertices[Int($0)] }
        if place[0].distance(to: place[2]) < place[1].distance(to: place[3]) {
            triangles += [SIMD3(c[0], c[1], c[2]), SIMD3(c[0], c[2], c[3])]
        } else {
            triangles += [SIMD3(c[1], c[2], c[3]), SIMD3(c[1], c[3], c[0])]
        }
    }

    private mutating func crossing(_ a: Int32, _ b: Int32) -> Int32 {
        let (low, high) = (Int(min(a, b)), Int(max(a, b)))
        let key = UInt64(low) << 32 | UInt64(high)
        if let known = crossings[key] { return known }
        let part = height[low] / (height[low] - height[high])
        let (p, q) = (vertices[low].coordinates, vertices[high].coordinates)
        vertices.append(Point(p + (q - p) * part))
        crossings[key] = Int32(vertices.count - 1)
        return Int32(vertices.count - 1)
    }

    /// Fills the open lines.
    mutating func close() {
        let u = perpendicular(to: normal)
        let v = cross(normal, u)
        let places = vertices.map { SIMD2(dot($0.coordinates, u), dot($0.coordinates, v)) }
        triangles += PolygonTriangulation(places: places).fill(loops(places))
    }

    /// The lines along which the clipped surface is open, turned so that the solid is on their left.
    private func loops(_ places: [SIMD2<Double>]) -> [[Int32]] {
        var edges: Set<UInt64> = []
        let key = { (a: Int32, b: Int32) in UInt64(UInt32(a)) << 32 | UInt64(UInt32(b)) }
        for t in triangles { for k in 0..<3 { edges.insert(key(t[k], t[(k + 1) % 3])) } }
        var onward: [Int32: [Int32]] = [:]
        var starts: [Int32] = []
        for t in triangles {
            for k in 0..<3 where !edges.contains(key(t[(k + 1) % 3], t[k])) {
                onward[t[(k + 1) % 3], default: []].append(t[k])
                starts.append(t[(k + 1) % 3])
            }
        }
        return starts.compactMap { start in follow(from: start, &onward, places) }
    }

    private func follow(
        from start: Int32, _ onward: inout [Int32: [Int32]], _ places: [SIMD2<Double>]
    ) -> [Int32]? {
        var line = [start]
        while let last = line.last, let ways = onward[last], !ways.isEmpty {
            let before = line.count > 1 ? line[line.count - 2] : nil
            let taken = ways.indices.max {
                sharpness(before, last, ways[$0], places) < sharpness(before, last, ways[$1], places)
            }
            guard let taken else { break }
            let next = ways[taken]
            onward[last]?.remove(at: taken)
            if next == start { return line.count > 2 ? line : nil }
            line.append(next)
        }
        return nil
    }

    /// How far left the way from `before` over `at` to `next` turns, radians: where lines touch, each keeps to itself.
    private func sharpness(_ before: Int32?, _ at: Int32, _ next: Int32, _ places: [SIMD2<Double>]) -> Double {
        guard let before else { return 0 }
        let (a, b) = (places[Int(at)] - places[Int(before)], places[Int(next)] - places[Int(at)])
        return atan2(a.x * b.y - a.y * b.x, (a * b).sum())
    }

    /// The mesh, without vertices that no triangle uses.
    var result: TriangleMesh {
        var number = [Int32](repeating: -1, count: vertices.count)
        var places: [Point<CT>] = []
        let corners = triangles.map { t in
            var moved = t
            for k in 0..<3 {
                if number[Int(t[k])] < 0 {
                    number[Int(t[k])] = Int32(places.count)
                    places.append(vertices[Int(t[k])])
                }
                moved[k] = number[Int(t[k])]
            }
            return moved
        }
        return TriangleMesh(trusted: places, corners)
    }
}
