import Frames

/// A tracker of Northern Digital's that runs: each of its frames once.
public struct NDIFeed<Line: ByteLine & Sendable>: TrackerFeed, Sendable {
    public private(set) var tracker: NDITracker<Line>
    public private(set) var damaged = 0
    /// Seconds without a sound reply after which the tracker counts as gone.
    public var longestSilence = 2.0
    private var lastFrame: UInt32?
    private var lastTime = -Double.infinity
    private var lastSound: Double

    /// Connects, and starts tracking.
    ///
    /// - Throws: `NDIError`.
    public init(_ tracker: NDITracker<Line>, tools: [ToolDefinition], fastest: Int = 1_228_739) throws(NDIError) {
        self.tracker = tracker
        try self.tracker.connect(fastest: fastest)
        try self.tracker.start(tools: tools)
        lastSound = self.tracker.line.now
    }

    public mutating func next(within seconds: Double) throws(NDIError) -> [TrackedBody] {
        let deadline = tracker.line.now + seconds
        repeat {
            if let sample = try soundFrame() {
                let bodies = bodies(of: sample)
                if !bodies.isEmpty { return bodies }
            }
            // the tracker answers at once with the frame that it has; asking without a pause would only burn time
            tracker.line.pause(0.001)
        } while tracker.line.now < deadline
        return []
    }

    /// - Throws: `NDIError`.
    public mutating func stop() throws(NDIError) { try tracker.stop() }

    private mutating func soundFrame() throws(NDIError) -> NDISample? {
        do throws(NDIError) {
            let sample = try tracker.frame()
            lastSound = sample.arrival
            return sample
        } catch {
            switch error {
            case .garbled, .silent, .unexpected, .refused(command: _, number: 0x04):
                damaged += 1
                guard tracker.line.now - lastSound <= longestSilence else { throw error }
                return nil
            default: throw error
            }
        }
    }

    /// Nothing where the frame was told before.
    private mutating func bodies(of sample: NDISample) -> [TrackedBody] {
        let number = sample.frame.readings.map(\.frame).max()
        guard let number, number != lastFrame, sample.time > lastTime else { return [] }
        let isFirst = lastFrame == nil
        (lastFrame, lastTime) = (number, sample.time)
        // how long the first one has been there nobody knows
        guard !isFirst else { return [] }
        return tracker.tools.map { tool in
            var body = TrackedBody(name: tool.name, sample: .missing(at: sample.time))
            guard let reading = sample.frame.readings.first(where: { $0.handle == tool.handle }) else { return body }
            if case .seen(let pose) = reading.sight {
                body.sample = TrackerSample(pose: pose, time: sample.time, errorRMS: reading.error)
            }
            body.isOutOfVolume = !reading.status.isDisjoint(with: [.outOfVolume, .partlyOutOfVolume])
            body.frame = reading.frame
            if let count = tool.markers, !reading.markers.isEmpty {
                let markers = reading.markers.prefix(count)
                body.missingMarkers = markers.count { $0 != .used && $0 != .usedOutOfVolume }
            }
            return body
        }
    }
}
