import Frames
import Imaging
import PhantomKit
import Planning
import Registration
import SimulatedRoom

/// What registration found, and how well it says it did.
struct SceneRegistration {
    let X_ReferenceCT: Pose<Reference, CT>
    /// RMS of the residuals, mm.
    let fre: Double
    /// The largest predicted RMS error at a planned tip, mm.
    let worstTRE: Double
}

extension Scene {
    /// Finds the fiducials in the CT by themselves, touches the true ones with a tracked probe, matches and fits.
    func register(
        _ prepared: PreparedScene, _ patient: SimulatedPatient, _ tracker: inout SimulatedTracker
    ) throws(SceneError) -> SceneRegistration {
        let touched = prepared.phantom.fiducials.map {
            tracker.touch($0.centre, on: patient, touches: definition.touches)
        }
        do throws(RegistrationError) {
            let diameter = prepared.phantom.fiducials.first?.diameter ?? 0
            let found = try FiducialFinder.find(in: prepared.image.ct, diameter: diameter)
            let noise = definition.tracker.positionNoise / Double(definition.touches).squareRoot()
            let match = try FiducialMatch(touched: touched, fiducials: found, error: .isotropic(rms: max(noise, 1e-6)))
            let fit = match.registration
            let tre = prepared.plan.items.map { fit.predictedTRE(at: $0.target) }
            return SceneRegistration(X_ReferenceCT: fit.X_AB, fre: fit.fre, worstTRE: tre.max() ?? .infinity)
        } catch { throw .registration(error) }
    }
}
