import Foundation

/// The headers of all images among some files, by series.
struct DICOMScan {
    /// Slices by SeriesInstanceUID; `order` holds the keys in the order of their names.
    var series: [String: [DICOMSlice]] = [:]
    var order: [String] = []
    var summaries: [SeriesSummary] = []
    /// DICOM files that do not read, with the reason.
    var unreadable: [(file: String, problem: FileProblem)] = []
    var filesSeen = 0

    /// A folder of images never holds more, nor lies deeper.
    static let mostFiles = 100_000
    static let deepest = 8

    init(_ paths: [String], _ progress: ProgressReport? = nil) {
        filesSeen = paths.count
        let results = parallelMap(paths.count, progress: progress) { DICOMScan.header(paths[$0]) }
        var descriptions: [String: String] = [:]
        for (path, result) in zip(paths, results) {
            switch result {
            case .slices(let slices, let description):
                guard let first = slices.first else { continue }
                descriptions[first.seriesUID, default: description] += ""
                series[first.seriesUID, default: []] += slices
            case .unreadable(let problem): unreadable.append((path, problem))
            case .noImage: continue
            }
        }
        order = series.keys.sorted()
        summaries = order.map { uid in
            let slices = series[uid] ?? []
            return SeriesSummary(
                uid: uid, description: descriptions[uid] ?? "", modality: slices.first?.modality ?? "",
                slices: slices.count)
        }
    }

    private enum Header: Sendable {
        case slices([DICOMSlice], description: String)
        case unreadable(FileProblem)
        /// No DICOM, or DICOM without an image.
        case noImage
    }

    private static func header(_ path: String) -> Header {
        do {
            let file = try DICOMFile(path, headerOnly: true)
            return .slices(try DICOMSlice.slices(of: file), description: file.text(.seriesDescription))
        } catch {
            switch error {
            case .unknownFormat, .badHeader(field: "PixelData", value: _): return .noImage
            default: return .unreadable(error)
            }
        }
    }

    /// Regular files below a folder, sorted; symbolic links to folders are not followed, so that no loop is walked.
    static func files(below folder: String, depth: Int = 0) throws(FileProblem) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw .system(errno: EACCES)
        }
        var found: [String] = []
        for name in names.sorted() where !name.hasPrefix(".") {
            let path = (folder as NSString).appendingPathComponent(name)
            var info = stat()
            guard lstat(path, &info) == 0 else { continue }
            let isLink = info.st_mode & S_IFMT == S_IFLNK
            guard let kind = try? FileBytes.kind(path) else { continue }
            switch kind {
            case .file: found.append(path)
            case .folder:
                if !isLink, depth < deepest { found += try files(below: path, depth: depth + 1) }
            }
            guard found.count <= mostFiles else { throw .tooLarge(voxels: found.count) }
        }
        return found
    }
}
