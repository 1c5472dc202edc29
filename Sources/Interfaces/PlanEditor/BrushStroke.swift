import Frames
import Imaging

/// A correction of labels by a round brush that goes from place to place.
public struct BrushStroke: Equatable, Sendable {
    public enum Tool: String, CaseIterable, Sendable {
        /// Gives the label to voxels that have none, or another one of the same kind of tissue.
        case paint
        /// Takes the label away.
        case erase
        /// Gives or takes it as most of the neighbourhood has it: rounds off what sticks out, fills what is notched.
        case smooth
    }

    public var tool: Tool
    public var label: AnatomicalLabel
    /// mm.
    public var radius: Double
    public var places: [Point<CT>]

    public init(tool: Tool, label: AnatomicalLabel, radius: Double, places: [Point<CT>]) {
        (self.tool, self.label, self.radius, self.places) = (tool, label, radius, places)
    }

    public static let radii: ClosedRange<Double> = 0.3...20
    static let mostPlaces = 64

    /// Sensible values: what comes from a journal is checked before it is done.
    var isPossible: Bool {
        Self.radii.contains(radius) && !places.isEmpty && places.count <= Self.mostPlaces && label.number > 0
            && places.allSatisfy { $0.isFinite && length($0.coordinates) < 1e5 }
    }

    /// - Returns: `nil` where no voxel changed.
    func apply(to labels: inout LabelVolume) -> LabelPatch? {
        guard isPossible else { return nil }
        var wanted: [Int: UInt8] = [:]
        for place in places { collect(near: place, labels, &wanted) }
        var patch = LabelPatch()
        for offset in wanted.keys.sorted() {
            let old = labels.voxels[offset]
            if let new = wanted[offset], new != old { patch.set(offset, from: old, to: new) }
        }
        guard !patch.isEmpty else { return nil }
        patch.apply(to: &labels)
        return patch
    }

    private func collect(near place: Point<CT>, _ labels: LabelVolume, _ wanted: inout [Int: UInt8]) {
        let g = labels.geometry
        let middle = g.gridPoint(place).coordinates
        let reach = Vector3(repeating: radius) / g.spacing + 1
        let top = Vector3(Double(g.size.x), Double(g.size.y), Double(g.size.z)) - 1
        let low = (middle - reach).rounded(.down), high = (middle + reach).rounded(.up)
        guard all(high .>= .zero), all(low .<= top) else { return }
        let from = low.clamped(lowerBound: .zero, upperBound: top),
            to = high.clamped(lowerBound: .zero, upperBound: top)
        for z in Int(from.z)...Int(to.z) {
            for y in Int(from.y)...Int(to.y) {
                for x in Int(from.x)...Int(to.x) {
                    let i = VoxelIndex(x, y, z)
                    guard g.point(i).distance(to: place) <= radius else { continue }
                    wanted[g.offset(i)] = value(at: i, labels)
                }
            }
        }
    }

    /// What the voxel is to be.
    private func value(at i: VoxelIndex, _ labels: LabelVolume) -> UInt8 {
        let old = labels[i]
        switch tool {
        case .paint: return label.number
        case .erase: return old == label.number ? Self.behind(label) : old
        case .smooth:
            let (own, all) = Self.count(of: label, around: i, labels)
            if old == label.number { return 2 * own < all ? Self.behind(label) : old }
            return 2 * own > all && Self.gives(old) ? label.number : old
        }
    }

    /// Smoothing never takes from another structure.
    private static func gives(_ old: UInt8) -> Bool { old == 0 || AnatomicalLabel(old) == .softTissue }

    /// What is left where a label is taken away.
    private static func behind(_ label: AnatomicalLabel) -> UInt8 { AnatomicalLabel.softTissue.number }

    private static func count(of label: AnatomicalLabel, around i: VoxelIndex, _ labels: LabelVolume) -> (Int, Int) {
        var (own, all) = (0, 0)
        for z in (i.z - 1)...(i.z + 1) {
            for y in (i.y - 1)...(i.y + 1) {
                for x in (i.x - 1)...(i.x + 1) {
                    let j = VoxelIndex(x, y, z)
                    guard labels.size.contains(j) else { continue }
                    all += 1
                    if labels[j] == label.number { own += 1 }
                }
            }
        }
        return (own, all)
    }
}
