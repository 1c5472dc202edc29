import Frames
import Imaging

/// What is painted, put in order: each bone gets its own cortex and marrow, and strays go.
extension SpineAssembly {
    /// No part of a disc is smaller, mm³.
    static let smallestDisc = 100.0

    /// Strays go, marrow is filled.
    func tidy(_ paint: inout [UInt8]) {
        let s = ct.geometry.spacing, pieces = anatomy.segments.count
        let cleaner = LabelCleaner(size: ct.size, spacing: (s.x, s.y, s.z))
        var bounds = cleaner.bounds(paint)
        let metal = MetalNearby.flagged(paint, Array(bounds[...pieces]), ct.geometry)
        // A disc's outline follows the bodies' and so runs over pedicles, whose marrow may be no brighter than a disc.
        if let bounds = bounds[Int(Paint.disc)] {
            cleaner.dropIslands(&paint, Paint.disc, bounds, smallest: Self.smallestDisc, replacement: Paint.body)
        }
        // Ribs and pelvis first: the sacrum's holes may lean on the pelvis, not on what is open in it.
        for id in Paint.firstRib...Paint.pelvis {
            guard let bounds = bounds[Int(id)] else { continue }
            cleaner.fillHoles(&paint, id, bounds, ct, LabelCleaner.HoleRule(largest: id == Paint.pelvis ? 2500 : 300))
        }
        RibCortex(size: ct.size, spacing: (s.x, s.y, s.z)).giveBack(&paint, pieces: pieces, bounds)
        bounds = cleaner.bounds(paint)
        for value in 1...pieces {
            guard let bounds = bounds[value] else { continue }
            fill(&paint, UInt8(value), bounds, cleaner, metal: metal[value])
            cleaner.keepLargest(
                &paint, UInt8(value), bounds, ct, smallest: 100, replacement: Paint.stray,
                certainHU: metal[value] ? LabelCleaner.certainBesideMetalHU : LabelCleaner.certainBoneHU)
        }
        StrayBone(size: ct.size).adopt(&paint, pieces: pieces)
        for value in 1...pieces {
            guard let bounds = bounds[value] else { continue }
            fillHoles(&paint, UInt8(value), bounds, cleaner)
        }
        peel(&paint, cleaner)
    }

    private var isCoarse: Bool { cubeRoot(ct.geometry.voxelVolume) > 2 }

    private var marrowFilling: MarrowFilling {
        let s = ct.geometry.spacing
        return MarrowFilling(size: ct.size, spacing: (s.x, s.y, s.z))
    }

    /// The image's axes that run most to the sides and most upwards.
    private var sidesAndUp: [Int] {
        let d = ct.geometry.direction.columns, columns = [d.0, d.1, d.2]
        func most(_ part: (Vector3) -> Double) -> Int {
            columns.indices.max { abs(part(columns[$0])) < abs(part(columns[$1])) } ?? 0
        }
        return [most { $0.x }, most { $0.z }]
    }

    /// Gives a piece its gaps and its marrow.
    private func fill(
        _ paint: inout [UInt8], _ id: UInt8, _ bounds: VoxelBounds, _ cleaner: LabelCleaner, metal: Bool
    ) {
        if isCoarse { cleaner.close(&paint, id, bounds) } else { cleaner.closeGaps(&paint, id, bounds) }
        let k = Int(id) - 1, s = ct.geometry.spacing
        let sacrum = anatomy.segments[k].kind == .sacrum, faint = isFaint(k), neck = holdsArteries(k)
        if MarrowFiller.suits(ct.geometry), !neck, faint || metal {
            let filler = MarrowFiller(size: ct.size, spacing: (s.x, s.y, s.z), radius: max(2.1, 1.01 * s.max()))
            // Streaks darken marrow, too; foramina, which healthy bone closes in sagittal slices, stay open in axial ones.
            filler.fill(
                &paint, id, bounds, ct, sacrum ? MarrowFiller.largestAtSacrum : MarrowFiller.largest,
                axes: faint && !sacrum ? [2, 1, 0] : [2],
                leastMeanHU: sacrum ? leastSacralMarrow : MarrowFiller.leastMeanHU)
        }
        // Marrow within dense cortex is brighter than soft tissue and below the edge's threshold beside the cortex.
        let limit = sacrum ? MarrowFilling.brightHU : MarrowFilling.darkest
        marrowFilling.fill(&paint, id, bounds, ct, MarrowFilling.Rule(limit: limit, ownAlong: neck ? sidesAndUp : []))
        // Marrow that is filled from two sides hangs together, and cortex that is apart may still enclose some.
        if sacrum && faint {
            cleaner.close(&paint, id, bounds)
            fillHoles(&paint, id, bounds, cleaner)
        }
    }

    /// Gives a piece the holes within its slices, and the marrow that these enclose.
    private func fillHoles(_ paint: inout [UInt8], _ id: UInt8, _ bounds: VoxelBounds, _ cleaner: LabelCleaner) {
        let k = Int(id) - 1
        guard anatomy.segments[k].kind != .sacrum else {
            let rule = LabelCleaner.HoleRule(
                largest: 6000, alsoWall: Paint.pelvis, leastMedianHU: Int16(leastSacralMarrow))
            return cleaner.fillHoles(&paint, id, bounds, ct, rule)
        }
        cleaner.fillHoles(&paint, id, bounds, ct, LabelCleaner.HoleRule(largest: 250, fillsTunnels: isCoarse))
        marrowFilling.fill(&paint, id, bounds, ct, MarrowFilling.Rule(ownAlong: holdsArteries(k) ? sidesAndUp : []))
    }

    /// Gives the vertebrae the bright marrow that they enclose; not the neck's, whose arteries may be as bright, nor
    /// those beside metal, where streaks are.
    func fillBrightMarrow(_ paint: inout [UInt8]) {
        let s = ct.geometry.spacing
        let bounds = LabelCleaner(size: ct.size, spacing: (s.x, s.y, s.z)).bounds(paint)
        let metal = MetalNearby.flagged(paint, Array(bounds[...anatomy.segments.count]), ct.geometry)
        let marrow = BrightMarrow(size: ct.size, spacing: (s.x, s.y, s.z))
        let pieces = anatomy.segments.indices.filter {
            anatomy.segments[$0].kind == .vertebra && !holdsArteries($0) && !metal[$0 + 1]
        }
        let found = paint.withUnsafeBufferPointer { buffer in
            ct.withVoxels { voxels in
                let (labels, hu) = (SharedReader(buffer), SharedReader(voxels))
                return parallelMap(pieces.count) { n -> [Int] in
                    let k = pieces[n]
                    guard let b = bounds[k + 1] else { return [] }
                    return marrow.enclosed(labels.pointer, UInt8(k + 1), b, hu.pointer)
                }
            }
        }
        for (k, joining) in zip(pieces, found) { for i in joining { paint[i] = UInt8(k + 1) } }
    }

    /// Whether the vertebral arteries run up through a piece: through the neck's, above all that carry ribs.
    private func holdsArteries(_ k: Int) -> Bool {
        guard anatomy.column.isOfNeck(anatomy.segments[k]) else { return false }
        return !carriers[k...].contains(true)
    }

    /// Cortex shows in this part of any vertebra's voxels at least, however brittle, HU.
    static let leastCortex = (part: 0.03, hounsfield: Int16(200))

    /// Takes away pieces in which no bone shows: a neighbour's shape alone makes no vertebra.
    func removeBoneless(_ paint: inout [UInt8]) {
        var all = [Int](repeating: 0, count: 256), bright = all
        ct.withVoxels { hu in
            for i in paint.indices where isSpinePiece(Int(paint[i])) {
                all[Int(paint[i])] += 1
                if hu[i] > Self.leastCortex.hounsfield { bright[Int(paint[i])] += 1 }
            }
        }
        let boneless = all.indices.map { all[$0] > 0 && Double(bright[$0]) < Self.leastCortex.part * Double(all[$0]) }
        guard boneless.contains(true) else { return }
        for i in paint.indices where boneless[Int(paint[i])] { paint[i] = Paint.body }
    }

    /// Whether a piece's marrow is too dark to be told from soft tissue by its HU; a sacrum is as the bodies above it.
    private func isFaint(_ k: Int) -> Bool { density(k).map { $0 < BodySurface.faintHU } ?? false }

    private func density(_ k: Int) -> Double? {
        bodyHU(k) ?? anatomy.segments.indices.lazy.compactMap { bodyHU($0) }.first
    }

    /// What a sacrum's marrow has at least, HU: its nerves are as dark as marrow where the bodies' is dark, and the fat
    /// round them is darker.
    private var leastSacralMarrow: Double {
        let density = density(0) ?? 200
        return min(max(1.5 * (density - 60), MarrowPassages.leastSacralHU(density)), 60)
    }

    /// Moves the boundaries of vertebrae and sacrum in to where the image shows bone's surface.
    private func peel(_ paint: inout [UInt8], _ cleaner: LabelCleaner) {
        guard cubeRoot(ct.geometry.voxelVolume) <= BoneEdge.largestVoxel else { return }
        let pieces = anatomy.segments.count
        let all = cleaner.bounds(paint)[1...pieces].compactMap { $0 }
        guard var bounds = all.first else { return }
        for b in all {
            bounds.low = (min(bounds.low.x, b.low.x), min(bounds.low.y, b.low.y), min(bounds.low.z, b.low.z))
            bounds.high = (max(bounds.high.x, b.high.x), max(bounds.high.y, b.high.y), max(bounds.high.z, b.high.z))
        }
        cleaner.peel(&paint, pieces: pieces, ct, BoneEdge(ct, anatomy.grid), bounds)
    }
}
