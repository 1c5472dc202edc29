import Frames
import Synchronization

/// Reads a CT from a DICOM file or from all files below a folder.
enum DICOMReader {
    static func read(_ path: String, series: String?, progress: ProgressReport?) throws(ImagingError) -> LoadedImage {
        let (scan, isFolder) = try scan(path)
        let slices = try choose(scan, path, series, isFolder: isFolder)
        do throws(FileProblem) {
            let stack = try SliceStack(slices)
            _ = try FileBytes.voxelCount([stack.geometry.size.x, stack.geometry.size.y, stack.geometry.size.z])
            return try load(stack, scan.unreadable, progress)
        } catch { throw .unreadable(path: path, error) }
    }

    private static func scan(_ path: String) throws(ImagingError) -> (DICOMScan, isFolder: Bool) {
        do throws(FileProblem) {
            if try FileBytes.kind(path) == .folder { return (DICOMScan(try DICOMScan.files(below: path)), true) }
            return (DICOMScan([path]), false)
        } catch { throw .unreadable(path: path, error) }
    }

    private static func choose(
        _ scan: DICOMScan, _ path: String, _ series: String?, isFolder: Bool
    ) throws(ImagingError) -> [DICOMSlice] {
        if scan.order.isEmpty {
            if let first = scan.unreadable.first {
                throw .unreadable(path: isFolder ? first.file : path, first.problem)
            }
            guard isFolder else { throw .unreadable(path: path, lonelyProblem(path)) }
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
        _ stack: SliceStack, _ unreadable: [(file: String, problem: FileProblem)], _ progress: ProgressReport?
    ) throws(FileProblem) -> LoadedImage {
        let decoded = SliceDecoder.decode(stack, progress)
        let damaged = unreadable + decoded.damaged
        guard decoded.damaged.count < stack.planes.count(where: { $0 != nil }) else {
            throw decoded.damaged.first?.problem ?? .unknownFormat
        }
        let ct = Volume(geometry: stack.geometry, voxels: decoded.ct)
        var metadata = try describe(stack)
        metadata.sourceFiles = sourceFiles(stack)
        var irregularities = stack.irregularities
        irregularities += decoded.irregularities + doubles(stack) + broken(damaged, inside: !decoded.damaged.isEmpty)
        irregularities += HounsfieldCheck.irregularities(ct)
        return LoadedImage(
            ct: ct, exact: decoded.exact.map { Volume(geometry: stack.geometry, voxels: $0) }, metadata: metadata,
            irregularities: irregularities)
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
        let identical = planes.allSatisfy { plane in
            guard let kept = stack.planes[plane].map(SliceDecoder.values) else { return false }
            return (stack.doubles[plane] ?? []).allSatisfy { SliceDecoder.values($0) == kept && kept != nil }
        }
        return [
            Irregularity(.doubledSlices(slices: planes, identical: identical), identical ? .mended : .forbidsPlanning)
        ]
    }

    /// A file that does not read may have been a slice at either end of the stack, so it is named even where no gap shows.
    private static func broken(_ damaged: [(file: String, problem: FileProblem)], inside: Bool) -> [Irregularity] {
        guard let first = damaged.first else { return [] }
        return [
            Irregularity(
                .unreadableFiles(files: damaged.map(\.file), first.problem), inside ? .forbidsPlanning : .noted)
        ]
    }
}
