import Frames
import Settings
import Uncertainty

/// Reads an error budget, `stylet.error-budget/1`, from YAML or JSON.
///
/// ```yaml
/// schema: stylet.error-budget/1
/// registration:                  # either fiducials …
///   fiducials:
///     - {x_mm: 12.5, y_mm: 80, z_mm: -410}
///   localisation_rms_mm: 0.5     # of one of them: in three dimensions, or a list along x, y, z
/// # registration:                # … or the error at the item's entry
/// #   translation_rms_mm: 0.4
/// #   rotation_rms_deg: 0.3
/// tracker: {translation_rms_mm: 0.25, rotation_rms_deg: 0.1}
/// robot: {translation_rms_mm: 0.3, rotation_rms_deg: 0.1}
/// motion: {translation_rms_mm: [0.1, 0.3, 0.2]}     # LPS
/// segmentation: {boundary_rms_mm: 0.25}
/// ```
/// What is left out keeps its usual value (`ErrorBudget.usual`); a key that nothing reads is refused.
public enum ErrorBudgetFile {
    public static let schema = "stylet.error-budget/1"
    private static let lengths = 0.0...100.0
    private static let angles = 0.0...45.0

    /// - Throws: `PlanningError.settings`, `.uncertainty`.
    public static func read(_ path: String) throws(PlanningError) -> ErrorBudget<CT> {
        do { return try budget(try SettingsFile.read(path)) } catch let error as SettingsError {
            throw .settings(error)
        } catch let error as UncertaintyError {
            throw .uncertainty(error)
        } catch {
            throw .settings(.unreadable(file: path, reason: "\(error)"))
        }
    }

    static func budget(_ given: SettingsMap) throws -> ErrorBudget<CT> {
        var map = given
        _ = try map.word("schema", of: [schema])
        var budget = ErrorBudget<CT>.usual
        if map.has("registration") { budget.registration = try registration(map.map("registration")) }
        if map.has("tracker") { budget.tracker = try rigid(map.map("tracker")) }
        if map.has("robot") { budget.robot = try rigid(map.map("robot")) }
        if map.has("motion") { budget.motion = try rigid(map.map("motion")) }
        if map.has("segmentation") {
            var part = try map.map("segmentation")
            budget.boundaryDeviation = try part.number("boundary_rms_mm", in: lengths)
            try part.finish()
        }
        try map.finish()
        return budget
    }

    private static func registration(_ given: SettingsMap) throws -> RegistrationError3D<CT> {
        var map = given
        guard map.has("fiducials") else { return .rigid(try rigid(map)) }
        var points: [Point<CT>] = []
        for item in try map.maps("fiducials") {
            var item = item
            _ = try item.text("name", default: "")
            points.append(
                Point(
                    try item.number("x_mm", in: -1e5...1e5), try item.number("y_mm", in: -1e5...1e5),
                    try item.number("z_mm", in: -1e5...1e5)))
            try item.finish()
        }
        let own = try covariance(&map, "localisation_rms_mm")
        try map.finish()
        // Fiducials that hold no pose are found out here, not at the first item.
        _ =
            try FiducialError.poseCovariance(
                points: points, covariances: Array(repeating: own, count: points.count)) as PoseCovariance<CT, Tool>
        return .fiducials(points, own)
    }

    private static func rigid(_ given: SettingsMap) throws -> RigidError<CT> {
        var map = given
        let translation = try covariance(&map, "translation_rms_mm")
        let rotation = try map.number("rotation_rms_deg", in: angles, default: 0)
        try map.finish()
        return try RigidError(translation: translation, rotationRMS: radians(degrees: rotation))
    }

    /// One number in three dimensions, or three along the axes.
    private static func covariance(_ map: inout SettingsMap, _ key: String) throws -> Covariance<CT> {
        if let three = try? map.numbers(key, count: 3, in: lengths) {
            return try Covariance(rmsAlongAxes: Vector3(three[0], three[1], three[2]))
        }
        return try Covariance(rms: map.number(key, in: lengths))
    }
}
