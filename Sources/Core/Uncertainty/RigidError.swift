import Frames
import LinearAlgebra

/// How far a rigid thing may be off: a shift with a covariance, and a turn alike about all axes.
public struct RigidError<F: Frame>: Equatable, Sendable {
    public let translation: Covariance<F>
    /// Root mean square of the angle, rad.
    public let rotationRMS: Double

    /// - Throws: `UncertaintyError.impossibleParameter` for a negative or endless angle.
    public init(translation: Covariance<F>, rotationRMS: Double = 0) throws(UncertaintyError) {
        guard rotationRMS >= 0, rotationRMS < .pi else {
            throw .impossibleParameter(name: "rotationRMS", value: rotationRMS)
        }
        self.translation = translation
        self.rotationRMS = rotationRMS
    }

    private init() { (translation, rotationRMS) = (.zero, 0) }

    public static var none: RigidError { RigidError() }

    /// As the error of a pose that turns about `centre`.
    public func pose<B: Frame>(about centre: Point<F>, of: B.Type = B.self) -> PoseCovariance<F, B> {
        PoseCovariance(
            centre: centre, rotation: .identity * (rotationRMS * rotationRMS / 3), cross: .zero,
            translation: translation.matrix)
    }
}

extension PoseCovariance {
    /// Of two independent errors of one pose, told about this one's centre.
    public func adding(_ other: PoseCovariance) -> PoseCovariance {
        let moved = other.recentred(at: centre)
        return PoseCovariance(
            centre: centre, rotation: rotation + moved.rotation, cross: cross + moved.cross,
            translation: translation + moved.translation)
    }
}

/// Draws pose errors of a covariance: a root of the 6×6 matrix, made once.
public struct PoseSampler<A: Frame>: Sendable {
    private let centre: Point<A>
    /// Column k: rotation (rad) and translation (mm) that one standard normal number brings.
    private let columns: [(rotation: Vector3, translation: Vector3)]
    /// mm that a radian counts as while the matrix is decomposed: both parts then have like sizes.
    private static var arm: Double { 50 }

    /// - Throws: `UncertaintyError.numerical`, `.notACovariance`.
    public init<B: Frame>(_ covariance: PoseCovariance<A, B>) throws(UncertaintyError) {
        centre = covariance.centre
        let scale = Self.arm
        var m = Matrix.identity(6)
        for i in 0..<3 {
            for j in 0..<3 {
                m[i, j] = covariance.rotation[i, j] * scale * scale
                m[i, 3 + j] = covariance.cross[i, j] * scale
                m[3 + j, i] = covariance.cross[i, j] * scale
                m[3 + i, 3 + j] = covariance.translation[i, j]
            }
        }
        let eigen = try numerical { () throws(LinearAlgebraError) in try m.symmetricEigen() }
        let most = max(eigen.values.last ?? 0, 0)
        guard let least = eigen.values.first, least >= -1e-9 * most - 1e-15 else {
            throw .notACovariance(leastEigenvalue: eigen.values.first ?? .nan)
        }
        columns = (0..<6).map { k in
            let v = eigen.vectors.column(k)
            let size = max(eigen.values[k], 0).squareRoot()
            return (Vector3(v[0], v[1], v[2]) * (size / scale), Vector3(v[3], v[4], v[5]) * size)
        }
    }

    /// One normally distributed error.
    public func sample(using random: inout SeededGenerator) -> PoseChange<A> {
        var (rotation, translation) = (Vector3.zero, Vector3.zero)
        for column in columns {
            let x = random.normal()
            rotation += column.rotation * x
            translation += column.translation * x
        }
        return PoseChange(rotation: rotation, translation: translation, centre: centre)
    }
}
