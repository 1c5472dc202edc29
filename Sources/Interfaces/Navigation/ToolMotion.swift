import Frames
import Trackers

/// The tool's tip and a place up its axis, in the image, predicted to the moment at which they are shown.
struct ToolMotion: Sendable {
    /// What is shown, and how far off the prediction may be.
    struct Ahead {
        let tip: Point<CT>
        let axis: Direction<CT>
        /// RMS in three dimensions, mm.
        let tipError: Double
        /// Of the axis, one standard deviation of both directions together, rad.
        let angleError: Double
    }

    /// From the tip up the axis, mm.
    private static let lever = 100.0
    private var tip: PlacePredictor
    private var grip: PlacePredictor

    init(delay: Double) { (tip, grip) = (PlacePredictor(delay: delay), PlacePredictor(delay: delay)) }

    mutating func take(_ X_CTMarker: Pose<CT, Marker>, _ geometry: ToolGeometry, at time: Double) {
        let place = X_CTMarker * geometry.tip
        let up = place + (X_CTMarker.rotation * geometry.axis) * -Self.lever
        let isBelieved = tip.take(place.coordinates, at: time)
        // both or none: a swapped marker may leave one of them where it was
        if isBelieved { grip.take(up.coordinates, at: time) }
    }

    mutating func forget() {
        tip.forget()
        grip.forget()
    }

    /// `nil` while too little is known of how it moves.
    func ahead(at time: Double) -> Ahead? {
        guard let tip = tip.prediction(at: time), let grip = grip.prediction(at: time),
            let axis = Direction<CT>(tip.place - grip.place)
        else { return nil }
        let square = tip.error * tip.error + grip.error * grip.error
        return Ahead(
            tip: Point(tip.place), axis: axis, tipError: tip.error,
            angleError: (square * 2 / 3).squareRoot() / Self.lever)
    }
}
