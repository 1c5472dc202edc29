import Frames
import Planning
import Trackers

/// How the image lies: in the tracker, or on the reference that is fixed to the patient.
public enum ImagePlace: Equatable, Sendable {
    case inTracker(Pose<Tracker, CT>)
    case onReference(name: String, Pose<Reference, CT>)
}

/// What a person set.
public struct NavigationSettings: Sendable {
    public var tool: String?
    /// A second body that is fixed to the patient, to find out whether the reference slipped.
    public var secondReference: String?
    public var geometry = ToolGeometry()
    public var place: ImagePlace
    /// Of the registration at the target, RMS in three dimensions, mm; `nil` where nobody said it.
    public var registrationError: Double?
    /// mm and rad.
    public var (distanceLimit, angleLimit) = (1.0, 2.0 * Double.pi / 180)
    /// A sample older than this, s, is no longer where the tool is.
    public var staleAfter = 0.15
    /// Samples of tool and reference further apart than this, s, are not of one moment.
    public var oneMoment = 0.02
    /// The tool is shown where it is expected at the moment of drawing, not where it was: from samples that are about so old
    /// when they are drawn, s. `nil` shows where it was.
    public var predictedDelay: Double?
    /// The patient's breathing is watched: within this of where the reference rests, mm, the gate is open.
    public var breathingLimit: Double?
    /// What a person must be reminded of, for as long as it is so.
    public var reminders: [String] = []

    public init(place: ImagePlace) { self.place = place }
}

/// Where the tool is in the image, or why that is not known.
public enum Sight: Equatable, Sendable {
    case live(Guidance, GuidanceErrors, age: Double)
    /// No sample came for so many seconds.
    case stale(age: Double)
    /// The tracker does not see the tool, for so many seconds.
    case toolHidden(age: Double)
    case referenceHidden
    /// The reference is not where it was on the patient, by so many mm: the registration is gone with it.
    case referenceMoved(Double)
    /// The tool is outside the volume for which the tracker's maker vouches.
    case outOfVolume
    /// The tracker is lost, and no sample came for so many seconds.
    case lost(age: Double)
    /// No sample ever came.
    case waiting
}

/// The state of navigation: the newest samples, and what follows from them at a moment.
public struct NavigationModel: Sendable {
    public let items: [PlanItem]
    public private(set) var selected = 0
    public var settings: NavigationSettings
    /// Bodies other than tool and reference are left out.
    private var tool: TrackedBody?
    private var reference: TrackedBody?
    private var second: TrackedBody?
    private var pair = ReferencePair()
    private var landmark = LandmarkCheck()
    /// What the last touch of the landmark came to; `nil` before the first.
    public private(set) var landmarkVerdict: LandmarkCheck.Verdict?
    private var isTouching = false
    private var lastTouched: Double?
    /// How far the reference was found to have slipped, mm. It stays so: only a new registration mends it.
    public private(set) var slip: Double?
    private var lastCompared: Double?
    /// When the tool was last seen.
    private var lastSeen: Double?
    private var lostSince: Double?
    /// The tracker was away: it, or what it stands on, may have been moved. Only a landmark that is found again proves that not.
    private var mustProve = false
    private var motion: ToolMotion?
    private var gate: BreathingGate?

    /// `nil` where the plan has no item that is an axis.
    public init?(items: [PlanItem], settings: NavigationSettings) {
        let axes = items.filter { length(($0.target - $0.entry).vector) > 1e-6 }
        guard !axes.isEmpty else { return nil }
        (self.items, self.settings) = (axes, settings)
        motion = settings.predictedDelay.map { ToolMotion(delay: $0) }
        gate = settings.breathingLimit.map {
            BreathingGate(limit: $0, delay: settings.predictedDelay ?? Self.usualDelay)
        }
    }

    /// From a sample's time to the picture that shows it, s, where nobody says another.
    public static let usualDelay = 0.03

    public var item: PlanItem { items[selected] }

    public mutating func select(_ index: Int) { selected = min(max(index, 0), items.count - 1) }

    /// When the newest sample was true, s of the tracker's clock.
    public var newest: Double? { tool?.sample.time }

    private var referenceName: String? {
        if case .onReference(let name, _) = settings.place { return name }
        return nil
    }

    public mutating func take(_ bodies: [TrackedBody]) {
        for body in bodies {
            if body.name == referenceName {
                reference = body
            } else if body.name == settings.secondReference {
                second = body
            } else if settings.tool == nil || settings.tool == body.name {
                // without a name the first one that comes is the tool
                settings.tool = body.name
                tool = body
                if !body.sample.isMissing { lastSeen = body.sample.time }
            }
        }
        compareReferences()
        follow()
        if let tool { touch(at: tool.sample.time) }
    }

    private mutating func follow() {
        if let reference { gate?.take(reference.sample.pose?.translation, at: reference.sample.time) }
        guard let tool, let X_TrackerMarker = tool.sample.pose, !tool.isOutOfVolume,
            let X_CTMarker = inImage(X_TrackerMarker, of: tool)
        else { return }
        motion?.take(X_CTMarker, settings.geometry, at: tool.sample.time)
    }

    /// What the gate says; `nil` where breathing is not watched.
    public func breathing(at now: Double) -> BreathingGate.Reading? {
        lostSince == nil ? gate?.reading(at: now) : gate.map { _ in .init(state: .unknown(.notSeen)) }
    }

    /// Begins to touch the landmark: the first touch is learned, later ones are compared with it.
    public mutating func checkLandmark() {
        landmark.lift()
        isTouching = true
        landmarkVerdict = .holding(seconds: 0)
    }

    /// The tracker is lost since a time, or is there.
    public mutating func setLost(since time: Double?) {
        if time != nil { mustProve = true }
        lostSince = time
    }

    private mutating func touch(at time: Double) {
        guard isTouching, time != lastTouched, case .live(let guidance, _, _) = sight(at: time, isAhead: false) else {
            return
        }
        lastTouched = time
        let verdict = landmark.take(guidance.tip.coordinates, at: time)
        landmarkVerdict = verdict
        if case .holding = verdict { return }
        isTouching = false
        if case .there = verdict { mustProve = false }
        if case .elsewhere(let offset) = verdict { slip = offset }
    }

    private mutating func compareReferences() {
        guard let reference, let second, abs(reference.sample.time - second.sample.time) <= settings.oneMoment,
            let a = reference.sample.pose, let b = second.sample.pose, reference.sample.time != lastCompared
        else { return }
        lastCompared = reference.sample.time
        if case .apart(let distance, _) = pair.take(a, b, at: reference.sample.time) { slip = distance }
    }

    /// What a person must be reminded of about the references.
    public var doubts: [String] {
        var doubts: [String] = []
        if mustProve, lostSince == nil { doubts.append("tracker was lost: check the landmark") }
        guard settings.secondReference != nil else { return doubts }
        switch pair.verdict {
        case .unknown: doubts.append("references not compared yet")
        case .tooNoisy: doubts.append("references too noisy to compare")
        case .agree, .apart: break
        }
        return doubts
    }

    public func sight(at now: Double) -> Sight { sight(at: now, isAhead: true) }

    private func sight(at now: Double, isAhead: Bool) -> Sight {
        if let slip { return .referenceMoved(slip) }
        if let lostSince { return .lost(age: now - min(tool?.sample.time ?? lostSince, lostSince)) }
        guard let tool else { return .waiting }
        let age = now - tool.sample.time
        guard age <= settings.staleAfter else { return .stale(age: age) }
        guard let X_TrackerMarker = tool.sample.pose else {
            return .toolHidden(age: now - (lastSeen ?? tool.sample.time))
        }
        if tool.isOutOfVolume { return .outOfVolume }
        guard let X_CTMarker = inImage(X_TrackerMarker, of: tool) else { return .referenceHidden }
        return live(X_CTMarker, tool, now, isAhead: isAhead)
    }

    /// Where it is predicted while enough is known of how it moves; else where it was, and how far it went since is not known.
    private func live(_ X_CTMarker: Pose<CT, Marker>, _ tool: TrackedBody, _ now: Double, isAhead: Bool) -> Sight {
        let ahead = isAhead ? motion?.ahead(at: now) : nil
        let tip = ahead?.tip ?? X_CTMarker * settings.geometry.tip
        let axis = ahead?.axis ?? X_CTMarker.rotation * settings.geometry.axis
        guard let guidance = Guidance(tip: tip, axis: axis, item: item) else { return .waiting }
        let errors = GuidanceErrors(
            registration: settings.registrationError, tracker: tool.tellsError ? tool.sample.errorRMS : nil,
            tip: settings.geometry.tipError, motion: motion == nil ? 0 : ahead?.tipError,
            turning: motion == nil ? 0 : ahead?.angleError, length: item.length)
        return .live(guidance, errors, age: now - tool.sample.time)
    }

    /// `nil` where the reference was not seen at the same moment.
    private func inImage(_ X_TrackerMarker: Pose<Tracker, Marker>, of tool: TrackedBody) -> Pose<CT, Marker>? {
        switch settings.place {
        case .inTracker(let X_TrackerCT): return X_TrackerCT.inverse * X_TrackerMarker
        case .onReference(_, let X_ReferenceCT):
            guard let reference, let X = reference.sample.pose, !reference.isOutOfVolume,
                abs(reference.sample.time - tool.sample.time) <= settings.oneMoment
            else { return nil }
            let X_TrackerReference = Pose<Tracker, Reference>(
                rotation: Rotation(X.rotation.quaternion), translation: X.translation)
            return X_ReferenceCT.inverse * X_TrackerReference.inverse * X_TrackerMarker
        }
    }
}
