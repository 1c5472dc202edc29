import Frames
import Imaging
import Meshing

extension Phantom {
    /// The surface of the bones with `label`, from their field itself and not from voxels: vertices lie on it to
    /// 0.02 mm.
    ///
    /// - Parameter spacing: of the grid on which the field is sampled, mm.
    /// - Throws: `PhantomError.noSuchBone`; `.impossibleGrid` for a spacing too fine or too coarse to give a surface.
    public func mesh(
        of label: AnatomicalLabel, spacing: Double = 0.6, progress: ProgressReport? = nil
    ) throws(PhantomError) -> TriangleMesh {
        let parts = skeleton.bones.indices.filter { skeleton.bones[$0].label == label }
        let pieces = implants.filter { $0.label == label }
        guard !parts.isEmpty || !pieces.isEmpty else { throw .noSuchBone(label) }
        guard spacing.isFinite, spacing >= 0.1, spacing <= 5 else {
            throw .impossibleGrid(reason: "spacing \(spacing) mm")
        }
        var low = Vector3(repeating: .infinity)
        var high = -low
        for box in parts.map({ (skeleton.bones[$0].low, skeleton.bones[$0].high) })
            + pieces.map({ ($0.bounds.low, $0.bounds.high) })
        {
            low = pointwiseMin(low, box.0)
            high = pointwiseMax(high, box.1)
        }
        do {
            let counts = ((high - low) / spacing).rounded(.up) + Vector3(3, 3, 3)
            let geometry = try GridGeometry(
                size: GridSize(Int(counts.x), Int(counts.y), Int(counts.z)), spacing: Vector3(repeating: spacing),
                origin: Point(low - Vector3(repeating: spacing)))
            let field = field(of: parts, pieces, on: geometry)
            return try SurfaceExtraction.isosurface(of: field, at: 0, solid: .below, progress: progress)
        } catch let error as MeshingError {
            throw .meshing(error)
        } catch {
            throw .impossibleGrid(reason: "spacing \(spacing) mm")
        }
    }

    /// The field of some bones on a grid, exact near their surface; far from it only its sign is right.
    private func field(of parts: [Int], _ pieces: [Implant], on geometry: GridGeometry) -> Volume<Float> {
        let blocks = GridBlocks(geometry)
        var volume = Volume<Float>(geometry: geometry, filledWith: 10)
        volume.withMutableVoxels { voxels in
            let out = SharedBuffer(voxels)
            parallelFor(blocks.rows) { row in
                for i in 0..<blocks.counts.x {
                    let block = blocks.block(i, row: row)
                    fill(block, parts, geometry, out)
                    fill(block, pieces, geometry, out)
                }
            }
        }
        return volume
    }

    private func fill(
        _ block: GridBlocks.Block, _ pieces: [Implant], _ geometry: GridGeometry, _ out: SharedBuffer<Float>
    ) {
        for piece in pieces where piece.leastDistance(block.centre) < block.radius + 3 * geometry.spacing.max() {
            for z in block.z {
                for y in block.y {
                    for x in block.x {
                        let index = VoxelIndex(x, y, z)
                        let at = geometry.offset(index)
                        out[at] = min(out[at], Float(piece.distance(geometry.point(index).coordinates)))
                    }
                }
            }
        }
    }

    private func fill(_ block: GridBlocks.Block, _ parts: [Int], _ geometry: GridGeometry, _ out: SharedBuffer<Float>) {
        // Three samples beyond the block, so that the field is exact wherever the surface's cells look.
        let near = skeleton.neighbourhood(of: block.centre, radius: block.radius + 3 * geometry.spacing.max())
        guard near.numbers.contains(where: parts.contains) else { return }
        for z in block.z {
            for y in block.y {
                for x in block.x {
                    let index = VoxelIndex(x, y, z)
                    let p = geometry.point(index).coordinates
                    out[geometry.offset(index)] = Float(skeleton.distance(ofAny: parts, p, in: near))
                }
            }
        }
    }
}
