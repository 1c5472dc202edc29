import COpenIGTLink

/// The 58 bytes before each message.
///
/// Source: OpenIGTLink protocol, versions 1 to 3 (openigtlink.org). Version 1 of the header is that of protocols 1 and 2;
/// later ones have an extended header and metadata in the body.
public struct MessageHeader: Equatable, Sendable {
    public static let size = 58
    /// The largest body that is believed: more than any image, far less than a broken length.
    static let mostBytes = 1 << 31

    public var version: UInt16
    /// `TRANSFORM`, `IMAGE`, …
    public var type: String
    public var device: String
    /// Seconds of the sender's clock; `nil` where it sent none.
    public var time: Double?
    public var bodySize: Int
    public var checksum: UInt64

    /// Reads 58 bytes from outside.
    ///
    /// - Throws: `OpenIGTLinkError.garbled`.
    public init(_ bytes: [UInt8]) throws(OpenIGTLinkError) {
        var packed = stylet_igtl_header()
        var type = [CChar](repeating: 0, count: 12), device = [CChar](repeating: 0, count: 20)
        let status = stylet_igtl_unpack_header(bytes, bytes.count, &packed, &type, &device)
        guard status == 0, (1...3).contains(packed.version), packed.body_size <= UInt64(Self.mostBytes),
            let type = Self.text(type), !type.isEmpty, let device = Self.text(device)
        else { throw .garbled(start: Self.start(of: bytes)) }
        (version, self.type, self.device) = (packed.version, type, device)
        (bodySize, checksum) = (Int(packed.body_size), packed.checksum)
        time = packed.timestamp == 0 ? nil : Double(packed.timestamp) / 4_294_967_296
    }

    public init(version: UInt16 = 1, type: String, device: String, time: Double?, bodySize: Int, checksum: UInt64) {
        (self.version, self.type, self.device) = (version, type, device)
        (self.time, self.bodySize, self.checksum) = (time, bodySize, checksum)
    }

    public var bytes: [UInt8] {
        let stamp = time.map { UInt64(max(0, min($0, 4e9)) * 4_294_967_296) } ?? 0
        var packed = stylet_igtl_header(
            version: version, timestamp: stamp, body_size: UInt64(bodySize), checksum: checksum)
        var bytes = [UInt8](repeating: 0, count: Self.size)
        let (type, device) = (Self.field(self.type, 12), Self.field(self.device, 20))
        _ = stylet_igtl_pack_header(&packed, type, device, &bytes, bytes.count)
        return bytes
    }

    /// The text up to the first zero; `nil` where it holds what no name holds.
    static func text(_ field: [CChar]) -> String? {
        let bytes = field.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        guard bytes.allSatisfy({ $0 >= 32 && $0 != 127 }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A field of a fixed length, filled up with zeros; whole characters only.
    static func field(_ text: String, _ count: Int) -> [CChar] {
        var bytes: [UInt8] = []
        for character in text {
            guard bytes.count + character.utf8.count <= count else { break }
            bytes += Array(character.utf8)
        }
        return (bytes + Array(repeating: 0, count: count - bytes.count)).map { CChar(bitPattern: $0) }
    }

    static func start(of bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.prefix(24).map { (32..<127).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
