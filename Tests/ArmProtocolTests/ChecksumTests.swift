import Testing

@testable import ArmProtocol

@Suite struct ChecksumTests {
    /// RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRC algorithms (CRC-32/ISCSI).
    static let published: [(bytes: [UInt8], checksum: UInt32)] = [
        (Array("123456789".utf8), 0xE306_9283),
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
        ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        (Array(0..<32), 0x46DD_794E),
        (Array((0..<32).reversed()), 0x113F_DB5C),
    ]

    @Test(arguments: published) func publishedValues(bytes: [UInt8], checksum: UInt32) {
        #expect(bytes.withUnsafeBytes { Checksum.of($0) } == checksum)
    }
}
