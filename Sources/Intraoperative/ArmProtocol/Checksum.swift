/// CRC-32C (Castagnoli): polynomial 0x1EDC6F41, reflected, initial value and final exclusive-or 0xFFFFFFFF.
///
/// Its check value, that of the nine bytes "123456789", is 0xE3069283 (RFC 3720, appendix B.4). It finds every error of
/// up to five bits in frames of the length used here (Koopman 2002).
public struct Checksum: Sendable {
    /// One step of eight bits for each byte; made on first use, so `HostEndpoint` and `ArmEndpoint` use it when made.
    static let table: InlineArray<256, UInt32> = {
        var table = InlineArray<256, UInt32>(repeating: 0)
        for index in 0..<256 {
            var remainder = UInt32(index)
            for _ in 0..<8 { remainder = (remainder >> 1) ^ (remainder & 1 == 1 ? 0x82F6_3B78 : 0) }
            table[index] = remainder
        }
        return table
    }()

    var remainder: UInt32 = 0xFFFF_FFFF

    public init() {}

    @inline(__always) mutating func add(_ byte: UInt8) {
        remainder = (remainder >> 8) ^ Self.table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)]
    }

    public var value: UInt32 { ~remainder }

    /// The checksum of `bytes`.
    public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var sum = Checksum()
        for byte in bytes { sum.add(byte) }
        return sum.value
    }
}
