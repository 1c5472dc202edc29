/// Why sixteen or nine numbers from outside are not a rigid transform.
public enum FramesError: Error, Equatable, Sendable {
    /// A matrix has 16 numbers; this many came.
    case wrongCount(Int)
    case notFinite
    /// The last row is not 0 0 0 1; by how much.
    case notRigid(deviation: Double)
    /// RᵀR is not the identity; by how much.
    case notARotation(deviation: Double)
    /// Orthonormal, but left-handed: it would swap left and right.
    case mirrored
}
