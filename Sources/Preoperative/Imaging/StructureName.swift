/// What other programs call a structure, in file names and segment labels: `vertebrae_L3`, `hip_left`, `rib_right_7`.
enum StructureName {
    /// The label of a name; `nil` where it means nothing here. Letters' case, blanks and hyphens do not matter.
    static func label(_ name: String) -> AnatomicalLabel? {
        let words = name.lowercased().split { !($0.isLetter || $0.isNumber) }.map(String.init)
        guard !words.isEmpty else { return nil }
        let parts = words.filter { !["left", "right", "l", "r", "bone", "the", "of"].contains($0) || words.count == 1 }
        if let vertebra = vertebra(parts) { return vertebra }
        let joined = parts.joined(separator: " ")
        if let known = names[joined] { return known }
        if parts.contains("rib") || parts.contains("ribs") { return isRib(parts) ? .rib : nil }
        return AnatomicalLabel.otherNames.first { $0.value == words.joined(separator: " ") }
            .map { AnatomicalLabel($0.key) }
    }

    /// `L3`, `vertebra L3`, `L3 vertebra`, `vertebrae_S1`.
    private static func vertebra(_ parts: [String]) -> AnatomicalLabel? {
        let rest = parts.filter { !["vertebra", "vertebrae", "vert", "level"].contains($0) }
        guard rest.count == 1 else { return nil }
        return AnatomicalLabel(vertebra: rest[0].uppercased())
    }

    /// `rib_left_7`, `Left first rib`, `ribs`.
    private static func isRib(_ parts: [String]) -> Bool {
        let ordinals = [
            "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
            "twelfth",
        ]
        return parts.filter { $0 != "rib" && $0 != "ribs" && !ordinals.contains($0) }.allSatisfy { part in
            Int(part).map { (1...13).contains($0) } ?? false
        }
    }

    private static let names: [String: AnatomicalLabel] = {
        var table: [String: AnatomicalLabel] = [
            "sacrum": .sacrum, "coccyx": .coccyx, "skull": .skull, "cranium": .skull, "hip": .pelvis, "hips": .pelvis,
            "pelvis": .pelvis, "femur": .femur, "tibia": .tibia, "spinal canal": .spinalCanal,
            "vertebral canal": .spinalCanal, "canal": .spinalCanal, "disc": .disc, "discs": .disc,
            "intervertebral disc": .disc, "intervertebral discs": .disc, "ventricles": .ventricle,
            "brain ventricle": .ventricle, "tumor": .lesion, "implant": .metal, "blood vessel": .vessel,
            "cranial cavity": .intracranial,
        ]
        let vessels = [
            "aorta", "pulmonary vein", "brachiocephalic trunk", "subclavian artery", "common carotid artery",
            "brachiocephalic vein", "superior vena cava", "inferior vena cava", "portal vein and splenic vein",
            "iliac artery", "iliac vena", "iliac vein", "pulmonary artery",
        ]
        for name in vessels { table[name] = .vessel }
        let bowel = ["small bowel", "duodenum", "colon", "intestine"]
        for name in bowel { table[name] = AnatomicalLabel(124) }
        for name in ["lung upper lobe", "lung middle lobe", "lung lower lobe", "lungs"] { table[name] = .lung }
        for name in ["esophagus", "kidneys"] { table[name] = AnatomicalLabel(name == "kidneys" ? 122 : 130) }
        for name in ["humerus", "scapula", "clavicula", "clavicle", "sternum"] { table[name] = .otherBone }
        return table
    }()
}
