import Frames
import Imaging
import Settings

extension PhantomDefinition {
    /// The version of the YAML format that this reads.
    public static let schema = "stylet.phantom/1"

    /// Reads and checks a definition.
    ///
    /// - Throws: `PhantomError.definition` or `.inconsistent` with the key path of the first thing that is wrong.
    public static func load(_ path: String) throws(PhantomError) -> PhantomDefinition {
        try checked { () throws(SettingsError) in try SettingsFile.read(path) }
    }

    /// Checks a definition held in memory; `file` names it in errors. - Throws: as `load`.
    public static func parse(_ yaml: String, file: String = "phantom") throws(PhantomError) -> PhantomDefinition {
        try checked { () throws(SettingsError) in try SettingsFile.parse(yaml, file: file) }
    }

    private static func checked(_ read: () throws(SettingsError) -> SettingsMap) throws(PhantomError)
        -> PhantomDefinition
    {
        let definition: PhantomDefinition
        do throws(SettingsError) {
            var root = try read()
            definition = try DefinitionReader.definition(&root)
        } catch { throw .definition(error) }
        try definition.checkConsistency()
        return definition
    }
}

/// Turns checked YAML into a definition; the ranges are what a human torso, or a scanner, can be.
enum DefinitionReader {
    typealias Reader<T> = (inout SettingsMap) throws(SettingsError) -> T

    static func definition(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition {
        _ = try n.word("schema", of: [PhantomDefinition.schema])
        _ = try n.text("description", default: "")
        if n.has("sources") { try section(&n, "sources", sources) }
        var levels: [PhantomDefinition.Level] = []
        for var map in try n.maps("levels") {
            levels.append(try level(&map))
            try map.finish()
        }
        guard (1...26).contains(levels.count) else {
            throw .outOfRange(file: n.file, key: "levels", value: Double(levels.count), lowest: 1, highest: 26)
        }
        let labels = levels.map(\.label)
        let definition = PhantomDefinition(
            name: try name(&n), scanner: try section(&n, "scanner", scanner),
            fieldOfView: try section(&n, "field_of_view", fieldOfView), bone: try section(&n, "bone", bone),
            tissue: try section(&n, "tissue", tissue),
            placement: try section(&n, "placement") { (p) throws(SettingsError) in try placement(&p, labels) },
            levels: levels, sacrum: try optional(&n, "sacrum", sacrum), torso: try section(&n, "torso", torso),
            implants: try optional(&n, "implants") { (p) throws(SettingsError) in try implants(&p, labels) },
            head: try optional(&n, "head", head),
            fiducials: try section(&n, "fiducials", fiducials))
        try n.finish()
        return definition
    }

    /// A mapping within another, read to its last key.
    static func section<T>(
        _ map: inout SettingsMap, _ key: String, _ read: Reader<T>
    ) throws(SettingsError) -> T {
        var inner = try map.map(key)
        let value = try read(&inner)
        try inner.finish()
        return value
    }

    /// The same, `nil` where the key is not there.
    static func optional<T>(
        _ map: inout SettingsMap, _ key: String, _ read: Reader<T>
    ) throws(SettingsError) -> T? {
        map.has(key) ? try section(&map, key, read) : nil
    }

    /// Two numbers, the first not above the second.
    static func range(
        _ map: inout SettingsMap, _ key: String, _ allowed: ClosedRange<Double>
    ) throws(SettingsError) -> ClosedRange<Double> {
        let v = try map.numbers(key, count: 2, in: allowed)
        guard v[0] <= v[1] else {
            throw .outOfRange(
                file: map.file, key: "\(map.path)\(key)[1]", value: v[1], lowest: v[0], highest: allowed.upperBound)
        }
        return v[0]...v[1]
    }

    static func vertebra(
        _ map: inout SettingsMap, _ key: String, of allowed: [AnatomicalLabel]
    ) throws(SettingsError) -> AnatomicalLabel {
        let name = try map.word(key, of: allowed.map(\.name))
        return allowed.first { $0.name == name } ?? allowed[0]
    }

    /// It becomes part of names in files, so it is short and plain.
    private static func name(_ map: inout SettingsMap) throws(SettingsError) -> String {
        let name = try map.text("name")
        let plain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        guard plain, (1...40).contains(name.count) else {
            throw .notAllowed(
                file: map.file, key: "name", value: String(name.prefix(60)),
                allowed: ["1 to 40 letters, digits, - and _"])
        }
        return name
    }

    /// Free text, for people.
    private static func sources(_ n: inout SettingsMap) throws(SettingsError) {
        for key in n.keys { _ = try n.text(key) }
    }

    private static func scanner(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Scanner {
        PhantomDefinition.Scanner(
            inPlaneBlur: try n.number("in_plane_blur_fwhm_mm", in: 0...5),
            sliceBlur: try n.number("slice_blur_fwhm_mm", in: 0...10),
            noise: try n.number("noise_sd_hu", in: 0...200),
            noiseCorrelation: try n.number("noise_correlation_mm", in: 0...3),
            maximumHU: try n.number("maximum_hu", in: 500...30000))
    }

    private static func fieldOfView(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.FieldOfView {
        PhantomDefinition.FieldOfView(
            size: vector(try n.numbers("size_mm", count: 3, in: 10...2000)),
            spacing: vector(try n.numbers("spacing_mm", count: 3, in: 0.1...20)),
            centre: vector(try n.numbers("centre_mm", count: 3, in: -2000...2000)))
    }

    private static func bone(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Bone {
        PhantomDefinition.Bone(
            corticalThickness: try n.number("cortical_thickness_mm", in: 0.2...4),
            corticalHU: try range(&n, "cortical_hu", 200...2500),
            cancellousHU: try range(&n, "cancellous_hu", -100...1000),
            textureSize: try n.number("texture_size_mm", in: 1...30),
            jointGap: try n.number("joint_gap_mm", in: 0.5...6),
            fillet: try n.number("fillet_mm", in: 0.5...6))
    }

    private static func tissue(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Tissue {
        let keys = [
            "muscle_hu", "fat_hu", "skin_hu", "organ_hu", "bowel_hu", "gas_hu", "blood_hu", "disc_hu", "thecal_sac_hu",
            "fiducial_hu",
        ]
        var v: [Double] = []
        for key in keys { v.append(try n.number(key, in: key == "fiducial_hu" ? 200...20000 : -1000...500)) }
        return PhantomDefinition.Tissue(
            muscle: v[0], fat: v[1], skin: v[2], organ: v[3], bowel: v[4], gas: v[5], blood: v[6], disc: v[7],
            thecalSac: v[8], fiducial: v[9], lung: try n.number("lung_hu", in: -1000...0, default: -840),
            cartilage: try n.number("cartilage_hu", in: -100...400, default: 110))
    }

    private static func placement(
        _ n: inout SettingsMap, _ levels: [AnatomicalLabel]
    ) throws(SettingsError) -> PhantomDefinition.Placement {
        let label = try vertebra(&n, "reference_level", of: levels)
        return PhantomDefinition.Placement(
            referenceLevel: label, position: vector(try n.numbers("position_mm", count: 3, in: -1000...1000)),
            sagittalTilt: try n.number("sagittal_tilt_deg", in: -40...40),
            lateralTilt: try n.number("lateral_tilt_deg", in: -40...40),
            axialRotation: try n.number("axial_rotation_deg", in: -40...40))
    }

    static func vector(_ v: [Double]) -> Vector3 { Vector3(v[0], v[1], v[2]) }
}
