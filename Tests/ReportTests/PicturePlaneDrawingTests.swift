import Frames
import Imaging
import TestSupport
import Testing

@testable import Report

@Suite struct PicturePlaneDrawingTests {
    /// An oblique plane with right and down at a right angle.
    static func oblique(_ random: inout SeededGenerator) throws -> PicturePlane {
        let a = Vector3(random.uniform() - 0.5, random.uniform() - 0.5, random.uniform() - 0.5)
        let right = try #require(Direction<CT>(a))
        let down = try #require(Direction<CT>(cross(right.vector, Vector3(0.3, -0.8, 0.52))))
        return PicturePlane(
            centre: Point(3, -4, 8), right: right, down: down, width: 61, height: 47, millimetresPerPixel: 0.4)
    }

    @Test func projectUndoesPoint() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<50 {
            let plane = try Self.oblique(&random)
            let (x, y, behind) = (random.uniform() * 60, random.uniform() * 46, random.uniform() * 20 - 10)
            let p = plane.point(x, y) + Displacement<CT>(plane.normal * behind)
            let back = plane.project(p)
            #expect(abs(back.x - x) < 1e-9 && abs(back.y - y) < 1e-9 && abs(back.behind - behind) < 1e-9)
        }
        let plane = try Self.oblique(&random)
        #expect(plane.point(30, 23).distance(to: plane.centre) < 1e-12)
        #expect(abs(plane.point(0, 0).distance(to: plane.point(10, 0)) - 4) < 1e-12)
    }

    /// Density that rises evenly along a slanted line: the picture of every plane is known at every pixel.
    @Test func showsAKnownGradient() throws {
        let g = try GridGeometry(size: GridSize(40, 36, 32), spacing: Vector3(1, 1.25, 2), origin: Point(-20, -22, -30))
        let slope = Vector3(10, -6, 4)
        var ct = Volume<Int16>(geometry: g)
        for i in 0..<g.size.count {
            let index = g.index(offset: i)
            ct[index] = Int16(dot(slope, g.point(index).coordinates).rounded())
        }
        var random = SeededGenerator(seed: 8)
        for _ in 0..<6 {
            let plane = try Self.oblique(&random)
            let picture = plane.picture(of: ct, labels: nil)
            for y in 0..<plane.height {
                for x in 0..<plane.width {
                    let p = plane.point(Double(x), Double(y)).coordinates
                    let inside = ct.interpolated(at: Point(p)) != nil
                    let exact = (dot(slope, p) - Window.bone.black) / (Window.bone.white - Window.bone.black) * 255
                    let shown = picture[x, y]
                    // Voxels are rounded to whole HU, grays to whole steps of 5 HU.
                    #expect(inside ? abs(Double(shown.x) - exact) < 0.75 : shown == SIMD3(10, 14, 28))
                }
            }
        }
    }

    @Test func grayIsCutAtBothEnds() {
        #expect(Window.bone.gray(-1e9) == 0 && Window.bone.gray(1e9) == 255)
        #expect(Window(black: 0, white: 100).gray(50) == 128)
    }

    /// A cube of 20 mm with its label: its outline, and nothing within it, is coloured.
    @Test func outlinesALabel() throws {
        let g = try GridGeometry(
            size: GridSize(40, 40, 40), spacing: Vector3(1, 1, 1), origin: Point(-19.5, -19.5, -19.5))
        var labels = LabelVolume(geometry: g)
        for i in 0..<g.size.count {
            let index = g.index(offset: i)
            let p = g.point(index).coordinates
            if max(abs(p.x), abs(p.y), abs(p.z)) < 10 { labels[index] = 22 }
        }
        let plane = PicturePlane(
            centre: Point(0.01, 0.01, 0.01), right: .x, down: .y, width: 101, height: 101, millimetresPerPixel: 0.3)
        let picture = plane.picture(of: Volume<Int16>(geometry: g), labels: labels)
        func isColoured(_ x: Int, _ y: Int) -> Bool {
            picture[x, y].x != picture[x, y].y || picture[x, y].y != picture[x, y].z
        }
        for y in 0..<101 {
            for x in 0..<101 {
                let p = plane.point(Double(x), Double(y)).coordinates
                let edge = abs(max(abs(p.x), abs(p.y)) - 10)
                if isColoured(x, y) {
                    #expect(edge < 0.31)
                } else {
                    #expect(edge > 0.29 || max(abs(p.x), abs(p.y)) > 10)
                }
            }
        }
    }
}
