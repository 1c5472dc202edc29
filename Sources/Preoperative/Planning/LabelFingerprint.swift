import Crypto
import Imaging

/// The SHA-256 of a label map's voxels, by which edits of it know what they were made on.
public enum LabelFingerprint {
    /// 64 lower-case hexadecimal digits.
    public static func sha256(of labels: LabelVolume) -> String {
        var hash = SHA256()
        hash.update(data: Array("stylet.labels/1\n\(labels.size.x) \(labels.size.y) \(labels.size.z)\n".utf8))
        labels.withVoxels { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension PlanFile {
    /// The SHA-256 of everything that the file holds, approvals too.
    public var fingerprint: String {
        SHA256.hash(data: fileBytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// Tells the bytes of one file from those of another.
public enum FileFingerprint {
    /// 64 lower-case hexadecimal digits.
    ///
    /// - Throws: `PlanningError.file`.
    public static func sha256(of path: String) throws(PlanningError) -> String {
        let bytes = try FileBytes.read(path, limit: 4 << 30)
        return SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
