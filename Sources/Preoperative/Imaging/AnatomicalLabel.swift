/// The number of a structure in a label map: vertebrae as in VerSe (Sekuboyina 2021), others from 100 on.
public struct AnatomicalLabel: Hashable, Comparable, Sendable {
    public let number: UInt8

    public init(_ number: UInt8) { self.number = number }

    public static func < (a: Self, b: Self) -> Bool { a.number < b.number }

    public static let l6 = Self(25)
    public static let sacrum = Self(26)
    public static let coccyx = Self(27)
    public static let t13 = Self(28)
    public static let otherBone = Self(100)
    public static let skull = Self(101)
    /// Everything within the skin that has no label of its own.
    public static let softTissue = Self(102)
    public static let spinalCanal = Self(103)
    public static let vessel = Self(104)
    public static let intracranial = Self(105)
    public static let ventricle = Self(106)
    public static let lesion = Self(107)
    public static let metal = Self(108)
    public static let disc = Self(110)
    public static let rib = Self(111)
    public static let pelvis = Self(112)
    public static let femur = Self(113)
    public static let tibia = Self(114)
    /// Organs are read from labels made elsewhere, for paths to keep clear of; our own segmentation has none of them.
    public static let liver = Self(120)
    public static let lung = Self(125)
    public static let organs: Set<AnatomicalLabel> = Set((120...131).map { Self($0) })

    /// C1–C7 = 1–7, T1–T12 = 8–19, L1–L6 = 20–25, T13 = 28; the sacrum is not among them.
    public var isVertebra: Bool { (1...25).contains(number) || self == .t13 }

    static let vertebraNames: [UInt8: String] = {
        var names: [UInt8: String] = [28: "T13"]
        for i in 1...7 { names[UInt8(i)] = "C\(i)" }
        for i in 1...12 { names[UInt8(7 + i)] = "T\(i)" }
        for i in 1...6 { names[UInt8(19 + i)] = "L\(i)" }
        return names
    }()

    static let otherNames: [UInt8: String] = [
        26: "sacrum", 27: "coccyx", 100: "bone", 101: "skull", 102: "soft tissue", 103: "spinal canal", 104: "vessel",
        105: "intracranial space", 106: "ventricle", 107: "lesion", 108: "metal", 110: "disc", 111: "rib",
        112: "pelvis",
        113: "femur", 114: "tibia", 120: "liver", 121: "spleen", 122: "kidney", 123: "stomach", 124: "bowel",
        125: "lung", 126: "heart", 127: "pancreas", 128: "gallbladder", 129: "urinary bladder", 130: "oesophagus",
        131: "trachea",
    ]

    /// `L3`, `sacrum`, …; a number without a name is called by it.
    public var name: String { Self.vertebraNames[number] ?? Self.otherNames[number] ?? "label \(number)" }

    /// The vertebra of that name, `S1` being the sacrum; `nil` for any other text.
    public init?(vertebra name: String) {
        if name == "S1" { self = .sacrum; return }
        guard let found = Self.vertebraNames.first(where: { $0.value == name }) else { return nil }
        self.init(found.key)
    }

    /// Vertebrae from head to tail: C1…C7, T1…T12, T13, L1…L6, sacrum.
    public static let craniocaudal: [AnatomicalLabel] =
        (1...19).map { Self($0) } + [.t13] + (20...26).map { Self($0) }
}
