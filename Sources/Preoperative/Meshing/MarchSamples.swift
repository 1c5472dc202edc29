import Frames
import Imaging

/// The samples between which a surface runs, with one more beyond the image on each side, which is outside.
protocol MarchSamples: Sendable {
    /// Positive inside, −∞ in the padding; asked only next to the surface.
    func value(_ x: Int, _ y: Int, _ z: Int) -> Float
}

/// Labels have no values: the surface runs half-way between voxels.
struct LabelSamples: MarchSamples {
    @inline(__always) func value(_ x: Int, _ y: Int, _ z: Int) -> Float { -.infinity }
}

/// An image, whose values lie above a level inside, or below it. Lent for as long as the image's buffer is.
struct ImageSamples<Voxel: VoxelScalar>: MarchSamples {
    let voxels: SharedReadBuffer<Voxel>
    let size: GridSize
    let level: Double
    /// 1 where the solid is above the level, −1 where it is below.
    let sign: Double

    @inline(__always) func value(_ x: Int, _ y: Int, _ z: Int) -> Float {
        guard x > 0, y > 0, z > 0, x <= size.x, y <= size.y, z <= size.z else { return -.infinity }
        return Float(sign * (voxels[((z - 1) * size.y + y - 1) * size.x + x - 1].asDouble - level))
    }

    /// The samples inside, with the padding.
    var inside: BitGrid {
        let width = size.x
        return BitGrid(size: GridSize(size.x + 2, size.y + 2, size.z + 2)) { row, flags in
            let (z, y) = row.quotientAndRemainder(dividingBy: size.y + 2)
            guard y > 0, y <= size.y, z > 0, z <= size.z, let base = voxels.pointer.baseAddress else { return }
            let from = base + ((z - 1) * size.y + y - 1) * width
            mark(from, flags + 1)
        }
    }

    /// Whole numbers are compared as such, many at a time.
    @inline(__always) private func mark(_ row: UnsafePointer<Voxel>, _ flags: UnsafeMutablePointer<UInt8>) {
        if Voxel.self == Int16.self, abs(level) < 32000 {
            let values = UnsafeRawPointer(row).assumingMemoryBound(to: Int16.self)
            let (above, least) = (sign > 0, Int16(sign > 0 ? level.rounded(.down) + 1 : level.rounded(.up)))
            for x in 0..<size.x { flags[x] = (values[x] >= least) == above ? 1 : 0 }
        } else {
            for x in 0..<size.x { flags[x] = Float(sign * (row[x].asDouble - level)) > 0 ? 1 : 0 }
        }
    }
}
