import Frames
import Glibc
import SerialPorts
import Trackers

/// A program that sends poses by OpenIGTLink, such as PLUS, as a tracker.
///
/// It understands TRANSFORM, TDATA, POSITION with an orientation, and STATUS, with headers of versions 1 to 3.
public struct OpenIGTLinkFeed: TrackerFeed, Sendable {
    /// The device, or the instrument of one, that is followed; `nil` follows all.
    public let device: String?
    /// What the other side last said of itself.
    public private(set) var status: DeviceStatus?
    public var damaged: Int { reader.damaged }
    /// Messages of types that are not read.
    public var ignored: Int { reader.ignored }
    /// Seconds without a single byte after which the other side counts as gone; `nil` waits without end, as where it sends
    /// nothing while no tool is seen.
    public let longestSilence: Double?
    private let socket: Socket
    private var lastHeard = MonotonicClock.seconds
    private var reader = MessageReader()
    private var clock = SenderClock()
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// - Throws: `OpenIGTLinkError`.
    public init(
        host: String, port: Int, device: String?, patience: Double = 5, longestSilence: Double? = nil
    ) throws(OpenIGTLinkError) {
        socket = try Socket.connect(host: host, port: port, seconds: patience)
        (self.device, self.longestSilence) = (device, longestSilence)
    }

    public mutating func next(within seconds: Double) throws(OpenIGTLinkError) -> [TrackedBody] {
        let deadline = MonotonicClock.seconds + seconds
        while true {
            let bodies = try waiting()
            if !bodies.isEmpty { return bodies }
            let left = deadline - MonotonicClock.seconds
            guard left > 0 else { return [] }
            guard socket.wait(for: POLLIN, seconds: left) else {
                guard let longestSilence, MonotonicClock.seconds - lastHeard > longestSilence else { return [] }
                throw .silent(seconds: longestSilence)
            }
            let count = buffer.withUnsafeMutableBytes { socket.receive(into: $0) }
            guard count >= 0 else { throw .lost }
            if count > 0 { lastHeard = MonotonicClock.seconds }
            buffer.withUnsafeBytes { reader.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// The bodies of the first message with any that has come.
    private mutating func waiting() throws(OpenIGTLinkError) -> [TrackedBody] {
        while let message = try reader.next() {
            let arrival = MonotonicClock.seconds
            switch message.content {
            case .status(let status): self.status = status
            case .request: break
            case .poses(let poses):
                let time = clock.time(stamp: message.header.time, arrival: arrival)
                let bodies = poses.filter { device == nil || device == $0.name || device == message.header.device }
                    .map { named -> TrackedBody in
                        var body = TrackedBody(
                            name: named.name, sample: .init(pose: named.pose, time: time, errorRMS: 0))
                        body.tellsError = false
                        return body
                    }
                if !bodies.isEmpty { return bodies }
            }
        }
        return []
    }
}
