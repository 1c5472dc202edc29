import Foundation
import Frames
import TestSupport

@testable import Scenes

/// Two screws in a coarse image of the phantom: a whole operation in seconds.
struct SmallScene {
    let scene: Scene
    let prepared: PreparedScene

    /// The image and its plan, made once for all tests of this process.
    static let shared = Result { try SmallScene() }

    /// A scene's file with other limits or faults, and tracker noise.
    static func definition(tip: Double = 1, noise: Double = 0.25, hold: Double = 0.5, faults: String = "") throws
        -> SceneDefinition
    {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let root = repositoryFolder().path
        let text = """
            schema: stylet.scene/1
            name: small
            phantom: \(root)/Phantoms/lumbar.yaml
            ct: {spacing_mm: [1.2, 1.2, 1.5]}
            plan: {levels: L3, catalogue: \(root)/Catalogues/pedicle-screws.yaml}
            arm: \(root)/Kinematics/ur5e.urdf
            room:
              back_in_base: [0.04, 0.03, 1]
              head_in_base: [0.07, 1, 0.02]
              target_in_base_mm: [480, -130, 60]
              tracker_in_base: {position_mm: [900, -600, 1500], rotation_vector_deg: [150, 40, 10]}
              breathing: {amplitude_mm: 2.0, frequency_hz: 0.25, tilt_deg: 0.15}
              reference: {offset_mm: [35, 95, 60], rotation_vector_deg: [70, 20, -15]}
            tracker: {rate_hz: 60, latency_ms: 14, noise_rms_mm: \(noise), angle_noise_rms_deg: 0.1}
            registration: {touches: 3}
            operation: {hold_s: \(hold), seconds_a_screw: 30, standoff_mm: 10}
            limits: {tip_error_mm: \(tip), angle_error_deg: 1.0}
            \(faults)
            """
        let file = folder.appendingPathComponent("small.yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        return try SceneDefinition.load(file.path)
    }

    init() throws {
        scene = try Scene(Self.definition(), seed: 1)
        prepared = try scene.prepare(SilentObserver())
    }

    /// The operation alone, on the shared image and plan.
    static func operate(_ definition: SceneDefinition, seed: UInt64 = 1) throws -> SceneResult {
        let small = try shared.get()
        let scene = try Scene(definition, seed: seed)
        let room = try scene.setUp(small.prepared, SilentObserver())
        return try scene.judge(small.prepared, room, try scene.operate(small.prepared, room) { _ in })
    }
}
