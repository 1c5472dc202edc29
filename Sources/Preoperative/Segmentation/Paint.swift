import Frames
import Imaging

/// Numbers that stand for structures until the levels have their names.
enum Paint {
    static let nothing: UInt8 = 0
    static let firstRib: UInt8 = 100, pelvis: UInt8 = 200
    /// For a while: what is to find its owner.
    static let stray: UInt8 = 249
    static let canal: UInt8 = 250, disc: UInt8 = 251, bone: UInt8 = 252, metal: UInt8 = 253, body: UInt8 = 254

    /// What each voxel of an image is, by its HU and its place in CT coordinates.
    @inline(__always)
    static func painted(_ ct: Volume<Int16>, _ voxel: @Sendable (_ hu: Int16, _ p: Vector3) -> UInt8) -> [UInt8] {
        let size = ct.size, geometry = ct.geometry
        var result = [UInt8](repeating: nothing, count: size.count)
        ct.withVoxels { voxels in
            let hu = SharedReader(voxels)
            result.withUnsafeMutableBufferPointer { out in
                let target = SharedBuffer(out)
                parallelFor(size.z) { z in
                    for y in 0..<size.y {
                        let row = (z * size.y + y) * size.x
                        for x in 0..<size.x {
                            target[row + x] = voxel(hu[row + x], geometry.point(VoxelIndex(x, y, z)).coordinates)
                        }
                    }
                }
            }
        }
        return result
    }
}

/// Where the canal runs at each height, in steps of 1 mm.
struct CanalAxis: Sendable {
    private let base: Double
    private let centres: [SIMD2<Double>]

    init(_ curve: SpineCurve) {
        let low = curve.frames[0].centre.z, high = curve.frames[curve.count - 1].centre.z
        base = low
        var k = 0
        centres = (0...max(0, Int(high - low))).map { step in
            while k + 1 < curve.count && curve.frames[k].centre.z < low + Double(step) { k += 1 }
            return SIMD2(curve.frames[k].centre.x, curve.frames[k].centre.y)
        }
    }

    @inline(__always) func centre(_ z: Double) -> SIMD2<Double> {
        centres[min(max(Int(z - base), 0), centres.count - 1)]
    }

    /// Distance from the canal within the axial plane, mm; beyond the ends from where it ended.
    @inline(__always) func distance(_ p: Vector3) -> Double {
        let c = centre(p.z)
        let (dx, dy) = (p.x - c.x, p.y - c.y)
        return (dx * dx + dy * dy).squareRoot()
    }
}
