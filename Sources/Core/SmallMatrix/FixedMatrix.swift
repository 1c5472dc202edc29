/// Up to eight numbers on the stack; places beyond its length hold 0.
public typealias FixedVector = SIMD8<Double>

/// A matrix of at most 8×8 numbers on the stack, whose operations do not allocate: for use in a control loop.
///
/// ```swift
/// let J = FixedMatrix(rows: 6, columns: 7) { row, column in jacobian[row, column] }
/// let dq = J.dampedLeastSquares(velocity, damping: 0.01)      // FixedVector?
/// ```
///
/// Stored as eight columns of eight; elements outside `rows` × `columns` are 0. Operations that can fail return `nil`.
@frozen public struct FixedMatrix: Sendable {
    public static let capacity = 8

    @usableFromInline var storage: InlineArray<8, SIMD8<Double>>
    public let rows: Int
    public let columns: Int

    /// All zeros.
    @inlinable public init(rows: Int, columns: Int) {
        precondition((0...8).contains(rows) && (0...8).contains(columns), "a fixed matrix is at most 8×8")
        storage = InlineArray(repeating: .zero)
        self.rows = rows
        self.columns = columns
    }

    @inlinable public init(rows: Int, columns: Int, _ element: (_ row: Int, _ column: Int) -> Double) {
        self.init(rows: rows, columns: columns)
        for j in 0..<columns { for i in 0..<rows { storage[j][i] = element(i, j) } }
    }

    @inlinable public static func identity(_ n: Int) -> FixedMatrix {
        var matrix = FixedMatrix(rows: n, columns: n)
        for i in 0..<n { matrix.storage[i][i] = 1 }
        return matrix
    }

    @inlinable public subscript(row: Int, column: Int) -> Double {
        get { storage[column][row] }
        set {
            precondition(row < rows && column < columns, "outside the matrix")
            storage[column][row] = newValue
        }
    }

    /// Column `j`; only its first `rows` numbers are taken.
    @inlinable public subscript(column j: Int) -> FixedVector {
        get { storage[j] }
        set {
            precondition(j < columns, "outside the matrix")
            storage[j] = newValue
            for i in rows..<8 where newValue[i] != 0 { storage[j][i] = 0 }
        }
    }

    @inlinable public var isFinite: Bool {
        for j in 0..<columns { for i in 0..<rows where !storage[j][i].isFinite { return false } }
        return true
    }

    @inlinable public var largestMagnitude: Double {
        var most = 0.0
        for j in 0..<columns { for i in 0..<rows { most = max(most, abs(storage[j][i])) } }
        return most
    }

    @inlinable public var transposed: FixedMatrix { FixedMatrix(rows: columns, columns: rows) { self[$1, $0] } }

    @inlinable public static func * (A: FixedMatrix, x: FixedVector) -> FixedVector {
        var sum = FixedVector.zero
        for j in 0..<A.columns { sum += A.storage[j] * x[j] }
        return sum
    }

    @inlinable public static func * (A: FixedMatrix, B: FixedMatrix) -> FixedMatrix {
        precondition(A.columns == B.rows, "matrices that do not fit")
        var product = FixedMatrix(rows: A.rows, columns: B.columns)
        for j in 0..<B.columns { product.storage[j] = A * B.storage[j] }
        return product
    }

    @inlinable public static func + (A: FixedMatrix, B: FixedMatrix) -> FixedMatrix {
        precondition(A.rows == B.rows && A.columns == B.columns, "matrices that do not fit")
        var sum = A
        for j in 0..<A.columns { sum.storage[j] += B.storage[j] }
        return sum
    }

    @inlinable public static func - (A: FixedMatrix, B: FixedMatrix) -> FixedMatrix {
        precondition(A.rows == B.rows && A.columns == B.columns, "matrices that do not fit")
        var difference = A
        for j in 0..<A.columns { difference.storage[j] -= B.storage[j] }
        return difference
    }

    @inlinable public static func * (A: FixedMatrix, s: Double) -> FixedMatrix {
        var scaled = A
        for j in 0..<A.columns { scaled.storage[j] *= s }
        return scaled
    }

    /// Aᵀ x.
    @inlinable public func transposeTimes(_ x: FixedVector) -> FixedVector {
        var product = FixedVector.zero
        for j in 0..<columns { product[j] = (storage[j] * x).sum() }
        return product
    }

    /// Aᵀ A + `damping` · I.
    @inlinable public func gram(damping: Double = 0) -> FixedMatrix {
        var G = FixedMatrix(rows: columns, columns: columns)
        for j in 0..<columns {
            for i in 0...j {
                let product = (storage[i] * storage[j]).sum()
                G.storage[j][i] = product
                G.storage[i][j] = product
            }
            G.storage[j][j] += damping
        }
        return G
    }
}

/// The length of a vector.
@inlinable public func norm(_ x: FixedVector) -> Double { (x * x).sum().squareRoot() }
