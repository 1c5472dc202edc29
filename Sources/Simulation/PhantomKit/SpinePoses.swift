import Frames
import Imaging

/// Where each vertebra stands: the reference level is placed, the others are stacked on it disc by disc.
///
/// Through a disc the spine goes half the lower endplate's wedge, half the disc's height, the disc's angles, and the
/// same
/// again below; so the angle between two endplates is exactly what the definition says.
struct SpinePoses: Sendable {
    let vertebrae: [Pose<CT, Vertebra>]
    /// S1, S2 and S3, where there is a sacrum.
    let sacral: [Pose<CT, Vertebra>]

    init(_ definition: PhantomDefinition) {
        let levels = definition.levels
        let steps = levels.indices.map {
            Self.step(from: levels[$0], to: $0 + 1 < levels.count ? levels[$0 + 1].body : nil, definition.sacrum)
        }
        let reference = levels.firstIndex { $0.label == definition.placement.referenceLevel } ?? 0
        let placement = definition.placement
        let rotation: Rotation<CT, Vertebra> = turn(
            x: radians(degrees: placement.sagittalTilt), y: radians(degrees: placement.lateralTilt),
            z: radians(degrees: placement.axialRotation))
        var poses = [Pose<CT, Vertebra>](
            repeating: Pose(rotation: rotation, translation: placement.position), count: levels.count)
        for i in stride(from: reference, to: 0, by: -1) { poses[i - 1] = poses[i] * steps[i - 1].inverse }
        for i in reference..<max(levels.count - 1, reference) { poses[i + 1] = poses[i] * steps[i] }
        vertebrae = poses
        guard let sacrum = definition.sacrum else {
            sacral = []
            return
        }
        let s1 = (poses.last ?? .identity()) * (steps.last ?? .identity())
        let down = Self.sacralStep(sacrum)
        sacral = [s1, s1 * down, s1 * down * down]
    }

    /// The pose of the vertebra below in the frame of the one above.
    private static func step(
        from level: PhantomDefinition.Level, to next: PhantomDefinition.Body?, _ sacrum: PhantomDefinition.Sacrum?
    ) -> Pose<Vertebra, Vertebra> {
        let disc = level.discBelow
        let bend: Rotation<Vertebra, Vertebra> = turn(
            x: radians(degrees: disc.lordosis), y: radians(degrees: disc.lateralBend),
            z: radians(degrees: disc.axialRotation))
        let half = shift(down: disc.height / 2)
        let upper = shift(down: level.body.height / 2) * tilt(level.body.wedge / 2) * half
        let lower = half * tilt((next?.wedge ?? 0) / 2) * shift(down: (next?.height ?? sacrum?.bodyHeight ?? 0) / 2)
        return upper * Pose(rotation: bend, translation: .zero) * lower
    }

    private static func sacralStep(_ sacrum: PhantomDefinition.Sacrum) -> Pose<Vertebra, Vertebra> {
        let half = shift(down: sacrum.bodyHeight / 2)
        return half * tilt(-radians(degrees: sacrum.kyphosis)) * half
    }

    private static func shift(down millimetres: Double) -> Pose<Vertebra, Vertebra> {
        Pose(rotation: .identity(), translation: Vector3(0, 0, -millimetres))
    }

    private static func tilt(_ radians: Double) -> Pose<Vertebra, Vertebra> {
        Pose(rotation: turn(x: radians), translation: .zero)
    }
}

extension PhantomDefinition.Body {
    /// The angle between the endplates in radians, positive where the front is higher.
    var wedge: Double { (anteriorHeight - posteriorHeight) / meanDepth }
}
