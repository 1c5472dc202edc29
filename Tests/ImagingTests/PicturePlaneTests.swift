import Frames
import Testing
import TestSupport

@testable import Imaging

/// Pictures against voxel-by-voxel interpolation, which shares no code with them.
struct PicturePlaneTests {
    /// A turned, anisotropic grid with noise in it.
    private func noise(_ generator: inout SeededGenerator) throws -> Volume<Int16> {
        let size = GridSize(23, 17, 11)
        let axes = Rotation<CT, CT>(rotationVector: Vector3(0.3, -0.5, 0.8)).matrix
        let geometry = try GridGeometry(
            size: size, spacing: Vector3(0.7, 0.9, 2), origin: Point(-12, 30, -200), direction: axes)
        return Volume(
            geometry: geometry, voxels: (0..<size.count).map { _ in Int16.random(in: -1000...2000, using: &generator) })
    }

    @Test func pixelsAreInterpolatedValues() throws {
        var generator = SeededGenerator(seed: 5)
        let ct = try noise(&generator)
        for _ in 0..<20 {
            let right = try #require(
                Direction<CT>(
                    Vector3(.random(in: -1...1, using: &generator), 0.4, .random(in: -1...1, using: &generator))))
            let down = try #require(Direction<CT>(cross(right.vector, Vector3(0.2, -0.7, 0.4))))
            let plane = PicturePlane(
                centre: ct.geometry.centre, right: right, down: down, width: 41, height: 29, millimetresPerPixel: 0.6)
            let values = ct.samples(on: plane)
            for y in 0..<plane.height {
                for x in 0..<plane.width {
                    let own = values[y * plane.width + x]
                    let wanted = ct.interpolated(at: plane.point(Double(x), Double(y)))
                    if let wanted, !own.isNaN {
                        #expect(abs(Double(own) - wanted) < 0.02)
                    } else if wanted != nil || !own.isNaN {
                        // Only within rounding of the border may the two disagree on what is outside.
                        let g = ct.geometry.gridPoint(plane.point(Double(x), Double(y))).coordinates
                        let last = Vector3(22, 16, 10)
                        let gap = (0..<3).map { min(abs(g[$0]), abs(last[$0] - g[$0])) }.min() ?? 1
                        #expect(gap < 1e-9)
                    }
                }
            }
        }
    }

    @Test func labelsAreTheNearestVoxels() throws {
        var generator = SeededGenerator(seed: 6)
        let ct = try noise(&generator)
        let labels = LabelVolume(geometry: ct.geometry, voxels: ct.voxels.map { UInt8(truncatingIfNeeded: Int($0)) })
        let plane = PicturePlane(
            centre: ct.geometry.centre, right: .x, down: -.z, width: 60, height: 70, millimetresPerPixel: 0.5)
        let marks = labels.labels(on: plane)
        for y in 0..<plane.height {
            for x in 0..<plane.width {
                let i = labels.geometry.nearest(plane.point(Double(x), Double(y)))
                #expect(marks[y * plane.width + x] == (labels.size.contains(i) ? labels[i] : 0))
            }
        }
    }

    @Test func projectingAPixelsPointGivesThePixel() {
        let plane = PicturePlane(
            centre: Point(3, -8, 100), right: .y, down: -.z, width: 80, height: 50, millimetresPerPixel: 0.35)
        let at = plane.project(plane.point(12.5, 41))
        #expect(abs(at.x - 12.5) < 1e-9 && abs(at.y - 41) < 1e-9 && abs(at.behind) < 1e-9)
        #expect(
            abs(plane.project(plane.point(3, 4) + Direction<CT>.x * 7).behind - dot(plane.normal, Vector3(7, 0, 0)))
                < 1e-9)
    }
}
