import Frames
import Imaging

extension SurfaceExtraction {
    /// The smoothed surface of the voxels that carry a label: closed, oriented outwards, manifold, with the label's
    /// volume.
    ///
    /// Voxels that share a face or an edge belong to one body. Where the image cuts the label off the surface is
    /// closed at the outer face of the last voxel. No vertex moves by half a voxel or more along any axis while it is
    /// smoothed.
    ///
    /// - Parameter smoothing: passes of Taubin's smoothing (1995); 0 leaves the steps of the voxels.
    /// - Throws: `MeshingError.labelNotFound`, `.gridTooLarge`, `.meshTooLarge`, `.impossibleParameter`.
    public static func surface(
        of label: AnatomicalLabel, in labels: LabelVolume, smoothing: Int = 30, progress: ProgressReport? = nil
    ) throws(MeshingError) -> TriangleMesh {
        try surface(of: [label], in: labels, smoothing: smoothing, progress: progress)
    }

    /// The smoothed surface of the voxels that carry any of some labels, taken as one solid.
    public static func surface(
        of wanted: Set<AnatomicalLabel>, in labels: LabelVolume, smoothing: Int = 30, progress: ProgressReport? = nil
    ) throws(MeshingError) -> TriangleMesh {
        guard (0...1000).contains(smoothing) else {
            throw .impossibleParameter(name: "smoothing", value: Double(smoothing))
        }
        guard let box = labels.box(of: wanted) else { throw .labelNotFound(wanted.map(\.number).sorted()) }
        let table = labelTable(wanted)
        let inside = paddedBits(of: table, in: labels, box: box)
        let origin = Vector3(Double(box.lower.x - 1), Double(box.lower.y - 1), Double(box.lower.z - 1))
        var surface = try CubeMarch(inside: inside, samples: LabelSamples(), origin: origin)
            .run(progress: { progress?(0.3 * $0) })
        if smoothing > 0 {
            // in `CubeTable` voxels that share an edge are one body
            let bodies = ConnectedComponents(of: inside, connectivity: .eighteen)
            let (number, voxel) = (bodies.map(), labels.geometry.voxelVolume)
            var smooth = SurfaceSmoothing(surface, spacing: labels.geometry.spacing)
            smooth.run(
                passes: smoothing, body: surface.innerSamples.map { number[Int($0)] - 1 },
                volumes: bodies.voxelCounts.map { Double($0) * voxel }, progress: { progress?(0.4 + 0.6 * $0) })
            surface.vertices = smooth.place.map { $0 / labels.geometry.spacing }
        }
        return place(surface, in: labels.geometry)
    }

    /// Which voxels of a box carry a label of the table, with one layer of outer ones round it.
    static func paddedBits(of table: [Bool], in labels: LabelVolume, box: VoxelBox) -> BitGrid {
        let (w, h, d) = box.size
        let source = labels.size
        let numbers = table.map { $0 ? UInt8(1) : 0 }
        return labels.withVoxels { voxels in
            numbers.withUnsafeBufferPointer { numbers in
                let (voxels, numbers) = (SharedReadBuffer(voxels), SharedReadBuffer(numbers))
                return BitGrid(size: GridSize(w + 2, h + 2, d + 2)) { row, flags in
                    let (z, y) = row.quotientAndRemainder(dividingBy: h + 2)
                    guard y >= 1, y <= h, z >= 1, z <= d else { return }
                    let from = ((z - 1 + box.lower.z) * source.y + y - 1 + box.lower.y) * source.x + box.lower.x
                    for x in 0..<w { flags[x + 1] = numbers[Int(voxels[from + x])] }
                }
            }
        }
    }
}
