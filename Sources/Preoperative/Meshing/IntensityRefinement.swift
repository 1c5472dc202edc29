import Frames
import Imaging

/// Moves the surface of a label to where the image says that the body ends, between the voxels.
///
/// Each vertex looks for an edge along its normal (`EdgeProfile`); its offset counts the more, the more contrast the
/// edge has. Offsets are then smoothed over the surface, so that noise averages out and vertices without an edge, as
/// where two bones touch, follow their neighbours.
struct IntensityRefinement: Sendable {
    let profile: EdgeProfile
    /// Whether the body may have a dense shell thinner than the blur, as bone has.
    let mayHaveShell: Bool
    let triangles: [SIMD3<Int32>]
    private let neighbours: VertexNeighbours

    /// Reach of each pass in voxels' widths: the first corrects the labels and learns how bright dense bone is, the
    /// others use that, and correct what turned normals change.
    static let reaches = [1.25, 1, 0.6]
    /// The part of all vertices whose shell is at most as bright as dense bone. A bone whose shell is thin everywhere
    /// is taken for less dense than it is, and comes out a little too large.
    static let denseQuantile = 0.99
    /// Rounds of smoothing of the offsets, and how much the mean of the neighbours weighs against a sharp edge.
    static let rounds = 12, stiffness = 1.0
    /// The contrast at which an edge counts fully, HU.
    static let fullContrast = 300.0
    /// Weight of "stay here" at a vertex without an edge.
    static let inertia = 0.02

    init(_ profile: EdgeProfile, mayHaveShell: Bool, triangles: [SIMD3<Int32>], vertexCount: Int) {
        self.profile = profile
        self.mayHaveShell = mayHaveShell
        self.triangles = triangles
        neighbours = VertexNeighbours(triangles: triangles, vertexCount: vertexCount)
    }

    /// The refined surface, in CT coordinates like `start`, which must be closed and sound; and the part of its
    /// vertices for which the image shows an edge.
    func refined(_ start: [Vector3], progress: ProgressReport?) -> (place: [Vector3], edgeShare: Double) {
        var (place, share) = (start, 0.0)
        var cortical: Double?
        for (pass, reach) in Self.reaches.enumerated() {
            let normals = self.normals(place)
            let curvatures = SurfaceCurvature(triangles: triangles, neighbours: neighbours).along(
                profile.phase.direction, place, normals)
            let edges = edges(place, normals, curvatures, reach, cortical)
            let offsets = smoothed(edges)
            for v in place.indices { place[v] += normals[v] * offsets[v] }
            if mayHaveShell { cortical = cortical ?? Self.quantile(edges.compactMap(\.peak)) }
            share = Double(edges.count { $0.peak != nil }) / Double(max(edges.count, 1))
            progress?(Double(pass + 1) / Double(Self.reaches.count))
        }
        return (SurfaceUntangling(start: start, triangles: triangles).untangled(place), share)
    }

    /// Unit normals of the vertices, outwards; 0 where the triangles around give none.
    private func normals(_ place: [Vector3]) -> [Vector3] {
        var sums = [Vector3](repeating: .zero, count: place.count)
        for t in triangles {
            let (a, b, c) = (Int(t.x), Int(t.y), Int(t.z))
            let twice = cross(place[b] - place[a], place[c] - place[a])
            for v in [a, b, c] { sums[v] += twice }
        }
        return sums.map { normalized($0) ?? .zero }
    }

    static func quantile(_ values: [Double]) -> Double? {
        guard values.count >= 100 else { return nil }
        return values.sorted()[Int(denseQuantile * Double(values.count))]
    }

    /// What the image says about one vertex.
    private struct Finding {
        var offset = 0.0
        var weight = 0.0
        /// How bright the body is there, HU; `nil` where there is no edge.
        var peak: Double?
    }

    private func edges(
        _ place: [Vector3], _ normals: [Vector3], _ curvatures: [Double], _ reach: Double, _ cortical: Double?
    ) -> [Finding] {
        let pieces = 64
        var found = [Finding](repeating: Finding(), count: place.count)
        found.withUnsafeMutableBufferPointer { out in
            let out = SharedBuffer(out)
            parallelFor(pieces) { piece in
                for v in (place.count * piece / pieces)..<(place.count * (piece + 1) / pieces) {
                    out[v] = finding(place[v], normals[v], curvatures[v], reach, cortical)
                }
            }
        }
        return found
    }

    private func finding(
        _ p: Vector3, _ normal: Vector3, _ curvature: Double, _ reach: Double, _ cortical: Double?
    ) -> Finding {
        // where the image ends the body is cut, whatever the values nearby say
        if profile.image.interpolated(at: Point(p)) == nil { return Finding(weight: 1) }
        guard normal != .zero,
            let edge = profile.edge(at: p, normal: normal, curvature: curvature, reach: reach, cortical: cortical)
        else { return Finding() }
        return Finding(offset: edge.offset, weight: min(edge.contrast / Self.fullContrast, 1), peak: edge.peak)
    }

    /// Offsets that fit the found ones by their weights and change little from vertex to vertex (Jacobi's rounds of the
    /// least-squares problem).
    private func smoothed(_ found: [Finding]) -> [Double] {
        var offsets = found.map(\.offset)
        for _ in 0..<Self.rounds {
            let old = offsets
            for v in offsets.indices {
                let (own, weight) = (found[v].offset, found[v].weight)
                let mean = neighbours.mean(of: old, around: v)
                offsets[v] = (weight * own + Self.stiffness * mean) / (weight + Self.stiffness + Self.inertia)
            }
        }
        return offsets
    }
}
