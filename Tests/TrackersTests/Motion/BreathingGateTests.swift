import Frames
import Glibc
import Testing

@testable import Trackers

/// A patient whose breaths have periods and depths of chance, with pauses at the end of breathing out, a drift, and a
/// tracker with noise. The curve of a breath is that of Lujan et al. 1999 (a cosine to the fourth power, widest at rest): nothing of it is
/// in the gate.
struct SimulatedBreathing {
    struct Breath {
        let start, period, depth, pause: Double
    }
    private(set) var breaths: [Breath] = []
    let direction = Vector3(0.36, 0.8, 0.48)
    var drift = Vector3.zero
    /// The patient is shoved at a time.
    var shove: (at: Double, by: Vector3)?

    init(seed: UInt64, seconds: Double, depth: Double = 8, irregularity: Double = 0.2, pauses: Double = 0.15) {
        var random = SeededGenerator(seed: seed)
        var t = 0.0
        while t < seconds {
            let period = 4 * max(0.5, 1 + irregularity * random.normal())
            let pause = random.uniform() < pauses ? 3 + 9 * random.uniform() : 0
            let depth = depth * max(0.3, 1 + irregularity * random.normal())
            breaths.append(Breath(start: t, period: period, depth: depth, pause: pause))
            t += period + pause
        }
    }

    private func breath(at t: Double) -> Breath? { breaths.last { $0.start <= t } }

    /// 0 at its peak, as a share of the breath without its pause; `nil` in a pause.
    func phase(at t: Double) -> Double? {
        guard let breath = breath(at: t) else { return nil }
        let share = (t - breath.start) / breath.period
        return share < 1 ? (share + 0.5).truncatingRemainder(dividingBy: 1) : nil
    }

    func place(at t: Double) -> Vector3 {
        var place = Vector3(-120, 60, -1800) + drift * t
        if let shove, t > shove.at { place += shove.by }
        guard let breath = breath(at: t), t < breath.start + breath.period else { return place }
        let wave = sin(.pi * (t - breath.start) / breath.period)
        return place + direction * (breath.depth * wave * wave * wave * wave)
    }

    static let rest = Vector3(-120, 60, -1800)
}

@Suite struct BreathingGateTests {
    /// The gate at every frame, asked for a moment that is `delay` after the newest sample.
    static func follow(
        _ patient: SimulatedBreathing, gate: inout BreathingGate, seed: UInt64, from start: Double = 0, to end: Double,
        delay: Double = 0.05, isHidden: (Double) -> Bool = { _ in false },
        each: (Double, BreathingGate.Reading) -> Void
    ) {
        var random = SeededGenerator(seed: seed &+ 77)
        for frame in Int(start * 60)..<Int(end * 60) {
            let t = Double(frame) / 60
            let seen = patient.place(at: t) + random.normal3() * (0.2 / 3.0.squareRoot())
            let hidden = isHidden(t) || random.uniform() < 0.03
            gate.take(hidden ? nil : seen, at: t)
            each(t + delay, gate.reading(at: t + delay))
        }
    }

    /// Irregular breaths with pauses: while the gate is open the place truly is within the limit, and it is open for most of
    /// the time in which it may be.
    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6]) func openMeansWithinTheLimit(_ seed: UInt64) {
        let patient = SimulatedBreathing(seed: seed, seconds: 200)
        var gate = BreathingGate(limit: 2)
        var (open, within, wrong, held, early, worst) = (0, 0, 0, 0, 0, 0.0)
        Self.follow(patient, gate: &gate, seed: seed, to: 200) { t, reading in
            guard t > 40 else { return }
            let off = length(patient.place(at: t) - SimulatedBreathing.rest)
            if off <= 2 { within += 1 }
            guard case .open(let holds) = reading.state else { return }
            open += 1
            if off > 2 { wrong += 1 }
            worst = max(worst, off)
            // for as long as was said it truly stayed
            held += 1
            let stays = stride(from: 0, through: holds, by: 0.02).allSatisfy {
                length(patient.place(at: t + $0) - SimulatedBreathing.rest) <= 2.2
            }
            if !stays { early += 1 }
        }
        #expect(Double(wrong) < 0.01 * Double(open) && worst < 2.5)
        #expect(Double(open) > 0.7 * Double(within))
        #expect(Double(early) < 0.02 * Double(held))
    }

    /// Nothing is said before three breaths, whatever the place is doing.
    @Test func notKnownUntilItKnows() {
        let patient = SimulatedBreathing(seed: 9, seconds: 60, irregularity: 0.05, pauses: 0)
        var gate = BreathingGate(limit: 2)
        var firstSaid: Double?
        Self.follow(patient, gate: &gate, seed: 9, to: 40) { t, reading in
            if case .unknown(let doubt) = reading.state {
                if t < 3 { #expect(doubt == .tooFewBreaths(seen: 0, needed: 3)) }
            } else {
                firstSaid = firstSaid ?? t
            }
        }
        #expect((firstSaid ?? 0) > 12 && (firstSaid ?? 99) < 25)
    }

    /// No breath is seen in noise, in a drift, or in one shove: it never says that it knows.
    @Test(arguments: [0, 1, 2]) func whatIsNoBreathingIsNotTakenForIt(_ kind: Int) {
        var patient = SimulatedBreathing(seed: 3, seconds: 0)
        if kind == 1 { patient.drift = Vector3(0.1, 0, 0) }
        if kind == 2 { patient.shove = (20, Vector3(5, 0, 0)) }
        var gate = BreathingGate(limit: 2)
        Self.follow(patient, gate: &gate, seed: UInt64(kind), to: 60) { _, reading in
            guard case .unknown = reading.state else {
                Issue.record("\(reading.state)")
                return
            }
        }
    }

    /// After the reference was hidden for two seconds one whole breath must be seen; while it is hidden nothing is said.
    @Test func afterAGapABreathMustBeSeen() {
        let patient = SimulatedBreathing(seed: 5, seconds: 80, irregularity: 0.1, pauses: 0)
        var gate = BreathingGate(limit: 2)
        var knownAgain: Double?
        Self.follow(patient, gate: &gate, seed: 5, to: 70, isHidden: { (40..<42).contains($0) }) { t, reading in
            let isKnown: Bool
            if case .unknown = reading.state { isKnown = false } else { isKnown = true }
            if t > 25, t < 40 { #expect(isKnown) }
            if t > 40.6, t < 42 { #expect(reading.state == .unknown(.notSeen)) }
            if t > 42, isKnown { knownAgain = knownAgain ?? t }
        }
        #expect((knownAgain ?? 0) > 44 && (knownAgain ?? 99) < 54)
    }

    /// The patient slips by 3 mm: never again within, and that it is the rest that moved is said after a few breaths.
    @Test func aRestThatMovedIsTold() {
        var patient = SimulatedBreathing(seed: 6, seconds: 120, irregularity: 0.1, pauses: 0.1)
        patient.shove = (60, Vector3(0, 0, 3))
        var gate = BreathingGate(limit: 2)
        var told: Double?
        Self.follow(patient, gate: &gate, seed: 6, to: 110) { t, reading in
            if t < 60, case .restMoved = reading.state { Issue.record("moved at \(t)") }
            if t > 60.2, case .open = reading.state { Issue.record("open at \(t)") }
            if t > 60, case .restMoved(let by) = reading.state {
                told = told ?? t
                if t > 85 { #expect(abs(by - 3) < 0.5) }
            }
        }
        #expect((told ?? 99) < 85)
    }

    /// Breathing that stays at neither end: it asks where the rest is. Told so, it works.
    @Test func aSinusoidHasNoRestOfItsOwn() {
        var (learning, told) = (BreathingGate(limit: 2), BreathingGate(limit: 2, rest: Vector3(0, -5, 0)))
        var (open, wrong, said) = (0, 0, 0)
        for frame in 0..<3600 {
            let t = Double(frame) / 60
            let place = { (t: Double) in Vector3(0, 5 * sin(2 * .pi * t / 4), 0) }
            learning.take(place(t), at: t)
            told.take(place(t), at: t)
            if t > 20, learning.reading(at: t + 0.05).state != .unknown(.noRest) { said += 1 }
            guard t > 25, case .open = told.reading(at: t + 0.05).state else { continue }
            open += 1
            if length(place(t + 0.05) - Vector3(0, -5, 0)) > 2 { wrong += 1 }
        }
        #expect(said == 0 && wrong == 0 && open > 300)
    }

    /// Phase and period against those by which the breaths were made.
    @Test(arguments: [0.05, 0.15]) func thePhaseIsFollowed(_ irregularity: Double) {
        let patient = SimulatedBreathing(seed: 11, seconds: 150, irregularity: irregularity, pauses: 0)
        var gate = BreathingGate(limit: 2)
        var (squares, count, opening, openings) = (0.0, 0, 0.0, 0)
        Self.follow(patient, gate: &gate, seed: 11, to: 140) { t, reading in
            guard t > 30, let phase = reading.phase, let truth = patient.phase(at: t) else { return }
            var off = phase - truth
            off -= off.rounded()
            squares += off * off
            count += 1
            #expect(abs((reading.period ?? 0) - 4) < 0.6)
            if case .closed(let opensIn?) = reading.state {
                let truly = stride(from: 0, to: 6, by: 0.02).first {
                    length(patient.place(at: t + $0) - SimulatedBreathing.rest) <= 2
                }
                opening += pow(opensIn - (truly ?? 6), 2)
                openings += 1
            }
        }
        let error = (squares / Double(count)).squareRoot()
        #expect(error < 0.04 + 0.8 * irregularity)
        #expect((opening / Double(openings)).squareRoot() < 0.25 + 4 * irregularity)
    }

    /// A patient who stops breathing for long stays where it rests: open, without a phase.
    @Test func aPauseHasNoPhase() {
        let patient = SimulatedBreathing(seed: 2, seconds: 200, pauses: 0.4)
        var gate = BreathingGate(limit: 2)
        var (pauses, told, open) = (0, 0, 0)
        Self.follow(patient, gate: &gate, seed: 2, to: 200) { t, reading in
            guard t > 60, patient.phase(at: t) == nil, patient.phase(at: t - 2.5) == nil else { return }
            pauses += 1
            if reading.phase == nil { told += 1 }
            if case .open = reading.state { open += 1 }
        }
        #expect(pauses > 500 && told > pauses * 8 / 10 && open > pauses * 9 / 10)
    }
}
