/// Puts structures that came one by one into one label map, and remembers which of them claim the same voxels.
struct LabelBlend {
    let geometry: GridGeometry
    private(set) var voxels: [UInt8]
    private var claims = [Int](repeating: 0, count: 65536)
    private var sizes = [Int](repeating: 0, count: 256)

    init(_ geometry: GridGeometry) {
        self.geometry = geometry
        voxels = [UInt8](repeating: 0, count: geometry.size.count)
    }

    /// Gives a voxel to `label`, unless what it holds goes before it.
    @inline(__always)
    mutating func paint(_ offset: Int, _ label: UInt8) {
        let old = voxels[offset]
        if old == label { return }
        sizes[Int(label)] += 1
        if old == 0 {
            voxels[offset] = label
            return
        }
        let (first, second) = Self.goesBefore(old, label) ? (old, label) : (label, old)
        claims[Int(first) << 8 | Int(second)] += 1
        voxels[offset] = first
    }

    /// Vertebrae before other bones, bones before soft parts, what fills the rest last; the lower number among equals.
    private static func goesBefore(_ a: UInt8, _ b: UInt8) -> Bool { (rank(a), a) < (rank(b), b) }

    private static func rank(_ number: UInt8) -> Int {
        switch AnatomicalLabel(number) {
        case let label where label.isVertebra || label == .sacrum || label == .coccyx: 0
        case .rib, .pelvis, .femur, .tibia, .skull, .metal: 1
        case .disc, .spinalCanal, .vessel, .ventricle, .lesion: 2
        case .otherBone, .intracranial: 3
        default: 4
        }
    }

    /// The part of the smaller of two vertebrae that both may claim.
    private static let largestSeam = 0.1

    /// The map, and what was claimed twice.
    ///
    /// - Throws: `ImagingError.structuresOverlap` where two vertebrae share more than a seam, `.noLabels`.
    func result(_ path: String) throws(ImagingError) -> LoadedLabels {
        guard sizes.contains(where: { $0 > 0 }) else { throw .noLabels(path: path) }
        var remarks: [LabelRemark] = []
        for pair in claims.indices where claims[pair] > 0 {
            let (a, b) = (AnatomicalLabel(UInt8(pair >> 8)), AnatomicalLabel(UInt8(pair & 255)))
            let share = Double(claims[pair]) / Double(max(1, min(sizes[pair >> 8], sizes[pair & 255])))
            if Self.rank(a.number) == 0, Self.rank(b.number) == 0, share > Self.largestSeam {
                throw .structuresOverlap(path: path, a, b, voxels: claims[pair])
            }
            remarks.append(.overlap(kept: a, lost: b, voxels: claims[pair]))
        }
        return LoadedLabels(volume: LabelVolume(geometry: geometry, voxels: voxels), remarks: remarks)
    }
}
