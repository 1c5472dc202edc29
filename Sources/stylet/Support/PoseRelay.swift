import Foundation
import Frames
import OpenIGTLink
import Registration
import SerialPorts
import Trackers

/// Turns a tracker's samples into messages for others, in the image where it was registered.
struct PoseRelay {
    /// How the image lies, in the tracker or on the patient's reference.
    private enum Place {
        case unknown
        case inTracker(Pose<Tracker, CT>)
        case onReference(name: String, Pose<Reference, CT>)
    }
    private let place: Place
    /// Which tools were seen last.
    private var wasSeen: [String: Bool] = [:]

    init() { place = .unknown }

    init(registration path: String, reference: String?) throws {
        if let reference {
            place = .onReference(name: reference, try RigidTransformFile.read(path))
        } else {
            place = .inTracker(try RigidTransformFile.read(path))
        }
    }

    mutating func messages(for bodies: [TrackedBody]) -> [OutgoingMessage] {
        let age = { (time: Double) in Date().timeIntervalSince1970 - (MonotonicClock.seconds - time) }
        var messages: [OutgoingMessage] = []
        for body in bodies {
            let time = age(body.sample.time)
            if wasSeen[body.name] != !body.sample.isMissing {
                wasSeen[body.name] = !body.sample.isMissing
                let status =
                    body.sample.isMissing
                    ? DeviceStatus(code: 4, name: "NotFound", message: "the tracker does not see it")
                    : DeviceStatus(code: 1, name: "OK", message: "")
                messages.append(.status(status, device: body.name, time: time))
            }
            if let message = pose(of: body, among: bodies, time) { messages.append(message) }
        }
        return messages
    }

    /// The tracker is lost: no tool is where it was last.
    mutating func messagesOfLoss() -> [OutgoingMessage] {
        let time = Date().timeIntervalSince1970
        let seen = wasSeen.filter(\.value).map(\.key).sorted()
        for name in seen { wasSeen[name] = false }
        let status = DeviceStatus(code: 4, name: "NotFound", message: "the tracker is lost")
        return seen.map { .status(status, device: $0, time: time) }
    }

    /// Nothing where it cannot be known where the body is.
    private func pose(of body: TrackedBody, among bodies: [TrackedBody], _ time: Double) -> OutgoingMessage? {
        guard let X_TrackerMarker = body.sample.pose else { return nil }
        switch place {
        case .unknown: return .transform(X_TrackerMarker, device: body.name, time: time)
        case .inTracker(let X_TrackerCT):
            return .transform(X_TrackerCT.inverse * X_TrackerMarker, device: body.name, time: time)
        case .onReference(let name, let X_ReferenceCT):
            // both of one moment, or the patient's motion between them would be the tool's
            guard let reference = bodies.first(where: { $0.name == name })?.sample.pose else { return nil }
            let X_TrackerReference = Pose<Tracker, Reference>(
                rotation: Rotation(reference.rotation.quaternion), translation: reference.translation)
            let X_ReferenceMarker = X_TrackerReference.inverse * X_TrackerMarker
            return .transform(X_ReferenceCT.inverse * X_ReferenceMarker, device: body.name, time: time)
        }
    }
}
