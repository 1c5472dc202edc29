import Frames

extension GridGeometry {
    /// A grid of another spacing along the same axes, which covers the same block from face to face (to half a voxel).
    ///
    /// - Throws: `ImagingError.impossibleGeometry` where the spacing is not positive or the grid would be too large.
    public func respaced(_ spacing: Vector3) throws(ImagingError) -> GridGeometry {
        let extent = Vector3(Double(size.x), Double(size.y), Double(size.z)) * self.spacing
        let counts = (extent / spacing - 1e-6).rounded(.up).clamped(
            lowerBound: Vector3(1, 1, 1), upperBound: Vector3(repeating: 1e6))
        guard counts.isFinite, spacing.min() > 0 else {
            throw .impossibleGeometry("spacing \(spacing.x)×\(spacing.y)×\(spacing.z) mm")
        }
        let new = GridSize(Int(counts.x), Int(counts.y), Int(counts.z))
        let corner = centre.coordinates - direction * ((counts - 1) * spacing / 2)
        return try GridGeometry(size: new, spacing: spacing, origin: Point(corner), direction: direction)
    }
}

extension Volume where Voxel == Int16 {
    /// This image at another spacing along its own axes: linear between voxels where the grid gets finer, the mean over each
    /// new voxel where it gets coarser, so that thin shells do not fall between.
    ///
    /// - Throws: `ImagingError.impossibleGeometry`.
    public func resampled(spacing: Vector3) throws(ImagingError) -> Volume<Int16> {
        let target = try geometry.respaced(spacing)
        var current = ResamplingPass.floats(self)
        var size = [self.size.x, self.size.y, self.size.z]
        let wanted = [target.size.x, target.size.y, target.size.z]
        for axis in 0..<3 {
            let weights = AxisWeights(
                from: size[axis], spacing: geometry.spacing[axis], to: wanted[axis], newSpacing: spacing[axis])
            current = ResamplingPass.apply(weights, to: current, size, axis)
            size[axis] = wanted[axis]
        }
        return Volume<Int16>(geometry: target, voxels: ResamplingPass.rounded(current))
    }
}

extension Volume where Voxel == UInt8 {
    /// Labels on another grid: each voxel takes the label at its centre, 0 outside this grid.
    public func resampled(onto target: GridGeometry) -> LabelVolume {
        let size = target.size
        let moved = withVoxels { source in
            [UInt8](unsafeUninitializedCapacity: size.count) { buffer, filled in
                let (source, result) = (SharedReadBuffer(source), SharedBuffer(buffer))
                parallelFor(size.z) { z in
                    for y in 0..<size.y {
                        for x in 0..<size.x {
                            let at = VoxelIndex(x, y, z)
                            let i = geometry.nearest(target.point(at))
                            result[target.offset(at)] = geometry.size.contains(i) ? source[geometry.offset(i)] : 0
                        }
                    }
                }
                filled = size.count
            }
        }
        return LabelVolume(geometry: target, voxels: moved)
    }
}

/// For each new voxel along one axis, the old ones that make it and their weights, which sum to 1.
///
/// A finer grid takes the linear interpolant at its centres, a coarser one the interpolant's mean over each new voxel; both
/// give back a linear ramp exactly, so that no edge moves. Beyond its ends the image goes on as it ends.
struct AxisWeights {
    let first: [Int]
    let weights: [[Float]]

    init(from count: Int, spacing: Double, to newCount: Int, newSpacing: Double) {
        let width = newSpacing > spacing * (1 + 1e-9) ? newSpacing / spacing : 0
        var first: [Int] = []
        var weights: [[Float]] = []
        for i in 0..<newCount {
            let offset = (Double(i) - Double(newCount - 1) / 2) * newSpacing
            let centre = offset / spacing + Double(count - 1) / 2
            let span = Int((centre - width / 2).rounded(.down))...Int((centre + width / 2).rounded(.down)) + 1
            let low = min(max(span.lowerBound, 0), count - 1)
            var row = [Double](repeating: 0, count: min(max(span.upperBound, 0), count - 1) - low + 1)
            for j in span { row[min(max(j, 0), count - 1) - low] += AxisWeights.weight(Double(j) - centre, width) }
            first.append(low)
            weights.append(row.map { Float($0) })
        }
        self.first = first
        self.weights = weights
    }

    /// The mean of the unit triangle around `distance` over a box of `width`; the triangle itself where that is 0.
    private static func weight(_ distance: Double, _ width: Double) -> Double {
        guard width > 0 else { return max(0, 1 - abs(distance)) }
        return (integral(width / 2 - distance) - integral(-width / 2 - distance)) / width
    }

    /// The triangle's integral from −∞ to `t`.
    private static func integral(_ t: Double) -> Double {
        switch t {
        case ...(-1): 0
        case ..<0: (1 + t) * (1 + t) / 2
        case ..<1: 1 - (1 - t) * (1 - t) / 2
        default: 1
        }
    }
}

/// One axis of a separable resampling.
enum ResamplingPass {
    static func floats(_ volume: Volume<Int16>) -> [Float] { volume.voxels.map { Float($0) } }

    static func rounded(_ values: [Float]) -> [Int16] {
        values.map { Int16(min(max($0.rounded(), -32768), 32767)) }
    }

    static func apply(_ weights: AxisWeights, to source: [Float], _ size: [Int], _ axis: Int) -> [Float] {
        var newSize = size
        newSize[axis] = weights.first.count
        let stride = size[..<axis].reduce(1, *)
        let outer = size[(axis + 1)...].reduce(1, *)
        let (oldLength, newLength) = (size[axis], newSize[axis])
        return source.withUnsafeBufferPointer { pointer in
            let source = SharedReadBuffer(pointer)
            return [Float](unsafeUninitializedCapacity: newSize.reduce(1, *)) { buffer, filled in
                let target = SharedBuffer(buffer)
                let runs = outer * newLength
                let pieces = min(runs, 256)
                parallelFor(pieces) { piece in
                    for run in (runs * piece / pieces)..<(runs * (piece + 1) / pieces) {
                        let (block, i) = run.quotientAndRemainder(dividingBy: newLength)
                        let from = (block * oldLength + weights.first[i]) * stride
                        let to = (block * newLength + i) * stride
                        for k in 0..<stride {
                            var sum: Float = 0
                            for (j, w) in weights.weights[i].enumerated() { sum += w * source[from + j * stride + k] }
                            target[to + k] = sum
                        }
                    }
                }
                filled = newSize.reduce(1, *)
            }
        }
    }
}
