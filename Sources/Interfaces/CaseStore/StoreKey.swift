import Crypto
import Foundation
import Imaging

/// The store's own secret, 32 random bytes: it seals the trail, and turns identifiers into pseudonyms that nobody
/// without it can trace back.
struct StoreKey: Sendable {
    private let key: SymmetricKey

    /// - Throws: `.keyMissing`, `.file`; `.keyWrong` for a file that holds no key.
    init(_ folder: StoreFolder) throws(CaseStoreError) {
        guard access(folder.key, F_OK) == 0 else { throw .keyMissing(path: folder.key) }
        let text = String(decoding: try StoreFolder.read(folder.key, limit: 1000), as: UTF8.self)
        guard text.hasSuffix("\n"), let bytes = Self.bytes(text.dropLast()) else { throw .keyWrong(path: folder.key) }
        key = SymmetricKey(data: bytes)
    }

    /// Writes a new key, unless one is there.
    static func make(_ folder: StoreFolder) throws(CaseStoreError) {
        guard access(folder.key, F_OK) != 0 else { return }
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        try StoreFolder.write(Data((ObjectFolder.hexadecimal(bytes) + "\n").utf8), to: folder.key, mode: 0o400)
    }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        guard ObjectFolder.isName(String(text)) else { return nil }
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// Says which key this is without giving it away.
    var fingerprint: String { key.withUnsafeBytes { ObjectFolder.sha256(Array("stylet.case-key/1\n".utf8) + $0) } }

    private func code(_ purpose: String, _ text: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Data("\(purpose)\n\(text)".utf8), using: key))
    }

    /// The seal of an entry's hash.
    func seal(_ sha256: String) -> String { ObjectFolder.hexadecimal(code("stylet.case-seal/1", sha256)) }

    /// The UID that stands for `old` in everything that leaves this store: always the same one, of the 2.25 root
    /// (PS3.5 B.2).
    func uid(_ old: String) -> String {
        let value = code("stylet.case-uid/1", old).prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        return "2.25.\(value)"
    }

    /// What a patient is called in an export.
    func pseudonym(_ patient: String) -> String {
        "case-" + ObjectFolder.hexadecimal(code("stylet.case-pseudonym/1", patient).prefix(6))
    }

    /// How many days earlier a patient's dates lie in an export: one number a patient, 1 to 10 years, so that intervals
    /// stay.
    func daysEarlier(_ patient: String) -> Int {
        let word = code("stylet.case-days/1", patient).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return 365 + Int(word % 3287)
    }
}
