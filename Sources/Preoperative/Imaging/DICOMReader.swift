import Frames

/// What to take of a folder's images, and how.
struct SeriesChoice {
    var series: String?
    var acquisition: Int?
    var keepsExact = true
}

/// Reads a CT from a DICOM file, from the files that a DICOMDIR lists, or from all files below a folder.
enum DICOMReader {
    /// What part of the time goes into reading headers.
    private static let scanShare = 0.3

    static func read(
        _ path: String, _ choice: SeriesChoice, progress: ProgressReport?
    ) throws(ImagingError) -> LoadedImage {
        let (scan, isOneFile) = try scan(path, progress)
        let slices = try choose(scan, path, choice.series, isOneFile: isOneFile)
        let rest = progress.map { report in { @Sendable in report(scanShare + (1 - scanShare) * $0) } }
        do throws(FileProblem) {
            let stack = try SliceStack(slices, acquisition: choice.acquisition)
            let size = stack.geometry.size
            _ = try FileBytes.voxelCount([size.x, size.y, max(size.z, stack.planes.count)])
            return try load(stack, scan.unreadable, keepsExact: choice.keepsExact, rest)
        } catch { throw .unreadable(path: path, error) }
    }

    private static func scan(
        _ path: String, _ progress: ProgressReport?
    ) throws(ImagingError) -> (DICOMScan, isOneFile: Bool) {
        let share = progress.map { report in { @Sendable in report(scanShare * $0) } }
        do throws(FileProblem) {
            if try FileBytes.kind(path) == .folder {
                return (DICOMScan(try DICOMScan.files(below: path), share), false)
            }
            if let files = try DICOMDirectory.files(path) { return (DICOMScan(files, share), false) }
            return (DICOMScan([path], share), true)
        } catch { throw .unreadable(path: path, error) }
    }

    private static func choose(
        _ scan: DICOMScan, _ path: String, _ series: String?, isOneFile: Bool
    ) throws(ImagingError) -> [DICOMSlice] {
        if scan.order.isEmpty {
            if let first = scan.unreadable.first {
                throw .unreadable(path: isOneFile ? path : first.file, first.problem)
            }
            guard !isOneFile else { throw .unreadable(path: path, lonelyProblem(path)) }
            throw .noImage(path: path, filesSeen: scan.filesSeen)
        }
        if let series {
            guard let slices = scan.series[series] else {
                throw .seriesNotFound(path: path, wanted: series, scan.summaries)
            }
            return slices
        }
        guard scan.order.count == 1, let slices = scan.series[scan.order[0]] else {
            throw .severalSeries(path: path, scan.summaries)
        }
        return slices
    }

    /// Why a file that was named itself holds no image.
    private static func lonelyProblem(_ path: String) -> FileProblem {
        do throws(FileProblem) {
            _ = try DICOMFile(path, headerOnly: true).pixels()
            return .unknownFormat
        } catch { return error }
    }

    private static func load(
        _ stack: SliceStack, _ unreadable: [(file: String, problem: FileProblem)], keepsExact: Bool,
        _ progress: ProgressReport?
    ) throws(FileProblem) -> LoadedImage {
        try prove(stack)
        let decoded = SliceDecoder.decode(stack, keepsExact: keepsExact, progress)
        let damaged = unreadable + decoded.damaged
        guard decoded.damaged.count < stack.planes.count(where: { $0 != nil }) else {
            throw decoded.damaged.first?.problem ?? .unknownFormat
        }
        let ct = Volume(geometry: stack.geometry, voxels: decoded.ct)
        var metadata = try describe(stack)
        metadata.sourceFiles = sourceFiles(stack)
        var irregularities = stack.irregularities
        irregularities += decoded.irregularities + doubles(stack) + broken(damaged, inside: !decoded.damaged.isEmpty)
        return LoadedImage(
            ct: ct, exact: decoded.exact.map { Volume(geometry: stack.geometry, voxels: $0) }, metadata: metadata,
            irregularities: irregularities)
    }

    /// A volume much larger than its files must first show one slice that decodes: headers are easily made to claim more.
    private static func prove(_ stack: SliceStack) throws(FileProblem) {
        let bytes = Set(stack.planes.compactMap { $0?.path }).reduce(0) { $0 + FileBytes.size($1) }
        let claimed = stack.geometry.size.count * 2
        guard claimed > 1 << 28, claimed / 64 > bytes, let first = stack.planes.lazy.compactMap({ $0 }).first else {
            return
        }
        _ = try SliceWorker(area: first.rows * first.columns).stored(first).get()
    }

    private static func describe(_ stack: SliceStack) throws(FileProblem) -> ImageMetadata {
        var metadata = ImageMetadata(format: .dicom)
        let slices = stack.planes.compactMap { $0 }
        guard let first = slices.first else { throw .unknownFormat }
        let file = try DICOMFile(first.path, headerOnly: true)
        let uid = { (tag: DICOMTag) in file.text(tag).isEmpty ? nil : file.text(tag) }
        metadata.seriesUID = uid(.seriesInstanceUID)
        metadata.studyUID = uid(.studyInstanceUID)
        metadata.frameOfReferenceUID = uid(.frameOfReferenceUID)
        metadata.seriesDescription = file.text(.seriesDescription)
        metadata.studyDescription = file.text(.studyDescription)
        metadata.modality = file.text(.modality)
        metadata.patientID = file.text(.patientID)
        metadata.patientName = file.text(.patientName)
        metadata.patientBirthDate = file.text(.patientBirthDate)
        metadata.patientSex = file.text(.patientSex)
        metadata.studyDate = file.text(.studyDate)
        metadata.manufacturer = file.text(.manufacturer)
        metadata.patientPosition = file.text(.patientPosition)
        metadata.rescale = slices.allSatisfy { $0.rescale == first.rescale } ? first.rescale : nil
        return metadata
    }

    private static func sourceFiles(_ stack: SliceStack) -> [String] {
        var files: [String] = []
        for slice in stack.planes.compactMap({ $0 }) where files.last != slice.path { files.append(slice.path) }
        return files
    }

    /// Doubled slices are harmless where their pixels are the same.
    private static func doubles(_ stack: SliceStack) -> [Irregularity] {
        guard !stack.doubles.isEmpty else { return [] }
        let planes = stack.doubles.keys.sorted()
        let same = parallelMap(planes.count) { i in
            guard let kept = stack.planes[planes[i]], let values = SliceDecoder.values(kept) else { return false }
            return (stack.doubles[planes[i]] ?? []).allSatisfy {
                $0.rescale == kept.rescale && SliceDecoder.values($0) == values
            }
        }
        let identical = same.allSatisfy(\.self)
        let slices = planes.compactMap { stack.planes[$0]?.reference }
        return [
            Irregularity(.doubledSlices(slices: slices, identical: identical), identical ? .mended : .forbidsPlanning)
        ]
    }

    /// A file that does not read may have been a slice at either end of the stack, so it is named even where no gap
    /// shows.
    private static func broken(_ damaged: [(file: String, problem: FileProblem)], inside: Bool) -> [Irregularity] {
        guard let first = damaged.first else { return [] }
        return [
            Irregularity(
                .unreadableFiles(files: damaged.map(\.file), first.problem), inside ? .forbidsPlanning : .noted)
        ]
    }
}
