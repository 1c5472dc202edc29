import Frames

/// Decodes the slices of a stack into HU on the stack's grid, on all cores.
struct SliceDecoder {
    var ct: [Int16]
    var exact: [Double]?
    var damaged: [(file: String, problem: FileProblem)] = []
    var irregularities: [Irregularity] = []

    /// - Parameter keepsExact: whether values that are no whole HU are kept beside the rounded ones. They never are where
    ///   slices had to be moved: those values are mixtures.
    static func decode(_ stack: SliceStack, keepsExact: Bool, _ progress: ProgressReport?) -> SliceDecoder {
        let (planes, size) = (stack.planes, stack.geometry.size)
        let area = size.x * size.y
        var answers = [Answer](repeating: .missing, count: planes.count)
        let ct = [Int16](unsafeUninitializedCapacity: area * planes.count) { buffer, filled in
            LargePages.advise(UnsafeMutableRawBufferPointer(buffer))
            let target = SharedBuffer(buffer)
            answers.withUnsafeMutableBufferPointer { answers in
                let answers = SharedBuffer(answers)
                forEachRun(of: stack, progress) { worker, plane in
                    let part = UnsafeMutableBufferPointer(
                        rebasing: target.pointer[(plane * area)..<((plane + 1) * area)])
                    answers[plane] = worker.fill(part, width: size.x, planes[plane], at: stack.offsets[plane])
                }
            }
            filled = area * planes.count
        }
        var decoder = SliceDecoder(ct: ct)
        decoder.report(answers, stack)
        let moved = stack.isSheared || stack.resampling != nil
        if keepsExact, !moved, answers.contains(where: { $0.tally?.inexact ?? 0 > 0 }) {
            decoder.exact = exactValues(stack, area)
        }
        if let resampling = stack.resampling { decoder.ct = resampling.apply(to: decoder.ct, area: area) }
        return decoder
    }

    /// What became of one plane.
    enum Answer: Sendable {
        case missing
        case damaged(FileProblem)
        case values(ValueTally)

        var tally: ValueTally? { if case .values(let tally) = self { tally } else { nil } }
    }

    private mutating func report(_ answers: [Answer], _ stack: SliceStack) {
        for (answer, slice) in zip(answers, stack.planes) {
            if case .damaged(let problem) = answer, let slice { damaged.append((slice.path, problem)) }
        }
        let sum = answers.compactMap(\.tally).reduce(ValueTally(), +)
        if sum.padded > 0 {
            irregularities.append(
                Irregularity(.padding(voxels: sum.padded), sum.paddedTissue > 0 ? .forbidsPlanning : .noted))
        }
        if sum.clipped > 0 { irregularities.append(Irregularity(.clippedValues(voxels: sum.clipped), .noted)) }
        irregularities += HounsfieldCheck.irregularities(
            zip(stack.planes, answers).compactMap { slice, answer in
                guard let slice, let tally = answer.tally else { return nil }
                return (slice.reference, slice.rows * slice.columns, tally)
            })
    }

    /// The file's own HU of every voxel; air where a slice is missing.
    private static func exactValues(_ stack: SliceStack, _ area: Int) -> [Double] {
        [Double](unsafeUninitializedCapacity: area * stack.planes.count) { buffer, filled in
            let target = SharedBuffer(buffer)
            forEachRun(of: stack, nil) { worker, plane in
                let part = UnsafeMutableBufferPointer(rebasing: target.pointer[(plane * area)..<((plane + 1) * area)])
                guard let slice = stack.planes[plane], case .success(let values) = worker.stored(slice) else {
                    return part.update(repeating: Double(HounsfieldConversion.air))
                }
                for i in values.indices { part[i] = Double(values[i]) * slice.rescale.slope + slice.rescale.intercept }
            }
            filled = area * stack.planes.count
        }
    }

    /// The stored values of one slice; `nil` where it does not decode.
    static func values(_ slice: DICOMSlice) -> [Int32]? {
        let worker = SliceWorker(area: slice.rows * slice.columns)
        return (try? worker.stored(slice).get()).map { Array($0) }
    }

    /// Calls `body` for each plane. A worker takes planes that follow one another, and keeps a file open while they come
    /// from the same one.
    private static func forEachRun(
        of stack: SliceStack, _ progress: ProgressReport?,
        _ body: @Sendable (_ worker: SliceWorker, _ plane: Int) -> Void
    ) {
        let planes = stack.planes
        let slices = planes.compactMap { $0 }
        let area = slices.map { $0.rows * $0.columns }.max() ?? 0
        // Each run opens a multi-frame file anew, and parses it whole where its pixels are not plain.
        let isOneFile = slices.allSatisfy { $0.path == slices.first?.path && $0.pixels.plainOffset == nil }
        let runs = min(planes.count, isOneFile ? 2 : 16)
        let done = ProgressCounter(total: planes.count, report: progress)
        parallelFor(runs) { run in
            let worker = SliceWorker(area: area)
            for plane in (planes.count * run / runs)..<(planes.count * (run + 1) / runs) {
                body(worker, plane)
                done.advance()
            }
        }
    }
}
