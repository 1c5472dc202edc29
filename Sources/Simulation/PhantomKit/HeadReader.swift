import Settings

extension DefinitionReader {
    static func head(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Head {
        PhantomDefinition.Head(
            length: try n.number("skull_length_mm", in: 140...220),
            breadth: try n.number("skull_breadth_mm", in: 110...180),
            vaultHeight: try n.number("vault_height_mm", in: 60...110),
            thickness: try n.number("thickness_mm", in: 3...12),
            scalp: try n.number("scalp_mm", in: 3...15), sutureWidth: try n.number("suture_width_mm", in: 0...3),
            ventricleScale: try n.number("ventricle_scale", in: 0.5...2), greyHU: try n.number("grey_hu", in: 20...60),
            whiteHU: try n.number("white_hu", in: 15...50), fluidHU: try n.number("fluid_hu", in: -5...20),
            arteryHU: try n.number("artery_hu", in: 30...700), sinusHU: try n.number("sinus_hu", in: 30...700),
            branches: try n.integer("branches", in: 0...20),
            vesselSeed: UInt64(max(try n.integer("vessel_seed", in: 0...1_000_000), 0)),
            lesion: try optional(&n, "lesion", lesion), fillings: try n.integer("fillings", in: 0...6))
    }

    private static func lesion(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Head.Lesion {
        PhantomDefinition.Head.Lesion(
            centre: vector(try n.numbers("centre_mm", count: 3, in: -80...80)),
            diameter: try n.number("diameter_mm", in: 3...60), rimHU: try n.number("rim_hu", in: 0...200),
            coreHU: try n.number("core_hu", in: -10...100))
    }
}
