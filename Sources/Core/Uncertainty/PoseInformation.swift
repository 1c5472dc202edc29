import Frames
import LinearAlgebra

/// What measurements tell about a small correction of a pose: the normal equations of a weighted least-squares problem.
///
/// Unknowns as in `PoseChange`: rotation vector about `centre`, then translation, both in A's axes.
public struct PoseInformation<A: Frame>: Equatable, Sendable {
    public let centre: Point<A>
    /// Upper triangle is kept equal to the lower; 6 × 6, row by row.
    private var normal = [Double](repeating: 0, count: 36)
    private var right = [Double](repeating: 0, count: 6)
    /// Σ w² JᵀΣJ, where the weights are not the inverse of the measurements' covariance.
    private var spread = [Double](repeating: 0, count: 36)
    public private(set) var count = 0

    public init(centre: Point<A>) { self.centre = centre }

    /// A distance measured along a direction at a place: by how much the place must move along `n` (mm).
    ///
    /// - Parameters:
    ///   - weight: 1/mm², the inverse of the variance for the best estimate.
    ///   - variance: of this measurement, where it is not 1/weight, mm².
    public mutating func add(
        at p: Point<A>, along n: Direction<A>, wanted: Double, weight: Double = 1, variance: Double? = nil
    ) {
        let arm = cross(p.coordinates - centre.coordinates, n.vector)
        let row = [arm.x, arm.y, arm.z, n.vector.x, n.vector.y, n.vector.z]
        let noise = variance.map { weight * weight * $0 } ?? weight
        for i in 0..<6 {
            right[i] += weight * row[i] * wanted
            for j in 0..<6 {
                normal[6 * i + j] += weight * row[i] * row[j]
                spread[6 * i + j] += noise * row[i] * row[j]
            }
        }
        count += 1
    }

    /// A place measured in three dimensions: by how much it must move (mm).
    ///
    /// - Parameters:
    ///   - weight: symmetric, 1/mm²; the inverse of the covariance for the best estimate.
    ///   - covariance: of this measurement.
    public mutating func add(at p: Point<A>, wanted: Displacement<A>, weight: Matrix3, covariance: Covariance<A>) {
        let k = Matrix3.skew(p.coordinates - centre.coordinates)
        // J = [−[r]×, I]; Jᵀ = [[r]×; I]
        add(weight, k, to: \.normal)
        add(weight * covariance.matrix * weight, k, to: \.spread)
        let pull = weight * wanted.vector
        let turn = k * pull
        for i in 0..<3 {
            right[i] += turn[i]
            right[3 + i] += pull[i]
        }
        count += 3
    }

    /// Adds Jᵀ M J with J = [−K, I] and K skew.
    private mutating func add(_ m: Matrix3, _ k: Matrix3, to target: WritableKeyPath<Self, [Double]>) {
        let (km, mk) = (k * m, m * k)
        let kmk = km * k
        for i in 0..<3 {
            for j in 0..<3 {
                self[keyPath: target][6 * i + j] -= kmk[i, j]
                self[keyPath: target][6 * i + 3 + j] += km[i, j]
                self[keyPath: target][6 * (3 + i) + j] -= mk[i, j]
                self[keyPath: target][6 * (3 + i) + 3 + j] += m[i, j]
            }
        }
    }

    /// The correction that fits best.
    ///
    /// - Throws: `UncertaintyError.tooFewMeasurements`, `.unconstrained`.
    public func solution() throws(UncertaintyError) -> PoseChange<A> {
        let answer = try inverse(times: right)
        return PoseChange(
            rotation: Vector3(answer[0], answer[1], answer[2]), translation: Vector3(answer[3], answer[4], answer[5]),
            centre: centre)
    }

    /// The correction that fits best among the motions that the measurements hold; the others are left as they are.
    ///
    /// - Parameters:
    ///   - arm: mm, as in `modes(arm:)`.
    ///   - least: motions below this part of the greatest stiffness count as free.
    public func constrainedSolution(arm: Double, least: Double = 1e-6) throws(UncertaintyError) -> PoseChange<A> {
        let modes = try modes(arm: arm)
        var (rotation, translation) = (Vector3.zero, Vector3.zero)
        let (turn, shift) = (Vector3(right[0], right[1], right[2]), Vector3(right[3], right[4], right[5]))
        for mode in modes where mode.stiffness > least * modes[5].stiffness {
            let pull = (dot(mode.rotation, turn) + dot(mode.translation, shift)) / mode.stiffness
            rotation += mode.rotation * pull
            translation += mode.translation * pull
        }
        return PoseChange(rotation: rotation, translation: translation, centre: centre)
    }

    /// The covariance of that correction to first order: N⁻¹ S N⁻¹, which is N⁻¹ for the best weights.
    public func covariance<B: Frame>(of pose: B.Type = B.self) throws(UncertaintyError) -> PoseCovariance<A, B> {
        let inverse = try inverted()
        let sandwich = try numerical { () throws(LinearAlgebraError) in
            try inverse * Matrix(rowCount: 6, columnCount: 6, columnMajor: spread) * inverse
        }
        func block(_ i: Int, _ j: Int) -> Matrix3 {
            func row(_ k: Int) -> Vector3 {
                Vector3(sandwich[i + k, j], sandwich[i + k, j + 1], sandwich[i + k, j + 2])
            }
            return Matrix3(rows: row(0), row(1), row(2))
        }
        return PoseCovariance(centre: centre, rotation: block(0, 0), cross: block(0, 3), translation: block(3, 3))
    }

    /// One way in which the pose may move, and how firmly the measurements hold it.
    public struct Mode: Equatable, Sendable {
        /// Rotation vector, rad, for a motion of 1 mm in the sense below.
        public let rotation: Vector3
        public let translation: Vector3
        /// Weight with which the measurements resist, 1/mm² summed: the eigenvalue.
        public let stiffness: Double
    }

    /// Six independent motions, the least constrained first. A turn counts as long as it moves a place `arm` mm away.
    public func modes(arm: Double) throws(UncertaintyError) -> [Mode] {
        guard arm > 0, arm.isFinite else { throw .impossibleParameter(name: "arm", value: arm) }
        let scaled = scaled(by: arm)
        let eigen = try numerical { () throws(LinearAlgebraError) in try scaled.symmetricEigen() }
        return (0..<6).map { k in
            let v = eigen.vectors.column(k)
            return Mode(
                rotation: Vector3(v[0], v[1], v[2]) / arm, translation: Vector3(v[3], v[4], v[5]),
                stiffness: max(eigen.values[k], 0))
        }
    }

    /// N with rotations measured in mm at `arm`.
    private func scaled(by arm: Double) -> Matrix {
        var m = Matrix.identity(6)
        for i in 0..<6 { for j in 0..<6 { m[i, j] = normal[6 * i + j] / ((i < 3 ? arm : 1) * (j < 3 ? arm : 1)) } }
        return m
    }

    /// A length that makes rotations and translations comparable: the RMS arm of the measurements.
    private var typicalArm: Double {
        let turns = normal[0] + normal[7] + normal[14]
        let shifts = normal[21] + normal[28] + normal[35]
        return max((turns / max(shifts, 1e-300)).squareRoot(), 1e-9)
    }

    private func inverted() throws(UncertaintyError) -> Matrix {
        guard count >= 6 else { throw .tooFewMeasurements(count) }
        let arm = typicalArm
        let least = try modes(arm: arm)
        let ratio = least[0].stiffness / least[5].stiffness
        guard ratio > 1e-10 else { throw .unconstrained(ratio: ratio.isFinite ? ratio : 0) }
        let scaled = scaled(by: arm)
        var inverse = try numerical { () throws(LinearAlgebraError) in try scaled.inverse() }
        for i in 0..<6 { for j in 0..<6 { inverse[i, j] /= (i < 3 ? arm : 1) * (j < 3 ? arm : 1) } }
        return inverse
    }

    private func inverse(times b: [Double]) throws(UncertaintyError) -> [Double] {
        let inverse = try inverted()
        return (0..<6).map { i in (0..<6).reduce(0) { $0 + inverse[i, $1] * b[$1] } }
    }
}

/// Runs linear algebra and tells its errors as ours.
func numerical<R>(_ body: () throws(LinearAlgebraError) -> R) throws(UncertaintyError) -> R {
    do { return try body() } catch { throw .numerical(error) }
}
