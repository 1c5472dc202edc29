import Foundation
import Frames
import Imaging

/// `landmarks.json`: the truth in words that a script reads. CT coordinates (LPS), mm and degrees.
struct LandmarksFile: Codable, Equatable {
    var schema = "stylet.landmarks/1"
    var phantom: String
    var lordosis_deg: Double
    var vertebrae: [Vertebra]
    var canal_line_mm: [[Double]]
    var fiducials: [Fiducial]
    var implants: [Metal]
    var lesion_mm: [Double]?

    struct Metal: Codable, Equatable {
        var kind: String
        var level: String
        var side: String?
        /// A screw's entry and tip; the ends of a rod; a cage's front and back.
        var start_mm: [Double]
        var end_mm: [Double]
        var diameter_mm: Double
    }

    struct Transform: Codable, Equatable {
        var from = "vertebra"
        var to = "ct"
        var matrix: [Double]
    }

    struct Vertebra: Codable, Equatable {
        var level: String
        var label: Int
        /// From the vertebra's frame (origin in the body, +X left, +Y back, +Z up) to the CT.
        var pose: Transform
        var body_centre_mm: [Double]
        var upper_endplate_mm: [Double]
        var lower_endplate_mm: [Double]?
        var canal_centre_mm: [Double]
        var pedicles: [Pedicle]
    }

    struct Pedicle: Codable, Equatable {
        var side: String
        var isthmus_mm: [Double]
        /// Unit vector from back to front.
        var direction: [Double]
        var width_mm: Double
        var height_mm: Double
        var entry_mm: [Double]
        var exit_mm: [Double]
        /// In the vertebra's own planes: towards the midline, and towards the head.
        var convergence_deg: Double
        var cranial_tilt_deg: Double
    }

    struct Fiducial: Codable, Equatable {
        var name: String
        var centre_mm: [Double]
        var diameter_mm: Double
    }

    init(_ phantom: Phantom) {
        self.phantom = phantom.definition.name
        lordosis_deg = phantom.lordosis
        vertebrae = phantom.landmarks.map(Vertebra.init)
        canal_line_mm = phantom.canalLine.map(numbers)
        fiducials = phantom.fiducials.map {
            Fiducial(name: $0.name, centre_mm: numbers($0.centre), diameter_mm: $0.diameter)
        }
        lesion_mm = phantom.lesion.map(numbers)
        implants = phantom.implants.filter { $0.kind != .tooth }.map {
            Metal(
                kind: $0.kind.rawValue, level: $0.level == .sacrum ? "S1" : $0.level.name, side: $0.side?.rawValue,
                start_mm: numbers($0.start), end_mm: numbers($0.end), diameter_mm: $0.diameter)
        }
    }

    /// Keys sorted, so that the same phantom gives the same bytes.
    func data() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return try encoder.encode(self)
    }
}

private func numbers(_ p: Point<CT>) -> [Double] { [p.x, p.y, p.z] }

extension LandmarksFile.Vertebra {
    init(_ v: VertebraLandmarks) {
        level = v.label == .sacrum ? "S1" : v.label.name
        label = Int(v.label.number)
        pose = .init(matrix: v.pose.rowMajor)
        body_centre_mm = numbers(v.pose.origin)
        upper_endplate_mm = numbers(v.upperEndplate)
        lower_endplate_mm = v.lowerEndplate.map(numbers)
        canal_centre_mm = numbers(v.canalCentre)
        pedicles = v.pedicles.map { LandmarksFile.Pedicle($0, in: v.pose) }
    }
}

extension LandmarksFile.Pedicle {
    init(_ p: PedicleAxis, in pose: Pose<CT, Vertebra>) {
        let local = (pose.inverse * p.direction).vector
        side = p.side.rawValue
        isthmus_mm = numbers(p.isthmus)
        direction = [p.direction.vector.x, p.direction.vector.y, p.direction.vector.z]
        (width_mm, height_mm) = (p.width, p.height)
        (entry_mm, exit_mm) = (numbers(p.entry), numbers(p.exit))
        convergence_deg = degrees(radians: atan2(-p.side.sign * local.x, -local.y))
        cranial_tilt_deg = degrees(radians: asin(min(max(local.z, -1), 1)))
    }
}
