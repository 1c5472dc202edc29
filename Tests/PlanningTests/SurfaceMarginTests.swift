import Frames
import Glibc
import Imaging
import Meshing
import Testing

@testable import Planning

/// A solid known in closed form, in a frame of its own, sampled as a scanner would: voxels of 0.5×0.5×2 mm, blurred by 1 mm
/// (full width at half maximum) within a slice, and slices as thick as they are apart.
struct AnalyticSolid: Sendable {
    let name: String
    /// Exact distance to the surface, mm, negative inside.
    let distance: @Sendable (Vector3) -> Double

    static let level = AnatomicalLabel(22)

    /// Faces at ±8, ±14, ±11 mm.
    static let box = AnalyticSolid(name: "box") { p in
        let q = Vector3(abs(p.x), abs(p.y), abs(p.z)) - Vector3(8, 14, 11)
        return length(pointwiseMax(q, .zero)) + min(q.max(), 0)
    }

    /// A cylinder of 9 mm radius along Y, 36 mm long.
    static let tube = AnalyticSolid(name: "tube") { p in
        let q = SIMD2((p.x * p.x + p.z * p.z).squareRoot() - 9, abs(p.y) - 18)
        let outside = pointwiseMax(q, .zero)
        return (outside * outside).sum().squareRoot() + min(q.max(), 0)
    }

    /// A ball of 14 mm radius.
    static let ball = AnalyticSolid(name: "ball") { length($0) - 14 }

    /// Places of a disc of 1 mm radius, weighted by a bell curve of 0.42 mm.
    static let blur: [(x: Double, y: Double, weight: Double)] = (0..<49).compactMap { i in
        let (x, y) = (Double(i % 7 - 3) / 3, Double(i / 7 - 3) / 3)
        return x * x + y * y <= 1.01 ? (x, y, exp(-(x * x + y * y) / (2 * 0.42 * 0.42))) : nil
    }

    /// Labels by voxel centres and a CT by shares of bone (300 HU in 50 HU), the solid turned in the image.
    func scan(turn: Rotation<CT, CT>, spacing: Vector3 = Vector3(0.5, 0.5, 2)) throws -> (LabelVolume, Volume<Int16>) {
        let counts = (Vector3(repeating: 54) / spacing).rounded(.up)
        let size = GridSize(Int(counts.x), Int(counts.y), Int(counts.z))
        let geometry = try GridGeometry(size: size, spacing: spacing, origin: Point(-(counts - 1) * spacing / 2))
        var (labels, ct) = (LabelVolume(geometry: geometry), Volume<Int16>(geometry: geometry, filledWith: 50))
        let back = turn.inverse.matrix
        for offset in 0..<size.count {
            let i = geometry.index(offset: offset)
            let p = geometry.point(i).coordinates
            let d = distance(back * p)
            if d < 0 { labels[i] = Self.level.number }
            guard abs(d) < 2.2 else {
                if d < 0 { ct[i] = 300 }
                continue
            }
            var (inside, all) = (0.0, 0.0)
            for (x, y, weight) in Self.blur {
                for k in 0..<10 {
                    let z = (Double(k) - 4.5) / 10 * spacing.z
                    all += weight
                    if distance(back * (p + Vector3(x, y, z))) < 0 { inside += weight }
                }
            }
            ct[i] = Int16((50 + 250 * inside / all).rounded())
        }
        return (labels, ct)
    }
}

/// Margins between voxels against closed forms, measured the planner's way and the checker's.
@Suite struct SurfaceMarginTests {
    struct Margins { let planner, checker: Double }

    func margins(_ screw: ScrewCylinder, _ labels: LabelVolume, _ ct: Volume<Int16>) throws -> Margins {
        let surface = try BoneSurface(of: AnalyticSolid.level, in: labels, ct: ct)
        let label = try SignedDistanceField(of: [AnalyticSolid.level], in: labels, margin: 8, finestStep: 0.75)
        let field = SampledDistance(of: surface.tree, near: label, reach: 3)
        return Margins(
            planner: surface.depth(of: screw, from: 5, field),
            checker: SurfaceExamination(surface.mesh).depth(of: screw, from: 5))
    }

    /// With slices four times as far apart as voxels too.
    static let spacings = [Vector3(0.5, 0.5, 1), Vector3(0.5, 0.5, 2)]

    @Test(arguments: [AnalyticSolid.box, .tube, .ball], [UInt64(1), 2, 3, 4, 5])
    func agreesWithClosedForms(_ solid: AnalyticSolid, _ seed: UInt64) throws {
        for spacing in Self.spacings { try check(solid, seed, spacing) }
    }

    private func check(_ solid: AnalyticSolid, _ seed: UInt64, _ spacing: Vector3) throws {
        var random = SeededGenerator(seed: seed)
        let turn = Rotation<CT, CT>(rotationVector: random.normal3() * 0.35)
        let (labels, ct) = try solid.scan(turn: turn, spacing: spacing)
        // Along the solid's Y but for a few degrees, off its middle, deep enough to keep clear of its ends.
        let own = Vector3(random.uniform() - 0.5, 0, random.uniform() - 0.5) * 4
        let axis = normalized(Vector3(0.1 * random.normal(), -1, 0.1 * random.normal())) ?? Vector3(0, -1, 0)
        let ends = [own - axis * 9, own + axis * 7].map { Point<CT>(turn.matrix * $0) }
        let screw = try #require(ScrewCylinder(entry: ends[0], tip: ends[1], diameter: 5))
        let found = try margins(screw, labels, ct)
        let exact = screw.fineSurface(from: 5).map { -solid.distance(turn.inverse.matrix * $0) }.min() ?? 0
        #expect(abs(found.planner - exact) < 0.1, "\(solid.name): planner \(found.planner), exact \(exact)")
        #expect(abs(found.checker - exact) < 0.1, "\(solid.name): checker \(found.checker), exact \(exact)")
        #expect(abs(found.planner - found.checker) < 0.02)
    }

    /// A screw that stands out: how far, by both.
    @Test(arguments: [0.4, 1.5, 3])
    func breachesAgreeWithClosedForms(_ out: Double) throws {
        let turn = Rotation<CT, CT>(rotationVector: Vector3(0.2, -0.3, 0.25))
        let (labels, ct) = try AnalyticSolid.box.scan(turn: turn)
        let x = 8 - 2.5 + out
        let ends = [Vector3(x, 12, 0), Vector3(x, -8, 0)].map { Point<CT>(turn.matrix * $0) }
        let screw = try #require(ScrewCylinder(entry: ends[0], tip: ends[1], diameter: 5))
        let found = try margins(screw, labels, ct)
        #expect(abs(found.planner + out) < 0.1, "planner \(found.planner)")
        #expect(abs(found.checker + out) < 0.1, "checker \(found.checker)")
    }
}

extension ScrewCylinder {
    /// Places of the side and the tip, 0.2 mm apart.
    func fineSurface(from start: Double) -> [Vector3] {
        let side = perpendicular(to: axis.vector)
        let other = cross(axis.vector, side)
        var found: [Vector3] = []
        for k in 0..<96 {
            let out = side * cos(Double(k) * .pi / 48) + other * sin(Double(k) * .pi / 48)
            for depth in Array(stride(from: start, to: length, by: 0.2)) + [length] {
                found.append(point(at: depth).coordinates + out * radius)
            }
            for r in stride(from: 0, to: radius, by: 0.2) { found.append(tip.coordinates + out * r) }
        }
        return found
    }
}

/// The checker's own distances against brute force.
@Suite struct ConvexDistanceTests {
    @Test func cylinderToTriangleAgreesWithSampling() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<40 {
            let solid = SolidCylinder(
                start: random.normal3() * 3, axis: normalized(random.normal3()) ?? Vector3(1, 0, 0),
                length: 4 + 6 * random.uniform(), radius: 1 + 2 * random.uniform())
            let at = random.normal3() * 8
            let (a, b, c) = (at + random.normal3() * 2, at + random.normal3() * 2, at + random.normal3() * 2)
            let found = solid.distance(toTriangle: a, b, c)
            var sampled = Double.infinity
            for i in 0...80 {
                for j in 0...(80 - i) {
                    sampled = min(sampled, solid.distance(a + (b - a) * (Double(i) / 80) + (c - a) * (Double(j) / 80)))
                }
            }
            #expect(found <= sampled + 1e-6 && found > sampled - 0.06)
        }
    }

    @Test func pointToTriangleAgreesWithSampling() {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<40 {
            let (p, a, b, c) = (random.normal3() * 4, random.normal3(), random.normal3() * 2, random.normal3() * 2)
            let found = distance(from: p, toTriangle: a, b, c)
            var sampled = Double.infinity
            for i in 0...80 {
                for j in 0...(80 - i) {
                    sampled = min(sampled, length(p - a - (b - a) * (Double(i) / 80) - (c - a) * (Double(j) / 80)))
                }
            }
            #expect(found <= sampled + 1e-9 && found > sampled - 0.05)
        }
    }
}
