import Calibration
import CaseStore
import Foundation
import Frames
import Imaging
import Meshing
import OpenIGTLink
import PhantomKit
import PlanEditor
import Planning
import Registration
import Report
import RobotDescription
import Scenes
import Segmentation
import SerialLink
import SerialPorts
import SimulatedArm
import Settings
import Uncertainty
import TerminalKit
import Trackers

/// Turns the targets' errors, which hold data, into sentences for a person: what, where, and what to do.
enum Sentences {
    static func failure(for error: any Error) -> Failure {
        switch error {
        case let failure as Failure: failure
        case let error as ImagingError: failureOf(error)
        case let error as SettingsError: failureOf(error)
        case let error as PlanningError: failureOf(error)
        case let error as RegistrationError: failureOf(error)
        case let error as CalibrationError: failureOf(error)
        case let error as UncertaintyError: failureOf(error)
        case let error as SegmentationError: failureOf(error)
        case let error as MeshingError: failureOf(error)
        case let error as PhantomError: failureOf(error)
        case let error as RobotDescriptionError: failureOf(error)
        case let error as SerialPortError: failureOf(error)
        case let error as SerialLinkError: failureOf(error)
        case let error as OpenIGTLinkError: failureOf(error)
        case let error as NDIError: failureOf(error)
        case let error as TrackersError: failureOf(error)
        case let error as SceneError: failureOf(error)
        case let error as ReportError: failureOf(error)
        case let error as PlanEditorError: failureOf(error)
        case let error as TerminalError: failureOf(error)
        case let error as CaseStoreError: failureOf(error)
        case let error as SimulatedArmError: failureOf(error)
        case let error as FramesError: Failure(code: "not-a-transform", message: sentence(error) + ".")
        default: Failure(code: "failed", message: "\(error)")
        }
    }

    private static func short(_ value: Double) -> String { String(format: "%.2g", value) }

    static func sentence(_ error: FramesError) -> String {
        switch error {
        case .wrongCount(let count): "a rigid transform has 16 numbers, row by row; \(count) are given"
        case .notFinite: "the transform holds a number that is not finite"
        case .notRigid(let deviation): "the last row of the transform is not 0 0 0 1 (off by \(short(deviation)))"
        case .notARotation(let deviation): "the transform scales or shears (off by \(short(deviation)) from a rotation)"
        case .mirrored: "the transform mirrors: it would swap left and right"
        }
    }

    static func failureOf(_ error: SettingsError) -> Failure {
        let message =
            switch error {
            case .unreadable(let file, let reason): "\(file) cannot be read: \(reason)."
            case .notYAML(let file, let line, let reason):
                "\(file)\(line.map { ":\($0)" } ?? "") is not valid YAML: \(reason)."
            case .missing(let file, let key): "\(file) lacks '\(key)': add it."
            case .unknown(let file, let key, let known):
                "\(file) has '\(key)', which means nothing there; known are: \(known.joined(separator: ", "))."
            case .wrongType(let file, let key, let expected): "\(file): '\(key)' must be \(expected)."
            case .outOfRange(let file, let key, let value, let low, let high):
                "\(file): '\(key)' is \(value), but must lie between \(low) and \(high)."
            case .notAllowed(let file, let key, let value, let allowed):
                "\(file): '\(key)' is '\(value)', but must be one of: \(allowed.joined(separator: ", "))."
            }
        return Failure(code: "bad-settings", message: message)
    }
}
