import Frames

/// How a file format names the patient's axes. The program knows DICOM's alone (LPS); the others exist at this edge only.
public enum WorldConvention: String, Sendable {
    /// +X left, +Y posterior, +Z superior: DICOM, ITK, `CT`.
    case lps
    /// +X right, +Y anterior, +Z superior: NIfTI, 3D Slicer.
    case ras
    /// +X left, +Y anterior, +Z superior.
    case las

    /// Turns coordinates of this convention into CT coordinates, and back: each is its own inverse.
    public var toCT: Matrix3 {
        switch self {
        case .lps: .identity
        case .ras: Matrix3(diagonal: Vector3(-1, -1, 1))
        case .las: Matrix3(diagonal: Vector3(1, -1, 1))
        }
    }
}

extension GridGeometry {
    /// The grid of a file's affine map, whose columns are steps of one voxel in mm.
    ///
    /// Axes that are perpendicular to 1e-3 are made exactly so (files hold few decimals); anything worse is refused, since
    /// no grid of boxes can hold it.
    static func fromFile(
        size: GridSize, steps: Matrix3, origin: Vector3, convention: WorldConvention
    ) throws(FileProblem) -> (geometry: GridGeometry, deviation: Double) {
        let steps = convention.toCT * steps
        let spacing = Vector3(length(steps.columns.0), length(steps.columns.1), length(steps.columns.2))
        guard spacing.isFinite, spacing.min() > 0 else {
            throw .impossibleGeometry("spacing \(spacing.x)×\(spacing.y)×\(spacing.z) mm")
        }
        let axes = steps * Matrix3(diagonal: Vector3(1, 1, 1) / spacing)
        let deviation = (axes.transposed * axes - .identity).largestMagnitude
        guard deviation < 1e-3 else { throw .sheared(deviation: deviation) }
        return (
            try checked(
                size: size, spacing: spacing, origin: Point(convention.toCT * origin),
                direction: deviation < 1e-12 ? axes : straightened(axes)), deviation
        )
    }

    /// As the initialiser, with the error that readers wrap.
    static func checked(
        size: GridSize, spacing: Vector3, origin: Point<CT>, direction: Matrix3
    ) throws(FileProblem) -> GridGeometry {
        do { return try GridGeometry(size: size, spacing: spacing, origin: origin, direction: direction) } catch {
            if case .impossibleGeometry(let what) = error { throw .impossibleGeometry(what) }
            throw .impossibleGeometry("")
        }
    }

    /// The nearest orthonormal matrix, of the same handedness (Newton's iteration for the polar factor, Higham 1986).
    static func straightened(_ m: Matrix3) -> Matrix3 {
        var x = m
        for _ in 0..<8 {
            guard let inverse = x.inverse else { return x }
            x = (x + inverse.transposed) * 0.5
        }
        return x
    }
}
