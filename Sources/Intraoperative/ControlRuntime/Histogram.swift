/// How often a time fell into each of 960 fixed buckets: exact to 3 % up to 17 s. No allocation.
///
/// Below 32 ns a bucket is 1 ns wide; above, each doubling has 32 buckets (as in HdrHistogram, G. Tene).
public struct Histogram: Equatable, Sendable {
    static let bucketCount = 960

    public private(set) var count: UInt64 = 0
    /// ns; 0 where nothing was added.
    public private(set) var largest: Int64 = 0
    public private(set) var smallest: Int64 = .max
    private var sum = 0.0
    private var buckets = InlineArray<960, UInt32>(repeating: 0)

    public init() {}

    /// Adds a time in ns; a negative one counts as 0.
    public mutating func add(_ nanoseconds: Int64) {
        let time = max(nanoseconds, 0)
        buckets[Self.bucket(of: time)] &+= 1
        count += 1
        sum += Double(time)
        largest = max(largest, time)
        smallest = min(smallest, time)
    }

    static func bucket(of time: Int64) -> Int {
        guard time >= 32 else { return Int(time) }
        let power = 63 - time.leadingZeroBitCount
        let index = (power - 4) * 32 + Int(time >> Int64(power - 5)) - 32
        return min(index, bucketCount - 1)
    }

    /// The bounds of bucket `index` in ns, the upper one not within it.
    public static func bounds(of index: Int) -> Range<Int64> {
        guard index >= 32 else { return Int64(index)..<Int64(index + 1) }
        let power = index / 32 + 4
        let width = Int64(1) << Int64(power - 5)
        let lower = Int64(32 + index % 32) * width
        return lower..<(lower + width)
    }

    /// The mean in ns; 0 where nothing was added.
    public var mean: Double { count == 0 ? 0 : sum / Double(count) }

    /// The time in ns that `fraction` (0…1) of all do not exceed, to the upper edge of its bucket.
    public func percentile(_ fraction: Double) -> Int64 {
        guard count > 0 else { return 0 }
        let rank = UInt64(max(1, (fraction * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for index in 0..<Self.bucketCount {
            seen += UInt64(buckets[index])
            if seen >= rank { return min(Self.bounds(of: index).upperBound - 1, largest) }
        }
        return largest
    }

    /// The buckets that hold something, for screens and files; not for the loop, since it allocates.
    public var filled: [(bounds: Range<Int64>, count: UInt32)] {
        (0..<Self.bucketCount).filter { buckets[$0] > 0 }.map { (Self.bounds(of: $0), buckets[$0]) }
    }

    public static func == (a: Histogram, b: Histogram) -> Bool {
        guard a.count == b.count, a.largest == b.largest, a.smallest == b.smallest, a.sum == b.sum else { return false }
        for index in 0..<bucketCount where a.buckets[index] != b.buckets[index] { return false }
        return true
    }
}
