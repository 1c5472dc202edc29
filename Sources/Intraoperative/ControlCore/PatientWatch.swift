import Frames

/// The patient as the loop sees it: the filter, and whether its answer may be trusted now.
struct PatientWatch: Sendable {
    let X_BaseTracker: Pose<Base, Tracker>
    let limits: PlausibilityLimits
    let ages: AgeLimits
    var filter: PatientFilter
    /// Where the patient was when the registration was loaded; `nil` until it is seen.
    var X_BaseReferenceAtLoad: Pose<Base, Reference>?
    private var newest: Timed<TrackedPose<Tracker, Reference>>?
    private var invisibleInARow = 0
    private var acceptedInARow = 0
    private var residual = 0.0
    private var isDoubted = false

    /// After a doubt so many good samples in a row are needed before the pose is believed again.
    static let samplesToTrust = 5

    init(_ configuration: ControlConfiguration) {
        X_BaseTracker = configuration.X_BaseTracker
        limits = configuration.plausibility
        ages = configuration.ages
        filter = PatientFilter(configuration.patientFilter)
    }

    func age(at now: Double) -> Double { newest?.age(at: now) ?? .infinity }

    /// Takes the newest sample, if it is new; returns what is impossible about it.
    mutating func take(_ sample: Timed<TrackedPose<Tracker, Reference>>?, now: Double) -> StopReason? {
        guard let sample, sample.time != newest?.time else { return nil }
        guard sample.time.isFinite, sample.value.isFinite || !sample.value.isVisible else { return doubt(.notFinite) }
        if sample.time < newest?.time ?? -.infinity { return doubt(.trackerImpossible) }
        if sample.time > now + ages.future { return doubt(.timeWentBackwards) }
        newest = sample
        guard sample.value.isVisible, sample.value.missingMarkers <= limits.missingMarkers else {
            invisibleInARow += 1
            return nil
        }
        invisibleInARow = 0
        // An average over about eight samples: a single bad marker fit is no rise.
        residual += (sample.value.residual - residual) / 8
        if filter.isStarted, sample.time - lastAccepted > ages.reference { filter.reset() }
        return judge(filter.update(X_BaseTracker * sample.value.pose, time: sample.time, now: now), sample.time)
    }

    private var lastAccepted = -Double.infinity

    private mutating func judge(_ verdict: PatientFilter.Verdict, _ time: Double) -> StopReason? {
        switch verdict {
        case .accepted:
            acceptedInARow += 1
            lastAccepted = time
            if acceptedInARow >= Self.samplesToTrust { isDoubted = false }
            return nil
        case .rejected:
            return nil
        case .impossible:
            filter.reset()
            return doubt(.trackerImpossible)
        }
    }

    private mutating func doubt(_ reason: StopReason) -> StopReason {
        isDoubted = true
        acceptedInARow = 0
        return reason
    }

    /// Why the patient's pose may not be followed now; `nil` where it may.
    func problem(at now: Double) -> StopReason? {
        guard newest != nil, filter.isStarted else { return .trackerMissing }
        if invisibleInARow > limits.invisibleSamples { return .trackerLost }
        if age(at: now) > ages.reference || now - lastAccepted > ages.reference { return .trackerStale }
        if isDoubted { return .trackerImpossible }
        if residual > limits.referenceResidual { return .referenceResidual }
        if let start = X_BaseReferenceAtLoad {
            let X = filter.pose(now: now, ahead: 0).X_BaseReference
            let turned = (X.rotation * start.rotation.inverse).angle
            if length(X.translation - start.translation) > limits.patientShift || turned > limits.patientTurn {
                return .patientMoved
            }
        }
        return nil
    }
}
