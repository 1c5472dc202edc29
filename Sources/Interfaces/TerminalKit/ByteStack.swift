/// Bytes that grow at their end, written without a check for each.
struct ByteStack: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 64)
        start = .allocate(capacity: self.capacity)
    }

    deinit { start.deallocate() }

    /// Makes room for so many more; to be called before they are put.
    mutating func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * (count + more))
        larger.update(from: start, count: count)
        start.deallocate()
        (start, capacity) = (larger, 2 * (count + more))
    }

    /// - Precondition: there is room.
    @inline(__always) mutating func put(_ byte: UInt8) {
        assert(count < capacity)
        start[count] = byte
        count += 1
    }

    mutating func put(_ text: StaticString) {
        text.withUTF8Buffer { for byte in $0 { put(byte) } }
    }

    @inline(__always) mutating func put(_ glyph: Glyph) {
        var rest = glyph.bits
        repeat {
            put(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        } while rest != 0
    }

    /// A number of at most four digits.
    @inline(__always) mutating func put(_ number: Int) {
        if number >= 1000 { put(UInt8(48 + number / 1000 % 10)) }
        if number >= 100 { put(UInt8(48 + number / 100 % 10)) }
        if number >= 10 { put(UInt8(48 + number / 10 % 10)) }
        put(UInt8(48 + number % 10))
    }

    mutating func put(_ bytes: [UInt8]) {
        reserve(bytes.count)
        for byte in bytes { put(byte) }
    }

    /// Leaves out the last bytes.
    mutating func drop(_ number: Int) { count -= number }

    var array: [UInt8] { Array(UnsafeBufferPointer(start: start, count: count)) }
}
