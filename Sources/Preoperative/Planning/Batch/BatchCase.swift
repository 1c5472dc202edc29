import Crypto
import Foundation
import Imaging

/// One image of a folder of cases, and the labels that lie beside it.
public struct BatchCase: Equatable, Sendable {
    /// Unique in its batch, and a folder's name.
    public let name: String
    public let image: String
    public let labels: String?

    private static let endings = [".nii.gz", ".nii", ".nrrd", ".mha"]

    /// Every image in a folder, by name: folders are taken for DICOM series, and `NAME-labels.nii.gz` (or another
    /// format of labels) belongs to the image `NAME`. Hidden entries and the folder `except` are left out.
    ///
    /// - Throws: `PlanningError.file` where the folder cannot be read.
    public static func all(in folder: String, except: String? = nil) throws(PlanningError) -> [BatchCase] {
        var status = stat()
        guard stat(folder, &status) == 0 else { throw .file(path: folder, errno: errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .file(path: folder, errno: ENOTDIR) }
        guard let found = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw .file(path: folder, errno: EACCES)
        }
        let place = { (name: String) in (folder as NSString).appendingPathComponent(name) }
        let skipped = except.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
        let entries = found.filter { !$0.hasPrefix(".") }.sorted()
        var cases: [BatchCase] = []
        for entry in entries {
            guard let stem = stem(entry, isFolder: isFolder(place(entry))), !stem.hasSuffix("-labels"),
                URL(fileURLWithPath: place(entry)).standardizedFileURL.path != skipped
            else { continue }
            let labels = ([".dcm", ""] + endings).map { stem + "-labels" + $0 }.first(where: entries.contains)
            cases.append(BatchCase(name: stem, image: place(entry), labels: labels.map(place)))
        }
        // a.nii and a.mha are two cases, told apart by their whole names.
        let stems = Dictionary(grouping: cases, by: \.name)
        return cases.map { one in
            guard stems[one.name, default: []].count > 1 else { return one }
            return BatchCase(name: FilePath.name(one.image), image: one.image, labels: one.labels)
        }.sorted { $0.name < $1.name }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func stem(_ entry: String, isFolder: Bool) -> String? {
        if isFolder { return entry }
        let lower = entry.lowercased()
        guard let ending = endings.first(where: lower.hasSuffix), entry.count > ending.count else { return nil }
        return String(entry.dropLast(ending.count))
    }

    /// SHA-256 over names and contents of everything that the case is read from, and `settings`.
    ///
    /// - Throws: `PlanningError.file`.
    func fingerprint(settings: String) throws(PlanningError) -> String {
        var hash = SHA256()
        hash.update(data: Data("stylet.batch-inputs/1\n\(settings)\n".utf8))
        for path in [image] + [labels].compactMap(\.self) {
            let below = Self.isFolder(path) ? (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? [] : [""]
            for name in below.sorted() {
                let file = name.isEmpty ? path : "\(path)/\(name)"
                guard !Self.isFolder(file) else { continue }
                let contents = try FileBytes.read(file, limit: .max)
                hash.update(data: Data("\(name)\n\(contents.count)\n".utf8))
                hash.update(data: contents)
            }
        }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
