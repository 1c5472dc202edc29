import Frames
import TestSupport
import Testing

@testable import OpenIGTLink

@Suite struct MessageReaderTests {
    static func read(_ bytes: [UInt8], pieces: Int = .max) throws -> (
        messages: [IncomingMessage], reader: MessageReader
    ) {
        var reader = MessageReader()
        var messages: [IncomingMessage] = []
        for start in stride(from: 0, to: bytes.count, by: min(pieces, bytes.count)) {
            let piece = Array(bytes[start..<min(start + min(pieces, bytes.count), bytes.count)])
            piece.withUnsafeBytes { reader.append($0) }
            while let message = try reader.next() { messages.append(message) }
        }
        return (messages, reader)
    }

    static func pose(_ message: IncomingMessage?) -> Pose<Tracker, Marker>? {
        guard case .poses(let poses) = message?.content, poses.count == 1 else { return nil }
        return poses[0].pose
    }

    @Test(arguments: [PackedByPyigtl.transform, PackedByPyigtl.withMetadata], [1, 7, 1000])
    func anotherProgramsTransformIsRead(_ bytes: [UInt8], pieces: Int) throws {
        let (messages, reader) = try Self.read(bytes + bytes, pieces: pieces)
        #expect(messages.count == 2 && reader.damaged == 0)
        #expect(messages[0].header.device == "Probe" && messages[0].header.time == 1_700_000_000.5)
        let pose = try #require(Self.pose(messages[1]))
        #expect(pose.translation == Vector3(10.5, -20.25, 300.125))
        #expect(length(pose.rotation.matrix * Vector3(1, 0, 0) - Vector3(0, 1, 0)) < 1e-7)
    }

    @Test func aPoseThatTheSenderDidNotSeeIsMissing() throws {
        let (messages, _) = try Self.read(PackedByPyigtl.missing)
        #expect(messages.count == 1 && Self.pose(messages.first) == nil)
    }

    @Test func damageIsLeftOutAndTheNextIsRead() throws {
        var bytes = PackedByPyigtl.transform
        bytes[80] ^= 1
        let (messages, reader) = try Self.read(bytes + PackedByPyigtl.transform)
        #expect(messages.count == 1 && reader.damaged == 1)
    }

    @Test func whatIsNotReadIsPassedOver() throws {
        let (messages, reader) = try Self.read(
            PackedByPyigtl.image + PackedByPyigtl.mesh + PackedByPyigtl.transform, pieces: 13)
        #expect(messages.count == 1 && reader.ignored == 2)
    }

    @Test func noRotationIsNoPose() throws {
        var scaled = Array(PackedByPyigtl.transform[58...])
        scaled[4] = 0x40
        let (messages, reader) = try Self.read(Self.message("TRANSFORM", scaled))
        #expect(messages.isEmpty && reader.damaged == 1)
        let notANumber = Self.message("TRANSFORM", Array(repeating: 0xFF, count: 48))
        #expect(try Self.read(notANumber).reader.damaged == 1)
    }

    @Test func lengthsThatCannotBeAreGarbage() {
        var long = PackedByPyigtl.transform
        long[42] = 0x7F
        #expect(throws: OpenIGTLinkError.self) { try Self.read(long) }
        #expect(throws: OpenIGTLinkError.self) {
            try Self.read(Array("GET / HTTP/1.1\r\nHost: localhost:18944\r\nUser-Agent: x\r\n\r\n........".utf8))
        }
    }

    /// TDATA of two instruments, POSITION in its three lengths, and STATUS, by the protocol's own tables.
    @Test func trackingDataPositionAndStatus() throws {
        func float(_ values: [Float]) -> [UInt8] {
            values.flatMap { value in (0..<4).map { UInt8(value.bitPattern >> UInt32(24 - 8 * $0) & 255) } }
        }
        func name(_ text: String) -> [UInt8] { Array(text.utf8) + Array(repeating: 0, count: 20 - text.utf8.count) }
        let numbers: [Float] = [1, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6, 7]
        let tracking = ["Pointer", "Reference"].flatMap { text -> [UInt8] in name(text) + [2, 0] + float(numbers) }
        let (found, _) = try Self.read(Self.message("TDATA", tracking))
        guard case .poses(let poses) = try #require(found.first).content else { throw OpenIGTLinkError.lost }
        #expect(poses.map(\.name) == ["Pointer", "Reference"])
        #expect(poses[1].pose?.translation == Vector3(5, 6, 7))
        let half = Float(0.5).squareRoot()
        for quaternion in [[0, 0, half, half], [0, 0, half]] {
            let (found, _) = try Self.read(Self.message("POSITION", float([1, 2, 3] + quaternion)))
            let pose = try #require(Self.pose(found.first))
            #expect(length(pose.rotation.matrix * Vector3(1, 0, 0) - Vector3(0, 1, 0)) < 1e-6)
            #expect(pose.translation == Vector3(1, 2, 3))
        }
        // without an orientation it is no pose, and none is made up
        #expect(try Self.read(Self.message("POSITION", float([1, 2, 3]))).reader.damaged == 1)
        let status =
            [0, 13] + Array(repeating: 0, count: 8) + name("NotReady") + Array("Camera is warming up".utf8) + [0]
        let (told, _) = try Self.read(Self.message("STATUS", status))
        let expected = DeviceStatus(code: 13, name: "NotReady", message: "Camera is warming up")
        #expect(told.first?.content == .status(expected) && !expected.isWell)
    }

    static func message(_ type: String, _ body: [UInt8]) -> [UInt8] {
        var header = MessageHeader(type: type, device: "D", time: nil, bodySize: body.count, checksum: 0)
        header.checksum = crc64(body)
        return header.bytes + body
    }

    /// ECMA-182 bit by bit, as the protocol's page has its polynomial.
    static func crc64(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(UInt64(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt64(byte) << 56) { crc, _ in
                crc >> 63 == 1 ? crc << 1 ^ 0x42F0_E1EB_A9EA_3693 : crc << 1
            }
        }
    }

    @Test func damagedStreams() throws {
        let whole =
            PackedByPyigtl.transform + PackedByPyigtl.withMetadata + PackedByPyigtl.image + PackedByPyigtl.missing
        let outcome = fuzz(whole) { bytes in
            guard !bytes.isEmpty else { return false }
            return (try? Self.read(bytes, pieces: 64))?.messages.count == 3
        }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }

    /// The same with checksums made right again, so that the bodies are reached.
    @Test func damagedBodies() throws {
        for (index, whole) in [PackedByPyigtl.transform, PackedByPyigtl.withMetadata].enumerated() {
            let outcome = try fuzz(Array(whole[58...])) { body in
                var header = MessageHeader(
                    version: UInt16(index + 1), type: "TRANSFORM", device: "D", time: nil, bodySize: body.count,
                    checksum: 0)
                header.checksum = Self.crc64(body)
                guard body.count < 1 << 15 else { return false }
                return try Self.read(header.bytes + body).messages.count == 1
            }
            #expect(outcome.tried > 0 && outcome.slowest < 5, "\(outcome)")
        }
    }
}
