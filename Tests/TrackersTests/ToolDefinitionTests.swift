import Foundation
import Frames
import TestSupport
import Testing

@testable import Trackers

@Suite struct ToolDefinitionTests {
    static let markers = [Point<Marker>(0, 0, 0), Point(0, 28.59, 41.02), Point(0, 0, 88), Point(0, -44.32, 40.45)]

    @Test func whatWasMadeIsRead() throws {
        let made = try #require(ToolDefinition.made(name: "8700339", markers: Self.markers))
        let file = try temporaryFolder().appendingPathComponent("tool.rom")
        try Data(made.bytes).write(to: file)
        let read = try ToolDefinition.read(file.path)
        #expect(read == made && read.name == "8700339" && read.bytes.count == 752)
        for (a, b) in zip(read.markers, Self.markers) { #expect((a - b).length < 1e-4) }
    }

    @Test func whatIsNoToolIsTyped() throws {
        let good = try #require(ToolDefinition.made(name: "8700339", markers: Self.markers)).bytes
        func problem(_ change: (inout [UInt8]) -> Void) -> ToolDefinitionProblem? {
            var bytes = good
            change(&bytes)
            do { _ = try ToolDefinition(bytes, file: "a.rom") } catch {
                if case .toolDefinition(file: "a.rom", let problem) = error { return problem }
            }
            return nil
        }
        #expect(problem { $0 = [] } == .size(bytes: 0))
        #expect(problem { $0 += $0 } == .size(bytes: 1504))
        #expect(problem { $0[0] = 0 } == .notATool)
        let sum = UInt16(good[4]) | UInt16(good[5]) << 8
        #expect(problem { $0[700] = 9 } == .checksum(says: sum, is: sum + 9))
        func fixed(_ bytes: inout [UInt8]) {
            let sum = bytes[6...].reduce(UInt16(0)) { $0 &+ UInt16($1) }
            (bytes[4], bytes[5]) = (UInt8(sum & 255), UInt8(sum >> 8))
        }
        #expect(
            problem {
                $0[28] = 21; fixed(&$0)
            } == .markerCount(21))
        #expect(
            problem {
                $0.replaceSubrange(84..<88, with: [0, 0, 0xC0, 0x7F]); fixed(&$0)
            } == .marker(2))
        #expect(throws: TrackersError.self) { try ToolDefinition.read("/dev/zero") }
        #expect(throws: TrackersError.self) { try ToolDefinition.read("nowhere.rom") }
    }

    @Test func damagedFilesAreToldApart() throws {
        let good = try #require(ToolDefinition.made(name: "8700339", markers: Self.markers)).bytes
        // the sum is made right again, or it would hide what lies behind it
        let outcome = fuzz(good) { bytes in
            var bytes = bytes
            if bytes.count > 6 {
                let sum = bytes[6...].reduce(UInt16(0)) { $0 &+ UInt16($1) }
                (bytes[4], bytes[5]) = (UInt8(sum & 255), UInt8(sum >> 8))
            }
            return (try? ToolDefinition(bytes, file: "a")) != nil
        }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }
}
