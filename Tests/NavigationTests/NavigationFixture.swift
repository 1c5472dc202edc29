import Frames
import Imaging
import Planning
import Trackers

@testable import Navigation

/// A screw of 40 mm along -y from (0, 0, 0), a tracker that looks along the CT's axes from (100, 200, 300) mm, and a tool whose
/// tip lies 50 mm along its marker's z.
enum NavigationFixture {
    static let X_TrackerCT = Pose<Tracker, CT>(
        rotation: Rotation(rotationVector: Vector3(0.2, -0.4, 0.7)), translation: Vector3(100, 200, -1500))

    static let item = PlanItem(
        id: "L3-left", kind: .pedicleScrew, level: nil, side: .left, entry: Point(0, 0, 0), target: Point(0, -40, 0),
        diameter: 6.5)

    static func model(_ change: (inout NavigationSettings) -> Void = { _ in }) throws -> NavigationModel {
        var settings = NavigationSettings(place: .inTracker(X_TrackerCT))
        settings.geometry = ToolGeometry(tip: Point(0, 0, 50), axis: .z, tipError: 0.1)
        settings.registrationError = 0.3
        change(&settings)
        guard let model = NavigationModel(items: [item], settings: settings) else { throw FramesError.notFinite }
        return model
    }

    /// The tool with its tip at a place and its axis along a direction, as the tracker sees it.
    static func tool(
        tip: Point<CT>, along axis: Direction<CT>, time: Double, name: String = "pointer"
    ) -> TrackedBody {
        let rotation = Rotation<CT, Marker>(z: axis, near: Vector3(0.3, 0.5, 0.8)) ?? .identity()
        let X_CTMarker = Pose<CT, Marker>(
            rotation: rotation, translation: tip.coordinates - axis.vector * 50)
        return TrackedBody(
            name: name, sample: TrackerSample(pose: X_TrackerCT * X_CTMarker, time: time, errorRMS: 0.2))
    }

    static func missing(_ name: String = "pointer", at time: Double) -> TrackedBody {
        TrackedBody(name: name, sample: .missing(at: time))
    }

    static func volume() throws -> Volume<Int16> {
        let geometry = try GridGeometry(
            size: GridSize(60, 60, 60), spacing: Vector3(2, 2, 2), origin: Point(-60, -60, -60))
        return Volume(geometry: geometry, voxels: (0..<216_000).map { Int16($0 % 60 * 25) })
    }
}
