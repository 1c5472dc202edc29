import Frames
import Imaging

extension Phantom {
    /// The CT that a scanner makes of this phantom, HU, air −1000; the same seed gives the same bytes.
    public func sample(
        _ geometry: GridGeometry, seed: UInt64, progress: ProgressReport? = nil
    ) -> Volume<Int16> {
        let sampler = PhantomSampler(self, geometry)
        let scanner = ScannerModel(scanner: definition.scanner, geometry: geometry)
        let count = geometry.size.count
        let ideal = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
        defer { ideal.deallocate() }
        let shared = SharedBuffer(ideal)
        let rows = sampler.blocks.rows
        let report = ProgressCounter(total: rows, share: 0.85, report: progress)
        parallelFor(rows) { row in
            sampler.fill(row: row, shared)
            report.advance()
        }
        MetalStreaks(definition.implants, implants.filter { $0.label == .metal }, geometry).add(to: shared, seed: seed)
        scanner.blur(shared)
        progress?(0.92)
        var volume = Volume<Int16>(geometry: geometry)
        volume.withMutableVoxels { scanner.digitise(shared, seed: seed, into: SharedBuffer($0)) }
        progress?(1)
        return volume
    }

    /// The exact labels, each voxel by its centre: bones, discs, canal, vessels, and 102 for the rest within the skin.
    public func labels(_ geometry: GridGeometry, progress: ProgressReport? = nil) -> LabelVolume {
        let blocks = GridBlocks(geometry)
        var volume = LabelVolume(geometry: geometry)
        let report = ProgressCounter(total: blocks.rows, report: progress)
        volume.withMutableVoxels { voxels in
            let shared = SharedBuffer(voxels)
            parallelFor(blocks.rows) { row in
                for i in 0..<blocks.counts.x { label(blocks.block(i, row: row), halve: true, blocks, shared) }
                report.advance()
            }
        }
        return volume
    }

    private func label(_ block: GridBlocks.Block, halve: Bool, _ blocks: GridBlocks, _ out: SharedBuffer<UInt8>) {
        let bones = skeleton.neighbourhood(of: block.centre, radius: block.radius)
        if halve && !bones.isEmpty { return blocks.halves(of: block).forEach { label($0, halve: false, blocks, out) } }
        var active = soft.active(near: block.centre, radius: block.radius)
        // The brain has the label of the space in which it lies.
        active.layers.removeAll { soft.isRippled(soft.layers[$0].shape) }
        let geometry = blocks.geometry
        let metal = implants.filter { $0.leastDistance(block.centre) < block.radius }
        let base = active.floor < 0 ? 0 : soft.layers[active.floor].label.number
        let plain = active.layers.isEmpty && bones.isEmpty && metal.isEmpty
        for z in block.z {
            for y in block.y {
                for x in block.x {
                    let index = VoxelIndex(x, y, z)
                    let p = geometry.point(index).coordinates
                    let piece = metal.last { $0.distance(p) <= 0 }
                    out[geometry.offset(index)] =
                        plain ? base : piece?.label.number ?? label(p, base, active.layers, bones)
                }
            }
        }
    }

    private func label(_ p: Vector3, _ base: UInt8, _ layers: [Int], _ bones: Skeleton.Neighbourhood) -> UInt8 {
        if let place = skeleton.place(p, in: bones), place.distance <= 0 {
            return skeleton.bones[place.bone].label.number
        }
        let c = skeleton.canal.coordinates(p)
        for i in layers.reversed() where soft.distance(soft.layers[i].shape, p, c) <= 0 {
            return soft.layers[i].label.number
        }
        return base
    }
}
