import Frames

/// The white noise of a place that is sampled evenly, from third differences: of smooth motion nearly nothing is left in them,
/// of the noise 1 + 9 + 9 + 1 = 20 times its variance.
struct SampleNoise: Sendable {
    /// RMS in three dimensions, mm; `nil` before it is known.
    private(set) var rms: Double?
    private var places: [Vector3] = []
    private var lastTime: Double?
    private var interval: Double?
    private var mean = 0.0
    private var count = 0
    /// Third differences over which is averaged, and the fewest that tell something.
    static let memory = 240.0
    static let fewest = 10

    mutating func take(_ place: Vector3, at time: Double) {
        defer { lastTime = time }
        let dt = lastTime.map { time - $0 }
        if let dt {
            // after a hidden frame, differences are not of evenly spaced places
            let known = interval ?? dt
            if abs(dt - known) > 0.6 * known { places = [] }
            interval = known + (min(max(dt, 0.5 * known), 2 * known) - known) / 16
        }
        places.append(place)
        guard places.count > 3 else { return }
        if places.count > 4 { places.removeFirst() }
        let third = places[3] - 3 * places[2] + 3 * places[1] - places[0]
        let square = dot(third, third) / 20
        count += 1
        // a swapped marker in one frame must not make everything after it look noisy
        let most = count > Self.fewest ? 25 * mean : .infinity
        mean += (min(square, most) - mean) / min(Double(count), Self.memory)
        if count >= Self.fewest { rms = mean.squareRoot() }
    }
}
