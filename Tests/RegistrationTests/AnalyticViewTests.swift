import Foundation
import Frames
import Imaging
import Testing
import Uncertainty

@testable import Registration

/// Views that were calculated without voxels and without the projector under test, with scatter and noise.
@Suite struct AnalyticViewTests {
    static let level = AnatomicalLabel(22)

    /// From the front and from the side by a C-arm made by hand: 620 mm to the middle, 1020 mm to the detector.
    static func views(
        _ scene: AnalyticVertebra, _ X: Pose<CT, XRayRoom>, _ middle: Point<XRayRoom>, seed: UInt64
    ) throws -> [XRayView] {
        var random = SeededGenerator(seed: seed)
        return try [0.05 * random.normal(), .pi / 2 + 0.05 * random.normal()].enumerated().map { i, angle in
            let forward = Vector3(-sin(angle), cos(angle), 0)
            let axes = Matrix3(columns: Vector3(cos(angle), sin(angle), 0), Vector3(0, 0, -1), forward)
            let source = middle.coordinates + random.normal3() * 8 - forward * 620
            let turn = X.rotation.matrix
            let pixels = scene.image(from: turn * source + X.translation, turn * axes, seed: 2 * seed + UInt64(i))
            let (a, b, c) = axes.columns
            let rows = [a * 2040 + c * 299.5, b * 2040 + c * 299.5, c]
            let projection = try ProjectionMatrix(rows.flatMap { [$0.x, $0.y, $0.z, -dot($0, source)] })
            return try XRayView(projection: projection, width: 600, height: 600, pixels: pixels)
        }
    }

    @Test func viewsOfAnotherMakingFindTheVertebra() throws {
        let scene = AnalyticVertebra()
        let grid = try GridGeometry(
            size: GridSize(96, 84, 62), spacing: Vector3(0.9, 0.9, 1), origin: Point(-44, -42, -30))
        let (ct, labels) = (scene.scan(grid), scene.labels(grid, Self.level))
        for seed in 0..<3 {
            var random = SeededGenerator(seed: UInt64(seed + 40))
            let X = Pose<CT, XRayRoom>(
                rotation: Rotation(rotationVector: random.normal3() * 0.05), translation: random.normal3() * 20)
            let middle = X.inverse * Point<CT>(0, -5, 0)
            let off = PoseChange<XRayRoom>(
                rotation: (normalized(random.normal3()) ?? .zero) * radians(degrees: 8),
                translation: (normalized(random.normal3()) ?? .zero) * 8, centre: middle)
            let fit = try XRayRegistration(
                ct: ct, labels: labels, bone: Self.level,
                views: Self.views(scene, X, middle, seed: UInt64(seed + 90)), from: off.applied(to: X.inverse).inverse)
            let change = fit.X_CTRoom * X.inverse
            let errors = [Point<CT>(0, -22, 0), Point(-13, 20, 0), Point(13, 20, 0), Point(0, 30, -6)].map {
                (change * $0).distance(to: $0)
            }
            print("x-ray of ellipsoids: \(errors) mm, searches \(fit.disagreement) mm apart, \(fit.similarity)")
            #expect(fit.verdict == .trustworthy && (errors.max() ?? 9) < 0.5)
        }
    }
}
