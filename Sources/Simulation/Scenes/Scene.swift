import ArmProtocol
import ControlCore
import ControlRuntime
import Frames
import Imaging
import PhantomKit
import Planning
import Registration
import RobotDescription
import SimulatedArm
import SimulatedRoom

/// A whole operation in simulation, from the phantom's CT to a guide held on every screw's axis.
///
/// ```swift
/// let scene = try Scene(.load("SimScenes/lumbar-screws.yaml"), seed: 1)
/// let outcome = try scene.run(SilentObserver())
/// print(outcome.result.passed)
/// ```
public struct Scene: Sendable {
    public let definition: SceneDefinition
    public let seed: UInt64
    /// The vertebrae that the scene plans.
    let levels: [AnatomicalLabel]
    let description: ArmDescription

    /// - Throws: `SceneError.arm`, `.settings`.
    public init(_ definition: SceneDefinition, seed: UInt64) throws(SceneError) {
        self.definition = definition
        self.seed = seed
        levels = definition.levels
        do throws(RobotDescriptionError) { description = try ArmDescription.load(definition.armPath) } catch {
            throw .arm(error)
        }
    }

    /// What is left when a scene has run: its result, and what it was made on, for a report.
    public struct Outcome: Sendable {
        public let result: SceneResult
        public let prepared: PreparedScene
    }

    /// Runs the scene in virtual time.
    ///
    /// - Throws: `SceneError` where a stage could not be done at all; a scene that fails its checks has a result that says so.
    public func run(_ observer: some SceneObserver) throws(SceneError) -> Outcome {
        let prepared = try prepare(observer)
        let room = try setUp(prepared, observer)
        let operated = try observer.stage("operate", "operating") { progress throws(SceneError) in
            try operate(prepared, room, progress)
        }
        return Outcome(result: try judge(prepared, room, operated), prepared: prepared)
    }
}

/// The room and what registration found in it.
struct SceneRoom {
    let patient: SimulatedPatient
    let tracker: SimulatedTracker
    let registered: SceneRegistration
}

extension Scene {
    /// Places the patient, and registers its image with touched fiducials.
    func setUp(_ prepared: PreparedScene, _ observer: some SceneObserver) throws(SceneError) -> SceneRoom {
        let middle = Self.middleOfEntries(prepared.plan)
        let room = definition.room
        let X_BaseCT = Pose<Base, CT>(
            rotation: room.R_BaseCT,
            translation: room.targetInBase.coordinates - room.R_BaseCT.matrix * middle.coordinates)
        let breathing = BreathingMotion(
            amplitude: room.breathing.amplitude, frequency: room.breathing.frequency, direction: .y,
            tilt: room.breathing.tilt)
        let patient = SimulatedPatient(
            X_BaseCT: X_BaseCT,
            X_CTReference: Pose(rotation: room.R_CTReference, translation: (middle + room.referenceOffset).coordinates),
            breathing: breathing, pivot: middle)
        let noise = definition.tracker
        var tracker = SimulatedTracker(
            properties: .init(
                rate: noise.rate, latency: noise.latency, positionNoise: noise.positionNoise,
                angleNoise: noise.angleNoise,
                losses: definition.faults.filter { $0.arm == nil }.map(\.time)),
            X_BaseTracker: room.X_BaseTracker, seed: seed)
        let registered = try observer.stage("register", "registering") { _ throws(SceneError) in
            try register(prepared, patient, &tracker)
        }
        return SceneRoom(patient: patient, tracker: tracker, registered: registered)
    }

    static func middleOfEntries(_ plan: PlanFile) -> Point<CT> {
        Point(plan.items.reduce(Vector3.zero) { $0 + $1.entry.coordinates } / Double(max(plan.items.count, 1)))
    }
}
