import Foundation
import Frames
import Planning
import Testing
import Trackers

@testable import Navigation

@Suite struct NavigationModelTests {
    typealias Fixture = NavigationFixture

    @Test func distanceDepthAndAngleAreThoseOfTheTruth() throws {
        var model = try Fixture.model()
        var random = SeededGenerator(seed: 4)
        for step in 0..<500 {
            // known by construction: so deep, so far beside, so much aslant
            let depth = -20 + 80 * random.uniform(), beside = 10 * random.uniform(), turn = 6.28 * random.uniform()
            let slant = 0.5 * random.uniform(), way = 6.28 * random.uniform()
            let tip = Point<CT>(beside * cos(turn), -depth, beside * sin(turn))
            let axis = try #require(
                Direction<CT>(Vector3(sin(slant) * cos(way), -cos(slant), sin(slant) * sin(way))))
            model.take([Fixture.tool(tip: tip, along: axis, time: Double(step))])
            guard case .live(let guidance, _, let age) = model.sight(at: Double(step) + 0.02) else {
                throw FramesError.notFinite
            }
            #expect(abs(guidance.depth - depth) < 1e-9 && abs(guidance.distance - beside) < 1e-9)
            #expect(abs(guidance.angle - slant) < 1e-9 && abs(guidance.remaining - (40 - depth)) < 1e-9)
            #expect(length(guidance.tip.coordinates - tip.coordinates) < 1e-9 && abs(age - 0.02) < 1e-9)
        }
    }

    /// The standard deviations against 20,000 tips that err by what was said.
    @Test func theErrorsAreThoseOfAMonteCarlo() throws {
        let errors = GuidanceErrors(registration: 0.3, tracker: 0.2, tip: 0.1, length: 40)
        var random = SeededGenerator(seed: 6)
        var (across, along) = (0.0, 0.0)
        let count = 20_000
        for _ in 0..<count {
            let sum = [0.3, 0.2, 0.1].reduce(Vector3.zero) { $0 + random.normal3() * ($1 / 3.0.squareRoot()) }
            let guidance = try #require(
                Guidance(tip: Point(sum.x, -10 + sum.y, sum.z), axis: .z, item: Fixture.item))
            across += guidance.distance * guidance.distance
            along += (guidance.depth - 10) * (guidance.depth - 10)
        }
        let (wide, deep) = (try #require(errors.distance), try #require(errors.depth))
        #expect(abs((across / Double(count)).squareRoot() - wide) < 0.02 * wide)
        #expect(abs((along / Double(count)).squareRoot() - deep) < 0.02 * deep)
        #expect(GuidanceErrors(registration: nil, tracker: 0.2, tip: 0.1, length: 40).distance == nil)
    }

    @Test func aPoseIsLiveOnlyAsLongAsItIs() throws {
        var model = try Fixture.model()
        #expect(model.sight(at: 0) == .waiting)
        model.take([Fixture.tool(tip: Point(0, 0, 0), along: .y, time: 1)])
        guard case .live = model.sight(at: 1.15) else { throw FramesError.notFinite }
        #expect(model.sight(at: 1.5) == .stale(age: 0.5))
        model.take([Fixture.missing(at: 2)])
        #expect(model.sight(at: 2.1) == .toolHidden(age: 2.1 - 1))
        model.take([Fixture.tool(tip: Point(0, 0, 0), along: .y, time: 3)])
        guard case .live = model.sight(at: 3) else { throw FramesError.notFinite }
        var outside = Fixture.tool(tip: Point(0, 0, 0), along: .y, time: 4)
        outside.isOutOfVolume = true
        model.take([outside])
        #expect(model.sight(at: 4) == .outOfVolume)
    }

    /// The patient moves with the reference, and the tool with the patient: nothing changes on the screen.
    @Test func theReferenceCarriesTheImage() throws {
        let X_ReferenceCT = Pose<Reference, CT>(
            rotation: Rotation(rotationVector: Vector3(-0.1, 0.2, 0.1)), translation: Vector3(5, 6, 7))
        var model = try Fixture.model { $0.place = .onReference(name: "patient", X_ReferenceCT) }
        model.settings.tool = "pointer"
        var random = SeededGenerator(seed: 8)
        for step in 0..<50 {
            let moved = Pose<Tracker, Tracker>(
                rotation: Rotation(rotationVector: random.normal3() * 0.1), translation: random.normal3() * 20)
            let reference = moved * Fixture.X_TrackerCT * X_ReferenceCT.inverse
            var tool = Fixture.tool(tip: Point(1, -10, 0), along: -.y, time: Double(step))
            tool.sample.pose = tool.sample.pose.map { moved * $0 }
            let body = TrackedBody(
                name: "patient",
                sample: TrackerSample(
                    pose: Pose(rotation: Rotation(reference.rotation.quaternion), translation: reference.translation),
                    time: Double(step) + 0.005, errorRMS: 0.1))
            model.take([tool, body])
            guard case .live(let guidance, _, _) = model.sight(at: Double(step)) else { throw FramesError.notFinite }
            #expect(abs(guidance.distance - 1) < 1e-6 && abs(guidance.depth - 10) < 1e-6 && guidance.angle < 1e-6)
            // of another moment it says nothing of where the patient is
            model.take([Fixture.missing("patient", at: Double(step) + 0.01)])
            #expect(model.sight(at: Double(step) + 0.01) == .referenceHidden)
        }
    }

    /// A tool that moves at 60 mm/s is shown where it is when it is drawn, within what the numbers say of themselves; without a
    /// prediction it is shown where it was.
    @Test func aToolThatMovesIsShownWhereItIs() throws {
        var (late, ahead) = (try Fixture.model(), try Fixture.model { $0.predictedDelay = 0.05 })
        var random = SeededGenerator(seed: 12)
        let truth = { (t: Double) in Point<CT>(60 * (t - 1), -10, 3 * sin(5 * t)) }
        var (lateSquares, squares, stated, count) = (0.0, 0.0, 0.0, 0.0)
        for frame in 0..<120 {
            let t = Double(frame) / 60
            let noise = random.normal3() * (0.1 / 3.0.squareRoot())
            let body = Fixture.tool(tip: truth(t) + Displacement(noise), along: -.y, time: t)
            late.take([body])
            ahead.take([body])
            let now = t + 0.05
            guard case .live(let was, _, _) = late.sight(at: now),
                case .live(let is_, let errors, _) = ahead.sight(at: now)
            else { throw FramesError.notFinite }
            // until it is known how it moves nothing is said of how sure the numbers are
            if frame < 12 { #expect(errors.distance == nil) }
            guard frame > 40 else { continue }
            lateSquares += pow(length((was.tip - truth(now)).vector), 2)
            squares += pow(length((is_.tip - truth(now)).vector), 2)
            stated += pow(try #require(errors.depth), 2) * 3
            count += 1
        }
        #expect((lateSquares / count).squareRoot() > 2.9)
        #expect((squares / count).squareRoot() < 0.35)
        #expect((stated / count).squareRoot() > (squares / count).squareRoot())
    }

    /// The gate over the reference: not known, then open and shut with the breaths, and not known while the tracker is lost.
    @Test func breathingIsWatched() throws {
        var model = try Fixture.model {
            $0.place = .onReference(name: "patient", .identity())
            ($0.tool, $0.breathingLimit) = ("pointer", 2)
        }
        var words: [String] = []
        for frame in 0..<(60 * 40) {
            let t = Double(frame) / 60
            let wave = pow(sin(.pi * t / 4), 4)
            let pose = Pose<Tracker, Marker>(rotation: .identity(), translation: Vector3(0, 8 * wave, -1500))
            model.take([TrackedBody(name: "patient", sample: TrackerSample(pose: pose, time: t, errorRMS: 0.1))])
            let word = String(try #require(model.breathing(at: t)).state.words[0].prefix(14))
            if words.last != word { words.append(word) }
        }
        #expect(words.first == "breathing not " && words.contains("BREATHING: IN,"))
        #expect(words.contains("BREATHING: OUT") && words.filter { $0 == "BREATHING: IN," }.count >= 5)
        model.setLost(since: 41)
        #expect(model.breathing(at: 41)?.state == .unknown(.notSeen))
    }

    /// Lost at once, however young the last sample is; and back, a landmark must prove that nothing was moved.
    @Test func aLostTrackerTellsNoPose() throws {
        var model = try Fixture.model()
        let tool = { (time: Double) in Fixture.tool(tip: Point(0, 0, 0), along: .y, time: time) }
        func touch(from start: Double) {
            model.checkLandmark()
            for frame in 0..<90 { model.take([tool(start + Double(frame) / 60)]) }
        }
        touch(from: 0)
        #expect(model.landmarkVerdict == .learned && model.doubts.isEmpty)
        model.take([tool(10)])
        model.setLost(since: 10.05)
        #expect(model.sight(at: 10.06) == .lost(age: 10.06 - 10) && model.sight(at: 22) == .lost(age: 12))
        model.setLost(since: nil)
        model.take([tool(23)])
        guard case .live = model.sight(at: 23.01) else { throw FramesError.notFinite }
        #expect(model.doubts == ["tracker was lost: check the landmark"])
        touch(from: 30)
        #expect(model.doubts.isEmpty)
    }

    @Test func aNumberIsWithinOnlyWhereThatIsSure() {
        #expect(Verdict(0.5, error: 0.2, limit: 1) == .within)
        #expect(Verdict(0.7, error: 0.2, limit: 1) == .doubtful)
        #expect(Verdict(0.5, error: nil, limit: 1) == .doubtful)
        #expect(Verdict(1.1, error: 0.01, limit: 1) == .outside)
    }
}

/// What tells that the reference slipped.
@Suite struct SlippedReferenceTests {
    typealias Fixture = NavigationFixture

    private static func body(_ name: String, _ place: Vector3, _ time: Double) -> TrackedBody {
        let pose = Pose<Tracker, Marker>(rotation: .identity(), translation: place)
        return TrackedBody(name: name, sample: TrackerSample(pose: pose, time: time, errorRMS: 0.1))
    }

    @Test func twoReferencesThatComeApartEndNavigation() throws {
        var model = try Fixture.model {
            $0.place = .onReference(name: "a", .identity())
            ($0.tool, $0.secondReference) = ("pointer", "b")
        }
        var slippedAt: Double?
        for frame in 0..<600 {
            let time = Double(frame) / 60, slip = time < 6 ? 0 : 1.5
            model.take([
                Self.body("a", Vector3(slip, 0, -1000), time), Self.body("b", Vector3(90, 0, -1000), time),
                Self.body("pointer", Vector3(10, 20, -1000), time),
            ])
            if case .referenceMoved(let distance) = model.sight(at: time), slippedAt == nil {
                slippedAt = time
                #expect(abs(distance - 1.5) < 0.1)
            }
        }
        let at = try #require(slippedAt)
        #expect(at > 6 && at < 8 && model.doubts.isEmpty)
        // it stays so: nothing puts the reference back where it was
        guard case .referenceMoved = model.sight(at: 10) else { throw FramesError.notFinite }
    }

    @Test func aLandmarkThatIsNotFoundAgainEndsNavigation() throws {
        var model = try Fixture.model()
        func touch(_ tip: Point<CT>, from start: Double) {
            model.checkLandmark()
            for frame in 0..<90 {
                model.take([Fixture.tool(tip: tip, along: -.y, time: start + Double(frame) / 60)])
            }
        }
        touch(Point(5, 6, 7), from: 0)
        #expect(model.landmarkVerdict == .learned)
        touch(Point(5.3, 6, 7), from: 10)
        guard case .there(let offset) = model.landmarkVerdict else { throw FramesError.notFinite }
        #expect(abs(offset - 0.3) < 1e-6 && model.slip == nil)
        touch(Point(6.5, 6, 7), from: 20)
        #expect(abs((model.slip ?? 0) - 1.5) < 1e-6)
        guard case .referenceMoved = model.sight(at: 21.4) else { throw FramesError.notFinite }
    }
}
