import Foundation
import Uncertainty

extension Sentences {
    static func failureOf(_ error: UncertaintyError) -> Failure {
        let message =
            switch error {
            case .notACovariance: "The errors given are no covariance: check the error budget."
            case .impossibleParameter(let name, let value):
                "The error budget cannot hold: \(name) is \(value)."
            case .tooFewMeasurements(let count):
                "The registration has too few fiducials (\(count)): at least 3 that do not lie on a line are needed."
            case .unconstrained(let ratio):
                String(
                    format: "The fiducials leave a turn free (they lie on a line, to %.1g): place one apart from them.",
                    ratio)
            case .numerical(let inner): "The errors cannot be worked out (\(inner))."
            }
        return Failure(code: "uncertainty", message: message)
    }
}
