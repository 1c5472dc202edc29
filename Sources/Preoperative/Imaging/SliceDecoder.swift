import Frames

/// Decodes the slices of a stack into HU, on all cores.
struct SliceDecoder {
    var ct: [Int16]
    var exact: [Double]?
    var damaged: [(file: String, problem: FileProblem)] = []
    var irregularities: [Irregularity] = []

    /// What one slice brought.
    private struct Tally: Sendable {
        var problem: FileProblem?
        var clipped = 0
        var inexact = 0
        var padded = 0
        var paddedTissue = 0
    }

    static func decode(_ stack: SliceStack, _ progress: ProgressReport?) -> SliceDecoder {
        let planes = stack.planes
        let area = stack.geometry.size.x * stack.geometry.size.y
        var tallies = [Tally](repeating: Tally(), count: planes.count)
        let ct = [Int16](unsafeUninitializedCapacity: area * planes.count) { buffer, filled in
            let target = SharedBuffer(buffer)
            tallies.withUnsafeMutableBufferPointer { tallies in
                let tallies = SharedBuffer(tallies)
                forEachPlane(planes, area, progress) { plane, slice, stored in
                    let part = UnsafeMutableBufferPointer(
                        rebasing: target.pointer[(plane * area)..<((plane + 1) * area)])
                    guard let slice else { return part.update(repeating: HounsfieldConversion.air) }
                    switch stored {
                    case .success(let values): tallies[plane] = convert(values, slice, into: part)
                    case .failure(let problem):
                        part.update(repeating: HounsfieldConversion.air)
                        tallies[plane].problem = problem
                    }
                }
            }
            filled = area * planes.count
        }
        var decoder = SliceDecoder(ct: ct)
        decoder.report(tallies, planes)
        if tallies.contains(where: { $0.inexact > 0 }) { decoder.exact = exactValues(planes, area) }
        return decoder
    }

    private mutating func report(_ tallies: [Tally], _ planes: [DICOMSlice?]) {
        for (tally, slice) in zip(tallies, planes) {
            if let problem = tally.problem, let slice { damaged.append((slice.path, problem)) }
        }
        let sum = { (part: KeyPath<Tally, Int>) in tallies.reduce(0) { $0 + $1[keyPath: part] } }
        let (padded, tissue, clipped) = (sum(\.padded), sum(\.paddedTissue), sum(\.clipped))
        if padded > 0 {
            irregularities.append(Irregularity(.padding(voxels: padded), tissue > 0 ? .forbidsPlanning : .noted))
        }
        if clipped > 0 { irregularities.append(Irregularity(.clippedValues(voxels: clipped), .noted)) }
    }

    /// The file's own HU of every voxel; air where a slice is missing.
    private static func exactValues(_ planes: [DICOMSlice?], _ area: Int) -> [Double] {
        [Double](unsafeUninitializedCapacity: area * planes.count) { buffer, filled in
            let target = SharedBuffer(buffer)
            forEachPlane(planes, area, nil) { plane, slice, stored in
                let part = UnsafeMutableBufferPointer(rebasing: target.pointer[(plane * area)..<((plane + 1) * area)])
                guard let slice, case .success(let values) = stored else {
                    return part.update(repeating: Double(HounsfieldConversion.air))
                }
                for i in values.indices { part[i] = Double(values[i]) * slice.rescale.slope + slice.rescale.intercept }
            }
            filled = area * planes.count
        }
    }

    /// The stored values of one slice; `nil` where it does not decode.
    static func values(_ slice: DICOMSlice) -> [Int32]? {
        guard let file = try? DICOMFile(slice.path, headerOnly: false) else { return nil }
        return try? stored(slice, file, slice.rows * slice.columns).get()
    }

    private typealias Stored = Result<UnsafeMutableBufferPointer<Int32>, FileProblem>

    /// Calls `body` with each plane's stored values. A worker takes planes that follow one another, and keeps a file open
    /// while they come from the same one.
    private static func forEachPlane(
        _ planes: [DICOMSlice?], _ area: Int, _ progress: ProgressReport?,
        _ body: @Sendable (_ plane: Int, _ slice: DICOMSlice?, _ stored: Stored) -> Void
    ) {
        let pieces = min(planes.count, 16)
        let done = ProgressCounter(total: planes.count, report: progress)
        parallelFor(pieces) { piece in
            let room = UnsafeMutableBufferPointer<Int32>.allocate(capacity: area)
            defer { room.deallocate() }
            var open: Result<DICOMFile, FileProblem>?
            var openPath: String?
            for plane in (planes.count * piece / pieces)..<(planes.count * (piece + 1) / pieces) {
                let slice = planes[plane]
                if let slice, openPath != slice.path {
                    open = Result { () throws(FileProblem) in try DICOMFile(slice.path, headerOnly: false) }
                    openPath = slice.path
                }
                body(plane, slice, decode(slice, open, into: room))
                done.advance()
            }
        }
    }

    private static func decode(
        _ slice: DICOMSlice?, _ file: Result<DICOMFile, FileProblem>?, into room: UnsafeMutableBufferPointer<Int32>
    ) -> Stored {
        guard let slice, let file else { return .failure(.notFound) }
        return Result { () throws(FileProblem) in
            try file.get().decode(frame: slice.frame, into: room)
            return room
        }
    }

    private static func stored(_ slice: DICOMSlice, _ file: DICOMFile, _ count: Int) -> Result<[Int32], FileProblem> {
        var values = [Int32](repeating: 0, count: count)
        return Result { () throws(FileProblem) in
            try values.withUnsafeMutableBufferPointer {
                (room: inout UnsafeMutableBufferPointer<Int32>) throws(FileProblem) in
                try file.decode(frame: slice.frame, into: room)
            }
            return values
        }
    }

    /// Padding that reads as one of these could be tissue: nobody can tell, so such an image is not planned on.
    private static let tissue = -900.0...3071.0
    /// Padding no further out than this stays as it is.
    private static let harmlessPadding = -4096.0...(-900.0)

    private static func convert(
        _ stored: UnsafeMutableBufferPointer<Int32>, _ slice: DICOMSlice, into target: UnsafeMutableBufferPointer<Int16>
    ) -> Tally {
        var tally = Tally()
        let (slope, intercept) = (slice.rescale.slope, slice.rescale.intercept)
        let padding = slice.paddingValue.flatMap { Int32(exactly: $0) }
        for i in 0..<target.count {
            let hu = Double(stored[i]) * slope + intercept
            let held = min(max(hu.rounded(), -32768), 32767)
            if held != hu {
                tally.inexact += 1
                if abs(held - hu) > 0.5 { tally.clipped += 1 }
            }
            target[i] = Int16(held)
            guard let padding, stored[i] == padding else { continue }
            tally.padded += 1
            if tissue.contains(hu) {
                tally.paddedTissue += 1
            } else if !harmlessPadding.contains(hu) {
                target[i] = HounsfieldConversion.air
                tally.inexact += 1
            }
        }
        return tally
    }
}
