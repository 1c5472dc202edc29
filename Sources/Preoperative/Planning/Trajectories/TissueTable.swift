import Imaging

/// What a label means to a straight path.
enum Tissue: UInt8 {
    /// Beyond the skin.
    case outside
    /// May be crossed: soft tissue, all within the skull, and what a person allows.
    case soft
    /// The skull, to be crossed once.
    case skull
    /// Bone that no path crosses.
    case bone
}

/// How a target is reached.
public enum Approach: String, Sendable {
    /// Through the skull's vault.
    case head
    /// From the skin, beside bones, or into one that is allowed.
    case body
}

/// The meaning of each label for one approach.
struct TissueTable: Sendable {
    let approach: Approach
    /// `Tissue` numbers of 256 labels.
    private(set) var numbers: [UInt8]
    /// What a path may cross though it is bone, or an organ outside the head.
    let through: Set<AnatomicalLabel>
    /// What it must keep the no-go margin from.
    let forbidden: Set<AnatomicalLabel>

    init(_ approach: Approach, through: Set<AnatomicalLabel>, avoid: Set<AnatomicalLabel>) {
        self.approach = approach
        self.through = through
        var forbidden = avoid.union([.metal])
        if approach == .body { forbidden.formUnion(AnatomicalLabel.organs.union([.spinalCanal])) }
        self.forbidden = forbidden.subtracting(through)
        numbers = [UInt8](repeating: Tissue.soft.rawValue, count: 256)
        numbers[0] = Tissue.outside.rawValue
        for label in Self.bones.subtracting(through) { numbers[Int(label.number)] = Tissue.bone.rawValue }
        if approach == .head { numbers[Int(AnatomicalLabel.skull.number)] = Tissue.skull.rawValue }
    }

    subscript(label: AnatomicalLabel) -> Tissue { Tissue(rawValue: numbers[Int(label.number)]) ?? .soft }

    /// Bones of which a path outside the head keeps clear.
    var obstacles: Set<AnatomicalLabel> { approach == .body ? Self.bones.subtracting(through) : [] }

    static let bones: Set<AnatomicalLabel> = Set(
        (1...28).map { AnatomicalLabel($0) } + [.otherBone, .skull, .rib, .pelvis, .femur, .tibia])
}
