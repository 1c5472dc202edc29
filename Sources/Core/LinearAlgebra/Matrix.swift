import COpenBLAS

/// A dense matrix of doubles of any size, stored column by column.
///
/// ```swift
/// let a = try Matrix(rows: [[4, 1], [1, 3]])
/// let x = try a.solve(Matrix(column: [1, 2]))
/// ```
/// Sizes that are fixed and known, and everything in the control loop, belong to `Matrix3` or `SmallMatrix` instead.
public struct Matrix: Equatable, Sendable {
    public let rowCount: Int
    public let columnCount: Int
    /// Column by column: element (i, j) is at j · rowCount + i.
    public private(set) var elements: [Double]

    /// - Throws: `LinearAlgebraError.wrongCount`, `.impossibleShape`.
    public init(rowCount: Int, columnCount: Int, columnMajor elements: [Double]) throws(LinearAlgebraError) {
        let shape = MatrixShape(rows: rowCount, columns: columnCount)
        let (count, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
        guard rowCount > 0, columnCount > 0, !overflow, count <= Int(Int32.max) else { throw .impossibleShape(shape) }
        guard elements.count == count else { throw .wrongCount(expected: count, found: elements.count) }
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.elements = elements
    }

    /// For results, whose shape is right by construction.
    init(trusted elements: [Double], _ rowCount: Int, _ columnCount: Int) {
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.elements = elements
    }

    /// - Throws: `LinearAlgebraError.wrongCount` where the rows differ in length, `.impossibleShape` where there are
    /// none.
    public init(rows: [[Double]]) throws(LinearAlgebraError) {
        let width = rows.first?.count ?? 0
        if let odd = rows.first(where: { $0.count != width }) { throw .wrongCount(expected: width, found: odd.count) }
        let elements = (0..<width).flatMap { j in rows.map { $0[j] } }
        try self.init(rowCount: rows.count, columnCount: width, columnMajor: elements)
    }

    /// One column.
    public init(column: [Double]) throws(LinearAlgebraError) {
        try self.init(rowCount: column.count, columnCount: 1, columnMajor: column)
    }

    /// - Precondition: `size` is positive.
    public static func identity(_ size: Int) -> Matrix { diagonal([Double](repeating: 1, count: size)) }

    /// - Precondition: `values` is not empty.
    public static func diagonal(_ values: [Double]) -> Matrix {
        precondition(!values.isEmpty, "a matrix has at least one element")
        var made = Matrix(
            trusted: [Double](repeating: 0, count: values.count * values.count), values.count, values.count)
        for (i, value) in values.enumerated() { made[i, i] = value }
        return made
    }

    public var shape: MatrixShape { MatrixShape(rows: rowCount, columns: columnCount) }

    public subscript(row: Int, column: Int) -> Double {
        get { elements[index(row, column)] }
        set { elements[index(row, column)] = newValue }
    }

    private func index(_ row: Int, _ column: Int) -> Int {
        precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount, "no such element")
        return column * rowCount + row
    }

    public func column(_ j: Int) -> [Double] { (0..<rowCount).map { self[$0, j] } }
    public func row(_ i: Int) -> [Double] { (0..<columnCount).map { self[i, $0] } }

    public var transposed: Matrix {
        Matrix(trusted: (0..<rowCount).flatMap { row($0) }, columnCount, rowCount)
    }

    public var isFinite: Bool { elements.allSatisfy(\.isFinite) }

    /// The largest magnitude among the elements.
    public var largestMagnitude: Double { elements.reduce(0) { max($0, abs($1)) } }

    /// The root of the sum of squares of all elements.
    public var frobeniusNorm: Double { elements.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}

extension Matrix {
    public static func + (a: Matrix, b: Matrix) throws(LinearAlgebraError) -> Matrix { try combined(a, b, +) }
    public static func - (a: Matrix, b: Matrix) throws(LinearAlgebraError) -> Matrix { try combined(a, b, -) }

    public static func * (a: Matrix, s: Double) -> Matrix {
        Matrix(trusted: a.elements.map { $0 * s }, a.rowCount, a.columnCount)
    }

    /// The product, by OpenBLAS on one thread, so that the same input gives the same bytes on any machine of one kind.
    public static func * (a: Matrix, b: Matrix) throws(LinearAlgebraError) -> Matrix {
        guard a.columnCount == b.rowCount else { throw .shapeMismatch(left: a.shape, right: b.shape) }
        OneThread.set
        let (m, n, k) = (Int32(a.rowCount), Int32(b.columnCount), Int32(a.columnCount))
        let elements = [Double](unsafeUninitializedCapacity: a.rowCount * b.columnCount) { out, count in
            cblas_dgemm(
                CblasColMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a.elements, m, b.elements, k, 0, out.baseAddress,
                m)
            count = a.rowCount * b.columnCount
        }
        return Matrix(trusted: elements, a.rowCount, b.columnCount)
    }

    private static func combined(
        _ a: Matrix, _ b: Matrix, _ join: (Double, Double) -> Double
    ) throws(LinearAlgebraError) -> Matrix {
        guard a.shape == b.shape else { throw .shapeMismatch(left: a.shape, right: b.shape) }
        return Matrix(trusted: zip(a.elements, b.elements).map(join), a.rowCount, a.columnCount)
    }
}

/// OpenBLAS sums in another order with another number of threads: results would differ from one machine to the next.
enum OneThread {
    static let set: Void = openblas_set_num_threads(1)
}
