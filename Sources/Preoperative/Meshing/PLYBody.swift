import Frames

/// The values after a polygon file's header, one after the other.
struct PLYBody {
    enum Order { case text, little, big }

    let bytes: UnsafeRawBufferPointer
    var at: Int
    var line: Int
    let order: Order
    private var words: ArraySlice<Substring> = []

    init(bytes: UnsafeRawBufferPointer, at: Int, line: Int, order: Order) {
        self.bytes = bytes
        self.at = at
        self.line = line
        self.order = order
    }

    func fault(_ problem: MeshFileProblem) -> MeshFileFault {
        MeshFileFault(at: order == .text ? .line(line) : .byte(at), problem: problem)
    }

    /// In text each element has a line of its own.
    mutating func beginElement() throws(MeshFileFault) {
        guard order == .text else { return }
        var lines = TextLines(bytes, from: at)
        repeat {
            guard let next = lines.next() else {
                throw fault(.truncated(expectedBytes: bytes.count + 1, foundBytes: bytes.count))
            }
            words = next[...]
            line += 1
        } while words.isEmpty
        at = lines.at
    }

    /// One value, or all of a list.
    mutating func values(_ property: PLYFormat.Property) throws(MeshFileFault) -> [Double] {
        guard let countType = property.countType else { return [try value(property.type)] }
        let count = try value(countType)
        // a face of many thousand corners is no face: it is a wrong offset
        guard count >= 0, count <= 4096, count == count.rounded() else { throw fault(.unexpected("list of \(count)")) }
        var all: [Double] = []
        for _ in 0..<Int(count) { all.append(try value(property.type)) }
        return all
    }

    func indices(_ values: [Double]) throws(MeshFileFault) -> [Int32] {
        guard values.count >= 3 else { throw fault(.faceCorners(values.count)) }
        var corners: [Int32] = []
        for value in values {
            guard let index = Int32(exactly: value), index >= 0 else { throw fault(.notANumber("\(value)")) }
            corners.append(index)
        }
        return corners
    }

    private mutating func value(_ type: PLYFormat.Scalar) throws(MeshFileFault) -> Double {
        if order == .text {
            guard let word = words.popFirst() else {
                throw fault(.truncated(expectedBytes: bytes.count + 1, foundBytes: bytes.count))
            }
            guard let number = Double(word), number.isFinite else { throw fault(.notANumber(String(word.prefix(40)))) }
            return number
        }
        guard at + type.size <= bytes.count else {
            throw fault(.truncated(expectedBytes: at + type.size, foundBytes: bytes.count))
        }
        defer { at += type.size }
        let number: Double =
            switch type {
            case .int8: Double(Int8(bitPattern: bytes[at]))
            case .uint8: Double(bytes[at])
            case .int16: Double(Int16(bitPattern: load(UInt16.self)))
            case .uint16: Double(load(UInt16.self))
            case .int32: Double(Int32(bitPattern: load(UInt32.self)))
            case .uint32: Double(load(UInt32.self))
            case .float32: Double(Float(bitPattern: load(UInt32.self)))
            case .float64: Double(bitPattern: load(UInt64.self))
            }
        guard number.isFinite else { throw fault(.notANumber("\(number)")) }
        return number
    }

    private func load<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) -> Number {
        let raw = bytes.loadUnaligned(fromByteOffset: at, as: type)
        return order == .big ? Number(bigEndian: raw) : Number(littleEndian: raw)
    }
}
