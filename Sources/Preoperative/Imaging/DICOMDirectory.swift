import Foundation

/// A DICOMDIR (PS3.10 8.6): the list of the files of a medium. It is a file from outside, so its references are followed
/// only to files below its own folder.
enum DICOMDirectory {
    /// The files of its image records, in its order; `nil` where `path` is another DICOM file, or none.
    ///
    /// A reference to a missing file is returned too, so that whoever reads it says that it is missing.
    /// - Throws: `FileProblem.unsafeReference` where a reference leads out of the folder, `.tooLarge`.
    static func files(_ path: String) throws(FileProblem) -> [String]? {
        guard let file = try? DICOMFile(path, headerOnly: true) else { return nil }
        let types = file.texts(.directoryRecordType, inEach: .directoryRecordSequence)
        guard !types.isEmpty else { return nil }
        guard types.count <= DICOMScan.mostFiles else { throw .tooLarge(voxels: types.count) }
        let references = file.texts(.referencedFileID, inEach: .directoryRecordSequence)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard let root = realpath(folder) else { throw .notFound }
        var found: [String] = []
        var listings: [String: [String]] = [:]
        for (type, reference) in zip(types, references) where type == "IMAGE" && !reference.isEmpty {
            found.append(try resolve(reference, below: folder, root: root, &listings))
        }
        return found
    }

    /// The file that a reference names: components with backslashes between, in capitals on the medium but often not on
    /// the disk that it was copied to.
    private static func resolve(
        _ reference: String, below folder: String, root: String, _ listings: inout [String: [String]]
    ) throws(FileProblem) -> String {
        var path = folder
        for part in reference.split(separator: "\\", omittingEmptySubsequences: false) {
            let name = part.trimmingCharacters(in: .whitespaces)
            guard !name.isEmpty, name != ".", name != "..", !name.contains("/"), !name.contains("\0") else {
                throw .unsafeReference(reference)
            }
            path = (path as NSString).appendingPathComponent(entry(name, in: path, &listings))
        }
        // A link may lead anywhere.
        if let real = realpath(path), !real.hasPrefix(root == "/" ? root : root + "/") {
            throw .unsafeReference(reference)
        }
        return path
    }

    /// The name as the folder spells it: as it is, else in other letters or with the version that ISO 9660 adds.
    private static func entry(_ name: String, in folder: String, _ listings: inout [String: [String]]) -> String {
        let names = listings[folder] ?? (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
        listings[folder] = names
        if names.contains(name) { return name }
        let plain = { (name: String) in
            let stem = name.uppercased().split(separator: ";").first.map(String.init) ?? name
            return stem.hasSuffix(".") ? String(stem.dropLast()) : stem
        }
        return names.first { plain($0) == plain(name) } ?? name
    }

    private static func realpath(_ path: String) -> String? {
        guard let found = Glibc.realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }
}
