import Imaging
import Settings

extension DefinitionReader {
    static func implants(
        _ n: inout SettingsMap, _ levels: [AnatomicalLabel]
    ) throws(SettingsError) -> PhantomDefinition.Implants {
        var screws: [PhantomDefinition.Implants.Screw] = []
        for var map in try n.maps("screws") {
            screws.append(
                .init(
                    level: try vertebra(&map, "level", of: levels + [.sacrum]),
                    diameter: try map.number("diameter_mm", in: 2...10),
                    length: try map.number("length_mm", in: 10...100)))
            try map.finish()
        }
        var cages: [PhantomDefinition.Implants.Cage] = []
        for var map in try n.maps("cages") {
            cages.append(
                .init(
                    below: try vertebra(&map, "below", of: levels), width: try map.number("width_mm", in: 5...60),
                    depth: try map.number("depth_mm", in: 5...45), height: try map.number("height_mm", in: 3...25)))
            try map.finish()
        }
        return PhantomDefinition.Implants(
            hu: try n.number("metal_hu", in: 1500...30000), hardening: try n.number("hardening", in: 0...0.9),
            starvation: try n.number("starvation", in: 0...0.5),
            rodDiameter: try n.number("rod_diameter_mm", in: 2...10),
            screws: screws, cages: cages)
    }
}
