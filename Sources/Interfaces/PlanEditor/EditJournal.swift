import Dispatch
import Files
import Foundation
import Imaging
import Planning

/// What was done since the plan was last saved, beside the plan: after a kill or a lost connection it is done again.
///
/// One line of JSON each: first `{"schema":"stylet.plan-edits/1","plan_sha256":…,"labels_sha256":…}`, the plan and the labels on
/// which the edits were made; then `{"edit":…,"title":…}`, `"undo"` or `"redo"` in their order. Each line is written at once and
/// brought to the disk within half a second. A last line without its end was cut off by the kill, and is left out.
public final class EditJournal {
    public static let schema = "stylet.plan-edits/1"

    public enum Entry: Equatable, Sendable {
        case edit(PlanEdit, title: String, burst: String?)
        case undo, redo
    }

    /// What the journal's edits start from.
    public struct Base: Equatable, Sendable {
        public var planSHA256, labelsSHA256: String

        public init(planSHA256: String, labelsSHA256: String) {
            (self.planSHA256, self.labelsSHA256) = (planSHA256, labelsSHA256)
        }
    }

    /// What was found when the journal was opened.
    public enum Found: Equatable, Sendable {
        case nothing
        /// Edits on the very plan and labels that are there; `cut` where the last one was not whole.
        case edits([Entry], cut: Bool)
        /// Edits on another plan or other labels: put aside under this name, never done here.
        case foreign(movedTo: String)
    }

    static let byteLimit = 256 << 20

    public let path: String
    private let file: Int32
    private var isUnflushed = false
    /// Waits for the disk, so that a person does not.
    private let disk = DispatchQueue(label: "edits")
    private let failures = Inbox<Int32>()

    /// The journal's place for a plan's file.
    public static func path(forPlan plan: String) -> String { plan + ".edits" }

    /// Opens the journal, and keeps others from it until it is closed.
    ///
    /// - Throws: `PlanEditorError.journal`, `.openElsewhere`.
    public convenience init(path: String, base: Base) throws(PlanEditorError) {
        try self.init(locking: path)
        found = try recover(base)
    }

    /// Opens the journal as it is.
    init(locking path: String) throws(PlanEditorError) {
        self.path = path
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .journal(path: path, errno: errno) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(file)
            throw number == EWOULDBLOCK ? .openElsewhere(path: path) : .journal(path: path, errno: number)
        }
        found = .nothing
    }

    deinit {
        disk.sync {}
        close(file)
    }

    public private(set) var found: Found

    private func recover(_ base: Base) throws(PlanEditorError) -> Found {
        let bytes: [UInt8]
        do { bytes = [UInt8](try WholeFile.read(path, limit: Self.byteLimit)) } catch {
            throw .journal(path: path, errno: EFBIG)
        }
        let (header, entries, cut) = Self.parse(bytes)
        guard header != nil || !bytes.isEmpty, !(entries.isEmpty && !cut) else {
            try restart(base)
            return .nothing
        }
        guard let header, header == base else {
            let aside = Self.freeName(path)
            do { try AtomicFile.write(Data(bytes), to: aside) } catch { throw .journal(path: aside, errno: EIO) }
            try restart(base)
            return .foreign(movedTo: aside)
        }
        // Never emptied and written anew: a kill meanwhile would lose what was just found.
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).prefix(1 + entries.count)
        let kept = lines.reduce(0) { $0 + $1.count + 1 }
        guard ftruncate(file, off_t(kept)) == 0, lseek(file, 0, SEEK_END) == off_t(kept) else {
            throw .journal(path: path, errno: errno)
        }
        return .edits(entries, cut: cut)
    }

    private static func freeName(_ path: String) -> String {
        var number = 1
        while FileManager.default.fileExists(atPath: "\(path).\(number)") { number += 1 }
        return "\(path).\(number)"
    }

    /// Everything that is whole, from the first line on.
    static func parse(_ bytes: [UInt8]) -> (header: Base?, entries: [Entry], cut: Bool) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        var cut = !(lines.popLast()?.isEmpty ?? true)
        guard let first = lines.first, let header = try? Base(json: JSONParser.parse(Array(first))) else {
            return (nil, [], cut)
        }
        // What `saving` finds is no edit.
        if saving(in: bytes) != nil { lines.removeLast() }
        var entries: [Entry] = []
        for line in lines.dropFirst() {
            guard let json = try? JSONParser.parse(Array(line)), let entry = Entry(json: json) else {
                // What follows a damaged line was made on what is lost.
                cut = true
                break
            }
            entries.append(entry)
        }
        return (header, entries, cut)
    }

    /// Empties the journal: what was done is in the plan's file.
    public func restart(_ base: Base) throws(PlanEditorError) {
        guard ftruncate(file, 0) == 0, lseek(file, 0, SEEK_SET) == 0 else { throw .journal(path: path, errno: errno) }
        try write(base.json)
        try flush()
    }

    /// The save that was on its way when the journal ended.
    static func saving(in bytes: [UInt8]) -> PlanSaving? {
        guard bytes.last == 0x0A, let line = bytes.dropLast().split(separator: 0x0A).last else { return nil }
        return (try? JSONParser.parse(Array(line))).flatMap(PlanSaving.init(json:))
    }

    /// From now on a kill does not stop the save.
    func announce(_ saving: PlanSaving) throws(PlanEditorError) {
        try write(saving.json)
        try flush()
    }

    /// Takes the announcement back: it is the last line, or there is none.
    func withdrawSaving() throws(PlanEditorError) {
        guard let data = try? WholeFile.read(path, limit: Self.byteLimit) else { return }
        let bytes = [UInt8](data)
        guard Self.saving(in: bytes) != nil else { return }
        let kept = bytes.dropLast().lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        guard ftruncate(file, off_t(kept)) == 0, lseek(file, 0, SEEK_END) == off_t(kept), fdatasync(file) == 0 else {
            throw .journal(path: path, errno: errno)
        }
    }

    /// Writes an entry at once; a kill of the program no longer loses it.
    public func append(_ entry: Entry) throws(PlanEditorError) { try write(entry.json) }

    private func write(_ json: JSONValue) throws(PlanEditorError) {
        let line = json.canonicalBytes + [0x0A]
        var at = 0
        while at < line.count {
            let count = line.withUnsafeBytes { Foundation.write(file, $0.baseAddress! + at, line.count - at) }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw .journal(path: path, errno: errno)
            }
            at += count
        }
        isUnflushed = true
    }

    /// Brings what was written to the disk, where something was; a loss of power no longer loses it.
    public func flush() throws(PlanEditorError) {
        guard isUnflushed else { return }
        guard fdatasync(file) == 0 else { throw .journal(path: path, errno: errno) }
        isUnflushed = false
    }

    /// As `flush`, without waiting for the disk; what then fails is thrown by the next call.
    public func flushSoon() throws(PlanEditorError) {
        if let number = failures.takeAll().first { throw .journal(path: path, errno: number) }
        guard isUnflushed else { return }
        isUnflushed = false
        disk.async { [file, failures] in if fdatasync(file) != 0 { failures.put(errno) } }
    }

    /// The plan was saved and closed: there is nothing to do again.
    public func remove() { unlink(path) }
}
