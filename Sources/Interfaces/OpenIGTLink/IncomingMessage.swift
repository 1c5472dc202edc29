import COpenIGTLink
import Frames

/// The state that a device tells of itself.
public struct DeviceStatus: Equatable, Sendable {
    /// 1 is well; others are the protocol's table.
    public let code: UInt16
    public let name: String
    public let message: String

    public init(code: UInt16, name: String, message: String) {
        (self.code, self.name, self.message) = (code, name, message)
    }

    public var isWell: Bool { code == 1 }
}

/// A message from outside, checked.
public struct IncomingMessage: Equatable, Sendable {
    public enum Content: Equatable, Sendable {
        /// One pose (TRANSFORM, POSITION), or one of each instrument (TDATA); `nil` where the sender says that it has none.
        case poses([NamedPose])
        case status(DeviceStatus)
        /// A wish, such as `GET_STATUS`.
        case request
    }

    public struct NamedPose: Equatable, Sendable {
        public let name: String
        public let pose: Pose<Tracker, Marker>?
    }

    public let header: MessageHeader
    public let content: Content

    /// The longest body of each type that is read; other types are passed over unread.
    static let limits: [String: Int] = [
        "TRANSFORM": 1 << 16, "POSITION": 1 << 16, "TDATA": 1 << 18, "STATUS": 1 << 16, "GET_STATUS": 1 << 12,
    ]
    /// How far float numbers may stray from a rotation.
    static let tolerance = 1e-3

    /// `nil` where the body does not hold what the header says.
    init?(header: MessageHeader, body: UnsafeRawBufferPointer) {
        guard let parts = BodyParts(body, version: header.version) else { return nil }
        let content: Content?
        switch header.type {
        case "TRANSFORM", "POSITION":
            let pose = header.type == "TRANSFORM" ? Self.transform(parts.content) : Self.position(parts.content)
            content = pose.map { .poses([NamedPose(name: header.device, pose: parts.saysMissing ? nil : $0)]) }
        case "TDATA": content = Self.tracking(parts.content).map { .poses($0) }
        case "STATUS": content = Self.status(parts.content).map { .status($0) }
        default: content = .request
        }
        guard let content else { return nil }
        (self.header, self.content) = (header, content)
    }

    private static func transform(_ bytes: UnsafeRawBufferPointer) -> Pose<Tracker, Marker>? {
        var numbers = [Float](repeating: 0, count: 12)
        guard stylet_igtl_unpack_transform(bytes.bound, bytes.count, &numbers) == 0 else { return nil }
        return pose(numbers)
    }

    /// Three columns of the rotation, then the translation.
    private static func pose(_ n: [Float]) -> Pose<Tracker, Marker>? {
        let columns = stride(from: 0, to: 12, by: 3).map {
            Vector3(Double(n[$0]), Double(n[$0 + 1]), Double(n[$0 + 2]))
        }
        let matrix = Matrix3(columns: columns[0], columns[1], columns[2])
        guard columns[3].isFinite, length(columns[3]) < 1e5,
            let rotation = try? Rotation<Tracker, Marker>(checking: matrix, tolerance: tolerance)
        else { return nil }
        return Pose(rotation: rotation, translation: columns[3])
    }

    /// A position without an orientation is no pose, and none is made up for it.
    private static func position(_ bytes: UnsafeRawBufferPointer) -> Pose<Tracker, Marker>? {
        var place = [Float](repeating: 0, count: 3), q = [Float](repeating: 0, count: 4)
        guard bytes.count > 12, stylet_igtl_unpack_position(bytes.bound, bytes.count, &place, &q) == 0 else {
            return nil
        }
        var numbers = q.map { Double($0) }
        let vector = numbers[0] * numbers[0] + numbers[1] * numbers[1] + numbers[2] * numbers[2]
        // of the short form the fourth follows from the other three
        if bytes.count == 24 { numbers[3] = max(0, 1 - vector).squareRoot() }
        let p = Vector3(Double(place[0]), Double(place[1]), Double(place[2]))
        guard abs(vector + numbers[3] * numbers[3] - 1) < tolerance, p.isFinite, length(p) < 1e5,
            let unit = Quaternion(w: numbers[3], x: numbers[0], y: numbers[1], z: numbers[2])
        else { return nil }
        return Pose(rotation: Rotation(unit), translation: p)
    }

    private static func tracking(_ bytes: UnsafeRawBufferPointer) -> [NamedPose]? {
        guard bytes.count % 70 == 0 else { return nil }
        var poses: [NamedPose] = []
        for start in stride(from: 0, to: bytes.count, by: 70) {
            var name = [CChar](repeating: 0, count: 20), numbers = [Float](repeating: 0, count: 12)
            let element = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + 70)])
            guard stylet_igtl_unpack_tracking(element.bound, 70, &name, &numbers) == 0,
                let text = MessageHeader.text(name), let pose = pose(numbers)
            else { return nil }
            poses.append(NamedPose(name: text, pose: pose))
        }
        return poses
    }

    /// A code, a code of the device's own, 20 letters, and a sentence that ends with a zero.
    private static func status(_ bytes: UnsafeRawBufferPointer) -> DeviceStatus? {
        guard bytes.count >= 30 else { return nil }
        let name = MessageHeader.text(bytes[10..<30].map { CChar(bitPattern: $0) })
        let message = MessageHeader.text(bytes[30...].prefix(1000).map { CChar(bitPattern: $0) })
        guard let name, let message else { return nil }
        return DeviceStatus(code: UInt16(bytes[0]) << 8 | UInt16(bytes[1]), name: name, message: message)
    }
}

extension UnsafeRawBufferPointer {
    var bound: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
