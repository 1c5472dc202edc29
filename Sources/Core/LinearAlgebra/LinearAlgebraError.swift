/// Why a problem of linear algebra has no trustworthy answer.
public enum LinearAlgebraError: Error, Equatable, Sendable {
    /// Shapes that do not fit, as rows × columns of both sides.
    case shapeMismatch(left: MatrixShape, right: MatrixShape)
    /// A square matrix is needed.
    case notSquare(MatrixShape)
    /// So many numbers do not fill the shape.
    case wrongCount(expected: Int, found: Int)
    /// A matrix without rows or columns, or with more than an `Int32` can count.
    case impossibleShape(MatrixShape)
    /// The input, or the result, holds a number that is not finite.
    case notFinite
    /// Numerically singular; the estimated reciprocal condition number.
    case singular(reciprocalCondition: Double)
    case notPositiveDefinite
    /// aᵢⱼ and aⱼᵢ differ by so much, relative to the largest element.
    case notSymmetric(deviation: Double)
    case noConvergence
    case outOfMemory
}

public struct MatrixShape: Equatable, Sendable, Hashable {
    public let rows, columns: Int

    public init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }
}
