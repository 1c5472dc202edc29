import ControlCore
import ControlRuntime
import Frames
import SimulatedArm
import SimulatedRoom

/// The room in virtual time: patient, tracker and arm as they truly are, and the judge that compares them.
///
/// Time passes only while the loop sleeps: then the arm moves, the patient breathes, and samples arrive. The controller
/// sees bytes of the arm and samples of the tracker; the judge sees the truth.
final class SimulatedOperation: @unchecked Sendable {
    // Unchecked: a virtual-time loop runs on one thread, which alone touches this.
    let virtual: VirtualArm
    private(set) var now: Int64 = 0
    private(set) var judge: AlignmentJudge
    private let patient: SimulatedPatient
    private var tracker: SimulatedTracker
    private let post: GuidePost
    private var waiting: [GuideProcedure]
    private(set) var faults: FaultWatch
    private var inHand: GuideProcedure?
    private var recoveries = 0
    private var personAsked = -Double.infinity
    private var procedureBegan = 0.0
    private let patience: Double
    private(set) var isFinished = false
    private var disableAsked: Double?

    init(
        virtual: VirtualArm, patient: SimulatedPatient, tracker: SimulatedTracker, post: GuidePost,
        procedures: [GuideProcedure], judge: AlignmentJudge, faults: FaultWatch, secondsPerProcedure: Double
    ) {
        self.faults = faults
        self.virtual = virtual
        self.patient = patient
        self.tracker = tracker
        self.post = post
        self.judge = judge
        waiting = procedures.reversed()
        patience = secondsPerProcedure
    }

    /// Lets the room go on until `deadline`, ns.
    func advance(to deadline: Int64) {
        if let snapshot = post.snapshot.value { look(at: snapshot) }
        now = max(now, deadline)
        let seconds = Double(now) * 1e-9
        virtual.advance(to: seconds)
        if let sample = tracker.newestSample(of: patient, at: seconds) {
            let seen = sample.pose.map { TrackedPose($0) } ?? TrackedPose(.identity(), isVisible: false)
            _ = post.references.give(Timed(seen, at: sample.time))
        }
    }

    private func look(at snapshot: GuideSnapshot) {
        let seconds = Double(now) * 1e-9
        judge.look(at: snapshot, truePositions: virtual.arm.truePositions, patient: patient, time: seconds)
        faults.look(at: snapshot.output, tip: judge.tip(virtual.arm.truePositions), time: seconds)
        if let asked = disableAsked {
            if snapshot.output.state == .disabled || seconds - asked > 3 { isFinished = true }
            return
        }
        let isInTime = seconds - procedureBegan <= 2 * patience
        if isFailed(snapshot.stage), isInTime, recoveries < faults.seen.count, let inHand {
            return recover(snapshot, inHand, seconds)
        }
        let isOver = snapshot.stage == .done || isFailed(snapshot.stage) || seconds - procedureBegan > patience
        if snapshot.stage == nil || (isOver && seconds > procedureBegan) { giveNext(snapshot, seconds) }
    }

    private func isFailed(_ stage: GuideProcedure.Stage?) -> Bool {
        if case .failed = stage { true } else { false }
    }

    /// In a person's place: waits until the fault is over and the arm stands, clears it, and begins the screw anew.
    private func recover(_ snapshot: GuideSnapshot, _ procedure: GuideProcedure, _ seconds: Double) {
        guard faults.isOver(at: seconds), seconds - personAsked > 0.2 else { return }
        personAsked = seconds
        switch snapshot.output.state {
        case .fault: _ = post.requests.give(.clearFault)
        case .paused, .enabled: _ = post.requests.give(.disable)
        case .disabled:
            recoveries += 1
            procedureBegan = seconds + 0.002
            judge.beginAgain(at: seconds)
            _ = post.procedures.give(procedure)
        }
    }

    private func giveNext(_ snapshot: GuideSnapshot, _ seconds: Double) {
        if snapshot.stage != nil, snapshot.stage != .done { judge.abandon(stage: snapshot.stage) }
        // A stopped arm is not started again by a program: the rest of the operation is called off.
        guard !isFailed(snapshot.stage), let next = waiting.popLast() else {
            _ = post.requests.give(.disable)
            disableAsked = seconds
            return
        }
        procedureBegan = seconds + 0.002
        inHand = next
        judge.begin(next, at: seconds)
        _ = post.procedures.give(next)
    }
}

/// The loop's clock in a simulated room: sleeping is what makes the room go on.
struct OperationClock: LoopClock {
    let operation: SimulatedOperation
    private let processor = VirtualClock()

    init(_ operation: SimulatedOperation) { self.operation = operation }

    var now: Int64 { operation.now }
    var processorTime: Int64 { processor.processorTime }
    var standsStill: Bool { true }
    mutating func sleep(until deadline: Int64) { operation.advance(to: deadline) }
}
