import Frames
import Imaging

/// What a straight line meets from the target outwards: how far to the skull's inner and outer surface and to the skin.
struct PathLayout: Equatable, Sendable {
    /// mm from the target.
    var skin = 0.0
    var innerTable, outerTable: Double?
    /// Why no path can run here; the distances then end where that showed.
    var block: PathBlock?
}

/// Follows lines from one target through labels and CT.
struct PathTracer: Sendable {
    let labels: LabelVolume
    let ct: Volume<Int16>
    let tissue: TissueTable
    let target: Point<CT>

    /// Steps of less than half the finest voxel, mm.
    private let step: Double
    private let start: Vector3

    /// In the bone of the vault gaps so long are sutures or its spongy middle, mm.
    private static let longestGap = 3.0
    /// Beyond the skin so much of the body is noise, mm; so much air must be seen there.
    private static let smallestPart = 0.6
    private static let smallestAir = 1.5
    /// Under the skin, and beside bone, HU belong to two tissues, mm.
    private static let blurred = 2.5
    private static let airHU: Int16 = -300
    private static let markerHU: Int16 = 1500
    /// Outside the head, where no label says bone: contrast and soft tissue stay below.
    private static let boneHU: Int16 = 350

    init(labels: LabelVolume, ct: Volume<Int16>, tissue: TissueTable, target: Point<CT>) {
        (self.labels, self.ct, self.tissue, self.target) = (labels, ct, tissue, target)
        step = max(labels.geometry.spacing.min() * 0.45, 0.1)
        start = labels.geometry.gridPoint(target).coordinates
    }

    /// The line's way through the grid for each mm.
    private func slope(_ direction: Vector3) -> Vector3 {
        labels.geometry.gridPoint(Point(target.coordinates + direction)).coordinates - start
    }

    private struct Walk {
        var skinAt: Double?
        var outsideFor = 0.0, insideAgain = 0.0
        var firstBone, lastBone: Double?
        var gap = 0.0
    }

    /// - Parameter direction: unit vector, outwards.
    func layout(_ direction: Vector3) -> PathLayout {
        let slope = slope(direction)
        let size = labels.size
        var walk = Walk()
        var layout = PathLayout()
        labels.withVoxels { voxels in
            tissue.numbers.withUnsafeBufferPointer { table in
                var s = 0.0
                while true {
                    guard let o = size.offset(nearest: start + slope * s) else { break }
                    let number = table[Int(voxels[o])]
                    if let block = take(number, s, &walk) {
                        layout.block = block
                        layout.skin = s
                        return
                    }
                    s += step
                }
            }
        }
        guard layout.block == nil else { return layout }
        return finish(walk, direction, layout)
    }

    /// One step of the walk; a block where it shows at once.
    @inline(__always) private func take(_ number: UInt8, _ s: Double, _ walk: inout Walk) -> PathBlock? {
        if number == Tissue.outside.rawValue {
            if walk.skinAt == nil { walk.skinAt = s }
            walk.outsideFor += step
            return nil
        }
        if walk.skinAt != nil {
            walk.insideAgain += step
            if walk.insideAgain > Self.smallestPart { return .bodyAgain }
            return nil
        }
        if number == Tissue.bone.rawValue { return .otherBone }
        if number == Tissue.skull.rawValue {
            if walk.firstBone == nil { walk.firstBone = s }
            if let last = walk.lastBone, s - last > Self.longestGap { return .otherBone }
            walk.lastBone = s
        }
        return nil
    }

    private func finish(_ walk: Walk, _ direction: Vector3, _ given: PathLayout) -> PathLayout {
        var layout = given
        guard let skin = walk.skinAt, walk.outsideFor > Self.smallestAir else {
            layout.block = .imageEdge
            return layout
        }
        layout.skin = boundary(direction, from: skin - step, to: skin) { $0 != Tissue.outside.rawValue }
        if tissue.approach == .head {
            guard let first = walk.firstBone, let last = walk.lastBone else {
                layout.block = .noSkull
                return layout
            }
            let isSkull = { (number: UInt8) in number == Tissue.skull.rawValue }
            layout.innerTable = boundary(direction, from: first, to: max(first - step, 0), while: isSkull)
            layout.outerTable = boundary(direction, from: last, to: last + step, while: isSkull)
        }
        layout.block = blockInImage(layout, direction)
        return layout
    }

    /// Where between two places of a line a property ends, to 0.01 mm.
    private func boundary(
        _ direction: Vector3, from: Double, to: Double, while holds: (UInt8) -> Bool
    ) -> Double {
        var (inner, outer) = (from, to)
        for _ in 0..<7 {
            let middle = (inner + outer) / 2
            if holds(number(at: target.coordinates + direction * middle)) { inner = middle } else { outer = middle }
        }
        return (inner + outer) / 2
    }

    private func number(at p: Vector3) -> UInt8 {
        let i = labels.geometry.nearest(Point(p))
        return labels.size.contains(i) ? tissue.numbers[Int(labels[i])] : Tissue.outside.rawValue
    }

    /// Air or what is too bright, in the CT, where no label tells.
    private func blockInImage(_ layout: PathLayout, _ direction: Vector3) -> PathBlock? {
        let end = layout.skin - Self.blurred
        let slope = slope(direction)
        let size = ct.size
        var leftAllowed = 0.0
        var run = 0
        for s in stride(from: 0, to: end, by: 1) {
            guard let o = size.offset(nearest: start + slope * s) else { continue }
            let hu = ct.withVoxels { $0[o] }
            switch tissue.approach {
            case .head:
                if hu < Self.airHU { return .air }
                if hu > Self.markerHU, s > (layout.outerTable ?? 0) + Self.blurred { return .bright }
            case .body:
                if tissue.through.contains(AnatomicalLabel(labels.withVoxels { $0[o] })) { leftAllowed = s }
                if hu < Self.airHU, !tissue.through.contains(.lung) { return .air }
                run = hu > Self.boneHU && s > leftAllowed + Self.blurred ? run + 1 : 0
                if run > 1 { return .bright }
            }
        }
        // markers stick on the skin, outside what labels call the body
        guard tissue.approach == .head else { return nil }
        for s in stride(from: max(end, 0), to: layout.skin + 8, by: 1) {
            let i = ct.geometry.nearest(Point(target.coordinates + direction * s))
            if size.contains(i), ct[i] > Self.markerHU { return .bright }
        }
        return nil
    }
}

extension GridSize {
    /// Where the voxel nearest to a place of the grid lies in storage; `nil` beyond the grid. Quick: for walks of many steps.
    @inline(__always) func offset(nearest g: Vector3) -> Int? {
        let h = g + 0.5
        guard h.x >= 0, h.y >= 0, h.z >= 0, h.x < Double(x), h.y < Double(y), h.z < Double(z) else { return nil }
        return (Int(h.z) * y + Int(h.y)) * x + Int(h.x)
    }
}
