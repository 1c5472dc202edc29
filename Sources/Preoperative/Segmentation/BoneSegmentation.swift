import Frames
import Imaging

/// Bone and body alone, for anatomy without a spine in view.
enum BoneSegmentation {
    static let boneHU: Float = 220

    static func segment(_ ct: Volume<Int16>, progress: ProgressReport?) throws(SegmentationError)
        -> SpineSegmentationResult
    {
        let box = PatientBox(around: ct.geometry)
        let coarse = ScalarGrid(ct, spacing: SpineSegmentation.coarseSpacing, box: box)
        let body = BodyMask.find(in: coarse)
        guard body.values.contains(1) else { throw .noBodyFound }
        progress?(0.3)
        let threshold = BoneThreshold.map(coarse, voxel: ct.geometry)
        let bones = OtherBones.mask(coarse, body)
        progress?(0.6)
        var paint = Paint.painted(ct) { hu, p in
            guard let c = coarse.nearestOffset(p) else { return Paint.nothing }
            if hu >= LabelPainter.metalHU { return Paint.metal }
            if bones.values[c] == 1 && Float(hu) > threshold.values[c] { return Paint.bone }
            return body.values[c] == 1 && hu > -700 ? Paint.body : Paint.nothing
        }
        let s = ct.geometry.spacing
        let cleaner = LabelCleaner(size: ct.size, spacing: (s.x, s.y, s.z))
        if let bounds = cleaner.bounds(paint)[Int(Paint.bone)] {
            cleaner.fillHoles(&paint, Paint.bone, bounds, ct, LabelCleaner.HoleRule(largest: 2500))
        }
        progress?(0.9)
        let numbers: [UInt8: UInt8] = [Paint.bone: 100, Paint.metal: 108, Paint.body: 102]
        let labels = LabelVolume(geometry: ct.geometry, voxels: paint.map { numbers[$0] ?? 0 })
        let structures = StructureFinding.all(in: labels)
        var warnings: [SegmentationWarning] = []
        if let metal = structures.first(where: { $0.label == .metal }) { warnings.append(.metal(volume: metal.volume)) }
        if s.max() > 2 { warnings.append(.thickVoxels(spacing: s.max())) }
        progress?(1)
        return SpineSegmentationResult(labels: labels, vertebrae: [], structures: structures, warnings: warnings)
    }
}

/// Bones of any kind on the coarse grid: bright components with cortex in them, grown by one voxel.
enum OtherBones {
    static func mask(_ coarse: ScalarGrid, _ body: MaskGrid) -> MaskGrid {
        var bright = MaskGrid(like: coarse, filledWith: 0)
        for i in 0..<coarse.count where coarse.values[i] > BoneSegmentation.boneHU && body.values[i] == 1 {
            bright.values[i] = 1
        }
        let (map, list) = bright.components()
        var dense = [Int](repeating: 0, count: list.count)
        for i in 0..<coarse.count where map[i] > 0 && coarse.values[i] > 400 { dense[Int(map[i]) - 1] += 1 }
        var result = MaskGrid(like: coarse, filledWith: 0)
        // At least half a millilitre, and a twentieth of it cortex.
        let smallest = Int(500 / (coarse.spacing * coarse.spacing * coarse.spacing))
        for i in 0..<coarse.count where map[i] > 0 {
            let k = Int(map[i]) - 1
            if list[k].count >= smallest && dense[k] * 20 >= list[k].count { result.values[i] = 1 }
        }
        return result.dilated(steps: 1)
    }
}
