import Frames
import Imaging
import Testing

@testable import Segmentation

/// Kernels against closed forms and brute force.
@Suite struct GridTests {
    static func random(_ n: Int, seed: UInt64) -> MaskGrid {
        var generator = SeededGenerator(seed: seed)
        var m = MaskGrid(nx: n, ny: n, nz: n, spacing: 1, origin: .zero, filledWith: 0)
        for i in 0..<m.count { m.values[i] = generator.uniform() < 0.3 ? 1 : 0 }
        return m
    }

    @Test func boxSumsAgreeWithCounting() {
        let m = Self.random(12, seed: 3)
        let sums = BoxSums(m.values, nx: 12, ny: 12, nz: 12)
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<200 {
            func range() -> Range<Int> {
                let a = Int(generator.uniform() * 14) - 1, b = a + 1 + Int(generator.uniform() * 8)
                return a..<b
            }
            let (xs, ys, zs) = (range(), range(), range())
            var hits = 0, total = 0
            for z in zs.clamped(to: 0..<12) {
                for y in ys.clamped(to: 0..<12) {
                    for x in xs.clamped(to: 0..<12) { total += 1; hits += Int(m.values[m.offset(x, y, z)]) }
                }
            }
            #expect(abs(sums.fraction(xs, ys, zs) - (total == 0 ? 0 : Float(hits) / Float(total))) < 1e-6)
        }
    }

    @Test func largestEigenvalueSolvesTheCharacteristicEquation() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            let v = (0..<6).map { _ in generator.normal() * 50 }
            let value = Double(
                largestEigenvalue(
                    Float(v[0]), Float(v[1]), Float(v[2]), Float(v[3]), Float(v[4]), Float(v[5])))
            let m = Matrix3(rows: Vector3(v[0], v[3], v[4]), Vector3(v[3], v[1], v[5]), Vector3(v[4], v[5], v[2]))
            let shifted = m - Matrix3.identity * value
            let scale = pow3(m.largestMagnitude)
            #expect(abs(shifted.determinant) < 1e-4 * scale)
            // The largest: no direction has a greater quadratic form.
            for axis in [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)] {
                #expect(dot(axis, m * axis) <= value + 1e-3 * m.largestMagnitude)
            }
        }
    }

    func pow3(_ x: Double) -> Double { x * x * x }

    @Test func aGaussianKeepsItsSumAndWidth() {
        var g = ScalarGrid(nx: 41, ny: 41, nz: 41, spacing: 0.5, origin: .zero, filledWith: 0)
        g.values[g.offset(20, 20, 20)] = 1000
        let b = g.blurred(sigma: 1.5)
        var sum = 0.0, square = 0.0
        for i in 0..<b.count {
            let d = b.point(offset: i).x - 10
            sum += Double(b.values[i])
            square += Double(b.values[i]) * d * d
        }
        #expect(abs(sum - 1000) < 1)
        // The kernel ends at three standard deviations, which takes 1.4 % off its width.
        #expect(abs((square / sum).squareRoot() - 1.5) < 0.03)
    }

    @Test func aDarkSheetIsFoundAndABrightOneIsNot() {
        func response(_ sheet: Float) -> Float {
            var g = ScalarGrid(nx: 30, ny: 30, nz: 30, spacing: 1, origin: .zero, filledWith: 500)
            for z in 0..<30 { for y in 0..<30 { g.values[g.offset(15, y, z)] = sheet } }
            return g.blurred(sigma: 1).darkSheetness(sigma: 1).values[g.offset(15, 15, 15)]
        }
        #expect(response(0) > 80)
        #expect(response(1000) < 1)
    }

    @Test func componentsAgreeWithUnionFind() {
        let m = Self.random(14, seed: 11)
        var parent = Array(0..<m.count)
        func root(_ i: Int) -> Int {
            var i = i
            while parent[i] != i { i = parent[i] }
            return i
        }
        for z in 0..<14 {
            for y in 0..<14 {
                for x in 0..<14 where m.values[m.offset(x, y, z)] == 1 {
                    let i = m.offset(x, y, z)
                    if x + 1 < 14, m.values[i + 1] == 1 { parent[root(i)] = root(i + 1) }
                    if y + 1 < 14, m.values[i + 14] == 1 { parent[root(i)] = root(i + 14) }
                    if z + 1 < 14, m.values[i + 196] == 1 { parent[root(i)] = root(i + 196) }
                }
            }
        }
        let sizes = Dictionary(grouping: m.values.indices.filter { m.values[$0] == 1 }, by: root).values.map(\.count)
            .sorted()
        #expect(m.components().list.map(\.count).sorted() == sizes)
    }

    /// Of two pieces the smaller goes, whatever lies between.
    @Test func smallIslandsGo() {
        let size = GridSize(12, 6, 6)
        var paint = [UInt8](repeating: Paint.body, count: size.count)
        func set(_ xs: Range<Int>) {
            for z in 1..<4 { for y in 1..<4 { for x in xs { paint[(z * 6 + y) * 12 + x] = Paint.disc } } }
        }
        set(1..<5)
        set(7..<9)
        let cleaner = LabelCleaner(size: size, spacing: (1, 1, 2))
        var bounds = VoxelBounds(low: (1, 1, 1), high: (8, 3, 3))
        bounds.count = 54
        // 18 voxels of 2 mm³ go at 37 mm³, and stay at 36; the other piece has 72 mm³
        for (limit, left) in [(36.0, 54), (37, 36), (73, 0)] {
            var found = paint
            cleaner.dropIslands(&found, Paint.disc, bounds, smallest: limit, replacement: Paint.body)
            #expect(found.count { $0 == Paint.disc } == left)
        }
    }
}
