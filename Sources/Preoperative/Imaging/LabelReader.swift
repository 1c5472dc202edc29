import Frames

/// Reads label maps made elsewhere and gives them our numbers.
public enum LabelReader {
    /// - Parameters:
    ///   - path: a label map (`.nii`, `.nii.gz`, `.nrrd`, `.nhdr`, `.mha`, `.mhd`), a folder with one mask a structure, or a
    ///     DICOM segmentation object.
    ///   - geometry: the image's grid, which the labels must have; `nil` takes whatever grid they are on.
    ///   - image: what the image's file says: labels of another frame of reference are refused.
    ///   - scheme: who numbered them; `.automatic` finds out, or refuses.
    ///   - map: numbers (of voxels, or of segments) and their meaning, instead of a scheme; numbers not in it become 0.
    ///   - names: the meaning of file names or segment labels that say nothing by themselves.
    /// - Throws: `ImagingError`: `.unreadable`, `.notLabels`, `.labelsOnAnotherGrid`, `.labelSchemeUnclear`; `.unknownLabels`
    ///   where the map or scheme knows none of the file's numbers; and for folders and segmentation objects
    ///   `.notAMask`, `.noStructures`, `.structuresOverlap`, `.segmentContradicts`, `.anotherFrameOfReference`.
    public static func load(
        _ path: String, on geometry: GridGeometry? = nil, of image: ImageMetadata? = nil,
        scheme: LabelScheme = .automatic, map: [Int: AnatomicalLabel] = [:], names: [String: AnatomicalLabel] = [:],
        progress: ProgressReport? = nil
    ) throws(ImagingError) -> LoadedLabels {
        if try isFolderOfMasks(path) {
            return try LabelFolder.read(path, on: geometry, names: names, progress: progress)
        }
        if let object = try SegmentationReader.object(path) {
            return try SegmentationReader(object, path, map: map, names: names)
                .read(on: geometry, of: image, progress)
        }
        return try numbered(path, on: geometry, scheme: scheme, map: map)
    }

    /// As `load`, without its remarks.
    public static func read(
        _ path: String, on geometry: GridGeometry? = nil, scheme: LabelScheme = .automatic,
        map: [Int: AnatomicalLabel] = [:]
    ) throws(ImagingError) -> LabelVolume {
        try load(path, on: geometry, scheme: scheme, map: map).volume
    }

    private static func isFolderOfMasks(_ path: String) throws(ImagingError) -> Bool {
        do throws(FileProblem) {
            guard try FileBytes.kind(path) == .folder else { return false }
            return try LabelFolder.isOne(path)
        } catch { throw .unreadable(path: path, error) }
    }

    private static func numbered(
        _ path: String, on geometry: GridGeometry?, scheme: LabelScheme, map: [Int: AnatomicalLabel]
    ) throws(ImagingError) -> LoadedLabels {
        let file = try gridFile(path)
        let onto = try axes(of: file.geometry, onto: geometry ?? file.geometry, path)
        let numbers = try wholeNumbers(file, path)
        var present = [Bool](repeating: false, count: 65536)
        for number in numbers { present[Int(number)] = true }
        present[0] = false
        var remarks: [LabelRemark] = []
        var chosen = scheme
        guard present.contains(true) else { throw .noLabels(path: path) }
        if map.isEmpty, scheme == .automatic {
            chosen = try self.scheme(of: numbers, file, path)
            remarks.append(.schemeFound(chosen))
        }
        var table = [UInt8](repeating: 0, count: 65536)
        for number in present.indices where present[number] {
            table[number] = (map.isEmpty ? chosen.label(for: number) : map[number])?.number ?? 0
        }
        let unknown = present.indices.filter { present[$0] && table[$0] == 0 && map[$0]?.number != 0 }
        guard unknown.isEmpty || table.contains(where: { $0 != 0 }) else {
            throw .unknownLabels(path: path, numbers: unknown)
        }
        if !unknown.isEmpty { remarks.append(.leftOut(unknown.map(String.init))) }
        let labels = LabelVolume(geometry: file.geometry, voxels: numbers.map { table[Int($0)] })
        return LoadedLabels(
            volume: LabelVolume(geometry: onto.to, voxels: labels.reoriented(by: onto).voxels), remarks: remarks)
    }

    /// The map from the labels' axes to the image's, which must be the same block of voxels; programs often turn the axes of
    /// what they write.
    static func axes(
        of labels: GridGeometry, onto image: GridGeometry, _ path: String
    ) throws(ImagingError) -> AxisMap {
        if labels.matches(image) {
            return AxisMap(from: labels, to: image, axes: [0, 1, 2], flipped: [false, false, false])
        }
        let (a, b) = (labels.canonicalAxes(), image.canonicalAxes())
        guard a.to.matches(b.to) else { throw .labelsOnAnotherGrid(path: path, labels: labels, image: image) }
        return a.followed(by: b.inverse)
    }

    static func gridFile(_ path: String) throws(ImagingError) -> GridFile {
        do throws(FileProblem) {
            guard try FileBytes.kind(path) == .file, let (file, _) = try ImageReader.gridFile(path) else {
                throw .unknownFormat
            }
            return file
        } catch { throw .unreadable(path: path, error) }
    }

    static func wholeNumbers(_ file: GridFile, _ path: String) throws(ImagingError) -> [UInt16] {
        var wrong: Double?
        let rescale = file.rescale
        var numbers = [UInt16](repeating: 0, count: file.stored.count)
        numbers.withUnsafeMutableBufferPointer { numbers in
            file.stored.forEach(in: 0..<numbers.count) { i, value in
                let v = value * rescale.slope + rescale.intercept
                if let whole = UInt16(exactly: v) { numbers[i] = whole } else if wrong == nil { wrong = v }
            }
        }
        if let wrong { throw .notLabels(path: path, value: wrong) }
        return numbers
    }

    /// Whose numbers the map holds: ours where the file says so, else what their order along the patient shows.
    private static func scheme(
        of voxels: [UInt16], _ file: GridFile, _ path: String
    ) throws(ImagingError) -> LabelScheme {
        let order = LabelOrder(voxels, file.geometry)
        let isOurs = file.description == LabelWriter.mark && order.scheme != .totalSegmentator
        guard let found = isOurs ? .verse : order.scheme else {
            throw .labelSchemeUnclear(path: path, numbers: order.present)
        }
        return found
    }
}
