import Frames
import Imaging

/// Which anatomy an image is taken to show.
public enum Anatomy: String, Sendable, CaseIterable {
    case spine, bone, head
}

public struct SegmentationOptions: Equatable, Sendable {
    public var anatomy: Anatomy
    /// Vertebrae to keep; the others become bone without a name. `nil` keeps all.
    public var levels: [AnatomicalLabel]?

    public init(anatomy: Anatomy = .spine, levels: [AnatomicalLabel]? = nil) {
        self.anatomy = anatomy
        self.levels = levels
    }
}

/// What in the image speaks for a vertebra's name.
public enum NamingEvidence: Equatable, Sendable {
    /// The sacrum is seen, so many vertebrae below this one lie between.
    case countedFromSacrum(vertebraeBetween: Int)
    /// The lowest pair of ribs is seen, so many levels above (positive) or below this one.
    case countedFromLastRib(levelsAbove: Int)
    /// The highest pair of ribs is seen, so many levels above (positive) or below (negative) this one.
    case countedFromFirstRib(levelsBelow: Int)
    /// The ring of C1 is seen round the dens of C2, so many levels above this one.
    case countedFromAtlas(levelsBelow: Int)
    /// So many vertebrae without ribs lie between the lowest rib and the sacrum; 5 is the rule.
    case vertebraeBetweenRibAndSacrum(Int)
    /// A person named this vertebra, or one from which it was counted.
    case settledByPerson(named: AnatomicalLabel)
    /// Nothing that could be counted from is in the image; the name is a guess.
    case noAnchor
}

/// One vertebra (or the sacrum) that was found.
public struct VertebraFinding: Equatable, Sendable {
    public var label: AnatomicalLabel
    /// Whether the image shows why it has this name and no other.
    public var isCertain: Bool
    public var evidence: [NamingEvidence]
    /// The likeliest names, the given one first, at most four; one name where it is certain.
    public var candidates: [AnatomicalLabel]
    /// The image cuts it off, or may: an endplate is not seen, or there is no room for its processes within the image.
    /// Never to be planned on.
    public var isPartial: Bool
    /// Mean HU of the inside of the body; `nil` where that was not measured. Below about 110 suggests osteoporosis
    /// (Pickhardt 2013).
    public var bodyHU: Double?
    /// Metal lies in it, beside it, or in so many of its slices that streaks cross it: its boundary may be wrong there.
    public var metal = false
}

/// A label of the result with its size and place.
public struct StructureFinding: Equatable, Sendable {
    public var label: AnatomicalLabel
    public var voxels: Int
    /// Millilitres.
    public var volume: Double
    public var centroid: Point<CT>
}

/// What a person should know before trusting the labels.
public enum SegmentationWarning: Equatable, Sendable {
    /// Values above 2800 HU: streaks near metal can move boundaries. Millilitres.
    case metal(volume: Double)
    /// Voxels longer than 2 mm: surfaces across that axis are uncertain by about a third of it.
    case thickVoxels(spacing: Double)
    /// A vertebra whose body has less than 110 HU.
    case lowDensity(AnatomicalLabel, hounsfield: Double)
    /// Neither sacrum nor lowest rib was seen, or the count between them is not 5: names may be off by one.
    case uncertainLevels
    /// The image cuts this vertebra off.
    case partialVertebra(AnatomicalLabel)
    /// What an image of a head does not let one know.
    case head(HeadDoubt)
}

/// Labels on the input's grid and what is known about them.
public struct SpineSegmentationResult: Sendable {
    public var labels: LabelVolume
    /// From the highest to the lowest.
    public var vertebrae: [VertebraFinding]
    /// Every label present, by number.
    public var structures: [StructureFinding]
    public var warnings: [SegmentationWarning]
}
