import Frames

/// Stored values of one slice turned into HU, and what was met on the way.
struct SliceConversion {
    let rescale: Rescale
    let isSigned: Bool
    /// Stored values that mark voxels outside the scanner's field.
    let padding: ClosedRange<Int32>?

    init(_ slice: DICOMSlice) {
        rescale = slice.rescale
        isSigned = slice.pixels.isSigned
        padding = slice.padding
    }

    /// Padding that reads as one of these could be tissue: nobody can tell, so such an image is not planned on.
    private static let tissue = -900.0...3071.0
    /// Padding no further out than this stays as it is.
    private static let harmlessPadding = -4096.0...(-900.0)

    /// Stored words in `target` become HU in place; `nil`, and nothing done, where that needs more than whole 16-bit
    /// numbers.
    func convertInPlace(_ target: UnsafeMutableBufferPointer<Int16>) -> ValueTally? {
        guard let slope = Int32(exactly: rescale.slope), let intercept = Int32(exactly: rescale.intercept),
            abs(slope) < 4096, abs(intercept) < 1 << 20
        else { return nil }
        let isIdentity = isSigned && slope == 1 && intercept == 0 && padding == nil
        if isIdentity { return ValueTally(UnsafeBufferPointer(target)) }
        let stored = WordRange(target, unsigned: !isSigned)
        let ends = [stored.smallest * slope + intercept, stored.largest * slope + intercept]
        guard ends.allSatisfy({ $0 >= -32768 && $0 <= 32767 }) else { return nil }
        guard let padded = harmlessPadding(in: target, from: stored) else { return nil }
        // The results fit 16 bits, so that arithmetic modulo 2¹⁶ gives them exactly.
        let (factor, offset) = (Int16(truncatingIfNeeded: slope), Int16(truncatingIfNeeded: intercept))
        if factor != 1 || offset != 0 { for i in target.indices { target[i] = target[i] &* factor &+ offset } }
        var tally = ValueTally(UnsafeBufferPointer(target))
        tally.padded = padded
        // Padding is no measured air.
        if let padding, padded > 0, ValueTally.air.contains(Int16(padding.lowerBound * slope + intercept)) {
            tally.low -= min(padded, tally.low)
        }
        return tally
    }

    /// Words that are padding; `nil` where padding does not read as air or less.
    private func harmlessPadding(in words: UnsafeMutableBufferPointer<Int16>, from stored: WordRange) -> Int? {
        guard let padding, padding.overlaps(stored.smallest...stored.largest) else { return 0 }
        let hu = [padding.lowerBound, padding.upperBound].map { Double($0) * rescale.slope + rescale.intercept }
        guard hu.allSatisfy({ SliceConversion.harmlessPadding.contains($0) && $0.rounded() == $0 }) else { return nil }
        var found = 0
        for word in words {
            let value = isSigned ? Int32(word) : Int32(UInt16(bitPattern: word))
            found += padding.contains(value) ? 1 : 0
        }
        return found
    }

    /// Any stored values into HU, rounded and cut to 16 bits.
    func convert(
        _ stored: UnsafeMutableBufferPointer<Int32>, into target: UnsafeMutableBufferPointer<Int16>
    ) -> ValueTally {
        var tally = ValueTally()
        let (slope, intercept) = (rescale.slope, rescale.intercept)
        for i in 0..<target.count {
            let hu = Double(stored[i]) * slope + intercept
            // Away from zero at halves; the numbers are far from where a double could not hold them.
            let held = Int32(min(max(hu < 0 ? hu - 0.5 : hu + 0.5, -32768), 32767))
            if Double(held) != hu {
                tally.inexact += 1
                if abs(Double(held) - hu) > 0.5 { tally.clipped += 1 }
            }
            target[i] = Int16(held)
            if let padding, padding.contains(stored[i]) {
                tally.padded += 1
                if SliceConversion.tissue.contains(hu) {
                    tally.paddedTissue += 1
                } else if !SliceConversion.harmlessPadding.contains(hu) {
                    target[i] = HounsfieldConversion.air
                    tally.inexact += 1
                }
            } else {
                tally.add(target[i])
            }
        }
        return tally
    }
}

/// The smallest and the largest of 16-bit words.
private struct WordRange {
    var smallest: Int32
    var largest: Int32

    init(_ words: UnsafeMutableBufferPointer<Int16>, unsigned: Bool) {
        let flip: Int16 = unsigned ? .min : 0
        var (low, high) = (Int16.max, Int16.min)
        for word in words {
            let value = word ^ flip
            low = min(low, value)
            high = max(high, value)
        }
        let shift: Int32 = unsigned ? 32768 : 0
        (smallest, largest) = (Int32(low) + shift, Int32(high) + shift)
    }
}

/// Facts about HU values, summed over slices.
struct ValueTally: Sendable {
    var smallest = Int16.max
    var largest = Int16.min
    /// Voxels that hold what air, lung or fat between them measure: at least −1100, below −200 HU.
    var low = 0
    var clipped = 0
    var inexact = 0
    var padded = 0
    var paddedTissue = 0

    /// Below it lies only padding; above it there are tissues that every image holds.
    static let air: Range<Int16> = -1100 ..< -200

    init() {}

    /// Sixteen values at a time, and the rest one by one.
    init(_ values: UnsafeBufferPointer<Int16>) {
        let bytes = UnsafeRawBufferPointer(values)
        let whole = values.count / 16 * 16
        // A range test as one comparison: the range's start is moved to the least number.
        let shift = Int16.min &- ValueTally.air.lowerBound
        let end = SIMD16(repeating: ValueTally.air.upperBound &+ shift)
        let (zeros, ones) = (SIMD16<Int16>(repeating: 0), SIMD16<Int16>(repeating: 1))
        var (low, high) = (SIMD16<Int16>(repeating: .max), SIMD16<Int16>(repeating: .min))
        for block in stride(from: 0, to: whole, by: 16 * 1024) {
            var counts = zeros
            for i in stride(from: block, to: min(block + 16 * 1024, whole), by: 16) {
                let v = bytes.loadUnaligned(fromByteOffset: 2 * i, as: SIMD16<Int16>.self)
                low = pointwiseMin(low, v)
                high = pointwiseMax(high, v)
                counts &+= zeros.replacing(with: ones, where: (v &+ shift) .< end)
            }
            self.low += Int(counts.wrappedSum())
        }
        (smallest, largest) = (low.min(), high.max())
        for value in values[whole...] { add(value) }
    }

    mutating func add(_ value: Int16) {
        smallest = min(smallest, value)
        largest = max(largest, value)
        if ValueTally.air.contains(value) { low += 1 }
    }

    static func + (a: ValueTally, b: ValueTally) -> ValueTally {
        var sum = a
        sum.smallest = min(a.smallest, b.smallest)
        sum.largest = max(a.largest, b.largest)
        sum.low += b.low
        sum.clipped += b.clipped
        sum.inexact += b.inexact
        sum.padded += b.padded
        sum.paddedTissue += b.paddedTissue
        return sum
    }
}
