/// One bit a voxel: a mask in an eighth of the memory, whose rows kernels take 64 voxels at a time.
///
/// Bit x & 63 of word x >> 6 of a row is voxel x; bits beyond the row's end are 0.
public struct BitGrid: Equatable, Sendable {
    public let size: GridSize
    public let wordsPerRow: Int
    /// Row after row, y before z.
    public private(set) var words: [UInt64]

    /// - Parameter fill: called from several threads with a row's number (z · size.y + y) and its voxels, all 0; puts a
    ///   1 where the voxel belongs to the mask.
    public init(size: GridSize, fill: @Sendable (_ row: Int, _ flags: UnsafeMutablePointer<UInt8>) -> Void) {
        self.size = size
        let perRow = (size.x + 63) / 64
        wordsPerRow = perRow
        words = [UInt64](unsafeUninitializedCapacity: perRow * size.y * size.z) { buffer, filled in
            let out = SharedBuffer(buffer)
            parallelFor(size.z) { z in
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: perRow * 64) { flags in
                    guard let start = flags.baseAddress else { return }
                    for row in (z * size.y)..<((z + 1) * size.y) {
                        flags.initialize(repeating: 0)
                        fill(row, start)
                        Self.pack(start, perRow) { out[row * perRow + $0] = $1 }
                    }
                }
            }
            filled = perRow * size.y * size.z
        }
    }

    /// The voxels whose value exceeds `level`; none where that is no number.
    public init(_ volume: Volume<Int16>, above level: Double) {
        guard level < 32767 else {
            self.init(size: volume.size) { _, _ in }
            return
        }
        // for whole numbers v > level is v ≥ ⌊level⌋ + 1
        let least = Int16(max(level.rounded(.down) + 1, -32768))
        let width = volume.size.x
        self = volume.withVoxels { voxels in
            let source = SharedReadBuffer(voxels)
            return BitGrid(size: volume.size) { row, flags in
                guard let values = source.pointer.baseAddress?.advanced(by: row * width) else { return }
                for x in 0..<width { flags[x] = values[x] >= least ? 1 : 0 }
            }
        }
    }

    /// The voxels whose value exceeds `level`; none where either is no number.
    public init(_ volume: Volume<Float>, above level: Double) {
        let width = volume.size.x
        // the greatest 32-bit number that does not exceed the level: v > level is v > that
        let rounded = Float(level)
        let bound = Double(rounded) > level ? rounded.nextDown : rounded
        self = volume.withVoxels { voxels in
            let source = SharedReadBuffer(voxels)
            return BitGrid(size: volume.size) { row, flags in
                guard let values = source.pointer.baseAddress?.advanced(by: row * width) else { return }
                for x in 0..<width { flags[x] = values[x] > bound ? 1 : 0 }
            }
        }
    }

    /// The voxels whose number `wanted`, a table of 256 answers, holds true.
    public init(_ labels: LabelVolume, where wanted: [Bool]) {
        precondition(wanted.count == 256, "a table of labels has 256 entries")
        let width = labels.size.x
        let numbers = wanted.map { $0 ? UInt8(1) : 0 }
        self = labels.withVoxels { voxels in
            numbers.withUnsafeBufferPointer { numbers in
                let (source, table) = (SharedReadBuffer(voxels), SharedReadBuffer(numbers))
                return BitGrid(size: labels.size) { row, flags in
                    for x in 0..<width { flags[x] = table[Int(source[row * width + x])] }
                }
            }
        }
    }

    public subscript(i: VoxelIndex) -> Bool {
        words[(i.z * size.y + i.y) * wordsPerRow + i.x >> 6] >> UInt64(i.x & 63) & 1 == 1
    }

    /// How many voxels are set.
    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Gives each word of 64 flags, one byte each, in order.
    @inline(__always) private static func pack(
        _ flags: UnsafeMutablePointer<UInt8>, _ words: Int, put: (_ word: Int, _ bits: UInt64) -> Void
    ) {
        let raw = UnsafeRawPointer(flags)
        for word in 0..<words {
            var bits: UInt64 = 0
            for part in 0..<8 {
                let eight = raw.loadUnaligned(fromByteOffset: 64 * word + 8 * part, as: UInt64.self)
                // the product gathers the lowest bits of the eight bytes in its highest byte
                bits |= ((eight &* 0x0102_0408_1020_4080) >> 56) << UInt64(8 * part)
            }
            put(word, bits)
        }
    }
}
