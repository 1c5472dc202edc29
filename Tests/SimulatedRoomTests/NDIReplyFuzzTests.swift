import Frames
import SimulatedRoom
import TestSupport
import Testing

@testable import Trackers

/// Damaged replies whose checksums are right again, so that what lies behind them is reached.
@Suite struct NDIReplyFuzzTests {
    /// What a tracker with two tools answers.
    static func reply(_ command: String) throws -> [UInt8] {
        var tracker = SimulatedNDITrackerTests.tracker()
        var sent: [(String, String)] = [("INIT", "")]
        for (index, tool) in SimulatedNDITrackerTests.tools.enumerated() {
            sent.append(("PHRQ", "*********1****"))
            for part in NDIMessage.definitionParts(tool.bytes) {
                sent.append(("PVWR", "0\(index + 1)" + part.address + part.text))
            }
            sent += [("PINIT", "0\(index + 1)"), ("PENA", "0\(index + 1)D")]
        }
        sent.append(("TSTART", "80"))
        for (name, parameters) in sent { _ = tracker.answer(NDIMessage.command(name, parameters), at: 0) }
        return tracker.answer(NDIMessage.command(command, command == "BX" ? "0803" : "0801"), at: 1)
    }

    @Test func binary() throws {
        let whole = try Self.reply("BX")
        #expect(try NDIFrame(binary: whole, options: .all).readings.count == 2)
        let outcome = fuzz(Array(whole[6..<(whole.count - 2)])) { body in
            guard body.count <= 4096 else { return false }
            func little(_ value: UInt16) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
            let head = little(0xA5C4) + little(UInt16(body.count))
            let bytes = head + little(NDIMessage.checksum(head)) + body + little(NDIMessage.checksum(body))
            let frame = try? NDIFrame(binary: bytes, options: .all)
            for case .seen(let pose) in frame?.readings.map(\.sight) ?? [] {
                #expect(pose.isFinite && length(pose.translation) < 2e5)
            }
            return frame != nil
        }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }

    @Test func text() throws {
        let whole = try Self.reply("TX")
        let text = try NDIMessage.text(of: Array(whole.dropLast()))
        #expect(try NDIFrame(text: text).readings.count == 2)
        let outcome = fuzz(Array(text.utf8)) { (try? NDIFrame(text: String(decoding: $0, as: UTF8.self))) != nil }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }
}
