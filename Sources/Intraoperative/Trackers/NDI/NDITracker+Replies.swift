extension NDITracker {
    /// Sends a command and gives the text of its reply.
    mutating func ask(
        _ command: String, _ parameters: String = "", within seconds: Double? = nil
    ) throws(NDIError) -> String {
        pending = []
        let asked = line.now
        try line.send(NDIMessage.command(command, parameters))
        let text = try text(of: command, since: asked, within: seconds ?? patience)
        if let number = NDIMessage.error(in: text) { throw .refused(command: command, number: number) }
        return text
    }

    private mutating func text(of command: String, since asked: Double, within seconds: Double) throws(NDIError)
        -> String
    {
        while true {
            if let end = pending.firstIndex(of: NDIMessage.carriageReturn) {
                let text = try NDIMessage.text(of: Array(pending[..<end]))
                pending.removeSubrange(...end)
                return text
            }
            guard pending.count < NDIMessage.longest else { throw .garbled(start: NDIMessage.start(of: pending)) }
            try fill(command, since: asked, within: seconds)
        }
    }

    mutating func frame(_ options: NDIFrame.Options) throws(NDIError) -> NDISample {
        pending = []
        line.discardInput()
        let asked = line.now
        try line.send(NDIMessage.command("BX", options.text))
        while true {
            if let found = try frameInPending(options) {
                let arrival = line.now
                let way = line.seconds(for: found.bytes, at: baud)
                return NDISample(frame: found.frame, time: arrival - way - latency, arrival: arrival)
            }
            try fill("BX", since: asked, within: patience)
        }
    }

    /// The frame that has come, once it is whole. Bytes before its beginning are what was left of something else.
    private mutating func frameInPending(_ options: NDIFrame.Options) throws(NDIError)
        -> (frame: NDIFrame, bytes: Int)?
    {
        while pending.count >= 6 {
            if let length = try? NDIFrame.length(ofBinary: pending) {
                guard pending.count >= length else { return nil }
                return (try NDIFrame(binary: Array(pending[..<length]), options: options), length)
            }
            if pending.starts(with: Array("ERROR".utf8)) {
                guard let end = pending.firstIndex(of: NDIMessage.carriageReturn) else {
                    guard pending.count < 16 else { throw .garbled(start: NDIMessage.start(of: pending)) }
                    return nil
                }
                let text = try NDIMessage.text(of: Array(pending[..<end]))
                throw .refused(command: "BX", number: NDIMessage.error(in: text) ?? 0)
            }
            pending.removeFirst()
            skipped += 1
        }
        return nil
    }

    private mutating func fill(_ command: String, since asked: Double, within seconds: Double) throws(NDIError) {
        let left = asked + seconds - line.now
        guard left > 0 else { throw .silent(command: command, seconds: seconds) }
        pending += try line.receive(within: left)
    }
}
