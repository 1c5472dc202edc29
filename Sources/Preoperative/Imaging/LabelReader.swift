import Frames

/// Reads label maps made elsewhere and gives them our numbers.
public enum LabelReader {
    /// - Parameters:
    ///   - geometry: the image's grid, which the labels must have; `nil` takes whatever grid they are on.
    ///   - scheme: who numbered them; `.automatic` finds out, or refuses.
    ///   - map: numbers and their meaning, instead of a scheme; numbers not in it become 0.
    /// - Throws: `ImagingError.unreadable`, `.notLabels`, `.labelsOnAnotherGrid`, `.labelSchemeUnclear`, or `.unknownLabels`
    ///   where the map or scheme knows none of the file's numbers.
    public static func read(
        _ path: String, on geometry: GridGeometry? = nil, scheme: LabelScheme = .automatic,
        map: [Int: AnatomicalLabel] = [:]
    ) throws(ImagingError) -> LabelVolume {
        let file = try gridFile(path)
        let onto = try axes(of: file.geometry, onto: geometry, path)
        let numbers = try wholeNumbers(file, path)
        let meaning = try meaning(of: numbers, on: file.geometry, scheme: scheme, map: map, path: path)
        var table = [UInt8](repeating: 0, count: 65536)
        for (number, label) in meaning where (1...65535).contains(number) { table[number] = label.number }
        let labels = LabelVolume(geometry: file.geometry, voxels: numbers.map { table[Int($0)] })
        guard labels.voxels.contains(where: { $0 != 0 }) || numbers.allSatisfy({ $0 == 0 }) else {
            throw .unknownLabels(path: path, numbers: Set(numbers).subtracting([0]).sorted().map { Int($0) })
        }
        guard let geometry, let onto else { return labels }
        return LabelVolume(geometry: geometry, voxels: labels.reoriented(by: onto).voxels)
    }

    /// The map from the labels' axes to the image's, which must be the same block of voxels; programs often turn the axes of
    /// what they write.
    private static func axes(
        of labels: GridGeometry, onto image: GridGeometry?, _ path: String
    ) throws(ImagingError) -> AxisMap? {
        guard let image else { return nil }
        if labels.matches(image) {
            return AxisMap(from: labels, to: image, axes: [0, 1, 2], flipped: [false, false, false])
        }
        let (a, b) = (labels.canonicalAxes(), image.canonicalAxes())
        guard a.to.matches(b.to) else { throw .labelsOnAnotherGrid(path: path, labels: labels, image: image) }
        return a.followed(by: b.inverse)
    }

    private static func gridFile(_ path: String) throws(ImagingError) -> GridFile {
        do throws(FileProblem) {
            guard try FileBytes.kind(path) == .file, let (file, _) = try ImageReader.gridFile(path) else {
                throw .unknownFormat
            }
            return file
        } catch { throw .unreadable(path: path, error) }
    }

    private static func wholeNumbers(_ file: GridFile, _ path: String) throws(ImagingError) -> [UInt16] {
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

    /// The label of each number; numbers without one are left out.
    private static func meaning(
        of voxels: [UInt16], on geometry: GridGeometry, scheme: LabelScheme, map: [Int: AnatomicalLabel], path: String
    ) throws(ImagingError) -> [Int: AnatomicalLabel] {
        guard map.isEmpty else { return map }
        var chosen = scheme
        if scheme == .automatic {
            let order = LabelOrder(voxels, geometry)
            guard let found = order.scheme else { throw .labelSchemeUnclear(path: path, numbers: order.present) }
            chosen = found
        }
        var meaning: [Int: AnatomicalLabel] = [:]
        for number in 1...255 { meaning[number] = chosen.label(for: number) }
        return meaning
    }
}

/// How the numbers of a label map run along the patient.
struct LabelOrder {
    let present: [Int]
    let scheme: LabelScheme?

    init(_ voxels: [UInt16], _ geometry: GridGeometry) {
        var count = [Int](repeating: 0, count: 256)
        var sum = [Double](repeating: 0, count: 256)
        let step = Vector3(
            geometry.direction[2, 0] * geometry.spacing.x, geometry.direction[2, 1] * geometry.spacing.y,
            geometry.direction[2, 2] * geometry.spacing.z)
        var offset = 0
        for z in 0..<geometry.size.z {
            for y in 0..<geometry.size.y {
                let row = step.y * Double(y) + step.z * Double(z)
                for x in 0..<geometry.size.x {
                    let number = Int(voxels[offset])
                    offset += 1
                    if number == 0 || number > 255 { continue }
                    count[number] += 1
                    sum[number] += row + step.x * Double(x)
                }
            }
        }
        present = count.indices.filter { count[$0] > 0 }
        let heights = Dictionary(uniqueKeysWithValues: present.map { ($0, sum[$0] / Double(count[$0])) })
        scheme = Self.judge(heights)
    }

    /// VerSe's numbers grow towards the feet, TotalSegmentator's fall. Only a map whose whole column agrees is believed, and
    /// only where the other reading is impossible; 29…99 mean nothing in VerSe's and our own numbers.
    static func judge(_ heights: [Int: Double]) -> LabelScheme? {
        let fits = { (numbers: [Int], sign: Double) -> Bool in
            let column = numbers.compactMap { heights[$0] }
            return column.count >= 2 && zip(column, column.dropFirst()).allSatisfy { ($1 - $0) * sign > 2 }
        }
        let verse =
            fits(Array(1...19) + [28] + Array(20...27), -1) && heights.keys.allSatisfy { !(29...99).contains($0) }
        let total = fits(Array(26...50), 1)
        return verse == total ? nil : verse ? .verse : .totalSegmentator
    }
}
