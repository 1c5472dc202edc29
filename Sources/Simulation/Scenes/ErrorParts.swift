import ControlCore
import Frames

/// Where a screw tip's error comes from, mm: each part is how far it alone would shift the tip.
public struct ErrorParts: Equatable, Sendable {
    /// All of it, as the judge saw it.
    public var total = 0.0
    /// The registration against where the image truly lies on the reference.
    public var registration = 0.0
    /// The tracked, filtered and predicted pose of the reference against the true one.
    public var patient = 0.0
    /// The set-points' tool against the pose that the loop wants.
    public var setPoints = 0.0
    /// The arm's true joints against the set-points.
    public var servo = 0.0

    public init() {}

    mutating func addSquares(of parts: ErrorParts, total: Double) {
        self.total += total * total
        registration += parts.registration * parts.registration
        patient += parts.patient * parts.patient
        setPoints += parts.setPoints * parts.setPoints
        servo += parts.servo * parts.servo
    }

    func rootMean(over count: Int) -> ErrorParts {
        let n = Double(max(count, 1))
        var mean = ErrorParts()
        mean.total = (total / n).squareRoot()
        mean.registration = (registration / n).squareRoot()
        mean.patient = (patient / n).squareRoot()
        mean.setPoints = (setPoints / n).squareRoot()
        mean.servo = (servo / n).squareRoot()
        return mean
    }
}

extension AlignmentJudge {
    /// The parts of this tick's error at the screw's tip.
    func errorParts(
        _ output: ControlOutput, _ X_BaseTool: Pose<Base, Tool>, _ anatomy: Pose<Base, CT>,
        _ X_BaseReference: Pose<Base, Reference>
    ) -> ErrorParts {
        let target = targets[current]
        let believed = X_ReferenceCT * target.tip
        let reach = Point<Tool>(0, 0, standoff + target.length)
        var parts = ErrorParts()
        parts.registration = (X_BaseReference * believed).distance(to: anatomy * target.tip)
        if let seen = output.X_BaseReference {
            parts.patient = (seen * believed).distance(to: X_BaseReference * believed)
        }
        guard let sent = output.X_BaseToolSetPoint else { return parts }
        if let wanted = output.X_BaseToolTarget { parts.setPoints = (sent * reach).distance(to: wanted * reach) }
        parts.servo = (X_BaseTool * reach).distance(to: sent * reach)
        return parts
    }
}
