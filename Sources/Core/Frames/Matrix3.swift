/// A 3×3 matrix of doubles, stored as its columns.
@frozen public struct Matrix3: Equatable, Sendable {
    public var columns: (Vector3, Vector3, Vector3)

    @inlinable public init(columns a: Vector3, _ b: Vector3, _ c: Vector3) { columns = (a, b, c) }

    @inlinable public init(rows a: Vector3, _ b: Vector3, _ c: Vector3) {
        columns = (Vector3(a.x, b.x, c.x), Vector3(a.y, b.y, c.y), Vector3(a.z, b.z, c.z))
    }

    @inlinable public init(diagonal d: Vector3) {
        columns = (Vector3(d.x, 0, 0), Vector3(0, d.y, 0), Vector3(0, 0, d.z))
    }

    @inlinable public static var identity: Matrix3 { Matrix3(diagonal: Vector3(1, 1, 1)) }
    @inlinable public static var zero: Matrix3 { Matrix3(diagonal: .zero) }

    @inlinable public subscript(row: Int, column: Int) -> Double {
        get { column == 0 ? columns.0[row] : column == 1 ? columns.1[row] : columns.2[row] }
        set {
            switch column {
            case 0: columns.0[row] = newValue
            case 1: columns.1[row] = newValue
            default: columns.2[row] = newValue
            }
        }
    }

    @inlinable public static func == (a: Matrix3, b: Matrix3) -> Bool { a.columns == b.columns }

    @inlinable public static func * (a: Matrix3, v: Vector3) -> Vector3 {
        a.columns.0 * v.x + a.columns.1 * v.y + a.columns.2 * v.z
    }

    @inlinable public static func * (a: Matrix3, b: Matrix3) -> Matrix3 {
        Matrix3(columns: a * b.columns.0, a * b.columns.1, a * b.columns.2)
    }

    @inlinable public static func * (a: Matrix3, s: Double) -> Matrix3 {
        Matrix3(columns: a.columns.0 * s, a.columns.1 * s, a.columns.2 * s)
    }

    @inlinable public static func + (a: Matrix3, b: Matrix3) -> Matrix3 {
        Matrix3(columns: a.columns.0 + b.columns.0, a.columns.1 + b.columns.1, a.columns.2 + b.columns.2)
    }

    @inlinable public static func - (a: Matrix3, b: Matrix3) -> Matrix3 {
        Matrix3(columns: a.columns.0 - b.columns.0, a.columns.1 - b.columns.1, a.columns.2 - b.columns.2)
    }

    @inlinable public var transposed: Matrix3 { Matrix3(rows: columns.0, columns.1, columns.2) }

    @inlinable public var determinant: Double { dot(columns.0, cross(columns.1, columns.2)) }

    @inlinable public var trace: Double { columns.0.x + columns.1.y + columns.2.z }

    /// The inverse by cofactors; `nil` where the determinant is zero or not finite.
    @inlinable public var inverse: Matrix3? {
        let d = determinant
        guard d.isFinite, abs(d) > 1e-300 else { return nil }
        return Matrix3(
            rows: cross(columns.1, columns.2) / d, cross(columns.2, columns.0) / d, cross(columns.0, columns.1) / d)
    }

    /// The outer product a bᵀ.
    @inlinable public static func outer(_ a: Vector3, _ b: Vector3) -> Matrix3 {
        Matrix3(columns: a * b.x, a * b.y, a * b.z)
    }

    /// [v]× with [v]× w = v × w.
    @inlinable public static func skew(_ v: Vector3) -> Matrix3 {
        Matrix3(columns: Vector3(0, v.z, -v.y), Vector3(-v.z, 0, v.x), Vector3(v.y, -v.x, 0))
    }

    /// Whether all nine elements are finite. `largestMagnitude` cannot tell: a maximum may pass over NaN.
    @inlinable public var isFinite: Bool { columns.0.isFinite && columns.1.isFinite && columns.2.isFinite }

    /// The largest magnitude among the nine elements, where they are numbers.
    @inlinable public var largestMagnitude: Double {
        func most(_ v: Vector3) -> Double { max(abs(v.x), abs(v.y), abs(v.z)) }
        return max(most(columns.0), most(columns.1), most(columns.2))
    }
}
