import Foundation
import Frames

/// Reads a folder with one mask a structure, as TotalSegmentator writes it: `vertebrae_L3.nii.gz`, `hip_left.nii.gz`, ….
enum LabelFolder {
    /// Whether a folder holds files of formats other than DICOM.
    static func isOne(_ path: String) throws(FileProblem) -> Bool { try !masks(in: path).isEmpty }

    /// - Parameter names: the meaning of names (without ending) that say nothing by themselves.
    static func read(
        _ path: String, on image: GridGeometry?, names: [String: AnatomicalLabel], progress: ProgressReport?
    ) throws(ImagingError) -> LoadedLabels {
        let files = try masksOrError(path)
        let known = files.compactMap { name -> (String, AnatomicalLabel)? in
            let stem = stem(name)
            return (names[stem] ?? StructureName.label(stem)).map { (name, $0) }
        }
        guard !known.isEmpty else { throw .noStructures(path: path, names: files) }
        var blend: LabelBlend?
        for (place, (name, label)) in known.enumerated() {
            let file = (path as NSString).appendingPathComponent(name)
            let grid = try LabelReader.gridFile(file)
            let mask = try mask(grid, file)
            let onto = try LabelReader.axes(of: grid.geometry, onto: blend?.geometry ?? image ?? grid.geometry, file)
            var target = blend ?? LabelBlend(onto.to)
            paint(LabelVolume(geometry: grid.geometry, voxels: mask).reoriented(by: onto).voxels, label, &target)
            blend = target
            progress?(Double(place + 1) / Double(known.count))
        }
        guard var labels = try blend?.result(path) else { throw .noStructures(path: path, names: files) }
        let unknown = files.filter { name in !known.contains { $0.0 == name } }
        if !unknown.isEmpty { labels.remarks.append(.leftOut(unknown)) }
        return labels
    }

    private static func paint(_ mask: [UInt8], _ label: AnatomicalLabel, _ blend: inout LabelBlend) {
        for offset in mask.indices where mask[offset] != 0 { blend.paint(offset, label.number) }
    }

    private static func masksOrError(_ path: String) throws(ImagingError) -> [String] {
        do { return try masks(in: path) } catch { throw .unreadable(path: path, error) }
    }

    private static func masks(in path: String) throws(FileProblem) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .system(errno: EACCES)
        }
        return names.filter { !$0.hasPrefix(".") && GridFileWriter.knows($0) }.sorted()
    }

    private static func stem(_ name: String) -> String {
        let ending = GridFileWriter.endings.first { name.lowercased().hasSuffix($0) } ?? ""
        return String(name.dropLast(ending.count))
    }

    /// 1 where the file holds its one value beside 0.
    private static func mask(_ file: GridFile, _ path: String) throws(ImagingError) -> [UInt8] {
        let numbers = try LabelReader.wholeNumbers(file, path)
        var seen: Set<UInt16> = []
        for number in numbers where number != 0 && seen.count < 8 { seen.insert(number) }
        guard seen.count <= 1 else { throw .notAMask(path: path, values: seen.map { Int($0) }.sorted()) }
        return numbers.map { $0 == 0 ? 0 : 1 }
    }
}
