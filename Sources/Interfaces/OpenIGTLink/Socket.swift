import Glibc

/// A TCP socket that never waits by itself and is closed with its last owner.
final class Socket: Sendable {
    let handle: Int32

    init(_ handle: Int32) {
        self.handle = handle
        var on: Int32 = 1
        // transforms are small and must not be held back to be sent together
        setsockopt(handle, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        _ = fcntl(handle, F_SETFL, fcntl(handle, F_GETFL) | O_NONBLOCK)
        _ = fcntl(handle, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(handle) }

    /// How many bytes came; 0 where none are there, -1 where the other side has gone.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = recv(handle, buffer.baseAddress, buffer.count, 0)
        if count > 0 { return count }
        return count < 0 && Self.isPassing(errno) ? 0 : -1
    }

    /// How many bytes were taken; 0 where the other side does not keep up, -1 where it has gone.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        let count = Glibc.send(handle, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        return count >= 0 ? count : Self.isPassing(errno) ? 0 : -1
    }

    static func isPassing(_ error: Int32) -> Bool { error == EAGAIN || error == EWOULDBLOCK || error == EINTR }

    /// Waits for one of `events`, at most so many seconds; whether it came.
    func wait(for events: Int32, seconds: Double) -> Bool {
        var request = pollfd(fd: handle, events: Int16(events), revents: 0)
        return poll(&request, 1, Int32(max(0, min(seconds * 1000, 1e6)).rounded(.up))) > 0
    }
}

extension Socket {
    /// Connects to the first of the host's addresses that takes it.
    static func connect(host: String, port: Int, seconds: Double) throws(OpenIGTLinkError) -> Socket {
        var last = OpenIGTLinkError.unknownHost(host: host)
        for address in addresses(host, port, passive: false) {
            do throws(OpenIGTLinkError) { return try connect(address, host, port, seconds) } catch { last = error }
        }
        throw last
    }

    private static func connect(
        _ address: SocketAddress, _ host: String, _ port: Int, _ seconds: Double
    ) throws(OpenIGTLinkError) -> Socket {
        let socket = Socket(Glibc.socket(address.family, Int32(SOCK_STREAM.rawValue), 0))
        guard address.with({ Glibc.connect(socket.handle, $0, $1) }) != 0 else { return socket }
        guard errno == EINPROGRESS else { throw .unreachable(host: host, port: port, errno: errno) }
        guard socket.wait(for: POLLOUT, seconds: seconds) else {
            throw .noAnswer(host: host, port: port, seconds: seconds)
        }
        var (error, size): (Int32, socklen_t) = (0, socklen_t(MemoryLayout<Int32>.size))
        getsockopt(socket.handle, SOL_SOCKET, SO_ERROR, &error, &size)
        guard error == 0 else { throw .unreachable(host: host, port: port, errno: error) }
        return socket
    }

    /// Listens at an address; port 0 takes any that is free. The socket, and its port.
    static func listen(address: String, port: Int) throws(OpenIGTLinkError) -> (Socket, Int) {
        guard let place = addresses(address, port, passive: true).first else { throw .unknownHost(host: address) }
        let socket = Socket(Glibc.socket(place.family, Int32(SOCK_STREAM.rawValue), 0))
        var on: Int32 = 1
        setsockopt(socket.handle, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard place.with({ bind(socket.handle, $0, $1) }) == 0, Glibc.listen(socket.handle, 16) == 0 else {
            throw .cannotListen(address: address, port: port, errno: errno)
        }
        return (socket, SocketAddress.port(of: socket.handle) ?? port)
    }

    private static func addresses(_ host: String, _ port: Int, passive: Bool) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = passive ? AI_PASSIVE : 0
        var list: UnsafeMutablePointer<addrinfo>?
        guard (0...65535).contains(port), !host.utf8.contains(0), getaddrinfo(host, "\(port)", &hints, &list) == 0
        else { return [] }
        defer { freeaddrinfo(list) }
        return sequence(first: list, next: { $0?.pointee.ai_next }).prefix { $0 != nil }.compactMap {
            $0.flatMap { SocketAddress($0.pointee) }
        }
    }
}

/// An address as the system's calls want it.
struct SocketAddress {
    let family: Int32
    private var storage = sockaddr_storage()
    private let count: socklen_t

    init?(_ info: addrinfo) {
        guard let address = info.ai_addr, Int(info.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size else {
            return nil
        }
        (family, count) = (info.ai_family, info.ai_addrlen)
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen)))
        }
    }

    func with<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, count) }
        }
    }

    /// The port at which a socket listens.
    static func port(of handle: Int32) -> Int? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(handle, $0, &size) }
        }
        guard status == 0 else { return nil }
        // both families hold the port behind the family, the highest byte first
        return withUnsafeBytes(of: storage) { Int($0[2]) << 8 | Int($0[3]) }
    }
}
