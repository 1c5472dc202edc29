import Frames
import LinearAlgebra
import RobotModel

/// The normal equations of an arm's errors, a marker on its flange and a tracker in the room.
struct KinematicFit {
    let nominal: SerialArm
    let sightings: [ArmSighting]
    let prior: KinematicPrior
    /// Turn and shift of each joint, six numbers a joint.
    private(set) var parameters: [Double]
    private(set) var X: Pose<Flange, Marker>
    private(set) var Z: Pose<Base, Tracker>

    init(_ arm: SerialArm, _ sightings: [ArmSighting], _ prior: KinematicPrior) throws(CalibrationError) {
        (nominal, self.sightings, self.prior) = (arm, sightings, prior)
        parameters = Array(repeating: 0, count: 6 * arm.jointCount)
        let start = try HandEyeCalibration(
            arm: sightings.map { arm.forwardKinematics($0.joints) }, seen: sightings.map(\.X_TrackerMarker))
        (X, Z) = (start.X_FlangeSeen, start.Z_BaseCamera)
    }

    private var unknowns: Int { parameters.count + 12 }

    private func change(_ joint: Int) -> Pose<Link, Link> {
        let p = parameters[(6 * joint)..<(6 * joint + 6)].map { $0 }
        return Pose(
            rotation: Rotation(rotationVector: Vector3(p[0], p[1], p[2])), translation: Vector3(p[3], p[4], p[5]))
    }

    /// The arm with the joints where they were found to be.
    func corrected() throws(CalibrationError) -> SerialArm {
        let joints = (0..<nominal.jointCount).map { i in
            var joint = nominal.joint(i)
            joint.X_ParentJoint = joint.X_ParentJoint * change(i)
            return joint
        }
        do throws(RobotModelError) { return try SerialArm(joints: joints, flange: nominal.flangeOnLastLink) } catch {
            throw .robot(error)
        }
    }

    /// By how much the arm's word is off from the tracker's, in the base.
    func residuals(_ some: [ArmSighting]) throws(CalibrationError) -> [(rotation: Vector3, translation: Vector3)] {
        let arm = try corrected()
        return some.map { Self.residual(arm.forwardKinematics($0.joints) * X, Z * $0.X_TrackerMarker) }
    }

    private static func residual(
        _ said: Pose<Base, Marker>, _ seen: Pose<Base, Marker>
    ) -> (rotation: Vector3, translation: Vector3) {
        ((said.rotation * seen.rotation.inverse).rotationVector, said.translation - seen.translation)
    }

    /// - Returns: the standard deviation left in each parameter.
    mutating func run() throws(CalibrationError) -> [Double] {
        var deviations: [Double] = []
        for _ in 0..<15 {
            let (normal, right) = try equations()
            let inverse = try numerical { () throws(LinearAlgebraError) in
                try normal.solve(.identity(unknowns), leastReciprocalCondition: 1e-22)
            }
            let step = (0..<unknowns).map { i in (0..<unknowns).reduce(0) { $0 + inverse[i, $1] * right[$1] } }
            apply(step)
            deviations = parameters.indices.map { max(inverse[$0, $0], 0).squareRoot() }
            if step.allSatisfy({ abs($0) < 1e-8 }) { break }
        }
        return deviations
    }

    private mutating func apply(_ step: [Double]) {
        for i in parameters.indices { parameters[i] += step[i] }
        let s = Array(step[parameters.count...])
        X = Pose(
            rotation: (X.rotation * Rotation<Marker, Marker>(rotationVector: Vector3(s[0], s[1], s[2]))).renormalized,
            translation: X.translation + Vector3(s[3], s[4], s[5]))
        let turn = Rotation<Base, Base>(rotationVector: Vector3(s[6], s[7], s[8]))
        Z = Pose(rotation: (turn * Z.rotation).renormalized, translation: Z.translation + Vector3(s[9], s[10], s[11]))
    }

    private func equations() throws(CalibrationError) -> (normal: Matrix, right: [Double]) {
        let arm = try corrected()
        var sum = NormalEquations(unknowns)
        let (weightTurn, weightShift) = (
            1 / (prior.trackerTurn * prior.trackerTurn), 1 / (prior.trackerShift * prior.trackerShift)
        )
        for sighting in sightings {
            let columns = columns(arm, sighting)
            let said = arm.forwardKinematics(sighting.joints) * X
            let left = Self.residual(said, Z * sighting.X_TrackerMarker)
            for k in 0..<3 {
                sum.add(columns.map { $0.rotation[k] }, wanted: -left.rotation[k], weight: weightTurn)
                sum.add(columns.map { $0.translation[k] }, wanted: -left.translation[k], weight: weightShift)
            }
        }
        for i in parameters.indices {
            let deviation = i % 6 < 3 ? prior.turn : prior.shift
            sum.addPrior(i, value: parameters[i], weight: 1 / (deviation * deviation))
        }
        return (sum.normal, sum.right)
    }

    /// How the marker, as the arm says against as it was seen, moves with each unknown.
    private func columns(_ arm: SerialArm, _ sighting: ArmSighting) -> [(rotation: Vector3, translation: Vector3)] {
        let links = arm.linkPoses(sighting.joints)
        let end = (links.flange * X).translation
        var columns: [(rotation: Vector3, translation: Vector3)] = []
        for joint in 0..<arm.jointCount {
            let before = joint == 0 ? Pose<Base, Link>.identity() : links[joint - 1]
            let seat = before * arm.joint(joint).X_ParentJoint
            let axes = [seat.rotation.matrix.columns.0, seat.rotation.matrix.columns.1, seat.rotation.matrix.columns.2]
            columns += axes.map { ($0, cross($0, end - seat.translation)) }
            columns += axes.map { (.zero, $0) }
        }
        let (turn, flange) = ((links.flange * X).rotation.matrix, links.flange.rotation.matrix)
        columns += [turn.columns.0, turn.columns.1, turn.columns.2].map { ($0, .zero) }
        columns += [flange.columns.0, flange.columns.1, flange.columns.2].map { (.zero, $0) }
        let seen = Z.rotation.matrix * sighting.X_TrackerMarker.translation
        for axis in [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)] {
            columns.append((-axis, -cross(axis, seen)))
        }
        for axis in [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)] { columns.append((.zero, -axis)) }
        return columns
    }

    func errors(_ deviations: [Double]) -> [JointError] {
        (0..<nominal.jointCount).map { i in
            func vector(_ from: [Double], _ k: Int) -> Vector3 { Vector3(from[k], from[k + 1], from[k + 2]) }
            let learnt = (0..<6).map { k in
                max(0, 1 - deviations[6 * i + k] / (k < 3 ? prior.turn : prior.shift))
            }
            return JointError(
                joint: i, turn: vector(parameters, 6 * i), shift: vector(parameters, 6 * i + 3),
                turnDeviation: vector(deviations, 6 * i), shiftDeviation: vector(deviations, 6 * i + 3), learnt: learnt)
        }
    }
}

/// Sums of a weighted least-squares problem.
struct NormalEquations {
    private(set) var normal: Matrix
    private(set) var right: [Double]

    init(_ count: Int) {
        normal = .diagonal(Array(repeating: 0, count: count))
        right = Array(repeating: 0, count: count)
    }

    mutating func add(_ row: [Double], wanted: Double, weight: Double) {
        let used = row.indices.filter { row[$0] != 0 }
        for i in used {
            right[i] += weight * row[i] * wanted
            for j in used { normal[i, j] += weight * row[i] * row[j] }
        }
    }

    mutating func addPrior(_ i: Int, value: Double, weight: Double) {
        normal[i, i] += weight
        right[i] -= weight * value
    }
}
