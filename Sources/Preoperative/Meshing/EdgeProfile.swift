import Frames
import Imaging

/// Where a bright body ends along a line through its border, by the values just inside and outside of it.
///
/// Where it ends in a step that is half-way between both (the full-width-half-maximum rule of CT measurements). A shell
/// thinner than the scanner's blur looks darker and wider than it is; `ThinShell` tells which value its border has.
struct EdgeProfile: Sendable {
    let image: Volume<Int16>
    /// What lies beyond the body's border without belonging to it, such as another bone: the search stops there.
    let labels: LabelVolume
    let blocked: [Bool]
    let phase: SlicePhase

    init(image: Volume<Int16>, labels: LabelVolume, blocked: [Bool]) {
        (self.image, self.labels, self.blocked) = (image, labels, blocked)
        phase = SlicePhase(image.geometry)
    }

    /// Samples a voxel's width along the line.
    static let samplesPerVoxel = 4.0
    /// How far inside and outside of an edge its plateaus are looked for, in voxels' widths and at least mm.
    static let plateau = (voxels: 1.5, mm: 2.0)
    /// Below fat and above cortical bone values say nothing about this edge: lung behind a rib, a screw within a body.
    static let plausible = -120.0...1600.0
    /// An edge of less contrast is none, HU.
    static let leastContrast = 80.0

    /// The edge nearest to a point of the border.
    struct Edge {
        /// Outwards from the point, mm.
        let offset: Double
        /// The brightest value inside and the darkest outside, HU.
        let peak, valley: Double

        var contrast: Double { peak - valley }
    }

    /// - Parameters:
    ///   - normal: outwards, of length 1.
    ///   - reach: how far from `p` the edge may lie, in voxels' widths.
    ///   - curvature: of the border across the image's slices, 1/mm, positive where the body bulges.
    ///   - cortical: what dense bone measures where the shell is thick, HU; `nil` where that is not known.
    /// - Returns: `nil` where there is no edge, or the line leaves the image.
    func edge(at p: Vector3, normal: Vector3, curvature: Double, reach: Double, cortical: Double?) -> Edge? {
        let grid = image.geometry
        let width = 1 / length((grid.direction.transposed * normal) / grid.spacing)
        let step = width / Self.samplesPerVoxel
        let flank = max(Self.plateau.voxels * width, Self.plateau.mm)
        let half = Int(((reach * width + flank) / step).rounded(.up))
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * half + 1) { values in
            let range = sample(p, normal, step, half, into: values)
            guard let found = steepest(values, range, half, Int((reach * width / step).rounded(.down))) else {
                return nil
            }
            let far = Int((flank / step).rounded(.down))
            let inner = max(found - far, range.lowerBound)...found
            let outside = values[found...min(found + far, range.upperBound - 1)].min() ?? 0
            let top = values[inner].indices.max { values[$0] < values[$1] } ?? found
            let core = values[inner.lowerBound...top].min() ?? values[top]
            let (peak, valley) = (
                min(values[top], Self.plausible.upperBound), max(outside, Self.plausible.lowerBound)
            )
            guard peak - valley >= Self.leastContrast else { return nil }
            let part = cortical.map {
                ThinShell.shared.borderLevel(
                    peak: (peak - valley) / ($0 - valley), core: (core - valley) / ($0 - valley))
            }
            let level = (part ?? 0.5) * (peak - valley)
            return crossing(values, range, from: found, level: valley + level).map {
                let offset = ($0 - Double(half)) * step, dense = (cortical ?? peak) - valley
                let shift = phase.shift(
                    at: grid.gridPoint(Point(p + normal * offset)).coordinates, normal: normal, curvature: curvature,
                    SlicePhase.Height(level: level / dense, fullness: (peak - valley) / dense))
                return Edge(offset: offset + shift, peak: peak, valley: valley)
            }
        }
    }

    /// Values along the line, from the inside; the range of them that lie in the image and not beyond a blocked label.
    private func sample(
        _ p: Vector3, _ normal: Vector3, _ step: Double, _ half: Int, into values: UnsafeMutableBufferPointer<Double>
    ) -> Range<Int> {
        let line = GridLine(through: p, step: normal * step, on: image.geometry)
        let labelLine = GridLine(through: p, step: normal * step, on: labels.geometry)
        var range = half..<half
        image.withVoxels { voxels in
            labels.withVoxels { numbers in
                for k in stride(from: 0, through: -half, by: -1) {
                    guard let value = line.value(k, in: voxels, image.size) else { break }
                    values[half + k] = value
                    range = (half + k)..<max(range.upperBound, half + 1)
                }
                for k in stride(from: 1, through: half, by: 1) {
                    guard let value = line.value(k, in: voxels, image.size) else { break }
                    if let i = labelLine.voxel(k, labels.size), blocked[Int(numbers[i])] { break }
                    values[half + k] = value
                    range = range.lowerBound..<(half + k + 1)
                }
            }
        }
        return range
    }

    /// The sample of the steepest fall within reach of the middle, nearer ones preferred.
    private func steepest(
        _ values: UnsafeMutableBufferPointer<Double>, _ range: Range<Int>, _ half: Int, _ reach: Int
    ) -> Int? {
        var best: (fall: Double, at: Int)?
        let (first, end) = (max(half - reach, range.lowerBound + 1), min(half + reach + 1, range.upperBound - 1))
        for k in stride(from: first, to: end, by: 1) {
            let away = Double(abs(k - half)) / Double(reach + 1)
            let fall = (values[k - 1] - values[k + 1]) * (1 - 0.5 * away)
            if fall > best?.fall ?? 0 { best = (fall, k) }
        }
        return best?.at
    }

    /// Where the falling values pass `level`, nearest to sample `start`, in samples.
    private func crossing(
        _ values: UnsafeMutableBufferPointer<Double>, _ range: Range<Int>, from start: Int, level: Double
    ) -> Double? {
        var k = start
        if values[k] >= level {
            while k + 1 < range.upperBound, values[k + 1] >= level { k += 1 }
            guard k + 1 < range.upperBound else { return nil }
        } else {
            while k > range.lowerBound, values[k] < level { k -= 1 }
            guard values[k] >= level else { return nil }
        }
        return Double(k) + (values[k] - level) / (values[k] - values[k + 1])
    }
}
