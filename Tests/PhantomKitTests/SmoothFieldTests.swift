import Foundation
import Frames
import Testing

@testable import PhantomKit

@Suite struct SmoothFieldTests {
    @Test func smoothUnionStaysWithinAQuarterOfItsFillet() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let (a, b, k) = (random.normal() * 4, random.normal() * 4, 0.5 + random.uniform() * 4)
            let union = smoothMinimum(a, b, k)
            #expect(union <= min(a, b) && union >= min(a, b) - k / 4 - 1e-12)
            #expect(abs(a - b) < k || union == min(a, b))
            #expect(smoothMaximum(a, b, k) == -smoothMinimum(-a, -b, k))
        }
    }

    /// Against the nearest of many points on the ellipse.
    @Test func ovalDistanceIsTheDistanceNearTheEdge() {
        let (a, b) = (22.0, 16.0)
        let edge = (0..<20000).map { i in
            let t = Double(i) / 20000 * 2 * .pi
            return Vector3(a * cos(t), b * sin(t), 0)
        }
        for k in 0..<60 {
            let t = Double(k) * 0.21
            for off in [-1.0, -0.3, 0.3, 1.0] {
                let normal = Vector3(cos(t) / a, sin(t) / b, 0)
                let p = Vector3(a * cos(t), b * sin(t), 0) + normal * (off / length(normal))
                let nearest = edge.map { length($0 - p) }.min() ?? 0
                let found = ovalDistance(p.x, p.y, a, b, squareness: 0)
                #expect(abs(abs(found) - nearest) < 0.06 && found.sign == off.sign)
            }
        }
    }

    /// A rod of round section is a capsule, whose distance is known.
    @Test func roundRodIsACapsule() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<300 {
            let (a, b) = (random.normal3() * 20, random.normal3() * 20)
            let rod = EllipticTube(from: a, to: b, radii: [SIMD2(4, 4)], end: 4)
            let p = random.normal3() * 25
            let t = min(max(dot(p - a, b - a) / squaredLength(b - a), 0), 1)
            let expected = length(p - (a + (b - a) * t)) - 4
            #expect(abs(rod.distance(p) - expected) < 1e-9)
            #expect(rod.leastDistance(p) <= expected + 1e-9)
        }
    }

    @Test func rodsSectionHasItsRadiiAtThreePlaces() {
        let rod = EllipticTube(
            from: Vector3(0, 0, 0), to: Vector3(0, -20, 0), radii: [SIMD2(5, 8), SIMD2(4, 7), SIMD2(6, 7.5)])
        for (y, r) in [(0.0, SIMD2(5.0, 8.0)), (-10, SIMD2(4, 7)), (-20, SIMD2(6, 7.5))] {
            #expect(abs(rod.distance(Vector3(r.x, y, 0))) < 1e-9)
            #expect(abs(rod.distance(Vector3(0, y, -r.y))) < 1e-9)
        }
    }
}
