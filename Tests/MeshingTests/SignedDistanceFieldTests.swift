import Frames
import Imaging
import Meshing
import Testing

@Suite struct SignedDistanceFieldTests {
    /// A random label of blobs in an oblique, anisotropic grid.
    static func labels(seed: UInt64, size: GridSize, spacing: Vector3) throws -> LabelVolume {
        var random = SeededGenerator(seed: seed)
        let turn = Rotation<CT, CT>(rotationVector: random.normal3()).matrix
        let geometry = try GridGeometry(size: size, spacing: spacing, origin: Point(10, -20, 30), direction: turn)
        var labels = LabelVolume(geometry: geometry)
        for _ in 0..<4 {
            let centre = Vector3(
                random.uniform() * Double(size.x), random.uniform() * Double(size.y), random.uniform() * Double(size.z))
            let radius = 1 + 3 * random.uniform()
            for i in 0..<size.count {
                let v = geometry.index(offset: i)
                let away = Vector3(Double(v.x), Double(v.y), Double(v.z)) - centre
                if length(away) < radius { labels[v] = 22 }
            }
        }
        return labels
    }

    /// The convention of `SignedDistanceField`, every sample against every other.
    static func bruteForce(_ field: SignedDistanceField, _ labels: LabelVolume) -> [Double] {
        let g = field.geometry
        let inside = (0..<g.size.count).map { i -> Bool in
            let v = labels.geometry.nearest(g.point(g.index(offset: i)))
            return labels.size.contains(v) && labels[v] == 22
        }
        let places = (0..<g.size.count).map { i -> Vector3 in
            let v = g.index(offset: i)
            return Vector3(Double(v.x), Double(v.y), Double(v.z)) * g.spacing
        }
        let half = g.spacing.sum() / 6
        let other = [true, false].map { side in places.indices.filter { inside[$0] == side }.map { places[$0] } }
        return places.indices.map { i in
            let goals = inside[i] ? other[1] : other[0]
            let nearest = goals.reduce(Double.infinity) { min($0, squaredLength($1 - places[i])) }.squareRoot()
            return inside[i] ? half - nearest : nearest - half
        }
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func agreesWithBruteForce(seed: UInt64) throws {
        let spacing = [Vector3(1, 1, 1), Vector3(0.7, 0.7, 1.5), Vector3(0.4, 0.9, 0.6), Vector3(2.1, 0.5, 0.5)][
            Int(seed) - 1]
        let labels = try Self.labels(seed: seed, size: GridSize(9, 8, 7), spacing: spacing)
        let field = try SignedDistanceField(of: [AnatomicalLabel(22)], in: labels, margin: 1)
        let expected = Self.bruteForce(field, labels)
        let worst = expected.indices.map { abs(Double(field.values[$0]) - expected[$0]) }.max() ?? 1
        #expect(worst < 1e-5)
        #expect(field.geometry.spacing.max() <= 0.5 + 1e-12)
    }

    @Test func aPlateIsMeasuredFromItsFaces() throws {
        let geometry = try GridGeometry(size: GridSize(20, 20, 20), spacing: Vector3(1, 1, 3), origin: .origin)
        var labels = LabelVolume(geometry: geometry)
        for i in 0..<geometry.size.count where geometry.index(offset: i).z < 10 {
            labels[geometry.index(offset: i)] = 20
        }
        let field = try SignedDistanceField(of: [AnatomicalLabel(20)], in: labels, margin: 10)
        #expect(field.touchesImageEdge)
        // the face between slices 9 and 10 lies at z = 28.5 mm
        for z in stride(from: 22.0, through: 36.0, by: 0.37) {
            #expect(abs(field.distance(at: Point(10, 10, z)) - (z - 28.5)) < 0.02)
        }
        let up = field.gradient(at: Point(10, 10, 31)).vector
        #expect(length(up - Vector3(0, 0, 1)) < 1e-3)
    }

    @Test func beyondTheGridItIsALowerBoundThatGrows() throws {
        let geometry = try GridGeometry(size: GridSize(30, 30, 30), spacing: Vector3(1, 1, 1), origin: .origin)
        var labels = LabelVolume(geometry: geometry)
        labels[VoxelIndex(15, 15, 15)] = 5
        let field = try SignedDistanceField(of: [AnatomicalLabel(5)], in: labels, margin: 3)
        var last = 0.0
        for x in stride(from: 20.0, to: 60, by: 3) {
            let d = field.distance(at: Point(x, 15, 15))
            #expect(d <= x - 15.5 + 0.05 && d >= x - 18.5 && d > last)
            last = d
        }
    }

    @Test func refusesWhatIsNotThere() throws {
        let geometry = try GridGeometry(size: GridSize(4, 4, 4), spacing: Vector3(1, 1, 1), origin: .origin)
        var labels = LabelVolume(geometry: geometry)
        labels[VoxelIndex(1, 1, 1)] = 5
        #expect(throws: MeshingError.labelNotFound([7])) {
            try SignedDistanceField(of: [AnatomicalLabel(7)], in: labels)
        }
        #expect(throws: MeshingError.impossibleParameter(name: "finestStep", value: 0)) {
            try SignedDistanceField(of: [AnatomicalLabel(5)], in: labels, finestStep: 0)
        }
        let far = VoxelBox(lower: VoxelIndex(90, 90, 90), upper: VoxelIndex(95, 95, 95))
        #expect(throws: MeshingError.labelNotFound([5])) {
            try SignedDistanceField(of: [AnatomicalLabel(5)], in: labels, region: far)
        }
    }
}
