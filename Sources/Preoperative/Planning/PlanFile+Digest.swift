import Crypto
import Imaging

extension PlanFile {
    /// SHA-256 of the canonical bytes as four words, by which the loop knows which approved plan it follows.
    ///
    /// - Throws: `PlanningError.notApproved` where no trusted key approved these very bytes.
    public func approvedDigest(trusted: TrustedKeys) throws(PlanningError) -> SIMD4<UInt64> {
        let state = approvalState(trusted: trusted)
        guard case .approved = state else { throw .notApproved(state) }
        let digest = Array(SHA256.hash(data: canonicalBytes))
        var words = SIMD4<UInt64>.zero
        for (i, byte) in digest.enumerated() { words[i / 8] = words[i / 8] << 8 | UInt64(byte) }
        return words
    }

    /// - Throws: `PlanningError.anotherImage` where the plan was made on another image than `ct`.
    public func checkImage(_ ct: Volume<Int16>) throws(PlanningError) {
        let given = ImageFingerprint.sha256(of: ct)
        guard image.sha256 == given else { throw .anotherImage(planned: image.sha256, given: given) }
    }
}
