import CDICOM
import Frames

/// Reads DICOM segmentation objects (PS3.3 A.51): binary, fractional, and label maps.
struct SegmentationReader {
    private enum Kind { case binary, fractional(most: Double), labelMap }

    private let file: DICOMFile
    private let path: String
    private let kind: Kind
    private let pixels: cdicom_pixels
    private var labels: [Int: AnatomicalLabel] = [:]
    private var unknown: [String] = []

    static let classes: Set = ["1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"]

    /// The opened file where it is a segmentation object: `path` itself, or the only file of that folder.
    static func object(_ path: String) throws(ImagingError) -> DICOMFile? {
        do throws(FileProblem) {
            var candidate = path
            if try FileBytes.kind(path) == .folder {
                let files = try DICOMScan.files(below: path)
                guard files.count == 1 else { return nil }
                candidate = files[0]
            } else if GridFileWriter.knows(path) {
                return nil
            }
            let header: DICOMFile
            do throws(FileProblem) { header = try DICOMFile(candidate, headerOnly: true) } catch {
                if error == .unknownFormat { return nil }
                throw error
            }
            guard classes.contains(header.text(.sopClassUID)) else { return nil }
            return try DICOMFile(candidate, headerOnly: false)
        } catch { throw .unreadable(path: path, error) }
    }

    /// - Throws: `ImagingError.segmentContradicts`, `.unreadable`.
    init(
        _ file: DICOMFile, _ path: String, map: [Int: AnatomicalLabel], names: [String: AnatomicalLabel]
    ) throws(ImagingError) {
        self.file = file
        self.path = path
        do throws(FileProblem) {
            pixels = try file.masks()
            kind = try Self.kind(file, bits: Int(pixels.bits_allocated))
        } catch { throw .unreadable(path: path, error) }
        for index in 0..<file.itemCount(.segments) {
            let text = file.text(.segmentLabel, item: index, of: .segments)
            guard let number = file.number(.segmentNumber, item: index, of: .segments), (1...65535).contains(number)
            else { throw .unreadable(path: path, .badHeader(field: "SegmentNumber", value: text)) }
            var label = map[Int(number)] ?? names[text]
            if label == nil { label = try meaning(index, Int(number), text) }
            labels[Int(number)] = label
            if label == nil { unknown.append("\(Int(number)) (\(text))") }
        }
        guard !labels.isEmpty else { throw .unknownLabels(path: path, numbers: Array(1...max(1, unknown.count))) }
    }

    private static func kind(_ file: DICOMFile, bits: Int) throws(FileProblem) -> Kind {
        let name = file.text(.segmentationType).uppercased()
        switch (name, bits) {
        case ("BINARY", 1), ("BINARY", 8): return .binary
        case ("FRACTIONAL", 8):
            guard let most = file.number(.maximumFraction), most >= 1 else {
                throw .badHeader(field: "MaximumFractionalValue", value: file.text(.maximumFraction))
            }
            return .fractional(most: most)
        case ("LABELMAP", 8), ("LABELMAP", 16): return .labelMap
        default: throw .unsupported(field: "SegmentationType", value: "\(name), \(bits) bits a pixel")
        }
    }

    /// What code and label of a segment say; where both speak they must agree on the level.
    private func meaning(_ index: Int, _ number: Int, _ text: String) throws(ImagingError) -> AnatomicalLabel? {
        let value = file.text(.codeValue, item: index, of: .segments, inner: .segmentedPropertyType)
        let scheme = file.text(.codingScheme, item: index, of: .segments, inner: .segmentedPropertyType)
        let coded = SegmentCoding.label(code: value, scheme: scheme)
        let named = StructureName.label(text)
        if let coded, let named, coded != named, coded.isVertebra || named.isVertebra {
            throw .segmentContradicts(path: path, segment: number, label: text, code: coded)
        }
        // A name is more special than a code for bones in general.
        return coded == .otherBone || coded == nil ? named ?? coded : coded
    }

    /// Paints all frames into the grid of the image, or into the grid of the frames themselves.
    func read(
        on geometry: GridGeometry?, of image: ImageMetadata?, _ progress: ProgressReport?
    ) throws(ImagingError) -> LoadedLabels {
        let own = file.text(.frameOfReferenceUID)
        if let theirs = image?.frameOfReferenceUID, !own.isEmpty, own != theirs {
            throw .anotherFrameOfReference(path: path, labels: own, image: theirs)
        }
        do throws(FileProblem) { try checkSize() } catch { throw .unreadable(path: path, error) }
        let frames = try framePlanes()
        let target: GridGeometry
        if let geometry { target = geometry } else { target = try ownGrid(frames) }
        var blend = LabelBlend(target)
        var values = [UInt16](repeating: 0, count: Int(pixels.rows) * Int(pixels.columns))
        var outside = 0
        for (number, frame) in frames.enumerated() {
            let place = try SegmentPlacement(frame, pixels, on: target, path)
            do throws(FileProblem) { try decode(number, into: &values) } catch {
                throw .unreadable(path: path, error)
            }
            if place.paint(values, labels: table(of: frame), into: &blend) { outside += 1 }
            progress?(Double(number + 1) / Double(frames.count))
        }
        var result = try blend.result(path)
        if !unknown.isEmpty { result.remarks.append(.leftOut(unknown)) }
        if case .fractional = kind { result.remarks.append(.fractional) }
        if outside > 0 { result.remarks.append(.framesOutside(count: outside)) }
        return result
    }

    /// Refuses sizes that the file cannot hold, before anything is allocated for them.
    private func checkSize() throws(FileProblem) {
        let count = try FileBytes.voxelCount([Int(pixels.columns), Int(pixels.rows), Int(pixels.frames)])
        let bytes = FileBytes.size(file.path)
        guard count / 8 / 4096 <= bytes else { throw .truncated(expectedBytes: count / 8 / 4096, foundBytes: bytes) }
    }

    /// The label of each value that a frame's pixels can take.
    private func table(of frame: SegmentFrame) -> [UInt16: UInt8] {
        guard case .labelMap = kind else { return labels[frame.segment].map { [1: $0.number] } ?? [:] }
        return Dictionary(uniqueKeysWithValues: labels.map { (UInt16($0.key), $0.value.number) })
    }

    /// 1 where a pixel belongs to the frame's segment; a label map's own numbers.
    private func decode(_ frame: Int, into values: inout [UInt16]) throws(FileProblem) {
        if pixels.bits_allocated == 1 {
            for (i, bit) in try file.mask(frame, count: values.count).enumerated() { values[i] = UInt16(bit) }
            return
        }
        var stored = [Int32](repeating: 0, count: values.count)
        var problem: FileProblem?
        stored.withUnsafeMutableBufferPointer { buffer in
            do throws(FileProblem) { try file.decode(frame: frame, into: buffer) } catch { problem = error }
        }
        if let problem { throw problem }
        switch kind {
        case .binary: for i in stored.indices { values[i] = stored[i] == 0 ? 0 : 1 }
        case .fractional(let most): for i in stored.indices { values[i] = Double(stored[i]) * 2 >= most ? 1 : 0 }
        case .labelMap: for i in stored.indices { values[i] = UInt16(clamping: stored[i]) }
        }
    }

    private func framePlanes() throws(ImagingError) -> [SegmentFrame] {
        do throws(FileProblem) {
            var frames: [SegmentFrame] = []
            for frame in 0..<Int(pixels.frames) {
                var plane = try SegmentFrame(file, frame)
                if case .labelMap = kind { plane.segment = 0 }
                frames.append(plane)
            }
            return frames
        } catch { throw .unreadable(path: path, error) }
    }

    private func ownGrid(_ frames: [SegmentFrame]) throws(ImagingError) -> GridGeometry {
        do throws(FileProblem) {
            return try SegmentFrame.grid(of: frames, rows: Int(pixels.rows), columns: Int(pixels.columns))
        } catch { throw .unreadable(path: path, error) }
    }
}

extension DICOMFile {
    func itemCount(_ sequence: DICOMTag) -> Int { Int(cdicom_item_count(handle, sequence.rawValue)) }

    /// The text of an attribute in an item of a sequence, or in the first item of the sequence `inner` there.
    func text(_ tag: DICOMTag, item: Int, of sequence: DICOMTag, inner: DICOMTag? = nil) -> String {
        DICOMFile.text {
            cdicom_nested_text(handle, sequence.rawValue, Int32(item), inner?.rawValue ?? 0, tag.rawValue, $0, $1)
        }
    }

    func number(_ tag: DICOMTag, item: Int, of sequence: DICOMTag) -> Double? {
        var value = 0.0
        guard cdicom_item_number(handle, sequence.rawValue, Int32(item), tag.rawValue, &value) == 1, value.isFinite
        else { return nil }
        return value
    }

    func masks() throws(FileProblem) -> cdicom_pixels {
        var pixels = cdicom_pixels()
        let status = cdicom_describe_masks(handle, &pixels)
        guard status == CDICOM_OK else { throw Self.problem(status) }
        return pixels
    }

    /// The bits of a frame, one a byte.
    func mask(_ frame: Int, count: Int) throws(FileProblem) -> [UInt8] {
        var bits = [UInt8](repeating: 0, count: count)
        let status = bits.withUnsafeMutableBufferPointer {
            cdicom_unpack_mask(handle, Int32(frame), $0.baseAddress, count)
        }
        guard status == CDICOM_OK else { throw Self.problem(status) }
        return bits
    }
}
