import Frames
import Imaging
import Meshing

/// A surface prepared for registration: which part of it is nearest to a place, roughly at once and exactly in a moment.
///
/// Triangles are sorted into cubic cells. Eight of them make a block; each block knows the nearest that holds some of the
/// surface, and the plane through that part (its mean place and normal), so that a fit can walk from afar without a search.
/// The exact place is looked for only among the cells as near as that plane.
///
/// ```swift
/// let surface = RegistrationSurface(bone)
/// let fit = try SurfaceRegistration(points: touched, on: surface, from: rough)
/// ```
public struct RegistrationSurface: Sendable {
    public let mesh: TriangleMesh
    let cells: SurfaceCells
    /// For each block the number of the nearest patch.
    private let nearestPatch: [Int32]
    private let blocks: SIMD3<Int>
    /// A block's side, mm.
    let blockStep: Double
    let patches: [Patch]

    /// The part of the surface in one block.
    struct Patch: Sendable {
        let place: Vector3
        /// Unit length, outwards.
        let normal: Vector3
        /// One of its triangles.
        let triangle: Int32
    }

    /// Where the surface is nearest.
    struct Contact: Sendable {
        let place: Vector3
        /// Of the triangle, unit length, outwards.
        let normal: Vector3
    }

    public init(_ mesh: TriangleMesh) {
        self.mesh = mesh
        cells = SurfaceCells(mesh)
        blocks = SIMD3((cells.size.x + 1) / 2, (cells.size.y + 1) / 2, (cells.size.z + 1) / 2)
        blockStep = 2 * cells.step
        let (patches, owners) = Self.patches(cells, blocks, mesh)
        self.patches = patches
        nearestPatch = NearestCell.transform(owners, blocks)
    }

    var isEmpty: Bool { patches.isEmpty }

    /// The plane of the patch in the nearest block; beyond the grid, that which its nearest block knows.
    @inline(__always) func roughly(_ p: Vector3) -> Patch {
        let c = cells.cell(p)
        return patches[Int(nearestPatch[((c.z >> 1) * blocks.y + (c.y >> 1)) * blocks.x + (c.x >> 1)])]
    }

    /// The exact nearest place; farther than `limit` mm from the rough one, that.
    func nearest(_ p: Vector3, within limit: Double = .infinity) -> Contact {
        let rough = roughly(p)
        let bound = length(p - rough.place)
        guard bound < limit else { return Contact(place: rough.place, normal: rough.normal) }
        return mesh.triangles.withUnsafeBufferPointer { triangles in
            mesh.vertices.withUnsafeBufferPointer { vertices in
                var look = Look(p: p, triangles: triangles, vertices: vertices)
                look.test(rough.triangle)
                // most often the answer is in the cell under the place, along the plane's normal
                let home = cells.cell(p - rough.normal * dot(p - rough.place, rough.normal))
                look.search(cells, cells.entries(home.x, home.y, home.z))
                let (from, to) = (
                    cells.cell(p - Vector3(repeating: look.best)), cells.cell(p + Vector3(repeating: look.best))
                )
                for z in from.z...to.z {
                    for y in from.y...to.y {
                        for x in from.x...to.x where SIMD3(x, y, z) != home {
                            let range = cells.entries(x, y, z)
                            guard !range.isEmpty, cells.squaredDistance(x, y, z, p) < look.best * look.best else {
                                continue
                            }
                            look.search(cells, range)
                        }
                    }
                }
                return look.contact ?? Contact(place: rough.place, normal: rough.normal)
            }
        }
    }

    /// The nearest of the triangles looked at so far.
    private struct Look {
        let p: Vector3
        let triangles: UnsafeBufferPointer<SIMD3<Int32>>
        let vertices: UnsafeBufferPointer<Point<CT>>
        var best = Double.infinity
        var found: (place: Vector3, triangle: Int32)?

        @inline(__always) mutating func search(_ cells: SurfaceCells, _ range: Range<Int>) {
            let q = SIMD4<Float>(Float(p.x), Float(p.y), Float(p.z), 0)
            cells.entries.withUnsafeBufferPointer { entries in
                for i in range {
                    let entry = entries[i]
                    var off = entry.sphere - q
                    let reach = Float(best) + off.w
                    off.w = 0
                    // single precision errs by 1e-4 mm here
                    if (off * off).sum() > reach * reach * 1.0001 + 1e-4 { continue }
                    test(entry.triangle)
                }
            }
        }

        @inline(__always) mutating func test(_ triangle: Int32) {
            let t = triangles[Int(triangle)]
            let near = SurfaceCells.nearest(
                p, vertices[Int(t.x)].coordinates, vertices[Int(t.y)].coordinates, vertices[Int(t.z)].coordinates)
            let distance = length(p - near)
            if distance < best { (best, found) = (distance, (near, triangle)) }
        }

        var contact: Contact? {
            guard let found else { return nil }
            let t = triangles[Int(found.triangle)]
            let a = vertices[Int(t.x)].coordinates
            let across = cross(vertices[Int(t.y)].coordinates - a, vertices[Int(t.z)].coordinates - a)
            return normalized(across).map { Contact(place: found.place, normal: $0) }
        }
    }

    /// The mean place and normal of what lies in each block, and which block holds which.
    private static func patches(
        _ cells: SurfaceCells, _ blocks: SIMD3<Int>, _ mesh: TriangleMesh
    ) -> ([Patch], [Int32]) {
        let slabs = parallelMap(blocks.z) { z in
            var found: [(block: Int, patch: Patch)] = []
            for y in 0..<blocks.y {
                for x in 0..<blocks.x {
                    guard let patch = patch(SIMD3(x, y, z), cells, mesh) else { continue }
                    found.append(((z * blocks.y + y) * blocks.x + x, patch))
                }
            }
            return found
        }
        var owners = [Int32](repeating: -1, count: blocks.x * blocks.y * blocks.z)
        var patches: [Patch] = []
        for (block, patch) in slabs.joined() {
            owners[block] = Int32(patches.count)
            patches.append(patch)
        }
        return (patches, owners)
    }

    private static func patch(_ block: SIMD3<Int>, _ cells: SurfaceCells, _ mesh: TriangleMesh) -> Patch? {
        var sum = PatchSum(cells, block)
        for z in (2 * block.z)..<min(2 * block.z + 2, cells.size.z) {
            for y in (2 * block.y)..<min(2 * block.y + 2, cells.size.y) {
                let x = 2 * block.x
                let first = cells.entries(x, y, z)
                let last = x + 1 < cells.size.x ? cells.entries(x + 1, y, z) : first
                // a few triangles of each row tell the block's plane well enough
                let range = first.lowerBound..<last.upperBound
                for i in stride(from: range.lowerBound, to: range.upperBound, by: range.count / 6 + 1) {
                    sum.add(cells.entries[i].triangle, mesh)
                }
            }
        }
        return sum.patch
    }
}

/// The mean of a block's triangles.
private struct PatchSum {
    private let middle: Vector3
    private let half: Double
    private var place = Vector3.zero, normal = Vector3.zero, weight = 0.0
    private var triangle: Int32 = -1

    init(_ cells: SurfaceCells, _ block: SIMD3<Int>) {
        half = cells.step
        middle =
            cells.low + (Vector3(Double(block.x), Double(block.y), Double(block.z)) * 2 + Vector3(1, 1, 1)) * cells.step
    }

    mutating func add(_ number: Int32, _ mesh: TriangleMesh) {
        let (a, b, c) = mesh.corners(Int(number))
        var q = (a.coordinates + b.coordinates + c.coordinates) / 3
        let across = cross(b.coordinates - a.coordinates, c.coordinates - a.coordinates)
        let area = length(across)
        // a triangle as large as the block counts by the place where it passes
        if area > half * half { q = SurfaceCells.nearest(middle, a.coordinates, b.coordinates, c.coordinates) }
        guard pointwiseMax(q - middle, middle - q).max() <= half * 1.001, area > 0 else { return }
        let counts = min(area, 4 * half * half)
        place += q * counts
        normal += across * (counts / area)
        weight += counts
        triangle = number
    }

    var patch: RegistrationSurface.Patch? {
        guard weight > 0, let unit = normalized(normal) else { return nil }
        return RegistrationSurface.Patch(place: place / weight, normal: unit, triangle: triangle)
    }
}
