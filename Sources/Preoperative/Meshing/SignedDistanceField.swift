import Frames
import Imaging

/// Millimetres from the boundary of labelled voxels: positive outside, negative inside.
///
/// The labelled voxels are divided until no step is longer than `finestStep`. A sample's value is its exact Euclidean
/// distance to the nearest sample of the other side, less half the mean step, so that it counts from the faces between
/// voxels and not from their centres. Between samples it is trilinear. A label that the image cuts off ends at the face
/// of the last voxel; `touchesImageEdge` tells.
///
/// ```swift
/// let bone = try SignedDistanceField(of: [.init(22)], in: labels)
/// let depth = -bone.distance(at: tip)          // mm within L3
/// ```
public struct SignedDistanceField: Sendable {
    /// The grid of samples.
    public let geometry: GridGeometry
    /// One distance a sample in mm, x fastest.
    public let values: [Float]
    /// The labels lie in the first or last voxel of the image in some direction: more of them may lie beyond.
    public let touchesImageEdge: Bool
    /// Samples that one voxel became, along each axis of the grid.
    public let division: VoxelIndex

    /// More samples than these are refused; they are 1.6 GB.
    public static let sampleLimit = 400_000_000

    /// - Parameters:
    ///   - margin: how far beyond the labels' box the samples reach, mm.
    ///   - region: the voxels to sample instead of that box. Labels outside the region are not seen: a distance longer
    ///     than that to the region's edge is only an upper bound.
    ///   - finestStep: the longest step between samples, mm.
    /// - Throws: `MeshingError.labelNotFound`, `.gridTooLarge`, `.impossibleParameter`.
    public init(
        of labels: Set<AnatomicalLabel>, in volume: LabelVolume, margin: Double = 15, region: VoxelBox? = nil,
        finestStep: Double = 0.5, progress: ProgressReport? = nil
    ) throws(MeshingError) {
        guard margin >= 0, margin < 1000 else { throw .impossibleParameter(name: "margin", value: margin) }
        guard finestStep >= 0.01, finestStep.isFinite else {
            throw .impossibleParameter(name: "finestStep", value: finestStep)
        }
        let source = volume.geometry
        let numbers = labels.map(\.number).sorted()
        guard let box = volume.box(of: labels) else { throw .labelNotFound(numbers) }
        let wide = region ?? box.grown(by: margin, in: source)
        guard !wide.isEmpty else { throw .labelNotFound(numbers) }
        let pieces = (source.spacing / finestStep - Vector3(repeating: 1e-9)).rounded(.up)
        division = VoxelIndex(max(Int(pieces.x), 1), max(Int(pieces.y), 1), max(Int(pieces.z), 1))
        geometry = try Self.fineGeometry(of: wide, in: source, division: division)
        let mask = Self.mask(labelTable(labels), in: volume, box: wide, division: division, size: geometry.size)
        guard mask.words.contains(where: { $0 != 0 }) else { throw .labelNotFound(numbers) }
        let step = geometry.spacing
        values = DistanceTransform.signed(
            mask, spacing: step, inset: Float((step.x + step.y + step.z) / 6), progress: progress)
        let seen = box.clipped(to: source.size)
        touchesImageEdge =
            seen.lower.x == 0 || seen.lower.y == 0 || seen.lower.z == 0 || seen.upper.x == source.size.x
            || seen.upper.y == source.size.y || seen.upper.z == source.size.z
    }

    /// The samples within the labels; beyond the image there are none.
    static func mask(
        _ wanted: [Bool], in volume: LabelVolume, box: VoxelBox, division: VoxelIndex, size: GridSize
    ) -> BitGrid {
        let source = volume.size
        let numbers = wanted.map { $0 ? UInt8(1) : 0 }
        // the samples of a row that lie within the image
        let columns = max(-box.lower.x, 0)..<max(min(box.upper.x, source.x) - box.lower.x, max(-box.lower.x, 0))
        return volume.withVoxels { voxels in
            numbers.withUnsafeBufferPointer { numbers in
                let (voxels, numbers) = (SharedReadBuffer(voxels), SharedReadBuffer(numbers))
                return BitGrid(size: size) { row, flags in
                    let z = row / size.y / division.z + box.lower.z
                    let y = row % size.y / division.y + box.lower.y
                    guard z >= 0, z < source.z, y >= 0, y < source.y else { return }
                    let from = (z * source.y + y) * source.x + box.lower.x
                    for x in columns where numbers[Int(voxels[from + x])] == 1 {
                        for part in 0..<division.x { flags[x * division.x + part] = 1 }
                    }
                }
            }
        }
    }

    /// Signed distance to the boundary at `p`, in mm.
    ///
    /// Outside the grid of samples, where labels can only be further away, it is the lower bound √(f² + e²) with e the
    /// distance from `p` to the grid and f the value where the grid is nearest.
    @inlinable public func distance(at p: Point<CT>) -> Double {
        let g = geometry.gridPoint(p).coordinates
        let last = Vector3(Double(geometry.size.x - 1), Double(geometry.size.y - 1), Double(geometry.size.z - 1))
        let c = pointwiseMin(pointwiseMax(g, .zero), last)
        let inner = trilinear(c)
        if c == g { return inner }
        let gap = length((g - c) * geometry.spacing)
        return inner <= 0 ? inner + gap : (inner * inner + gap * gap).squareRoot()
    }

    /// The gradient of the trilinear field in CT coordinates: near 1 in length but where two boundaries are equally
    /// near.
    ///
    /// Central differences over one step; it points outwards.
    public func gradient(at p: Point<CT>) -> Displacement<CT> {
        var slope = Vector3.zero
        for axis in 0..<3 {
            let unit = geometry.direction * Vector3(axis == 0 ? 1 : 0, axis == 1 ? 1 : 0, axis == 2 ? 1 : 0)
            let half = Displacement<CT>(unit * (geometry.spacing[axis] / 2))
            slope += unit * ((distance(at: p + half) - distance(at: p - half)) / geometry.spacing[axis])
        }
        return Displacement(slope)
    }

    @inlinable @inline(__always) func trilinear(_ g: Vector3) -> Double {
        let (nx, ny, nz) = (geometry.size.x, geometry.size.y, geometry.size.z)
        let (x, y, z) = (min(Int(g.x), max(nx - 2, 0)), min(Int(g.y), max(ny - 2, 0)), min(Int(g.z), max(nz - 2, 0)))
        let (fx, fy, fz) = (Float(g.x - Double(x)), Float(g.y - Double(y)), Float(g.z - Double(z)))
        let (dx, dy, dz) = (nx > 1 ? 1 : 0, ny > 1 ? nx : 0, nz > 1 ? nx * ny : 0)
        let base = (z * ny + y) * nx + x
        return values.withUnsafeBufferPointer { v in
            @inline(__always) func row(_ o: Int) -> Float { v[o] + (v[o + dx] - v[o]) * fx }
            let (near, far) = (row(base), row(base + dz))
            let front = near + (row(base + dy) - near) * fy
            return Double(front + (far + (row(base + dz + dy) - far) * fy - front) * fz)
        }
    }

    /// The grid of samples: each voxel of `box` divided, the first sample half a step within the box.
    static func fineGeometry(
        of box: VoxelBox, in source: GridGeometry, division: VoxelIndex
    ) throws(MeshingError) -> GridGeometry {
        let (w, h, d) = box.size
        let (x, y, z) = (w * division.x, h * division.y, d * division.z)
        let samples = x.multipliedReportingOverflow(by: y)
        let all = samples.partialValue.multipliedReportingOverflow(by: z)
        guard !samples.overflow, !all.overflow, all.partialValue <= sampleLimit, max(x, y, z) <= 65535 else {
            throw .gridTooLarge(samples: all.overflow ? .max : all.partialValue, limit: sampleLimit)
        }
        let parts = Vector3(Double(division.x), Double(division.y), Double(division.z))
        let start =
            Vector3(Double(box.lower.x), Double(box.lower.y), Double(box.lower.z)) - Vector3(repeating: 0.5) + 0.5
            / parts
        do {
            return try GridGeometry(
                size: GridSize(x, y, z), spacing: source.spacing / parts, origin: source.point(GridPoint(start)),
                direction: source.direction)
        } catch {
            throw .gridTooLarge(samples: all.partialValue, limit: sampleLimit)
        }
    }
}
