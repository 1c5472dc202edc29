import Foundation
import Testing

@testable import SerialPorts

@Suite struct SerialPortTests {
    @Test func whatIsNoPortIsTyped() throws {
        #expect(throws: SerialPortError.notASerialPort(path: "/dev/null")) {
            try SerialPort.open("/dev/null", baud: 9600)
        }
        #expect(throws: SerialPortError.notASerialPort(path: "/tmp")) { try SerialPort.open("/tmp", baud: 9600) }
        for path in ["/dev/ttyNOT_THERE", "", "/dev/tty\0x"] {
            do {
                _ = try SerialPort.open(path, baud: 9600)
                Issue.record("opened \(path)")
            } catch { #expect(error == .doesNotExist(path: path, available: SerialPort.available())) }
        }
    }

    @Test(arguments: [9600, 1_000_000, 1_234_567]) func bytesPassUnchangedBothWays(baud: Int) throws {
        let pair = try TerminalPair()
        let port = try SerialPort.open(pair.path, baud: baud)
        let all = (0..<512).map { UInt8(truncatingIfNeeded: $0) }
        #expect(all.withUnsafeBytes { port.write($0) } == 512)
        #expect(pair.read(512) == all)
        pair.write(all)
        var got: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 100)
        while got.count < 512, port.waitForInput(seconds: 2) {
            let count = buffer.withUnsafeMutableBytes { port.read(into: $0) }
            got += buffer[..<count]
        }
        #expect(got == all)
        #expect(buffer.withUnsafeMutableBytes { port.read(into: $0) } == 0)
        #expect(!port.isLost)
    }

    @Test func aPortIsForOneProgram() throws {
        let pair = try TerminalPair()
        var first: SerialPort? = try SerialPort.open(pair.path, baud: 9600)
        #expect(throws: SerialPortError.busy(path: pair.path)) { try SerialPort.open(pair.path, baud: 9600) }
        #expect(first?.isLost == false)
        first = nil
        _ = try SerialPort.open(pair.path, baud: 9600)
    }

    @Test func aLineThatNobodyReadsTakesNoMoreAndDoesNotWait() throws {
        let pair = try TerminalPair()
        let port = try SerialPort.open(pair.path, baud: 9600)
        let block = [UInt8](repeating: 7, count: 4096)
        var last = 1
        for _ in 0..<1000 where last > 0 { last = block.withUnsafeBytes { port.write($0) } }
        #expect(last == 0 && !port.isLost)
    }

    @Test func theOtherSidesEndIsALoss() throws {
        var pair: TerminalPair? = try TerminalPair()
        let port = try SerialPort.open(try #require(pair).path, baud: 9600)
        pair = nil
        var buffer = [UInt8](repeating: 0, count: 10)
        #expect(buffer.withUnsafeMutableBytes { port.read(into: $0) } == 0)
        #expect(port.isLost)
    }
}

/// A pseudo-terminal whose near end the test holds.
final class TerminalPair {
    let path: String
    private var near: Int32 = -1

    init() throws {
        var far: Int32 = -1
        var name = [CChar](repeating: 0, count: 128)
        try #require(openpty(&near, &far, &name, nil, nil) == 0)
        path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        close(far)
    }

    deinit { close(near) }

    func write(_ bytes: [UInt8]) { _ = Foundation.write(near, bytes, bytes.count) }

    func read(_ count: Int) -> [UInt8] {
        var got: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: count)
        while got.count < count {
            let n = Foundation.read(near, &buffer, count - got.count)
            guard n > 0 else { break }
            got += buffer[..<n]
        }
        return got
    }
}
