import Frames
import Imaging
import Settings

extension DefinitionReader {
    static func level(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Level {
        let allowed = AnatomicalLabel.craniocaudal.filter(\.isVertebra)
        return PhantomDefinition.Level(
            label: try vertebra(&n, "level", of: allowed), body: try section(&n, "body", body),
            canal: try section(&n, "canal", canal), pedicle: try section(&n, "pedicle", pedicle),
            processes: try section(&n, "processes", processes), discBelow: try section(&n, "disc_below", disc),
            rib: try optional(&n, "rib", rib))
    }

    private static func rib(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Rib {
        PhantomDefinition.Rib(
            length: try n.number("length_mm", in: 20...400), cageWidth: try n.number("cage_width_mm", in: 60...400),
            cageDepth: try n.number("cage_depth_mm", in: 40...350), drop: try n.number("drop_mm", in: 0...200))
    }

    private static func body(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Body {
        PhantomDefinition.Body(
            upperWidth: try n.number("upper_width_mm", in: 15...80),
            upperDepth: try n.number("upper_depth_mm", in: 12...60),
            lowerWidth: try n.number("lower_width_mm", in: 15...80),
            lowerDepth: try n.number("lower_depth_mm", in: 12...60),
            anteriorHeight: try n.number("anterior_height_mm", in: 10...50),
            posteriorHeight: try n.number("posterior_height_mm", in: 10...50),
            endplateConcavity: try n.number("endplate_concavity_mm", in: 0...4),
            waistDepth: try n.number("waist_depth_mm", in: 0...6))
    }

    private static func canal(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Canal {
        PhantomDefinition.Canal(
            width: try n.number("width_mm", in: 10...45), depth: try n.number("depth_mm", in: 8...35))
    }

    static func pedicle(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Pedicle {
        PhantomDefinition.Pedicle(
            width: try n.number("width_mm", in: 3...30), height: try n.number("height_mm", in: 5...30),
            convergence: try n.number("convergence_deg", in: -15...50),
            cranialTilt: try n.number("cranial_tilt_deg", in: -30...30),
            asymmetry: try n.number("asymmetry", in: -0.3...0.3, default: 0))
    }

    private static func processes(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Processes {
        PhantomDefinition.Processes(
            transverseSpan: try n.number("transverse_span_mm", in: 30...130),
            transverseHeight: try n.number("transverse_height_mm", in: 4...25),
            spinousLength: try n.number("spinous_length_mm", in: 8...60),
            spinousHeight: try n.number("spinous_height_mm", in: 4...35),
            spinousThickness: try n.number("spinous_thickness_mm", in: 3...12),
            laminaHeight: try n.number("lamina_height_mm", in: 6...35),
            laminaThickness: try n.number("lamina_thickness_mm", in: 3...12),
            articularRadius: try n.number("articular_radius_mm", in: 2.5...10),
            superiorArticularReach: try n.number("superior_articular_reach_mm", in: 0...20),
            inferiorArticularReach: try n.number("inferior_articular_reach_mm", in: 0...30),
            spinousDrop: n.has("spinous_drop_deg") ? try n.number("spinous_drop_deg", in: 0...70) : nil,
            transverseBack: try n.number("transverse_back_mm", in: -10...40, default: 16))
    }

    private static func disc(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Disc {
        PhantomDefinition.Disc(
            height: try n.number("height_mm", in: 2...20), lordosis: try n.number("lordosis_deg", in: -20...30),
            lateralBend: try n.number("lateral_bend_deg", in: -20...20),
            axialRotation: try n.number("axial_rotation_deg", in: -20...20))
    }

    static func sacrum(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Sacrum {
        PhantomDefinition.Sacrum(
            upperWidth: try n.number("upper_width_mm", in: 30...80),
            upperDepth: try n.number("upper_depth_mm", in: 20...50),
            bodyHeight: try n.number("body_height_mm", in: 18...40),
            canalWidth: try n.number("canal_width_mm", in: 15...45),
            canalDepth: try n.number("canal_depth_mm", in: 8...30),
            alarSpan: try n.number("alar_span_mm", in: 70...140),
            kyphosis: try n.number("kyphosis_deg", in: 0...35), pedicle: try section(&n, "pedicle", pedicle),
            articularRadius: try n.number("articular_radius_mm", in: 2.5...10),
            superiorArticularReach: try n.number("superior_articular_reach_mm", in: 0...20))
    }

    static func torso(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Torso {
        PhantomDefinition.Torso(
            width: try n.number("width_mm", in: 100...700), depth: try n.number("depth_mm", in: 100...500),
            centreX: try n.number("centre_x_mm", in: -1000...1000),
            centreY: try n.number("centre_y_mm", in: -1000...1000),
            skinThickness: try n.number("skin_thickness_mm", in: 0.5...5),
            fatThickness: try n.number("fat_thickness_mm", in: 2...100),
            wallThickness: try n.number("wall_thickness_mm", in: 4...60),
            backCover: try n.number("back_cover_mm", in: 4...100), interior: try interior(&n),
            upper: try optional(&n, "upper", upper))
    }

    private static func interior(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Torso.Interior {
        let all = PhantomDefinition.Torso.Interior.allCases
        let word = try n.word("interior", of: all.map(\.rawValue), default: "abdomen")
        return all.first { $0.rawValue == word } ?? .abdomen
    }

    private static func upper(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Torso.Upper {
        PhantomDefinition.Torso.Upper(
            width: try n.number("width_mm", in: 80...700), depth: try n.number("depth_mm", in: 80...500),
            centreY: try n.number("centre_y_mm", in: -1000...1000), fromZ: try n.number("from_z_mm", in: -2000...2000),
            toZ: try n.number("to_z_mm", in: -2000...2000))
    }

    static func fiducials(_ n: inout SettingsMap) throws(SettingsError) -> PhantomDefinition.Fiducials {
        let maps = try n.maps("places")
        guard maps.count <= 32 else {
            throw .outOfRange(file: n.file, key: n.path + "places", value: Double(maps.count), lowest: 3, highest: 32)
        }
        var places: [PhantomDefinition.Fiducials.Place] = []
        for var p in maps {
            places.append(
                .init(
                    name: try p.text("name"), x: try p.number("x_mm", in: -1000...1000),
                    z: try p.number("z_mm", in: -1000...1000)))
            try p.finish()
        }
        return PhantomDefinition.Fiducials(diameter: try n.number("diameter_mm", in: 2...15), places: places)
    }
}
