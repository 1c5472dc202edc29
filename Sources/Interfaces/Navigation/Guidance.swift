import Frames
import Glibc
import Planning

/// What is known of a tool: where its tip is on its marker, and which way it points.
public struct ToolGeometry: Equatable, Sendable {
    public var tip: Point<Marker>
    public var axis: Direction<Marker>
    /// RMS in three dimensions, mm; `nil` where the tip was never calibrated.
    public var tipError: Double?

    public init(tip: Point<Marker> = Point(0, 0, 0), axis: Direction<Marker> = .z, tipError: Double? = nil) {
        (self.tip, self.axis, self.tipError) = (tip, axis, tipError)
    }
}

/// A tool against a planned axis: how far beside it, how deep, how much aslant.
public struct Guidance: Equatable, Sendable {
    public let tip: Point<CT>
    public let axis: Direction<CT>
    /// From the tip to the planned line, mm.
    public let distance: Double
    /// Of the tip along the planned line from the entry, mm; below 0 it is outside.
    public let depth: Double
    /// From the tip to the depth of the target, mm; below 0 it is too deep.
    public let remaining: Double
    /// Between the tool's axis and the planned one, rad.
    public let angle: Double

    /// `nil` where the item is no axis.
    public init?(tip: Point<CT>, axis: Direction<CT>, item: PlanItem) {
        guard let along = Direction<CT>((item.target - item.entry).vector) else { return nil }
        let d = (tip - item.entry).vector
        (self.tip, self.axis) = (tip, axis)
        depth = dot(d, along.vector)
        distance = length(d - along.vector * depth)
        remaining = length((item.target - item.entry).vector) - depth
        angle = atan2(length(cross(axis.vector, along.vector)), dot(axis.vector, along.vector))
    }
}

/// How sure the numbers are, one standard deviation each; `nil` where something of it is not known.
public struct GuidanceErrors: Equatable, Sendable {
    /// Across the planned line, in both directions together, mm.
    public let distance: Double?
    /// Along it, mm.
    public let depth: Double?
    /// Rad.
    public let angle: Double?

    /// From the errors of the tip's place, each RMS in three dimensions and alike in all directions: the registration at the
    /// target, the tracker's sample, the tip's calibration. Two thirds of the square lie across a line, one third along it.
    ///
    /// The angle takes the ends of the planned axis to err independently, which is more than they do. `motion` is what the
    /// prediction to the present moment may miss, RMS in three dimensions, and `turning` the same of the axis, rad.
    public init(
        registration: Double?, tracker: Double?, tip: Double?, motion: Double? = 0, turning: Double? = 0,
        length: Double
    ) {
        guard let registration, let tracker, let tip, let motion, let turning else {
            (distance, depth, angle) = (nil, nil, nil)
            return
        }
        let still = registration * registration + tracker * tracker + tip * tip
        let square = still + motion * motion
        distance = (square * 2 / 3).squareRoot()
        depth = (square / 3).squareRoot()
        angle = length > 0 ? (2 * still * 2 / 3 / (length * length) + turning * turning).squareRoot() : nil
    }
}

/// What a number means against its limit.
public enum Verdict: String, Sendable {
    case within, doubtful, outside

    /// Within only where it is so for two standard deviations; what is not known is doubtful.
    public init(_ value: Double, error: Double?, limit: Double) {
        if value > limit {
            self = .outside
        } else if let error, value + 2 * error <= limit {
            self = .within
        } else {
            self = .doubtful
        }
    }
}
