import Crypto
import Foundation
import Frames
import TestSupport
import Testing

@testable import Planning

@Suite struct PlanApprovalTests {
    let key = ApprovalKey.generate()
    let time = Date(timeIntervalSince1970: 1_770_000_000)

    func trusted(_ name: String = "A. Surgeon") throws -> TrustedKeys {
        TrustedKeys([try .init(name: name, key: key.publicKey)])
    }

    func approved() throws -> PlanFile {
        var plan = smallPlan()
        try plan.approve(as: "A. Surgeon", with: key, at: time)
        return plan
    }

    @Test func holdsAfterWritingAndReading() throws {
        let plan = try PlanFile(bytes: approved().fileBytes)
        #expect(plan.approvalState(trusted: try trusted()) == .approved(by: ["A. Surgeon"]))
        #expect(plan.approvals[0].approvedAt == "2026-02-02T02:40:00Z")
        // The contract's signature, checked without any of our code but the bytes.
        let outside = try Curve25519.Signing.PublicKey(rawRepresentation: plan.approvals[0].publicKey)
        #expect(outside.isValidSignature(plan.approvals[0].signature, for: smallPlan().canonicalBytes))
    }

    /// Any one byte of the file changed: the file is refused, or the approval is void, or nothing that counts changed.
    @Test func anyEditVoidsIt() throws {
        let plan = try approved()
        let bytes = plan.fileBytes
        let keys = try trusted()
        var (voided, refused) = (0, 0)
        for i in bytes.indices {
            var edited = bytes
            edited[i] = edited[i] == 0x31 ? 0x32 : 0x31
            guard edited != bytes else { continue }
            guard let read = try? PlanFile(bytes: edited) else { refused += 1; continue }
            let state = read.approvalState(trusted: keys)
            let same = read.canonicalBytes == plan.canonicalBytes && read.approvals == plan.approvals
            if same { continue }
            guard case .void = state else { Issue.record("byte \(i) of the plan may be edited"); continue }
            voided += 1
        }
        #expect(voided > 100 && refused > 100)
    }

    @Test func editedMetricsForeignKeysAndItemsVoidIt() throws {
        let keys = try trusted()
        var moved = try approved()
        moved.items[0].entry = moved.items[0].entry + Displacement(0.0001, 0, 0)
        var claimed = try approved()
        claimed.items[0].metrics["margin_mm"] = .number(5)
        var added = try approved()
        added.others["comment"] = .string("x")
        for plan in [moved, claimed, added] {
            #expect(plan.approvalState(trusted: keys) == .void([.edited(name: "A. Surgeon")]))
        }
    }

    @Test func strangersAndBorrowedNamesDoNotCount() throws {
        let plan = try approved()
        #expect(plan.approvalState(trusted: TrustedKeys([])) == .void([.unknownKey(claimedName: "A. Surgeon")]))
        #expect(
            plan.approvalState(trusted: try trusted("B. Other"))
                == .void([.anotherName(claimed: "A. Surgeon", trusted: "B. Other")]))
        #expect(smallPlan().approvalState(trusted: try trusted()) == .none)
    }

    @Test func keyFilesReadBackAndKeepTheirSecret() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("me.key").path
        try key.write(to: path, name: "A. Surgeon")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try ApprovalKey(path: path).publicKey == key.publicKey)
        #expect(try TrustedKeys(path: path + ".pub") == trusted())
        #expect(throws: PlanningError.notAKey(path: path, .exists)) { try key.write(to: path, name: "A. Surgeon") }
        chmod(path, 0o644)
        #expect(throws: PlanningError.notAKey(path: path, .readableByOthers(mode: 0o644))) {
            try ApprovalKey(path: path)
        }
    }

    @Test func badTrustedKeysNameTheLine() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("trusted").path
        let line = try trusted().entries[0].line
        for (text, fault) in [
            ("# ours\n\n\(line)\ned25519 AAAA x\n", KeyFault.badLine(4)),
            ("\(line)\n\(line) too\n", .repeatedKey(name: "A. Surgeon too")),
            ("rsa \(line)\n", .badLine(1)),
        ] {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            #expect(throws: PlanningError.notAKey(path: path, fault)) { try TrustedKeys(path: path) }
        }
    }

    @Test func impossibleNamesAreRefused() {
        var plan = smallPlan()
        for name in ["", "a\nb", " x", String(repeating: "x", count: 101)] {
            #expect(throws: PlanningError.impossibleName(name)) { try plan.approve(as: name, with: key, at: time) }
        }
        #expect(plan.approvals.isEmpty)
    }
}
