import COpenIGTLink
import Frames
import Imaging
import Meshing

/// A message, packed and ready to be sent. Header version 1, which every receiver understands.
///
/// What lies in CT coordinates is sent in RAS, the world of 3D Slicer.
public struct OutgoingMessage: Sendable {
    public let bytes: [UInt8]
    /// Where a receiver lags, a later message of the same key takes the place of this one; `nil` must arrive.
    let key: String?
    /// Whether a receiver that comes later gets it too: a state, not an event.
    let isState: Bool

    /// The longest body that is sent.
    public static let mostBytes = 1 << 30

    /// - Parameter time: seconds since 1970; `nil` sends none.
    private init(
        type: String, device: String, time: Double?, body: [UInt8], isLatestOnly: Bool, isState: Bool = false
    ) {
        let checksum = body.withUnsafeBytes { stylet_igtl_checksum($0.bound, $0.count) }
        let header = MessageHeader(type: type, device: device, time: time, bodySize: body.count, checksum: checksum)
        bytes = header.bytes + body
        key = isLatestOnly ? "\(type) \(device)" : nil
        self.isState = isState
    }

    /// A pose, as it is: its frames are for the receiver to know.
    public static func transform<A: Frame, B: Frame>(
        _ X_AB: Pose<A, B>, device: String, time: Double?
    ) -> OutgoingMessage {
        let m = X_AB.rotation.matrix.columns, t = X_AB.translation
        let numbers = [m.0, m.1, m.2, t].flatMap { [Float($0.x), Float($0.y), Float($0.z)] }
        var body = [UInt8](repeating: 0, count: 48)
        _ = stylet_igtl_pack_transform(numbers, &body, body.count)
        return OutgoingMessage(type: "TRANSFORM", device: device, time: time, body: body, isLatestOnly: true)
    }

    /// A pose in CT coordinates, told in RAS.
    public static func transform<B: Frame>(_ X_CTB: Pose<CT, B>, device: String, time: Double?) -> OutgoingMessage {
        // RAS is LPS turned by half a circle about the long axis, so that this stays a rotation
        let X_RASCT = Pose<RAS, CT>(
            rotation: Rotation(Quaternion(WorldConvention.ras.toCT)), translation: .zero)
        return transform(X_RASCT * X_CTB, device: device, time: time)
    }

    /// How a device does; code 1 is well, 13 not ready (protocol, STATUS).
    public static func status(_ status: DeviceStatus, device: String, time: Double?) -> OutgoingMessage {
        let code = [UInt8(status.code >> 8), UInt8(status.code & 255)]
        let name = MessageHeader.field(status.name, 20).map { UInt8(bitPattern: $0) }
        let body = code + Array(repeating: 0, count: 8) + name + Array(status.message.utf8.prefix(1000)) + [0]
        return OutgoingMessage(
            type: "STATUS", device: device, time: time, body: body, isLatestOnly: true, isState: true)
    }

    /// Planned axes from entry to target.
    public static func trajectories(_ axes: [PlannedAxis], device: String, time: Double?) -> OutgoingMessage {
        let toRAS = WorldConvention.ras.toCT
        func list(_ p: Point<CT>) -> [Float] {
            let q = toRAS * p.coordinates
            return [Float(q.x), Float(q.y), Float(q.z)]
        }
        let body = axes.flatMap { axis -> [UInt8] in
            var element = [UInt8](repeating: 0, count: 150)
            _ = stylet_igtl_pack_trajectory(
                MessageHeader.field(axis.name, 64), MessageHeader.field("Trajectory", 32), [255, 215, 0, 255],
                list(axis.entry), list(axis.target), Float(axis.radius), &element, element.count)
            return element
        }
        return OutgoingMessage(type: "TRAJ", device: device, time: time, body: body, isLatestOnly: false)
    }

    /// A CT, with its voxels as they are.
    ///
    /// - Throws: `OpenIGTLinkError.tooLarge`.
    public static func image(
        _ volume: Volume<Int16>, device: String, time: Double?
    ) throws(OpenIGTLinkError) -> OutgoingMessage {
        let (g, count) = (volume.geometry, 72 + 2 * volume.voxels.count)
        guard count <= mostBytes else { throw .tooLarge(bytes: count, limit: mostBytes) }
        let toRAS = WorldConvention.ras.toCT
        let steps = toRAS * g.direction * Matrix3(diagonal: g.spacing)
        // the protocol's place of an image is its middle
        let last = Vector3(Double(g.size.x - 1), Double(g.size.y - 1), Double(g.size.z - 1))
        let middle = toRAS * g.origin.coordinates + steps * (last / 2)
        let columns = [steps.columns.0, steps.columns.1, steps.columns.2, middle]
        let matrix = columns.flatMap { [Float($0.x), Float($0.y), Float($0.z)] }
        var body = [UInt8](repeating: 0, count: count)
        let size = [UInt16(g.size.x), UInt16(g.size.y), UInt16(g.size.z)]
        _ = stylet_igtl_pack_image(4, size, matrix, &body, 72)
        volume.withVoxels { voxels in
            body.withUnsafeMutableBytes {
                UnsafeMutableRawBufferPointer(rebasing: $0[72...]).copyMemory(from: UnsafeRawBufferPointer(voxels))
            }
        }
        return OutgoingMessage(type: "IMAGE", device: device, time: time, body: body, isLatestOnly: false)
    }

    /// A surface.
    ///
    /// - Throws: `OpenIGTLinkError.tooLarge`.
    public static func mesh(
        _ mesh: TriangleMesh, device: String, time: Double?
    ) throws(OpenIGTLinkError) -> OutgoingMessage {
        let count = 40 + 12 * mesh.vertices.count + 16 * mesh.triangles.count
        guard count <= mostBytes else { throw .tooLarge(bytes: count, limit: mostBytes) }
        let toRAS = WorldConvention.ras.toCT
        var points = mesh.vertices.flatMap { p -> [Float] in
            let q = toRAS * p.coordinates
            return [Float(q.x), Float(q.y), Float(q.z)]
        }
        var corners = mesh.triangles.flatMap { t -> [UInt32] in [3, UInt32(t.x), UInt32(t.y), UInt32(t.z)] }
        var body = [UInt8](repeating: 0, count: count)
        _ = stylet_igtl_pack_triangles(
            &points, UInt32(mesh.vertices.count), &corners, UInt32(mesh.triangles.count), &body, count)
        return OutgoingMessage(type: "POLYDATA", device: device, time: time, body: body, isLatestOnly: false)
    }
}

/// A planned axis by its name.
public struct PlannedAxis: Equatable, Sendable {
    public let name: String
    public let entry: Point<CT>
    public let target: Point<CT>
    public let radius: Double

    public init(name: String, entry: Point<CT>, target: Point<CT>, radius: Double) {
        (self.name, self.entry, self.target, self.radius) = (name, entry, target, radius)
    }
}

/// The world of 3D Slicer: +X right, +Y anterior, +Z superior.
enum RAS: Frame { static let name = "ras" }
