import Frames
import Imaging

/// What an image of a head does not let one know.
public enum HeadDoubt: Equatable, Sendable {
    /// No vessel is brighter than brain: without contrast they cannot be told from it, and none are labelled.
    case noContrast
    /// Fluid cannot be told from brain (noise, thick slices): no ventricles are labelled.
    case ventriclesNotSeen
    /// The image ends within the skull: the share of directions in which bone closes it.
    case skullCutOff(enclosedShare: Double)
    /// The image ends above the foramen magnum, so that skull and neck are not parted.
    case foramenNotSeen
    /// Lesions are not looked for; a person marks them.
    case lesionsNotSought
}

/// Segments a CT of the head without any training: skin, skull, the space inside, and in it vessels and ventricles
/// where the image shows them.
enum HeadSegmentation {
    /// Spacing of the grid on which shapes are found, mm; the labels' boundaries are found on the image's own.
    static let spacing = 1.0...2.0

    static func segment(_ ct: Volume<Int16>, progress: ProgressReport?) throws(SegmentationError)
        -> SpineSegmentationResult
    {
        let voxel = cubeRoot(ct.geometry.voxelVolume)
        let grid = ScalarGrid(
            ct, spacing: min(max(voxel, spacing.lowerBound), spacing.upperBound), box: PatientBox(around: ct.geometry))
        progress?(0.05)
        let body = BodyMask.find(in: grid)
        guard body.values.contains(1) else { throw .noBodyFound }
        progress?(0.15)
        let cavity = try HeadCavity.find(in: grid, body, longestVoxel: ct.geometry.spacing.max())
        progress?(0.45)
        let contents = HeadContents(grid, body, cavity)
        progress?(0.65)
        let bones = HeadBones(grid, body, cavity, vessels: contents.outerVessels)
        let painter = HeadPainter(
            ct: ct, grid: grid, body: body, cavity: cavity.mask.within(Float(1.5 * grid.spacing)),
            vessels: contents.vessels.map { $0.within(Float(1.1 * grid.spacing)) }, outerVessels: contents.outerVessels,
            ventricles: contents.ventricles.map { $0.within(Float(1.1 * grid.spacing)) }, contents: contents,
            bones: bones,
            threshold: BoneThreshold.map(grid, voxel: ct.geometry))
        progress?(0.75)
        let labels = painter.paint()
        progress?(0.95)
        let structures = StructureFinding.all(in: labels)
        let result = SpineSegmentationResult(
            labels: labels, vertebrae: [], structures: structures,
            warnings: warnings(ct, structures, cavity, contents))
        progress?(1)
        return result
    }

    private static func warnings(
        _ ct: Volume<Int16>, _ structures: [StructureFinding], _ cavity: HeadCavity, _ contents: HeadContents
    ) -> [SegmentationWarning] {
        var warnings: [SegmentationWarning] = []
        if let metal = structures.first(where: { $0.label == .metal }) { warnings.append(.metal(volume: metal.volume)) }
        let longest = ct.geometry.spacing.max()
        if longest > 2 { warnings.append(.thickVoxels(spacing: longest)) }
        if cavity.enclosure < 0.97 { warnings.append(.head(.skullCutOff(enclosedShare: cavity.enclosure))) }
        if cavity.foramen == nil { warnings.append(.head(.foramenNotSeen)) }
        if contents.vessels == nil { warnings.append(.head(.noContrast)) }
        if contents.ventricles == nil { warnings.append(.head(.ventriclesNotSeen)) }
        return warnings + [.head(.lesionsNotSought)]
    }
}
