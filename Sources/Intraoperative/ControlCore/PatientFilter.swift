import Frames

/// How the patient's tracked pose is filtered.
public struct PatientFilterSettings: Equatable, Sendable {
    /// Standard deviation of the tracked position on each axis, mm.
    public var positionNoise = 0.25
    /// Spectral density of the patient's acceleration, mm²/s³: enough for breathing of 2 mm at 0.25 Hz.
    public var positionAgility = 30.0
    /// Standard deviation of the tracked orientation on each axis, rad.
    public var orientationNoise = 0.003
    /// Spectral density of the patient's angular acceleration, rad²/s³: enough for 0.15° at 0.25 Hz. More would bring noise,
    /// which a lever of 150 mm from the markers to a screw's tip makes larger than that of the position.
    public var orientationAgility = 0.00015
    /// A sample further from the prediction than this many standard deviations is left out.
    public var gate = 5.0
    /// After so many left out in a row the tracker is not believed.
    public var greatestRejections = 3
    /// A sample further than this from the prediction is impossible at once, mm and rad.
    public var impossibleJump = 8.0
    public var impossibleTurn = 0.08
    /// A correction fades in over this time, s: slowly enough for joints of 200 rad/s³ to follow noise without lag.
    public var fadeTime = 0.07

    public init() {}

    var isValid: Bool {
        let numbers = [
            positionNoise, positionAgility, orientationNoise, orientationAgility, gate, impossibleJump, impossibleTurn,
            fadeTime,
        ]
        return numbers.allSatisfy { $0 > 0 && $0.isFinite } && greatestRejections > 0
    }
}

/// The patient's pose in the base: smoothed, outliers left out, predicted over the tracker's delay.
///
/// Position and orientation are Kalman filters of constant velocity; orientation as a small turn from the estimate. The
/// output does not jump when a sample comes: the difference fades over `fadeTime`. It allocates nothing.
public struct PatientFilter: Sendable {
    /// What became of a sample.
    public enum Verdict: Equatable, Sendable {
        case accepted
        /// Left out as an outlier.
        case rejected
        /// Too far from anything that the patient can have done, or too many outliers in a row.
        case impossible
    }

    public let settings: PatientFilterSettings
    public private(set) var isStarted = false
    /// Outliers left out since the start.
    public private(set) var rejections = 0
    private var rejectionsInARow = 0
    private var position: VectorKalmanFilter
    private var turn: VectorKalmanFilter
    private var rotation = Rotation<Base, Reference>.identity()
    private var sampleTime = 0.0
    private var positionOffset: FadingOffset
    private var turnOffset: FadingOffset

    public init(_ settings: PatientFilterSettings) {
        self.settings = settings
        position = VectorKalmanFilter(noise: settings.positionNoise, agility: settings.positionAgility)
        turn = VectorKalmanFilter(noise: settings.orientationNoise, agility: settings.orientationAgility)
        positionOffset = FadingOffset(fadeTime: settings.fadeTime)
        turnOffset = FadingOffset(fadeTime: settings.fadeTime)
    }

    /// Forgets everything; the next sample starts anew.
    public mutating func reset() { self = PatientFilter(settings) }

    /// Takes a sample that was true at `time` and is known since `now`; both in s of the loop's clock.
    ///
    /// - Precondition: the pose is finite and `time` is later than that of the sample before.
    public mutating func update(_ X_BaseReference: Pose<Base, Reference>, time: Double, now: Double) -> Verdict {
        guard isStarted else {
            start(X_BaseReference, time: time)
            return .accepted
        }
        let ahead = now - time
        let (oldPosition, oldRotation) = extrapolated(by: now - sampleTime)
        let (oldRate, oldTurnRate) = (position.rate, turn.rate)
        let verdict = take(X_BaseReference, time: time)
        guard verdict != .impossible else { return verdict }
        let (newPosition, newRotation) = extrapolated(by: ahead)
        positionOffset.add(oldPosition - newPosition, rate: oldRate - position.rate, at: now)
        let difference = (oldRotation * newRotation.inverse).rotationVector
        turnOffset.add(difference, rate: oldTurnRate - turn.rate, at: now)
        return verdict
    }

    /// The pose at `now + ahead`, and the velocity (mm/s) and angular velocity (rad/s) in the base.
    public func pose(now: Double, ahead: Double) -> (
        X_BaseReference: Pose<Base, Reference>, linear: Vector3, angular: Vector3
    ) {
        let (place, facing) = extrapolated(by: now + ahead - sampleTime)
        let (offset, offsetRate, _) = positionOffset.value(at: now)
        let (turned, turnedRate, _) = turnOffset.value(at: now)
        let rotation = Rotation<Base, Base>(rotationVector: turned) * facing
        return (
            Pose(rotation: rotation, translation: place + offset), position.rate + offsetRate, turn.rate + turnedRate
        )
    }

    private mutating func start(_ X: Pose<Base, Reference>, time: Double) {
        // A patient's speed at first: within 10 mm/s and 0.02 rad/s.
        position.start(at: X.translation, rateSpread: 10)
        turn.start(at: .zero, rateSpread: 0.02)
        rotation = X.rotation
        sampleTime = time
        positionOffset.clear()
        turnOffset.clear()
        rejectionsInARow = 0
        isStarted = true
    }

    /// Predicts to `time`, judges the sample, and takes it up if it is believed.
    private mutating func take(_ X: Pose<Base, Reference>, time: Double) -> Verdict {
        let dt = time - sampleTime
        position.predict(dt)
        turn.predict(dt)
        rotation = (Rotation<Base, Base>(rotationVector: turn.takeValue()) * rotation).renormalized
        sampleTime = time
        let moved = X.translation - position.value
        let turned = (X.rotation * rotation.inverse).rotationVector
        if length(moved) > settings.impossibleJump || length(turned) > settings.impossibleTurn { return .impossible }
        let gate = settings.gate * settings.gate
        guard position.squaredDistance(moved) <= gate, turn.squaredDistance(turned) <= gate else {
            rejections += 1
            rejectionsInARow += 1
            return rejectionsInARow >= settings.greatestRejections ? .impossible : .rejected
        }
        rejectionsInARow = 0
        position.update(moved)
        turn.update(turned)
        rotation = Rotation<Base, Base>(rotationVector: turn.takeValue()) * rotation
        return .accepted
    }

    private func extrapolated(by dt: Double) -> (Vector3, Rotation<Base, Reference>) {
        (position.value + position.rate * dt, Rotation<Base, Base>(rotationVector: turn.rate * dt) * rotation)
    }
}
