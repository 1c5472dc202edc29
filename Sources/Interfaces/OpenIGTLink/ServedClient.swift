import Glibc
import SerialPorts

/// One receiver of a server's messages: what it is still to get, and what it sends.
struct ServedClient {
    let socket: Socket
    private(set) var isGone = false
    private var reader = MessageReader()
    private var queue: [OutgoingMessage] = []
    private var current: [UInt8] = []
    private var sent = 0
    /// When it last took something, or had nothing to take.
    private var lastProgress: Double

    /// Messages that wait, at most; one that is to arrive must not be left out, so that a receiver with more has gone.
    static let longestQueue = 256
    /// Seconds after which a receiver that takes nothing has gone.
    static let longestStall = 10.0

    init(socket: Socket, greeting: [OutgoingMessage], now: Double) {
        self.socket = socket
        queue = greeting
        lastProgress = now
    }

    var wantsToSend: Bool { sent < current.count || !queue.isEmpty }

    /// A later pose takes the place of an older one that waits. What must arrive waits, and too much of it means that the
    /// receiver has gone.
    mutating func add(_ message: OutgoingMessage) {
        if let key = message.key, let older = queue.firstIndex(where: { $0.key == key }) {
            queue[older] = message
        } else {
            queue.append(message)
            if queue.count > Self.longestQueue { isGone = true }
        }
    }

    /// Gives it what it takes now.
    mutating func flush(now: Double) {
        while !isGone, wantsToSend {
            if sent == current.count { (current, sent) = (queue.removeFirst().bytes, 0) }
            let count = current.withUnsafeBytes { socket.send(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
            guard count > 0 else {
                if count < 0 || now - lastProgress > Self.longestStall { isGone = true }
                return
            }
            sent += count
            lastProgress = now
        }
        if !wantsToSend { (current, sent, lastProgress) = ([], 0, now) }
    }

    /// Reads what it sent; what is no message means that it is no receiver.
    mutating func read(into buffer: inout [UInt8], answer: (IncomingMessage) -> OutgoingMessage?) {
        let count = buffer.withUnsafeMutableBytes { socket.receive(into: $0) }
        guard count >= 0 else { return isGone = true }
        buffer.withUnsafeBytes { reader.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        do throws(OpenIGTLinkError) {
            while let message = try reader.next() {
                if let reply = answer(message) { add(reply) }
            }
        } catch { isGone = true }
    }
}
