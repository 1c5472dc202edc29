import Frames

/// A rectangle in the patient that a picture shows; pixel (0, 0) is its upper left corner.
public struct PicturePlane: Equatable, Sendable {
    /// The middle of the picture.
    public var centre: Point<CT>
    /// Towards the right edge of the picture, and towards its lower edge.
    public let right, down: Direction<CT>
    /// Pixels.
    public let width, height: Int
    public var millimetresPerPixel: Double

    public init(
        centre: Point<CT>, right: Direction<CT>, down: Direction<CT>, width: Int, height: Int,
        millimetresPerPixel: Double
    ) {
        (self.centre, self.right, self.down) = (centre, right, down)
        (self.width, self.height) = (max(1, width), max(1, height))
        self.millimetresPerPixel = millimetresPerPixel
    }

    /// Into the picture.
    public var normal: Vector3 { cross(right.vector, down.vector) }

    public func point(_ x: Double, _ y: Double) -> Point<CT> {
        centre + right * ((x - Double(width - 1) / 2) * millimetresPerPixel)
            + down * ((y - Double(height - 1) / 2) * millimetresPerPixel)
    }

    /// The pixel of `p`'s foot in the plane, and how far `p` lies behind it, mm.
    public func project(_ p: Point<CT>) -> (x: Double, y: Double, behind: Double) {
        let d = (p - centre).vector
        return (
            dot(d, right.vector) / millimetresPerPixel + Double(width - 1) / 2,
            dot(d, down.vector) / millimetresPerPixel + Double(height - 1) / 2, dot(d, normal)
        )
    }
}

// Not for any voxel: a generic one is not specialised for those who call it from outside, and ten times slower.
extension Volume where Voxel == Int16 {
    /// The values on a plane, row by row: trilinear between voxels, `nan` outside the box of voxel centres.
    public func samples(on plane: PicturePlane) -> [Float] {
        var out = [Float](repeating: .nan, count: plane.width * plane.height)
        let rays = PlaneRays(plane, geometry)
        let (nx, ny, nz) = (size.x, size.y, size.z)
        let last = Vector3(Double(nx - 1), Double(ny - 1), Double(nz - 1))
        let (dx, dy, dz) = (nx > 1 ? 1 : 0, ny > 1 ? nx : 0, nz > 1 ? nx * ny : 0)
        withVoxels { voxels in
            out.withUnsafeMutableBufferPointer { out in
                let (voxels, out) = (SharedReadBuffer(voxels), SharedBuffer(out))
                PlaneRays.forEachRow(plane) { y in
                    for x in 0..<plane.width {
                        let g = rays.place(x, y)
                        guard all(g .>= .zero), all(g .<= last) else { continue }
                        let (ix, iy) = (min(Int(g.x), max(nx - 2, 0)), min(Int(g.y), max(ny - 2, 0)))
                        let iz = min(Int(g.z), max(nz - 2, 0))
                        let (fx, fy) = (Float(g.x - Double(ix)), Float(g.y - Double(iy)))
                        let fz = Float(g.z - Double(iz))
                        let base = (iz * ny + iy) * nx + ix
                        func row(_ o: Int) -> Float {
                            let a = Float(voxels[o])
                            return a + (Float(voxels[o + dx]) - a) * fx
                        }
                        let near = row(base) * (1 - fy) + row(base + dy) * fy
                        let far = row(base + dz) * (1 - fy) + row(base + dz + dy) * fy
                        out[y * plane.width + x] = near + (far - near) * fz
                    }
                }
            }
        }
        return out
    }
}

extension Volume where Voxel == UInt8 {
    /// The labels on a plane, each from the nearest voxel; 0 outside the grid.
    public func labels(on plane: PicturePlane) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: plane.width * plane.height)
        let rays = PlaneRays(plane, geometry)
        let (nx, ny, nz) = (size.x, size.y, size.z)
        let end = Vector3(Double(nx), Double(ny), Double(nz)) - 0.5
        withVoxels { voxels in
            out.withUnsafeMutableBufferPointer { out in
                let (voxels, out) = (SharedReadBuffer(voxels), SharedBuffer(out))
                PlaneRays.forEachRow(plane) { y in
                    for x in 0..<plane.width {
                        let g = rays.place(x, y)
                        guard all(g .>= Vector3(repeating: -0.5)), all(g .< end) else { continue }
                        let i = (g + 0.5).rounded(.down)
                        out[y * plane.width + x] = voxels[(Int(i.z) * ny + Int(i.y)) * nx + Int(i.x)]
                    }
                }
            }
        }
        return out
    }
}

/// The grid places of a plane's pixels.
private struct PlaneRays: Sendable {
    private let start, alongX, alongY: Vector3

    init(_ plane: PicturePlane, _ geometry: GridGeometry) {
        func place(_ x: Double, _ y: Double) -> Vector3 { geometry.gridPoint(plane.point(x, y)).coordinates }
        start = place(0, 0)
        (alongX, alongY) = (place(1, 0) - start, place(0, 1) - start)
    }

    @inline(__always) func place(_ x: Int, _ y: Int) -> Vector3 { start + alongX * Double(x) + alongY * Double(y) }

    /// Small pictures are drawn by one core: waking the other takes longer.
    static func forEachRow(_ plane: PicturePlane, _ body: @Sendable (Int) -> Void) {
        if plane.width * plane.height < 16_384 {
            for y in 0..<plane.height { body(y) }
        } else {
            parallelFor(plane.height, body)
        }
    }
}
