import Frames
import Imaging

/// From the anatomy to labels with names.
struct SpineAssembly {
    let ct: Volume<Int16>
    let anatomy: SpineAnatomy
    let options: SegmentationOptions

    /// Which pieces carry a rib.
    let carriers: [Bool]

    init(ct: Volume<Int16>, anatomy: SpineAnatomy, options: SegmentationOptions) {
        (self.ct, self.anatomy, self.options) = (ct, anatomy, options)
        carriers = RibContacts.carriers(
            anatomy.territories, pieces: anatomy.segments.count, curve: anatomy.curve)
    }

    func result(_ progress: ProgressReport?) throws(SegmentationError) -> SpineSegmentationResult {
        var paint = LabelPainter(ct: ct, anatomy: anatomy).paint()
        progress?(0.85)
        tidy(&paint)
        removeBoneless(&paint)
        ThinCortex(ct: ct, structures: 1...UInt8(anatomy.segments.count)).mend(&paint)
        fillBrightMarrow(&paint)
        progress?(0.95)
        var (findings, numbers) = named(paint)
        // Bodies between two discs are worth their labels even where the image cuts every process off.
        let hasBody = anatomy.segments.contains { $0.kind == .vertebra && $0.isWhole }
        guard hasBody || findings.contains(where: { !$0.isPartial && $0.label != .sacrum }) else {
            throw .noWholeVertebra(coveredLength: Double(anatomy.curve.count))
        }
        if let wanted = options.levels {
            let found = Set(findings.map(\.label))
            let missing = wanted.filter { !found.contains($0) }
            guard missing.isEmpty else {
                throw .levelsNotFound(missing: missing.map(\.name), found: findings.map(\.label.name))
            }
            for k in numbers.indices where isSpinePiece(k) && !wanted.contains(AnatomicalLabel(numbers[k])) {
                numbers[k] = AnatomicalLabel.otherBone.number
            }
            findings = findings.filter { wanted.contains($0.label) }
        }
        let labels = LabelVolume(geometry: ct.geometry, voxels: paint.map { numbers[Int($0)] })
        progress?(0.98)
        let structures = StructureFinding.all(in: labels)
        progress?(1)
        return SpineSegmentationResult(
            labels: labels, vertebrae: findings, structures: structures, warnings: warnings(findings, structures))
    }

    func isSpinePiece(_ k: Int) -> Bool { (1...anatomy.segments.count).contains(k) }

    /// The findings from the highest vertebra to the lowest, and the label's number of each number painted.
    private func named(_ paint: [UInt8]) -> ([VertebraFinding], [UInt8]) {
        var numbers = [UInt8](repeating: 0, count: 256)
        for k in 1...Int(Paint.body) { numbers[k] = AnatomicalLabel.softTissue.number }
        for k in Int(Paint.firstRib)..<Int(Paint.pelvis) { numbers[k] = AnatomicalLabel.rib.number }
        numbers[Int(Paint.pelvis)] = AnatomicalLabel.pelvis.number
        numbers[Int(Paint.canal)] = AnatomicalLabel.spinalCanal.number
        numbers[Int(Paint.disc)] = AnatomicalLabel.disc.number
        numbers[Int(Paint.bone)] = AnatomicalLabel.otherBone.number
        numbers[Int(Paint.metal)] = AnatomicalLabel.metal.number
        let hasSacrum = anatomy.segments[0].kind == .sacrum
        let signs = LevelEvidence(geometry: ct.geometry, anatomy: anatomy).signs()
        let names = LevelNaming(hasSacrum: hasSacrum, signs: signs).names()
        let edges = touchesEdge(paint)
        let extent = VertebraExtent(geometry: ct.geometry, anatomy: anatomy)
        let present = Set(LabelCleaner.present(paint))
        let s = ct.geometry.spacing
        let bounds = LabelCleaner(size: ct.size, spacing: (s.x, s.y, s.z)).bounds(paint)
        let metal = MetalNearby.flagged(paint, Array(bounds[...anatomy.segments.count]), ct.geometry)
        var findings: [VertebraFinding] = []
        for k in anatomy.segments.indices.reversed() where present.contains(UInt8(k + 1)) {
            let segment = anatomy.segments[k]
            guard segment.kind != .skull else {
                numbers[k + 1] = AnatomicalLabel.otherBone.number
                continue
            }
            let name =
                segment.kind == .sacrum
                ? LevelNaming.Name(label: .sacrum, isCertain: true, evidence: [], candidates: [.sacrum])
                : names[k - (hasSacrum ? 1 : 0)]
            guard name.label != .skull else {
                numbers[k + 1] = AnatomicalLabel.otherBone.number
                continue
            }
            numbers[k + 1] = name.label.number
            // Atlas and axis have no disc between them: where the atlas is not seen, or brittle bone makes its joints
            // faint, they are not told apart well enough to plan on.
            let isUppermost = !showsAtlas && name.candidates.contains { $0.number <= 2 }
            let cut =
                edges.contains(UInt8(k + 1)) || (segment.kind != .sacrum && (isUppermost || !extent.isInside(k)))
            findings.append(
                VertebraFinding(
                    label: name.label, isCertain: name.isCertain, evidence: name.evidence, candidates: name.candidates,
                    isPartial: cut, bodyHU: bodyHU(k), metal: metal[k + 1]))
        }
        return (findings, numbers)
    }

    /// Of bone against healthy bone: below this joints are faint.
    static let leastBrightness: Float = 0.9

    private var showsAtlas: Bool {
        anatomy.atlas != nil && BoneThreshold.brightness(anatomy.discs, anatomy.threshold) > Self.leastBrightness
    }

    /// Numbers of what reaches the outermost voxels of the image.
    private func touchesEdge(_ paint: [UInt8]) -> Set<UInt8> {
        let size = ct.size
        var found: Set<UInt8> = []
        for z in 0..<size.z {
            for y in 0..<size.y {
                let inner = z > 0 && z < size.z - 1 && y > 0 && y < size.y - 1
                let row = (z * size.y + y) * size.x
                if inner {
                    found.insert(paint[row])
                    found.insert(paint[row + size.x - 1])
                } else {
                    for x in 0..<size.x { found.insert(paint[row + x]) }
                }
            }
        }
        return found
    }

    /// Mean HU of the middle of a body.
    func bodyHU(_ k: Int) -> Double? { anatomy.surfaces[k]?.meanHU(anatomy.grid) }

    private func warnings(_ findings: [VertebraFinding], _ structures: [StructureFinding]) -> [SegmentationWarning] {
        var list: [SegmentationWarning] = []
        if let metal = structures.first(where: { $0.label == .metal }), metal.volume > 0.05 {
            list.append(.metal(volume: metal.volume))
        }
        let longest = ct.geometry.spacing.max()
        if longest > 2 { list.append(.thickVoxels(spacing: longest)) }
        if findings.contains(where: { !$0.isCertain }) { list.append(.uncertainLevels) }
        for f in findings where f.isPartial && f.label != .sacrum { list.append(.partialVertebra(f.label)) }
        for f in findings {
            if let hu = f.bodyHU, hu < BodySurface.brittleHU { list.append(.lowDensity(f.label, hounsfield: hu)) }
        }
        return list
    }
}

extension StructureFinding {
    /// Size and place of every label of a map.
    static func all(in labels: LabelVolume) -> [StructureFinding] {
        var count = [Int](repeating: 0, count: 256)
        var sum = [Vector3](repeating: .zero, count: 256)
        let size = labels.size
        labels.withVoxels { v in
            for z in 0..<size.z {
                for y in 0..<size.y {
                    let row = (z * size.y + y) * size.x
                    for x in 0..<size.x where v[row + x] != 0 {
                        count[Int(v[row + x])] += 1
                        sum[Int(v[row + x])] += Vector3(Double(x), Double(y), Double(z))
                    }
                }
            }
        }
        return count.indices.filter { count[$0] > 0 }.map { k in
            StructureFinding(
                label: AnatomicalLabel(UInt8(k)), voxels: count[k],
                volume: Double(count[k]) * labels.geometry.voxelVolume / 1000,
                centroid: labels.geometry.point(GridPoint(sum[k] / Double(count[k]))))
        }
    }
}
