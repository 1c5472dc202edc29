import Frames
import Glibc
import LinearAlgebra

/// The direction of a tool's axis in its marker's frame, from poses recorded while it spun about that axis.
///
/// The axis is the direction of the body that all orientations share.
public struct SpinCalibration<A: Frame>: Sendable {
    /// Along the tool; of the two ways, the one that leads away from the marker towards `tip`.
    public let axis: Direction<Marker>
    /// RMS angle of the axis about its mean, rad.
    public let tilt: Double
    /// The angle through which the tool spun, as the standard deviation of an even spin: rad.
    public let turn: Double

    /// - Throws: `CalibrationError.tooFewPoses`, `.notFinite`, `.turnTooSmall`, `.axisTilted`.
    public init(
        _ poses: [Pose<A, Marker>], tip: Point<Marker>, leastTurn: Double = radians(degrees: 20),
        greatestTilt: Double = radians(degrees: 1.5)
    ) throws(CalibrationError) {
        try PoseCheck.check(poses, atLeast: 10)
        let spread = try OrientationSpread(poses)
        turn = asin(min(spread.values[1].squareRoot(), 1))
        tilt = spread.values[0].squareRoot()
        guard turn >= leastTurn else { throw .turnTooSmall(turn: turn, needed: leastTurn) }
        guard tilt <= greatestTilt else { throw .axisTilted(tilt: tilt, allowed: greatestTilt) }
        let way = spread.directions[0]
        guard let axis = Direction<Marker>(dot(way, tip.coordinates) < 0 ? -way : way) else {
            throw .turnTooSmall(turn: turn, needed: leastTurn)
        }
        self.axis = axis
    }
}
