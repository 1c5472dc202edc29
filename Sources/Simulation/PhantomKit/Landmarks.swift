import Frames
import Imaging

/// The truth about one pedicle, measured on the solid itself.
public struct PedicleAxis: Equatable, Sendable {
    public let level: AnatomicalLabel
    public let side: Side
    /// Middle of the narrowest section.
    public let isthmus: Point<CT>
    /// From back to front, from the entry towards the body.
    public let direction: Direction<CT>
    /// Of the narrowest section, perpendicular to the axis: in the vertebra's transverse plane, and along it; mm.
    public let width, height: Double
    /// Where the axis meets the bone's surface from behind.
    public let entry: Point<CT>
    /// Where the axis leaves the body in front.
    public let exit: Point<CT>
}

/// The truth about one vertebra; the sacrum's is that of S1.
public struct VertebraLandmarks: Sendable {
    public let label: AnatomicalLabel
    /// The vertebra's frame (see `Vertebra`) in the CT.
    public let pose: Pose<CT, Vertebra>
    /// Middle of each endplate's surface; the sacrum has no lower one.
    public let upperEndplate: Point<CT>
    public let lowerEndplate: Point<CT>?
    public let canalCentre: Point<CT>
    /// Left, then right.
    public let pedicles: [PedicleAxis]
}

extension Phantom {
    /// One entry a vertebra from head to tail, the sacrum last.
    public var landmarks: [VertebraLandmarks] {
        let levels = zip(anatomies, poses.vertebrae).map { anatomy, pose in
            let body = anatomy.level.body
            return VertebraLandmarks(
                label: anatomy.level.label, pose: pose,
                upperEndplate: pose * Point(0, 0, body.height / 2 - body.endplateConcavity),
                lowerEndplate: pose * Point(0, 0, -body.height / 2 + body.endplateConcavity),
                canalCentre: pose * Point(0, anatomy.canalCentre, 0),
                pedicles: Side.allCases.compactMap { axis(anatomy.level.label, $0) })
        }
        guard let sacrum = definition.sacrum else { return levels }
        let s1 = VertebraLandmarks(
            label: .sacrum, pose: poses.sacral[0],
            upperEndplate: poses.sacral[0] * Point(0, 0, sacrum.bodyHeight / 2 - SacrumAnatomy.concavity),
            lowerEndplate: nil,
            canalCentre: poses.sacral[0] * Point(0, SacrumAnatomy.canalCentre(sacrum, segment: 0), 0),
            pedicles: Side.allCases.compactMap { axis(.sacrum, $0) })
        return levels + [s1]
    }

    /// The canal's centre line from head to tail, a point about every 5 mm, between the first vertebra and the last,
    /// or S3.
    public var canalLine: [Point<CT>] {
        let line = skeleton.canal
        let first = line.controls.count > 1 ? line.controls[1] : 0
        let last = line.controls.count > 2 ? line.controls[line.controls.count - (poses.sacral.isEmpty ? 2 : 1)] : 0
        return stride(from: first, through: last, by: 5).map { Point(line.stations[$0].centre) }
    }

    /// Angle between the first and the last upper endplate named, in the sagittal sense of the definition, degrees.
    public var lordosis: Double {
        let discs = definition.levels.filter { $0.label.number >= 20 && $0.label != .t13 }
        return discs.reduce(0) { $0 + $1.discBelow.lordosis + degrees(radians: $1.body.wedge) }
    }

    /// The pedicle's true axis; `nil` where the phantom has no such vertebra.
    public func axis(_ level: AnatomicalLabel, _ side: Side) -> PedicleAxis? {
        if level == .sacrum, let sacralAnatomy {
            return measure(
                level, side, pose: poses.sacral[0], isthmus: sacralAnatomy.isthmus(side),
                axis: sacralAnatomy.axis(side),
                bone: anatomies.count)
        }
        guard let i = anatomies.firstIndex(where: { $0.level.label == level }) else { return nil }
        return measure(
            level, side, pose: poses.vertebrae[i], isthmus: anatomies[i].isthmus(side), axis: anatomies[i].axis(side),
            bone: i)
    }
}
