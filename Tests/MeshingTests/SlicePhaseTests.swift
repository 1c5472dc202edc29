import Frames
import Glibc
import Imaging
import Testing

@testable import Meshing

/// Edges between slices against planes, balls and cylinders sampled in numbers.
@Suite struct SlicePhaseTests {
    static func grid(_ spacing: Vector3) throws -> GridGeometry {
        try GridGeometry(size: GridSize(20, 20, 20), spacing: spacing, origin: .origin)
    }

    /// What a slice of 2 mm shows of a half-space at its middle, by summing over its thickness.
    static func share(_ z: Double, edge: Double) -> Double {
        Double((0..<1000).count { z + (Double($0) / 1000 - 0.4995) * 2 < edge }) / 1000
    }

    /// An edge along slices: the half-way level of values interpolated between slices lies up to 0.17 mm off.
    @Test(arguments: [1.0, -1])
    func planesAlongSlicesAreFoundExactly(_ sign: Double) throws {
        let phase = SlicePhase(try Self.grid(Vector3(0.5, 0.5, 2)))
        var largest = 0.0
        for edge in stride(from: 16.05, through: 18, by: 0.1) {
            // slices at 14, 16, 18, 20; the body below `edge`
            let place = try #require(
                stride(from: 14.0, through: 20, by: 0.001).first { z in
                    let lower = (z / 2).rounded(.down) * 2, part = (z - lower) / 2
                    return Self.share(lower, edge: edge) * (1 - part) + Self.share(lower + 2, edge: edge) * part <= 0.5
                })
            largest = max(largest, abs(place - edge))
            // turned over, the body lies above: mirrored about 17
            let at = sign > 0 ? place : 34 - place
            let found = phase.correction(at: Vector3(8, 8, at / 2), normal: Vector3(0, 0, sign), level: 0.5)
            #expect(abs(place + found - edge) < 0.005, "edge \(edge): \(place) and \(found)")
        }
        #expect(largest > 0.15)
    }

    /// Values mixed by the equation itself.
    @Test func theInnerSliceSolvesItsEquation() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let (apart, outer, level) = (random.uniform() * 3, random.uniform() * 0.98, 0.15 + 0.7 * random.uniform())
            let ramp = apart + 0.2 + random.uniform()
            let a = try #require(SlicePhase.innerSlice(outer: outer, apart: apart, ramp: ramp, level: level))
            func r(_ d: Double) -> Double { min(max(0.5 - d / ramp, 0), 1) }
            #expect(abs((1 - outer) * r(a) + outer * r(a + apart) - level) < 1e-9)
        }
    }

    /// Beside slices nothing is interpolated across an edge.
    @Test func edgesAcrossSlicesStay() throws {
        let phase = SlicePhase(try Self.grid(Vector3(0.5, 0.5, 2)))
        #expect(abs(phase.correction(at: Vector3(8, 8, 8.3), normal: Vector3(1, 0, 0), level: 0.5)) < 1e-12)
        // A thick slice's half-way level on a bulge of 1/9 mm, half-way between slices: h² (1/12 + 1/4) / (2 · 9).
        func bulge(_ fullness: Double) -> Double {
            phase.bulge(at: Vector3(8, 8, 8.5), normal: Vector3(1, 0, 0), curvature: 1.0 / 9, fullness: fullness)
        }
        #expect(abs(bulge(1) - 4 * (1.0 / 12 + 0.25) / 18) < 1e-12)
        #expect(bulge(0.6) == 0)
    }
}

/// Curvature of meshes against balls and cylinders.
@Suite struct SurfaceCurvatureTests {
    /// A tube along Z of 6 mm, closed to a ring of quads without ends: only its side counts.
    @Test func tubesBendAcrossTheirAxisAlone() {
        let (around, rows, radius) = (48, 30, 6.0)
        var place: [Vector3] = [], normals: [Vector3] = [], triangles: [SIMD3<Int32>] = []
        for k in 0..<rows {
            for i in 0..<around {
                let a = 2 * Double.pi * Double(i) / Double(around)
                normals.append(Vector3(cos(a), sin(a), 0))
                place.append(Vector3(radius * cos(a), radius * sin(a), 0.8 * Double(k)))
            }
        }
        func vertex(_ k: Int, _ i: Int) -> Int32 { Int32(k * around + i % around) }
        for k in 0..<(rows - 1) {
            for i in 0..<around {
                triangles.append(SIMD3(vertex(k, i), vertex(k, i + 1), vertex(k + 1, i + 1)))
                triangles.append(SIMD3(vertex(k, i), vertex(k + 1, i + 1), vertex(k + 1, i)))
            }
        }
        let neighbours = VertexNeighbours(triangles: triangles, vertexCount: place.count)
        let curvature = SurfaceCurvature(triangles: triangles, neighbours: neighbours)
        let along = curvature.along(Vector3(0, 0, 1), place, normals)
        #expect(along.allSatisfy { abs($0) < 1e-9 })
        // Across the tube at 90° from the direction: 1/6 mm.
        let across = curvature.along(Vector3(1, 0, 0), place, normals)
        #expect(abs(across[15 * around + around / 4] - 1 / radius) < 0.01)
        // Seen from within it is hollow.
        let hollow = curvature.along(Vector3(1, 0, 0), place, normals.map { -$0 })
        #expect(abs(hollow[15 * around + around / 4] + 1 / radius) < 0.01)
    }
}
