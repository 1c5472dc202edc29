import Crypto
import Foundation

/// A person's private key for approving plans: Ed25519 (RFC 8032).
///
/// Its file is PEM with PKCS #8 (RFC 8410), as `openssl genpkey -algorithm ed25519` writes it, and must be readable by its
/// owner alone. The public half goes into a file of trusted keys.
public struct ApprovalKey: Sendable {
    let secret: Curve25519.Signing.PrivateKey
    private static let prefix: [UInt8] = [0x30, 0x2E, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 4, 0x22, 4, 0x20]
    private static let header = "-----BEGIN PRIVATE KEY-----"
    private static let footer = "-----END PRIVATE KEY-----"

    /// A new key from the system's source of randomness.
    public static func generate() -> ApprovalKey { ApprovalKey(secret: Curve25519.Signing.PrivateKey()) }

    /// The 32 bytes of the public half.
    public var publicKey: [UInt8] { Array(secret.publicKey.rawRepresentation) }

    /// - Throws: `PlanningError.file`, `.notAKey`, also where the file's mode lets others read it.
    public init(path: String) throws(PlanningError) {
        let bytes = try FileBytes.read(path, limit: 1 << 16)
        var status = stat()
        guard stat(path, &status) == 0 else { throw .file(path: path, errno: errno) }
        guard status.st_mode & 0o077 == 0 else {
            throw .notAKey(path: path, .readableByOthers(mode: UInt16(status.st_mode & 0o777)))
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
        guard let first = lines.firstIndex(of: Self.header), let last = lines.firstIndex(of: Self.footer), first < last
        else {
            throw .notAKey(path: path, .noHeader)
        }
        guard let der = Data(base64Encoded: lines[(first + 1)..<last].joined()) else {
            throw .notAKey(path: path, .notBase64)
        }
        guard der.count == Self.prefix.count + 32, der.starts(with: Self.prefix),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: der.suffix(32))
        else { throw .notAKey(path: path, .wrongLength(der.count)) }
        secret = key
    }

    private init(secret: Curve25519.Signing.PrivateKey) { self.secret = secret }

    /// Writes the private key to `path` (mode 0600) and its line for a file of trusted keys to `path` + `.pub`.
    ///
    /// - Throws: `PlanningError.notAKey(.exists)` rather than overwrite a key; `.impossibleName`; `.file`.
    public func write(to path: String, name: String) throws(PlanningError) {
        let entry = try TrustedKeys.Entry(name: name, key: publicKey)
        for file in [path, path + ".pub"] where FileManager.default.fileExists(atPath: file) {
            throw .notAKey(path: file, .exists)
        }
        let der = Data(Self.prefix) + secret.rawRepresentation
        let pem = "\(Self.header)\n\(der.base64EncodedString())\n\(Self.footer)\n"
        try FileBytes.write(Array(pem.utf8), to: path, mode: 0o600)
        try FileBytes.write(Array((entry.line + "\n").utf8), to: path + ".pub")
    }
}

/// The public keys whose approvals count.
///
/// A text file, one key a line: `ed25519 BASE64 NAME`, the key's 32 bytes in base64, then the person's name to the end of
/// the line. Empty lines, and lines that begin with `#`, say nothing.
public struct TrustedKeys: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        public let name: String
        /// 32 bytes.
        public let key: [UInt8]

        /// - Throws: `PlanningError.impossibleName` where the name is empty, over 100 bytes, or has control characters.
        public init(name: String, key: [UInt8]) throws(PlanningError) {
            let trimmed = name.trimmingCharacters(in: .whitespaces)
            guard trimmed == name, !name.isEmpty, name.utf8.count <= 100,
                name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { throw .impossibleName(name) }
            self.name = name
            self.key = key
        }

        public var line: String { "ed25519 \(Data(key).base64EncodedString()) \(name)" }
    }

    public let entries: [Entry]

    public init(_ entries: [Entry]) { self.entries = entries }

    /// - Throws: `PlanningError.file`, `.notAKey` with the number of a bad line, or where one key stands twice.
    public init(path: String) throws(PlanningError) {
        let text = String(decoding: try FileBytes.read(path, limit: 1 << 20), as: UTF8.self)
        var found: [Entry] = []
        for (i, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
            if words.isEmpty || line.hasPrefix("#") { continue }
            guard words.count == 3, words[0] == "ed25519", let key = Data(base64Encoded: String(words[1])),
                key.count == 32,
                let entry = try? Entry(name: words[2].trimmingCharacters(in: .whitespaces), key: Array(key))
            else { throw .notAKey(path: path, .badLine(i + 1)) }
            guard !found.contains(where: { $0.key == entry.key }) else {
                throw .notAKey(path: path, .repeatedKey(name: entry.name))
            }
            found.append(entry)
        }
        entries = found
    }

    /// The name under which a key is trusted.
    public func name(of key: [UInt8]) -> String? { entries.first { $0.key == key }?.name }
}
