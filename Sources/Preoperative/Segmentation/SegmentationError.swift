/// Why an image cannot be segmented.
public enum SegmentationError: Error, Equatable, Sendable {
    /// Nothing denser than air fills a body's volume.
    case noBodyFound
    /// No canal with bone round it was found over at least `minimumLength` mm.
    case noSpineFound(minimumLength: Double)
    /// Nowhere does bone surround brain: the largest share of directions from any deep tissue in which bone is met.
    case noSkullFound(enclosedShare: Double)
    /// The image shows no vertebral body from its upper to its lower endplate; `coveredLength` is the canal's, in mm.
    case noWholeVertebra(coveredLength: Double)
    /// Levels that were asked for are not in the image.
    case levelsNotFound(missing: [String], found: [String])
    /// Values are no HU, or too few voxels to hold a bone.
    case imageTooSmall(x: Int, y: Int, z: Int)
    /// Voxels longer than `limit` mm along an axis hide discs and joints.
    case tooCoarse(spacing: Double, limit: Double)
    /// The image's values cannot be HU: `lowest` and `highest` found.
    case notHounsfield(lowest: Int, highest: Int)
    /// A level that a person named does not fit the image, or another one that was named.
    case settlement(SettlementProblem)
}
