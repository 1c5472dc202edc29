import Frames

/// Where an error comes from.
public enum ErrorSource: String, CaseIterable, Sendable {
    case registration, tracker, robot, motion, segmentation
}

/// What is known of the registration that a plan will be carried out with.
public enum RegistrationError3D<F: Frame>: Equatable, Sendable {
    /// Fiducials planned or measured in the image, and the covariance of localising one: the error follows from where
    /// they lie (Fitzpatrick, West, Maurer 1998, with a covariance as in `FiducialError.poseCovariance`).
    case fiducials([Point<F>], Covariance<F>)
    /// Any other registration: its error at the item's entry.
    case rigid(RigidError<F>)
}

/// What every step between the image and the tip adds to the tip's error; independent of one another.
///
/// Guide errors (tracker, robot, motion, and a registration without fiducials) are those at the item's entry: they turn
/// about it. That of segmentation moves no tool: it says how far the label's border may lie from the bone's, all of it in
/// or out at once.
public struct ErrorBudget<F: Frame>: Equatable, Sendable {
    public var registration: RegistrationError3D<F>
    public var tracker: RigidError<F>
    public var robot: RigidError<F>
    public var motion: RigidError<F>
    /// Standard deviation of the label's border along its normal, mm.
    public var boundaryDeviation: Double

    /// - Throws: `UncertaintyError.impossibleParameter` for a negative or endless deviation of the border.
    public init(
        registration: RegistrationError3D<F>, tracker: RigidError<F> = .none, robot: RigidError<F> = .none,
        motion: RigidError<F> = .none, boundaryDeviation: Double = 0
    ) throws(UncertaintyError) {
        guard boundaryDeviation >= 0, boundaryDeviation.isFinite else {
            throw .impossibleParameter(name: "boundaryDeviation", value: boundaryDeviation)
        }
        self.registration = registration
        self.tracker = tracker
        self.robot = robot
        self.motion = motion
        self.boundaryDeviation = boundaryDeviation
    }

    /// Each source that moves the tool, as the error of the tool's pose about an item's entry.
    ///
    /// - Throws: what `FiducialError.poseCovariance` throws of fiducials that do not hold a pose.
    public func poseErrors<B: Frame>(
        entry: Point<F>, of: B.Type = B.self
    ) throws(UncertaintyError) -> [(source: ErrorSource, error: PoseCovariance<F, B>)] {
        let registered: PoseCovariance<F, B>
        switch registration {
        case .fiducials(let points, let own):
            registered = try FiducialError.poseCovariance(
                points: points, covariances: Array(repeating: own, count: points.count)
            ).recentred(at: entry)
        case .rigid(let error): registered = error.pose(about: entry)
        }
        return [
            (.registration, registered), (.tracker, tracker.pose(about: entry)), (.robot, robot.pose(about: entry)),
            (.motion, motion.pose(about: entry)),
        ]
    }

    /// The error of the tool's pose about an item's entry, all sources together.
    public func poseError<B: Frame>(
        entry: Point<F>, of: B.Type = B.self
    ) throws(UncertaintyError) -> PoseCovariance<F, B> {
        try poseErrors(entry: entry).reduce(PoseCovariance<F, B>.exact(about: entry)) { $0.adding($1.error) }
    }
}

extension ErrorBudget {
    /// A budget for a tracked arm and skin or bone fiducials, where nothing is known of the place.
    ///
    /// Registration: four fiducials in a square of 60 mm, each localised to 0.5 mm, give 0.25 mm and 0.44° at their middle
    /// (Fitzpatrick, West, Maurer 1998); 0.3 mm and 0.4° are taken. Touched surfaces are worse: 0.96 mm and 0.91° from 20
    /// points of a lamina. Tracker: 0.25 mm RMS in the volume of a passive infrared tracker (Wiles, Thompson, Frantz 2004,
    /// SPIE 5367), 0.1°. Robot: 0.3 mm and 0.1°, an arm whose own parameters were calibrated. Motion: 0.3 mm that remain
    /// where the breathing is followed or held. Segmentation: a third of a voxel of 0.7 mm.
    /// All are orders of magnitude, to be replaced by what is measured where the plan is carried out.
    public static var usual: ErrorBudget {
        let (zero, none) = (Covariance<F>.zero, RigidError<F>.none)
        func rigid(_ rms: Double, _ degrees: Double) -> RigidError<F> {
            (try? RigidError(translation: Covariance(rms: rms), rotationRMS: radians(degrees: degrees))) ?? none
        }
        let budget = try? ErrorBudget(
            registration: .rigid(rigid(0.3, 0.4)), tracker: rigid(0.25, 0.1), robot: rigid(0.3, 0.1),
            motion: rigid(0.3, 0), boundaryDeviation: 0.25)
        return budget ?? ErrorBudget(exact: zero)
    }

    private init(exact zero: Covariance<F>) {
        (registration, tracker, robot, motion, boundaryDeviation) = (.rigid(.none), .none, .none, .none, 0)
    }
}
