import Foundation
import Glibc
import SerialPorts
import Synchronization

/// Gives poses, images, meshes and trajectories to whoever connects, such as 3D Slicer; on a thread of its own.
///
/// It listens at the loopback address unless told otherwise: OpenIGTLink knows neither names nor secrets. A receiver that lags
/// gets the newest pose of each device and never an old one after it; one that sends garbage, or takes nothing for ten
/// seconds, is let go, and the others notice nothing.
public final class OpenIGTLinkServer: Sendable {
    /// The address that reaches this machine alone.
    public static let loopback = "127.0.0.1"
    static let mostClients = 16

    public let port: Int
    private let shared: Shared
    private let ended = DispatchSemaphore(value: 0)

    /// Listens and starts the thread.
    ///
    /// - Parameter greeting: what each new receiver gets first.
    /// - Throws: `OpenIGTLinkError`.
    public init(
        address: String = OpenIGTLinkServer.loopback, port: Int = 18944, greeting: [OutgoingMessage] = []
    ) throws(OpenIGTLinkError) {
        let listening = try Socket.listen(address: address, port: port)
        self.port = listening.1
        let shared = Shared(), ended = ended
        self.shared = shared
        let loop = ServerLoop(listening: listening.0, greeting: greeting, shared: shared)
        Thread.detachNewThread {
            var loop = loop
            loop.run()
            ended.signal()
        }
    }

    deinit { stop() }

    /// How many receivers there are.
    public var clients: Int { shared.clients.load(ordering: .relaxed) }
    /// Receivers that went, or were let go since they sent what is no message or took nothing.
    public var dismissed: Int { shared.dismissed.load(ordering: .relaxed) }

    /// Gives a message to all receivers, soon; never waits for them.
    public func send(_ message: OutgoingMessage) {
        shared.inbox.withLock { $0.append(message) }
        shared.wake()
    }

    /// Ends the thread and closes all connections.
    public func stop() {
        guard !shared.shouldStop.exchange(true, ordering: .acquiringAndReleasing) else { return }
        shared.wake()
        ended.wait()
    }

    /// What the server's thread and its owner share.
    final class Shared: Sendable {
        let inbox = Mutex<[OutgoingMessage]>([])
        let shouldStop = Atomic<Bool>(false)
        let clients = Atomic<Int>(0)
        let dismissed = Atomic<Int>(0)
        /// A pipe that a thread can wait for: its far end, and the near one.
        let bell: Int32
        private let hammer: Int32

        init() {
            var ends: [Int32] = [-1, -1]
            pipe(&ends)
            for end in ends {
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            }
            (bell, hammer) = (ends[0], ends[1])
        }

        deinit {
            close(bell)
            close(hammer)
        }

        /// A full pipe is as good as a ring.
        func wake() {
            var byte: UInt8 = 1
            _ = write(hammer, &byte, 1)
        }

        func quiet() {
            var bytes = [UInt8](repeating: 0, count: 512)
            while read(bell, &bytes, bytes.count) == bytes.count {}
        }
    }
}

/// The thread's own part.
private struct ServerLoop {
    let listening: Socket
    let greeting: [OutgoingMessage]
    let shared: OpenIGTLinkServer.Shared
    private var clients: [ServedClient] = []
    /// The last of each state that was told, the latest change last.
    private var states: [OutgoingMessage] = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(listening: Socket, greeting: [OutgoingMessage], shared: OpenIGTLinkServer.Shared) {
        (self.listening, self.greeting, self.shared) = (listening, greeting, shared)
    }

    mutating func run() {
        while !shared.shouldStop.load(ordering: .acquiring) {
            var requests = [
                pollfd(fd: shared.bell, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listening.handle, events: Int16(POLLIN), revents: 0),
            ]
            requests += clients.map {
                pollfd(fd: $0.socket.handle, events: Int16(POLLIN | ($0.wantsToSend ? POLLOUT : 0)), revents: 0)
            }
            poll(&requests, nfds_t(requests.count), 1000)
            takeInbox()
            serve(requests[2...].map { $0.revents != 0 && $0.revents != Int16(POLLOUT) })
            if requests[1].revents != 0 { accept() }
            shared.clients.store(clients.count, ordering: .relaxed)
        }
    }

    private mutating func takeInbox() {
        shared.quiet()
        let messages = shared.inbox.withLock { inbox in
            defer { inbox.removeAll(keepingCapacity: true) }
            return inbox
        }
        for message in messages {
            if message.isState { states = states.filter { $0.key != message.key } + [message] }
            for index in clients.indices { clients[index].add(message) }
        }
    }

    /// Reads from those that sent something, gives each what it takes, and lets go of those that have gone.
    private mutating func serve(_ hasInput: [Bool]) {
        let now = MonotonicClock.seconds
        for index in clients.indices {
            if hasInput[index] { clients[index].read(into: &buffer) { Self.answer(to: $0) } }
            clients[index].flush(now: now)
        }
        let before = clients.count
        clients.removeAll { $0.isGone }
        shared.dismissed.add(before - clients.count, ordering: .relaxed)
    }

    private static func answer(to message: IncomingMessage) -> OutgoingMessage? {
        guard message.header.type == "GET_STATUS" else { return nil }
        return .status(
            DeviceStatus(code: 1, name: "OK", message: ""), device: message.header.device,
            time: Date().timeIntervalSince1970)
    }

    private mutating func accept() {
        let handle = Glibc.accept(listening.handle, nil, nil)
        guard handle >= 0 else { return }
        let socket = Socket(handle)
        guard clients.count < OpenIGTLinkServer.mostClients else { return }
        var client = ServedClient(socket: socket, greeting: greeting + states, now: MonotonicClock.seconds)
        client.flush(now: MonotonicClock.seconds)
        clients.append(client)
    }
}
