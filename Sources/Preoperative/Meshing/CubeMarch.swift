import Frames
import Imaging

/// A surface in continuous indices of the grid it came from, before it gets its place in the patient.
struct GridSurface: Sendable {
    /// Continuous indices.
    var vertices: [Vector3] = []
    /// The inner one of the two samples between which each vertex lies, as its offset in the padded field.
    var innerSamples: [Int32] = []
    /// Anticlockwise from outside, in the grid's own axes.
    var triangles: [SIMD3<Int32>] = []
}

/// Marching cubes (Lorensen and Cline 1987) with a table that makes manifolds, on a field padded by outer samples.
struct CubeMarch {
    /// Positive inside. The outermost samples on each side are padding: outside, whatever they hold.
    let field: [Float]
    let size: GridSize
    /// Where sample (0, 0, 0) of the field lies, in the grid's indices.
    let origin: Vector3

    /// A vertex stays this far from both samples, so that no triangle has less area than the square of it, about.
    static let nearest: Float = 0.02
    /// Slices that one piece of parallel work takes.
    static let chunk = 8

    /// The surface between positive samples and the others.
    func run(progress: ProgressReport?) throws(MeshingError) -> GridSurface {
        guard size.x > 2, size.y > 2, size.z > 2 else { return GridSurface() }
        let counts = verticesInSlices()
        let first = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        let total = first[size.z]
        guard total < Int(Int32.max) / 4 else { throw .meshTooLarge(count: total) }
        let chunks = (size.z - 1 + Self.chunk - 1) / Self.chunk
        var pieces = [Piece](repeating: Piece(), count: chunks)
        pieces.withUnsafeMutableBufferPointer { out in
            let out = SharedBuffer(out)
            parallelFor(chunks) { c in
                out[c] = piece(slices: (c * Self.chunk)..<min((c + 1) * Self.chunk, size.z - 1), first: first)
                progress?(Double(c + 1) / Double(chunks))
            }
        }
        var surface = GridSurface()
        surface.vertices.reserveCapacity(total)
        surface.innerSamples.reserveCapacity(total)
        surface.triangles.reserveCapacity(2 * total)
        for piece in pieces {
            surface.vertices += piece.vertices
            surface.innerSamples += piece.innerSamples
            surface.triangles += piece.triangles
        }
        return surface
    }

    /// Crossed edges that begin in each slice.
    private func verticesInSlices() -> [Int] {
        var counts = [Int](repeating: 0, count: size.z)
        counts.withUnsafeMutableBufferPointer { out in
            let out = SharedBuffer(out)
            parallelFor(size.z - 1) { z in
                var crossed = 0
                forEachCrossing(inSlice: z) { _, _, _, _ in crossed += 1 }
                out[z] = crossed
            }
        }
        return counts
    }

    /// Calls `body` with the offset of the sample, the axis of the edge, and the values at both of its ends.
    @inline(__always)
    private func forEachCrossing(
        inSlice z: Int, _ body: (_ at: Int, _ axis: Int, _ here: Float, _ there: Float) -> Void
    ) {
        let (nx, ny) = (size.x, size.y)
        field.withUnsafeBufferPointer { f in
            for y in 0..<(ny - 1) {
                let row = (z * ny + y) * nx
                for x in 0..<(nx - 1) {
                    let here = f[row + x]
                    let (right, back, up) = (f[row + x + 1], f[row + x + nx], f[row + x + nx * ny])
                    let inside = here > 0
                    if inside != (right > 0) { body(row + x, 0, here, right) }
                    if inside != (back > 0) { body(row + x, 1, here, back) }
                    if inside != (up > 0) { body(row + x, 2, here, up) }
                }
            }
        }
    }

    /// The vertices of some slices and the triangles of the cubes above them.
    private struct Piece {
        var vertices: [Vector3] = []
        var innerSamples: [Int32] = []
        var triangles: [SIMD3<Int32>] = []
    }

    private func piece(slices: Range<Int>, first: [Int]) -> Piece {
        var piece = Piece()
        let layer = size.x * size.y
        var below = [Int32](repeating: -1, count: 3 * layer)
        var above = below
        number(slice: slices.lowerBound, first: first[slices.lowerBound], into: &below)
        for z in slices {
            if z + 1 < size.z - 1 { number(slice: z + 1, first: first[z + 1], into: &above) }
            addVertices(slice: z, to: &piece)
            addTriangles(slice: z, below: below, above: above, to: &piece)
            swap(&below, &above)
        }
        return piece
    }

    /// Numbers the crossed edges of a slice in the order of storage; entry 3 · (offset in slice) + axis.
    private func number(slice z: Int, first: Int, into numbers: inout [Int32]) {
        var next = Int32(first)
        let start = z * size.x * size.y
        numbers.withUnsafeMutableBufferPointer { numbers in
            forEachCrossing(inSlice: z) { at, axis, _, _ in
                numbers[3 * (at - start) + axis] = next
                next += 1
            }
        }
    }

    private func addVertices(slice z: Int, to piece: inout Piece) {
        let step = [1, size.x, size.x * size.y]
        forEachCrossing(inSlice: z) { at, axis, here, there in
            let (row, x) = at.quotientAndRemainder(dividingBy: size.x)
            var place = origin + Vector3(Double(x), Double(row % size.y), Double(z))
            place[axis] += Double(Self.fraction(here, there))
            piece.vertices.append(place)
            piece.innerSamples.append(Int32(truncatingIfNeeded: here > 0 ? at : at + step[axis]))
        }
    }

    /// Where between two samples the field is 0; half-way to the padding, which has no value.
    static func fraction(_ here: Float, _ there: Float) -> Float {
        guard here.isFinite, there.isFinite else { return 0.5 }
        return min(max(here / (here - there), nearest), 1 - nearest)
    }

    private func addTriangles(slice z: Int, below: [Int32], above: [Int32], to piece: inout Piece) {
        let table = CubeTable.shared
        let (nx, ny) = (size.x, size.y)
        let layer = nx * ny
        let corner = (0..<8).map { ($0 & 1) + ($0 >> 1 & 1) * nx + ($0 >> 2) * layer }
        // each edge by its first corner's slice and its place among that slice's numbers
        let edge = CubeTable.edges.indices.map { e in
            let a = CubeTable.edges[e].a
            return (upper: a >= 4, at: 3 * ((a & 1) + (a >> 1 & 1) * nx) + e / 4)
        }
        field.withUnsafeBufferPointer { f in
            for y in 0..<(ny - 1) {
                for x in 0..<(nx - 1) {
                    let at = (z * ny + y) * nx + x
                    var inside = 0
                    for k in 0..<8 where f[at + corner[k]] > 0 { inside |= 1 << k }
                    if inside == 0 || inside == 255 { continue }
                    let local = 3 * (y * nx + x)
                    func vertex(_ i: Int32) -> Int32 {
                        let e = edge[Int(table.corners[Int(i)])]
                        return e.upper ? above[local + e.at] : below[local + e.at]
                    }
                    for i in stride(from: table.start[inside], to: table.start[inside + 1], by: 3) {
                        piece.triangles.append(SIMD3(vertex(i), vertex(i + 1), vertex(i + 2)))
                    }
                }
            }
        }
    }
}
