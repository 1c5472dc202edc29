/// What a label is in SNOMED CT, as DICOM's segmented property codes use it (PS3.16 CID 7150, 7192, 7304, 7602).
struct SegmentCoding {
    let code: String
    /// The same concept in the older SNOMED-RT style, which files before 2020 use; empty where there is none.
    let retired: String
    let meaning: String
    var category = ("91723000", "Anatomical Structure")

    static let table: [AnatomicalLabel: SegmentCoding] = {
        var table: [AnatomicalLabel: SegmentCoding] = [:]
        for (label, code, retired, meaning) in bones + others {
            table[AnatomicalLabel(label)] = SegmentCoding(code: code, retired: retired, meaning: meaning)
        }
        table[.softTissue]?.category = ("85756007", "Tissue")
        table[.lesion]?.category = ("49755003", "Morphologically Abnormal Structure")
        table[.metal]?.category = ("260787004", "Physical object")
        return table
    }()

    private static let bones: [(UInt8, String, String, String)] = [
        (1, "14806007", "T-11610", "C1 vertebra"), (2, "39976000", "T-11620", "C2 vertebra"),
        (3, "113205007", "T-11630", "C3 vertebra"), (4, "5329002", "T-11640", "C4 vertebra"),
        (5, "36978003", "T-11650", "C5 vertebra"), (6, "36054005", "T-11660", "C6 vertebra"),
        (7, "87391001", "T-11670", "C7 vertebra"), (8, "64864005", "T-11710", "T1 vertebra"),
        (9, "53733008", "T-11720", "T2 vertebra"), (10, "1626008", "T-11730", "T3 vertebra"),
        (11, "73071006", "T-11740", "T4 vertebra"), (12, "56401006", "T-11750", "T5 vertebra"),
        (13, "45296009", "T-11760", "T6 vertebra"), (14, "62487009", "T-11770", "T7 vertebra"),
        (15, "11068009", "T-11780", "T8 vertebra"), (16, "82687006", "T-11790", "T9 vertebra"),
        (17, "7610001", "T-117A0", "T10 vertebra"), (18, "12989004", "T-117B0", "T11 vertebra"),
        (19, "23215003", "T-117C0", "T12 vertebra"), (20, "66794005", "T-11910", "L1 vertebra"),
        (21, "14293000", "T-11920", "L2 vertebra"), (22, "36470004", "T-11930", "L3 vertebra"),
        (23, "11994002", "T-11940", "L4 vertebra"), (24, "49668003", "T-11950", "L5 vertebra"),
        (26, "54735007", "T-11AD0", "Sacrum"), (27, "64688005", "T-11BF0", "Coccyx"),
    ]

    private static let others: [(UInt8, String, String, String)] = [
        (100, "272673000", "T-D016E", "Bone"), (101, "89546000", "T-11100", "Skull"),
        (102, "87784001", "T-1A000", "Soft tissue"), (103, "61853006", "T-1151F", "Vertebral canal"),
        (104, "59820001", "T-40000", "Blood Vessel"), (105, "1101003", "T-D1400", "Cranial cavity"),
        (106, "35764002", "T-A1600", "Brain ventricle"), (107, "52988006", "M-01100", "Lesion"),
        (108, "40388003", "A-04010", "Implant"), (110, "360499006", "", "Intervertebral disc"),
        (111, "113197003", "T-11300", "Rib"), (112, "118645006", "T-12375", "Pelvis"),
        (113, "71341001", "T-12710", "Femur"), (114, "12611008", "T-12740", "Tibia"),
        (120, "10200004", "T-62000", "Liver"), (121, "78961009", "T-C3000", "Spleen"),
        (122, "64033007", "T-71000", "Kidney"), (123, "69695003", "T-57000", "Stomach"),
        (124, "113276009", "T-50500", "Intestine"), (125, "39607008", "T-28000", "Lung"),
        (126, "80891009", "T-32000", "Heart"), (127, "15776009", "T-65000", "Pancreas"),
        (128, "28231008", "T-63000", "Gallbladder"), (129, "89837001", "T-74000", "Urinary bladder"),
        (130, "32849002", "T-56000", "Esophagus"), (131, "44567001", "T-25000", "Trachea"),
    ]

    /// The coding of a label; L6 and T13 have no concept of their own and are vertebrae by code, named by their label.
    static func of(_ label: AnatomicalLabel) -> SegmentCoding {
        if let known = table[label] { return known }
        if label.isVertebra { return SegmentCoding(code: "51282000", retired: "", meaning: "Vertebra") }
        return SegmentCoding(code: "91723000", retired: "", meaning: "Anatomical Structure")
    }

    /// The label of a code; `nil` for codes that mean nothing here.
    static func label(code: String, scheme: String) -> AnatomicalLabel? {
        switch scheme.uppercased() {
        case "SCT": table.first { $0.value.code == code }?.key
        case "SRT", "SNM3", "99SDM": code.isEmpty ? nil : table.first { $0.value.retired == code }?.key
        default: nil
        }
    }
}
