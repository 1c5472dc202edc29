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
        /// Its number; −1 for a patch.
        var triangle: Int32 = -1
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
    ///
    /// - Parameter hint: a triangle that may be near, as that of a moment ago; −1 for none.
    func nearest(_ p: Vector3, within limit: Double = .infinity, hint: Int32 = -1) -> Contact {
        let rough = roughly(p)
        guard length(p - rough.place) < limit else { return Contact(place: rough.place, normal: rough.normal) }
        return TriangleSearch.run(p, mesh, cells) { search in
            if hint >= 0 { search.test(hint) }
            if search.best > cells.step { lookUnder(p, rough, &search) }
            lookRound(p, &search)
            return search.contact ?? Contact(place: rough.place, normal: rough.normal)
        }
    }

    /// A place nearly as near as the nearest, on a triangle beside that at the worst: enough to walk by.
    func nearly(_ p: Vector3, hint: Int32 = -1) -> Contact {
        let rough = roughly(p)
        return TriangleSearch.run(p, mesh, cells) { search in
            if hint >= 0 { search.test(hint) }
            lookUnder(p, rough, &search)
            return search.contact ?? Contact(place: rough.place, normal: rough.normal)
        }
    }

    /// Most often the answer is in the cell under the place, along the plane's normal.
    @inline(__always) private func lookUnder(_ p: Vector3, _ rough: Patch, _ search: inout TriangleSearch) {
        let home = cells.cell(p - rough.normal * dot(p - rough.place, rough.normal))
        search.begin(cells.range(home.x...home.x, home.y, home.z))
        if search.best == .infinity { search.test(rough.triangle) }
    }

    /// Looks at all cells in which something nearer than what was found may be.
    @inline(__always) private func lookRound(_ p: Vector3, _ search: inout TriangleSearch) {
        // a thousandth of a thousandth more than rounding can do
        let beyond = cells.reach + 1e-6
        let reach = Vector3(repeating: search.best + beyond)
        let (from, to) = (cells.cell(p - reach), cells.cell(p + reach))
        for z in from.z...to.z {
            for y in from.y...to.y {
                let most = search.best + beyond
                let left = most * most - cells.squaredDistance(y, z, p)
                guard left >= 0 else { continue }
                let along = left.squareRoot()
                search.look(cells.range(cells.columns(from: p.x - along, to: p.x + along), y, z))
            }
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
        let x = (2 * block.x)...min(2 * block.x + 1, cells.size.x - 1)
        for z in (2 * block.z)..<min(2 * block.z + 2, cells.size.z) {
            for y in (2 * block.y)..<min(2 * block.y + 2, cells.size.y) {
                let range = cells.range(x, y, z)
                // a few triangles of each row tell the block's plane well enough
                for i in stride(from: range.lowerBound, to: range.upperBound, by: range.count / 12 + 1) {
                    sum.add(i, cells, mesh)
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

    /// A triangle counts by the square of its size, and by no more than the block has.
    @inline(__always) mutating func add(_ i: Int, _ cells: SurfaceCells, _ mesh: TriangleMesh) {
        let (balls, stride) = (cells.triangles.balls, cells.triangles.stride)
        let plane = cells.triangles.planes[i]
        let number = SortedTriangles.number(plane)
        let radius = Double(balls[3 * stride + i])
        var q = cells.low + Vector3(Double(balls[i]), Double(balls[stride + i]), Double(balls[2 * stride + i]))
        // a triangle as large as the block counts by the place where it passes
        if radius > 0.5 * half {
            let (a, b, c) = mesh.corners(Int(number))
            q = SurfaceCells.nearest(middle, a.coordinates, b.coordinates, c.coordinates)
        }
        guard pointwiseMax(q - middle, middle - q).max() <= half * 1.001, radius > 0 else { return }
        let counts = min(radius * radius, 4 * half * half)
        place += q * counts
        normal += Vector3(Double(plane.x), Double(plane.y), Double(plane.z)) * counts
        weight += counts
        triangle = number
    }

    var patch: RegistrationSurface.Patch? {
        guard weight > 0, let unit = normalized(normal) else { return nil }
        return RegistrationSurface.Patch(place: place / weight, normal: unit, triangle: triangle)
    }
}
