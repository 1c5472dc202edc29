import Frames

/// A surface of triangles in the patient: vertices in CT coordinates, triangles as three indices each.
///
/// Seen from outside, a triangle's vertices run anticlockwise. A mesh that this module makes is closed, oriented and
/// manifold; one from a file may be anything with valid indices: ask `defects`.
public struct TriangleMesh: Equatable, Sendable {
    public let vertices: [Point<CT>]
    public let triangles: [SIMD3<Int32>]

    /// - Throws: `MeshingError.vertexOutOfRange`, `.notFinite`, `.meshTooLarge`.
    public init(vertices: [Point<CT>], triangles: [SIMD3<Int32>]) throws(MeshingError) {
        let count = vertices.count
        guard max(count, triangles.count) < Int(Int32.max) / 4 else {
            throw .meshTooLarge(count: max(count, triangles.count))
        }
        if let bad = vertices.firstIndex(where: { !$0.isFinite }) { throw .notFinite(vertex: bad) }
        for (i, t) in triangles.enumerated() {
            for k in 0..<3 where t[k] < 0 || Int(t[k]) >= count {
                throw .vertexOutOfRange(triangle: i, vertex: Int(t[k]), vertexCount: count)
            }
        }
        self.vertices = vertices
        self.triangles = triangles
    }

    /// For meshes made here, whose indices are right by construction.
    init(trusted vertices: [Point<CT>], _ triangles: [SIMD3<Int32>]) {
        self.vertices = vertices
        self.triangles = triangles
    }

    /// The three corners of triangle `i`.
    @inlinable public func corners(_ i: Int) -> (Point<CT>, Point<CT>, Point<CT>) {
        let t = triangles[i]
        return (vertices[Int(t.x)], vertices[Int(t.y)], vertices[Int(t.z)])
    }

    /// The same surface with its inside and outside exchanged.
    public var reversed: TriangleMesh {
        TriangleMesh(trusted: vertices, triangles.map { SIMD3($0.x, $0.z, $0.y) })
    }
}

extension TriangleMesh {
    /// The volume enclosed, mm³; negative where the surface is inside out. Only a closed surface has one.
    public var volume: Double {
        guard let first = vertices.first?.coordinates else { return 0 }
        var six = 0.0
        for t in triangles {
            let (a, b, c) = (
                vertices[Int(t.x)].coordinates - first, vertices[Int(t.y)].coordinates - first,
                vertices[Int(t.z)].coordinates - first
            )
            six += dot(a, cross(b, c))
        }
        return six / 6
    }

    /// The area of the surface, mm².
    public var area: Double { triangles.indices.reduce(0) { $0 + length(areaVector($1)) } }

    /// The triangle's normal, outwards, with its area as length.
    @inlinable public func areaVector(_ i: Int) -> Vector3 {
        let (a, b, c) = corners(i)
        return cross(b.coordinates - a.coordinates, c.coordinates - a.coordinates) / 2
    }

    /// The smallest box along the axes that holds all vertices; `nil` for an empty mesh.
    public var bounds: (low: Point<CT>, high: Point<CT>)? {
        guard let first = vertices.first?.coordinates else { return nil }
        var (low, high) = (first, first)
        for v in vertices {
            low = pointwiseMin(low, v.coordinates)
            high = pointwiseMax(high, v.coordinates)
        }
        return (Point(low), Point(high))
    }

    /// The centre of the enclosed volume; `nil` where the surface encloses none.
    public var centroid: Point<CT>? {
        guard let first = vertices.first?.coordinates else { return nil }
        var (six, moment) = (0.0, Vector3.zero)
        for t in triangles {
            let (a, b, c) = (
                vertices[Int(t.x)].coordinates - first, vertices[Int(t.y)].coordinates - first,
                vertices[Int(t.z)].coordinates - first
            )
            let part = dot(a, cross(b, c))
            six += part
            moment += (a + b + c) * (part / 4)
        }
        return abs(six) > 1e-12 ? Point(first + moment / six) : nil
    }
}
