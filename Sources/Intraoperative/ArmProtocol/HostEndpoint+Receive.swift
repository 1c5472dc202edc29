import ControlCore

extension HostEndpoint {
    /// Takes bytes that came at `now`, in any pieces. Look at `state` and `feedback` afterwards.
    public mutating func receive(_ bytes: UnsafeRawBufferPointer, now: Double) {
        var decoder = self.decoder
        decoder.receive(bytes) { content in take(content, now: now) }
        self.decoder = decoder
    }

    private mutating func take(_ content: UnsafeRawBufferPointer, now: Double) {
        var reader = ContentReader(content)
        let header = Header(from: &reader)
        switch MessageKind(rawValue: header.kind) {
        case .welcome: takeWelcome(header, &reader, now: now)
        case .refusal: takeRefusal(header, &reader)
        case .feedback: takeFeedback(header, &reader, now: now)
        default: counts.malformed += 1
        }
    }

    private mutating func takeWelcome(_ header: Header, _ reader: inout ContentReader, now: Double) {
        guard case .greeting = state else { return }
        guard header.version == WireUnits.version else {
            state = .failed(.version(ours: WireUnits.version, theirs: header.version...header.version))
            return
        }
        guard let (echo, arm) = ArmCapabilities.read(&reader), header.session != 0 else {
            state = .failed(.malformedWelcome)
            return
        }
        guard echo == nonce else {
            counts.foreign += 1
            return
        }
        if let expected = settings.expectedIdentity, expected != arm.identity {
            state = .failed(.otherArm(expected: expected, found: arm.identity))
            return
        }
        begin(header, arm, now: now)
    }

    private mutating func begin(_ header: Header, _ arm: ArmCapabilities, now: Double) {
        counts.accepted += 1
        counts.lost += tracker.lost
        counts.stale += tracker.stale
        tracker = SequenceTracker(after: header.sequence)
        alignment = ClockAlignment()
        session = header.session
        capabilities = arm
        lastSent = 0
        heard = now
        state = .connected
    }

    private mutating func takeRefusal(_ header: Header, _ reader: inout ContentReader) {
        guard let refusal = Refusal(&reader) else {
            counts.malformed += 1
            return
        }
        switch (state, RefusalReason(rawValue: refusal.reason)) {
        case (.greeting, .version) where refusal.nonce == nonce:
            let theirs = refusal.lowestVersion...refusal.highestVersion
            state = .failed(.version(ours: WireUnits.version, theirs: theirs))
        case (.connected, .unknownSession) where header.session == session: state = .failed(.sessionEnded)
        case (.greeting, nil) where refusal.nonce == nonce: state = .failed(.refused(reason: refusal.reason))
        default: counts.foreign += 1
        }
    }

    private mutating func takeFeedback(_ header: Header, _ reader: inout ContentReader, now: Double) {
        guard case .connected = state, header.session == session, let kinds = capabilities?.kinds else {
            counts.foreign += 1
            return
        }
        guard header.version == WireUnits.version, let report = ArmFeedback(&reader, kinds: kinds) else {
            counts.malformed += 1
            return
        }
        guard tracker.accept(header.sequence) else { return }
        guard let time = alignment.place(sent: report.armTime, arrival: now) else {
            counts.malformed += 1
            return
        }
        counts.accepted += 1
        heard = now
        measureRoundTrip(report.acknowledged, now: now)
        feedback = Timed(report, at: time)
    }

    /// Only the first report that acknowledges a command measures its way there and back.
    private mutating func measureRoundTrip(_ acknowledged: UInt32, now: Double) {
        let isNew = acknowledged != (feedback?.value.acknowledged ?? 0)
        let age = lastSent &- acknowledged
        guard isNew, acknowledged != 0, age < 256 else { return }
        roundTrip = now - sentTimes[Int(acknowledged & 255)]
    }
}
