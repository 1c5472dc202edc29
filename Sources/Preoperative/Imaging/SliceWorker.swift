/// Decodes slices one after the other, for one thread.
final class SliceWorker {
    private let area: Int
    private var parsed: (path: String, file: Result<DICOMFile, FileProblem>)?
    private var plain: (path: String, file: Result<PlainPixelFile, FileProblem>)?
    /// Room for a slice's stored values and for its words, made where they are needed first.
    private var storedRoom: UnsafeMutableBufferPointer<Int32>?
    private var wordRoom: UnsafeMutableBufferPointer<Int16>?

    /// - Parameter area: pixels of the largest slice to come.
    init(area: Int) { self.area = area }

    deinit {
        storedRoom?.deallocate()
        wordRoom?.deallocate()
    }

    /// Fills a plane of the grid with a slice's HU; air where there is no slice, or it does not decode.
    func fill(
        _ target: UnsafeMutableBufferPointer<Int16>, width: Int, _ slice: DICOMSlice?, at offset: SIMD2<Double>
    ) -> SliceDecoder.Answer {
        guard let slice else {
            target.update(repeating: HounsfieldConversion.air)
            return .missing
        }
        let isWhole = slice.rows * slice.columns == target.count
        let room = isWhole ? target : words(slice.rows * slice.columns)
        switch hounsfield(slice, into: room) {
        case .failure(let problem):
            target.update(repeating: HounsfieldConversion.air)
            return .damaged(problem)
        case .success(let tally):
            if !isWhole {
                PlaneShift(
                    columns: slice.columns, rows: slice.rows, width: width, height: target.count / max(width, 1)
                ).place(room, into: target, at: offset)
            }
            return .values(tally)
        }
    }

    private func hounsfield(
        _ slice: DICOMSlice, into target: UnsafeMutableBufferPointer<Int16>
    ) -> Result<ValueTally, FileProblem> {
        let conversion = SliceConversion(slice)
        if slice.pixels.plainOffset != nil {
            let read = target.withMemoryRebound(to: UInt16.self) { words in plainWords(slice, into: words) }
            if case .failure(let problem) = read { return .failure(problem) }
            if let tally = conversion.convertInPlace(target) { return .success(tally) }
        }
        return stored(slice).map { conversion.convert($0, into: target) }
    }

    /// The stored values of a slice, valid until the next call.
    func stored(_ slice: DICOMSlice) -> Result<UnsafeMutableBufferPointer<Int32>, FileProblem> {
        let count = slice.rows * slice.columns
        let whole = storedRoom ?? .allocate(capacity: area)
        storedRoom = whole
        let room = UnsafeMutableBufferPointer(rebasing: whole[..<count])
        guard slice.pixels.plainOffset != nil else {
            if parsed?.path != slice.path {
                parsed = (slice.path, Result { () throws(FileProblem) in try DICOMFile(slice.path, headerOnly: false) })
            }
            return Result { () throws(FileProblem) in
                try parsed?.file.get().decode(frame: slice.frame, into: room)
                return room
            }
        }
        return words(count).withMemoryRebound(to: UInt16.self) { words in
            plainWords(slice, into: words).map {
                for i in words.indices {
                    room[i] = slice.pixels.isSigned ? Int32(Int16(bitPattern: words[i])) : Int32(words[i])
                }
                return room
            }
        }
    }

    private func plainWords(
        _ slice: DICOMSlice, into words: UnsafeMutableBufferPointer<UInt16>
    ) -> Result<Void, FileProblem> {
        if plain?.path != slice.path {
            plain = (slice.path, Result { () throws(FileProblem) in try PlainPixelFile(slice.path) })
        }
        return Result { () throws(FileProblem) in
            guard let start = slice.pixels.plainOffset else { return }
            try plain?.file.get().read(frame: slice.frame, slice.pixels, at: start, into: words)
        }
    }

    private func words(_ count: Int) -> UnsafeMutableBufferPointer<Int16> {
        let whole = wordRoom ?? .allocate(capacity: area)
        wordRoom = whole
        return UnsafeMutableBufferPointer(rebasing: whole[..<count])
    }
}
