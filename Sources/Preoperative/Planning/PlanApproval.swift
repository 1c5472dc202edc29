import Crypto
import Foundation

/// One person's approval of a plan, as `approvals` holds it.
///
/// ```json
/// {"name":"A. Surgeon","approved_at":"2026-03-01T09:30:00Z","public_key":"…","signature":"…","statement_signature":"…"}
/// ```
/// `public_key` (32 bytes), `signature` and `statement_signature` (64 bytes each) are base64. `signature` is Ed25519 over the
/// plan's canonical bytes. `statement_signature` binds name and time to it: Ed25519 over the text
/// `stylet.approval/1\nNAME\nTIME\n` followed by the SHA-256 of the canonical bytes.
public struct PlanApproval: Equatable, Sendable {
    public let name: String
    /// UTC, ISO 8601, whole seconds.
    public let approvedAt: String
    public let publicKey: [UInt8]
    public let signature: [UInt8]
    public let statementSignature: [UInt8]
    var others: [String: JSONValue] = [:]

    /// What an approval is worth.
    public enum Verdict: Equatable, Sendable {
        /// Signed by a trusted key, under the name that the trust is in, over these very bytes.
        case valid(name: String)
        /// The key is not among the trusted ones, whatever name it claims.
        case unknownKey(claimedName: String)
        /// A trusted key, but the plan, the name or the time is not what was signed.
        case edited(name: String)
        /// The name is not the one that the key is trusted under.
        case anotherName(claimed: String, trusted: String)
    }

    static func statement(name: String, time: String, canonical: [UInt8]) -> [UInt8] {
        Array("stylet.approval/1\n\(name)\n\(time)\n".utf8) + SHA256.hash(data: canonical)
    }

    func verdict(on canonical: [UInt8], trusted: TrustedKeys) -> Verdict {
        guard let known = trusted.name(of: publicKey),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
        else { return .unknownKey(claimedName: name) }
        guard known == name else { return .anotherName(claimed: name, trusted: known) }
        let statement = Self.statement(name: name, time: approvedAt, canonical: canonical)
        let holds =
            key.isValidSignature(signature, for: canonical) && key.isValidSignature(statementSignature, for: statement)
        return holds ? .valid(name: name) : .edited(name: name)
    }
}

/// Whether a plan may be carried out.
public enum ApprovalState: Equatable, Sendable {
    case approved(by: [String])
    /// There is no approval in the plan.
    case none
    /// There are approvals, and none of them holds.
    case void([PlanApproval.Verdict])
}

extension PlanFile {
    /// Adds the approval of the plan as it stands.
    ///
    /// - Parameter time: when, by the caller's clock.
    /// - Throws: `PlanningError.impossibleName`.
    public mutating func approve(as name: String, with key: ApprovalKey, at time: Date) throws(PlanningError) {
        _ = try TrustedKeys.Entry(name: name, key: key.publicKey)
        let canonical = canonicalBytes
        let stamp = time.formatted(.iso8601)
        let statement = PlanApproval.statement(name: name, time: stamp, canonical: canonical)
        guard let signature = try? key.secret.signature(for: canonical),
            let second = try? key.secret.signature(for: statement)
        else { throw .notAKey(path: "", .wrongLength(32)) }
        approvals.append(
            PlanApproval(
                name: name, approvedAt: stamp, publicKey: key.publicKey, signature: Array(signature),
                statementSignature: Array(second)))
    }

    /// Each approval's verdict, in the plan's order.
    public func verdicts(trusted: TrustedKeys) -> [PlanApproval.Verdict] {
        let canonical = canonicalBytes
        return approvals.map { $0.verdict(on: canonical, trusted: trusted) }
    }

    /// One approval that holds is enough; others that do not are no obstacle.
    public func approvalState(trusted: TrustedKeys) -> ApprovalState {
        guard !approvals.isEmpty else { return .none }
        let verdicts = verdicts(trusted: trusted)
        let names = verdicts.compactMap { if case .valid(let name) = $0 { name } else { nil } }
        return names.isEmpty ? .void(verdicts) : .approved(by: names)
    }
}

extension PlanApproval {
    var jsonObject: [String: JSONValue] {
        var object = others
        object["name"] = .string(name)
        object["approved_at"] = .string(approvedAt)
        object["public_key"] = .string(Data(publicKey).base64EncodedString())
        object["signature"] = .string(Data(signature).base64EncodedString())
        object["statement_signature"] = .string(Data(statementSignature).base64EncodedString())
        return object
    }

    init(_ given: JSONReader) throws(PlanningError) {
        var reader = given
        name = try reader.string("name", longest: 100)
        approvedAt = try reader.string("approved_at", longest: 40)
        publicKey = try reader.base64("public_key", count: 32)
        signature = try reader.base64("signature", count: 64)
        statementSignature = try reader.base64("statement_signature", count: 64)
        others = reader.rest
    }
}

extension JSONReader {
    fileprivate mutating func base64(_ name: String, count: Int) throws(PlanningError) -> [UInt8] {
        let text = try string(name, longest: 200)
        guard let data = Data(base64Encoded: text), data.count == count else {
            throw .notAPlan(key: path(name), .wrongType(expected: "base64 of \(count) bytes"))
        }
        return Array(data)
    }
}
