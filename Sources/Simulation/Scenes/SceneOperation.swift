import ArmProtocol
import ControlCore
import ControlRuntime
import Frames
import Imaging
import Planning
import RobotDescription
import SimulatedArm

/// What the loop did, and what the judge saw.
struct OperatedScene {
    let judge: AlignmentJudge
    let faults: [SceneFault]
    let statistics: LoopStatistics
    let end: LoopEnd
}

extension Scene {
    /// ns between two ticks.
    private static let period: Int64 = 1_000_000
    /// Free motion ends this far before a screw's entry, mm.
    private static let clearance = 60.0

    /// Drives the simulated arm to every screw's axis in turn, through the protocol's bytes, in virtual time.
    func operate(
        _ prepared: PreparedScene, _ room: SceneRoom, _ progress: @escaping ProgressReport
    ) throws(SceneError) -> OperatedScene {
        let post = GuidePost()
        let targets = prepared.plan.items.compactMap(AlignmentJudge.Target.init)
        let operation = SimulatedOperation(
            virtual: VirtualArm(try simulatedArm()), patient: room.patient, tracker: room.tracker, post: post,
            procedures: try procedures(prepared, room),
            judge: AlignmentJudge(
                description: description, targets: targets, standoff: definition.standoff,
                X_ReferenceCT: room.registered.X_ReferenceCT, X_BaseCT: room.patient.X_BaseCT),
            faults: FaultWatch(definition.faults), secondsPerProcedure: definition.secondsPerScrew)
        let channel = try connect(operation)
        let loop = GuideLoop(control: try controlLoop(), channel: channel, post: post, keepsSteps: true)
        var runner = LoopRunner(loop, clock: OperationClock(operation), period: Self.period)
        let expected = Double(targets.count) * definition.secondsPerScrew
        let end = runner.run(
            shouldStop: { operation.isFinished },
            afterTick: { summary in
                if summary.ticks % 1000 == 0 { progress(min(0.99, Double(summary.ticks) / 1000 / expected)) }
            })
        return OperatedScene(
            judge: operation.judge, faults: operation.faults.results, statistics: runner.statistics, end: end)
    }

    private func simulatedArm() throws(SceneError) -> SimulatedArm {
        var settings = SimulatedArmSettings()
        settings.baud = 1_000_000
        settings.seed = seed
        settings.faults = definition.faults.compactMap(\.arm)
        do throws(SimulatedArmError) { return try SimulatedArm(description, settings: settings) } catch {
            throw .simulatedArm(error)
        }
    }

    private func controlLoop() throws(SceneError) -> ControlLoop {
        let around = Vector3(250, 350, 250)
        let middle = definition.room.targetInBase.coordinates
        let reach = Workspace(least: Point(middle - around), greatest: Point(middle + around + Vector3(100, 100, 400)))
        guard
            let configuration = description.controlConfiguration(
                X_BaseTracker: definition.room.X_BaseTracker, workspace: reach)
        else { throw .nothingPlanned }
        do throws(ControlError) { return try ControlLoop(configuration) } catch { throw .control(error) }
    }

    private func procedures(_ prepared: PreparedScene, _ room: SceneRoom) throws(SceneError) -> [GuideProcedure] {
        let distances = GuideProcedure.Distances(
            held: -definition.standoff, clear: -Self.clearance, hold: definition.hold)
        return prepared.plan.items.enumerated().compactMap { number, item in
            GuidedAxis(
                entry: item.entry, target: item.target, greatestDepth: -1, approvedPlan: prepared.approvedPlan,
                item: UInt32(number)
            ).map { GuideProcedure(axis: $0, X_ReferenceCT: room.registered.X_ReferenceCT, distances: distances) }
        }
    }

    /// Opens the session with the arm before the loop begins, as a person's program does.
    private func connect(_ operation: SimulatedOperation) throws(SceneError) -> HostChannel<VirtualPort> {
        let settings = HostEndpoint.Settings(expectedIdentity: ArmCapabilities.identity(of: description.arm))
        var channel = HostChannel(host: HostEndpoint(settings: settings), transport: operation.virtual.port)
        channel.host.connect(nonce: 1, now: 0)
        for _ in 0..<5000 {
            let now = Double(operation.now) * 1e-9
            if channel.receive(now: now) != nil { return channel }
            if case .failed(let error) = channel.host.state { throw .noSession(error) }
            operation.advance(to: operation.now + Self.period)
        }
        throw .noSession(.noAnswer(seconds: 5, bytesSeen: 0))
    }
}

extension AlignmentJudge.Target {
    init?(_ item: PlanItem) {
        guard let direction = (item.target - item.entry).direction else { return nil }
        self.init(id: item.id, entry: item.entry, tip: item.target, direction: direction)
    }
}
