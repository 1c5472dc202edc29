import Frames
import Imaging

/// Taubin's smoothing (1995) of the surface of a label, bounded, that keeps each body's volume and turns no triangle
/// over.
///
/// Works in mm along the grid's axes. A vertex stays within `reach` of a voxel's width of where it began, along each
/// axis: neighbouring sheets of the surface, a voxel apart, cannot pass through each other.
struct SurfaceSmoothing {
    /// Pass band 1/λ + 1/μ = 0.05: what is longer than some six voxels stays.
    static let shrink = 0.6, grow = -0.6186
    static let reach = 0.49
    /// Steps towards each body's volume, each taking part of what is missing: small bodies would overshoot otherwise.
    static let volumePasses = 10, volumePart = 0.7

    let start: [Vector3]
    let triangles: [SIMD3<Int32>]
    let bound: Vector3
    private(set) var place: [Vector3]
    private let neighbours: VertexNeighbours

    init(_ surface: GridSurface, spacing: Vector3) {
        start = surface.vertices.map { $0 * spacing }
        triangles = surface.triangles
        bound = spacing * Self.reach
        place = start
        neighbours = VertexNeighbours(triangles: triangles, vertexCount: start.count)
    }

    /// - Parameters:
    ///   - body: the body of each vertex, counted from 0.
    ///   - volumes: what each body shall enclose, mm³.
    mutating func run(passes: Int, body: [Int32], volumes: [Double], progress: ProgressReport?) {
        for pass in 0..<passes {
            relax(by: Self.shrink)
            relax(by: Self.grow)
            progress?(0.9 * Double(pass + 1) / Double(passes))
        }
        for _ in 0..<Self.volumePasses { restore(volumes, of: body) }
        place = SurfaceUntangling(start: start, triangles: triangles).untangled(place)
        progress?(1)
    }

    private mutating func relax(by factor: Double) {
        let (old, start, bound, neighbours) = (place, start, bound, neighbours)
        place.withUnsafeMutableBufferPointer { out in
            let out = SharedBuffer(out)
            let pieces = 64
            parallelFor(pieces) { piece in
                for v in (old.count * piece / pieces)..<(old.count * (piece + 1) / pieces) {
                    let mean = neighbours.mean(of: old, around: v)
                    let moved = old[v] + (mean - old[v]) * factor
                    out[v] = pointwiseMin(pointwiseMax(moved, start[v] - bound), start[v] + bound)
                }
            }
        }
    }

    /// Moves each body's vertices along their normals by the volume missing over the area.
    private mutating func restore(_ volumes: [Double], of body: [Int32]) {
        var six = [Double](repeating: 0, count: volumes.count)
        var area = six
        var normals = [Vector3](repeating: .zero, count: place.count)
        for t in triangles {
            let (a, b, c) = (Int(t.x), Int(t.y), Int(t.z))
            let twice = cross(place[b] - place[a], place[c] - place[a])
            let own = Int(body[a])
            // from a corner of the body's own, so that large coordinates cost no digits
            six[own] += dot(place[a] - start[0], twice)
            area[own] += length(twice) / 2
            for v in [a, b, c] { normals[v] += twice }
        }
        for v in place.indices {
            let own = Int(body[v])
            guard area[own] > 0, let normal = normalized(normals[v]) else { continue }
            let moved = place[v] + normal * (Self.volumePart * (volumes[own] - six[own] / 6) / area[own])
            place[v] = pointwiseMin(pointwiseMax(moved, start[v] - bound), start[v] + bound)
        }
    }
}

/// The vertices that share an edge with each vertex, in one array.
struct VertexNeighbours: Sendable {
    private let start: [Int32]
    private let list: [Int32]

    /// For closed surfaces: of each triangle the two sides that leave a vertex, so that every neighbour is listed once.
    init(triangles: [SIMD3<Int32>], vertexCount: Int) {
        var start = [Int32](repeating: 0, count: vertexCount + 1)
        for t in triangles { for k in 0..<3 { start[Int(t[k]) + 1] += 1 } }
        for v in 0..<vertexCount { start[v + 1] += start[v] }
        var next = start
        var list = [Int32](repeating: 0, count: 3 * triangles.count)
        for t in triangles {
            for k in 0..<3 {
                list[Int(next[Int(t[k])])] = t[(k + 1) % 3]
                next[Int(t[k])] += 1
            }
        }
        self.start = start
        self.list = list
    }

    @inline(__always) func mean(of places: [Vector3], around v: Int) -> Vector3 {
        let range = Int(start[v])..<Int(start[v + 1])
        guard !range.isEmpty else { return places[v] }
        var sum = Vector3.zero
        for i in range { sum += places[Int(list[i])] }
        return sum / Double(range.count)
    }

    @inline(__always) func mean(of values: [Double], around v: Int) -> Double {
        let range = Int(start[v])..<Int(start[v + 1])
        guard !range.isEmpty else { return values[v] }
        var sum = 0.0
        for i in range { sum += values[Int(list[i])] }
        return sum / Double(range.count)
    }
}
