import Crypto
import Foundation
import Frames
import Imaging

/// The SHA-256 of an image's geometry and voxels, by which a plan knows the image that it was made on.
///
/// Hashed are, little-endian and in this order: the ASCII text `stylet.image/1\n`; the size x, y, z as `Int64`; spacing,
/// origin (µm) and the nine numbers of the axes, column by column (millionths), as `Int64`; then each voxel's HU as
/// `Int16`, x fastest. Files of several formats hold one geometry to different last bits, so the numbers are cut at a
/// place where neither decimals nor halves lie (0.377 of a step).
public enum ImageFingerprint {
    /// 64 lower-case hexadecimal digits.
    public static func sha256(of ct: Volume<Int16>, progress: ProgressReport? = nil) -> String {
        var hash = SHA256()
        hash.update(data: Array("stylet.image/1\n".utf8))
        for number in header(of: ct.geometry) {
            withUnsafeBytes(of: number.littleEndian) { hash.update(bufferPointer: $0) }
        }
        ct.withVoxels { voxels in
            let block = 1 << 20
            for start in stride(from: 0, to: voxels.count, by: block) {
                let end = min(start + block, voxels.count)
                let part = UnsafeBufferPointer(rebasing: voxels[start..<end])
                #if _endian(little)
                    hash.update(bufferPointer: UnsafeRawBufferPointer(part))
                #else
                    part.map(\.littleEndian).withUnsafeBytes { hash.update(bufferPointer: $0) }
                #endif
                progress?(Double(end) / Double(voxels.count))
            }
        }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func header(of g: GridGeometry) -> [Int64] {
        func cut(_ v: Vector3, _ scale: Double) -> [Int64] {
            (0..<3).map { Int64((v[$0] * scale + 0.377).rounded(.down).clamped(to: -9e18...9e18)) }
        }
        let axes = [g.direction.columns.0, g.direction.columns.1, g.direction.columns.2]
        return [Int64(g.size.x), Int64(g.size.y), Int64(g.size.z)] + cut(g.spacing, 1000)
            + cut(g.origin.coordinates, 1000)
            + axes.flatMap { cut($0, 1e6) }
    }
}

extension Comparable {
    func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}
