/// A speed of the line, and the character by which `COMM` names it (API guide, COMM).
struct NDISpeed {
    let baud: Int
    let character: String

    /// The fastest first.
    static let all = [
        NDISpeed(baud: 1_228_739, character: "7"), NDISpeed(baud: 921_600, character: "6"),
        NDISpeed(baud: 230_400, character: "A"), NDISpeed(baud: 115_200, character: "5"),
        NDISpeed(baud: 57_600, character: "4"), NDISpeed(baud: 38_400, character: "3"),
        NDISpeed(baud: 19_200, character: "2"), NDISpeed(baud: 14_400, character: "1"),
    ]
    /// Eight bits, no parity, one stop bit, no handshake.
    var parameters: String { character + "0000" }
}

extension NDITracker {
    /// Resets the tracker, which brings it back to 9,600 baud whatever it was doing, and goes to the highest speed at or below
    /// `fastest` at which both ends understand one another.
    ///
    /// - Throws: `NDIError`.
    public mutating func connect(fastest: Int = 1_228_739) throws(NDIError) {
        try reset()
        for speed in NDISpeed.all where speed.baud <= fastest {
            // what this end cannot do must not be asked of the other
            guard line.setBaud(speed.baud), line.setBaud(9600) else {
                _ = line.setBaud(9600)
                continue
            }
            if try change(to: speed) { return }
        }
    }

    /// Whether both ends work at `speed`; where they do not, the tracker is reset.
    private mutating func change(to speed: NDISpeed) throws(NDIError) -> Bool {
        do throws(NDIError) { _ = try ask("COMM", speed.parameters) } catch {
            guard case .refused = error else { throw error }
            return false
        }
        // the maker asks for 100 ms before the next command
        line.pause(0.1)
        guard line.setBaud(speed.baud) else { throw .garbled(start: "\(speed.baud)") }
        baud = speed.baud
        line.pause(0.02)
        line.discardInput()
        do throws(NDIError) {
            _ = try ask("INIT", within: 5)
            return true
        } catch {
            if case .lost = error { throw error }
            try reset()
            return false
        }
    }

    /// A break resets a tracker at any speed; the command does so only at the speed at which it is.
    private mutating func reset() throws(NDIError) {
        _ = line.setBaud(9600)
        baud = 9600
        line.discardInput()
        pending = []
        if try line.sendBreak(), try isReset(within: 8) { return }
        // the first carriage return ends whatever lies half-sent at the tracker
        try line.send([NDIMessage.carriageReturn] + NDIMessage.command("RESET"))
        guard try isReset(within: 2) else { throw .silent(command: "RESET", seconds: 2) }
    }

    /// Waits for the word; what comes before it, at whatever speed it was sent, means nothing.
    private mutating func isReset(within seconds: Double) throws(NDIError) -> Bool {
        let word = NDIMessage.reply("RESET")
        let deadline = line.now + seconds
        while true {
            if let found = pending.firstRange(of: word) {
                skipped += found.lowerBound
                pending = []
                return true
            }
            guard line.now < deadline else { return false }
            pending = Array(pending.suffix(word.count))
            pending += try line.receive(within: deadline - line.now)
        }
    }
}
