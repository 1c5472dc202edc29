import ControlRuntime
import Frames
import RobotDescription
import RobotModel
import SimulatedRoom

/// Compares the guide's true axis with the planned one in the true anatomy, at every tick. It believes nothing of the controller's.
struct AlignmentJudge {
    /// What is planned for one screw.
    struct Target {
        let id: String
        let entry: Point<CT>
        let tip: Point<CT>
        let direction: Direction<CT>
        var length: Double { entry.distance(to: tip) }
    }

    /// The guide's true axis in the true anatomy at the worst tick of a hold.
    struct Hold {
        var tipError = 0.0
        var entryError = 0.0
        var angleError = 0.0
        var worstEntry: Point<CT>?
        var worstTip: Point<CT>?
        var ticks = 0
        var began = 0.0
        var alignedAfter = Double.infinity
        var completed = false
        /// The stage in which it was abandoned.
        var abandonedIn: GuideProcedure.Stage?
        /// Sums of squares at the screw's tip over the ticks, for the error budget.
        var squares = ErrorParts()

        /// RMS of each part over the hold.
        var parts: ErrorParts { squares.rootMean(over: ticks) }
    }

    let description: ArmDescription
    let targets: [Target]
    /// From the guide's tip to the entry, mm.
    let standoff: Double
    /// What the controller was told of where the image lies, to split errors into their parts.
    let X_ReferenceCT: Pose<Reference, CT>
    /// The anatomy at rest, for how far breathing carries it.
    let X_BaseCT: Pose<Base, CT>
    private(set) var holds: [Hold]
    private(set) var trace: [SceneTraceRow] = []
    private(set) var current = -1
    private var lastTip: (point: Point<Base>, time: Double)?
    private var lastTraced = -1.0

    /// Seconds between two rows of the trace.
    static let traceInterval = 0.05

    init(
        description: ArmDescription, targets: [Target], standoff: Double, X_ReferenceCT: Pose<Reference, CT>,
        X_BaseCT: Pose<Base, CT>
    ) {
        self.description = description
        self.targets = targets
        self.standoff = standoff
        self.X_ReferenceCT = X_ReferenceCT
        self.X_BaseCT = X_BaseCT
        holds = Array(repeating: Hold(), count: targets.count)
    }

    mutating func begin(_ procedure: GuideProcedure, at time: Double) {
        current += 1
        holds[current].began = time
    }

    /// A person begins the screw in hand anew, after a stop.
    mutating func beginAgain(at time: Double) {
        guard holds.indices.contains(current) else { return }
        holds[current] = Hold(began: time)
    }

    /// Where the guide's tip truly is.
    func tip(_ truePositions: JointVector) -> Point<Base> {
        description.arm.forwardKinematics(truePositions, tool: description.settings.X_FlangeTool).origin
    }

    mutating func abandon(stage: GuideProcedure.Stage?) {
        guard holds.indices.contains(current) else { return }
        holds[current].completed = false
        holds[current].abandonedIn = stage
    }

    mutating func look(
        at snapshot: GuideSnapshot, truePositions: JointVector, patient: SimulatedPatient, time: Double
    ) {
        let anatomy = patient.anatomy(at: time)
        guard holds.indices.contains(current) else { return }
        let X_BaseTool = description.arm.forwardKinematics(truePositions, tool: description.settings.X_FlangeTool)
        let X_CTTool = anatomy.inverse * X_BaseTool
        let target = targets[current]
        let guide = X_CTTool * Direction<Tool>.z
        let entry = X_CTTool.origin + guide * standoff
        let tip = X_CTTool.origin + guide * (standoff + target.length)
        let tipError = tip.distance(to: target.tip)
        let angle = guide.angle(to: target.direction)
        if snapshot.stage == .holding {
            note(tip: tip, entry: entry, tipError: tipError, angle: angle, time: time)
            let parts = errorParts(snapshot.output, X_BaseTool, anatomy, anatomy * patient.X_CTReference)
            holds[current].squares.addSquares(of: parts, total: tipError)
        }
        if snapshot.stage == .retracting || snapshot.stage == .done {
            holds[current].completed = holds[current].ticks > 0
        }
        trace(snapshot, X_BaseTool, tipError, angle, anatomy, time)
    }

    private mutating func note(tip: Point<CT>, entry: Point<CT>, tipError: Double, angle: Double, time: Double) {
        if holds[current].ticks == 0 { holds[current].alignedAfter = time - holds[current].began }
        holds[current].ticks += 1
        holds[current].entryError = max(holds[current].entryError, entry.distance(to: targets[current].entry))
        holds[current].angleError = max(holds[current].angleError, angle)
        if tipError >= holds[current].tipError {
            holds[current].tipError = tipError
            (holds[current].worstEntry, holds[current].worstTip) = (entry, tip)
        }
    }

    private mutating func trace(
        _ snapshot: GuideSnapshot, _ X_BaseTool: Pose<Base, Tool>, _ tipError: Double, _ angle: Double,
        _ anatomy: Pose<Base, CT>, _ time: Double
    ) {
        guard time - lastTraced >= Self.traceInterval - 1e-9 else { return }
        lastTraced = time
        let tip = X_BaseTool.origin
        let speed = lastTip.map { tip.distance(to: $0.point) / max(time - $0.time, 1e-9) } ?? 0
        lastTip = (tip, time)
        let target = targets[current].tip
        let believed =
            snapshot.output.axisError.map { ($0.across * $0.across + $0.along * $0.along).squareRoot() } ?? .nan
        trace.append(
            SceneTraceRow(
                time: time, screw: current, tipError: tipError, angleError: angle,
                anatomyShift: (anatomy * target).distance(to: X_BaseCT * target), believedError: believed,
                tipSpeed: speed,
                state: "\(snapshot.output.state)"))
    }
}
