import Synchronization

/// Stored numbers turned into HU: rounded to `Int16`, and the exact values beside them where rounding changed one.
struct HounsfieldConversion {
    var ct: [Int16]
    /// The file's own values; `nil` where `ct` holds them all exactly.
    var exact: [Double]?
    var clipped = 0
    var notFinite = 0

    /// HU of air, for voxels that hold no measurement.
    static let air: Int16 = -1024

    /// HU = stored · slope + intercept, in parallel over pieces of the image.
    init(_ stored: StoredVoxels, rescale: Rescale, progress: ProgressReport? = nil) {
        let (count, pieces) = (stored.count, 64)
        let inexact = Atomic<Int>(0)
        let clippedTotal = Atomic<Int>(0)
        let notFiniteTotal = Atomic<Int>(0)
        let source = SharedStored(stored)
        ct = [Int16](unsafeUninitializedCapacity: count) { buffer, filled in
            let target = SharedBuffer(buffer)
            parallelFor(pieces) { piece in
                let range = (count * piece / pieces)..<(count * (piece + 1) / pieces)
                let tally = Self.convert(source.stored, rescale, range, into: target)
                inexact.add(tally.inexact, ordering: .relaxed)
                clippedTotal.add(tally.clipped, ordering: .relaxed)
                notFiniteTotal.add(tally.notFinite, ordering: .relaxed)
            }
            filled = count
        }
        clipped = clippedTotal.load(ordering: .relaxed)
        notFinite = notFiniteTotal.load(ordering: .relaxed)
        guard inexact.load(ordering: .relaxed) > 0 else { return }
        exact = [Double](unsafeUninitializedCapacity: count) { buffer, filled in
            stored.forEach(in: 0..<count) { buffer[$0] = $1 * rescale.slope + rescale.intercept }
            filled = count
        }
    }

    private struct Tally { var inexact = 0, clipped = 0, notFinite = 0 }

    private static func convert(
        _ stored: StoredVoxels, _ rescale: Rescale, _ range: Range<Int>, into target: SharedBuffer<Int16>
    ) -> Tally {
        var tally = Tally()
        stored.forEach(in: range) { i, value in
            let hu = value * rescale.slope + rescale.intercept
            let whole = hu.rounded()
            if !hu.isFinite {
                target[i] = air
                tally.notFinite += 1
                tally.inexact += 1
                return
            }
            let held = min(max(whole, -32768), 32767)
            if held != whole { tally.clipped += 1 }
            if held != hu { tally.inexact += 1 }
            target[i] = Int16(held)
        }
        return tally
    }

    var irregularities: [Irregularity] {
        (clipped > 0 ? [Irregularity(.clippedValues(voxels: clipped), .noted)] : [])
            + (notFinite > 0 ? [Irregularity(.notFinite(voxels: notFinite), .noted)] : [])
    }
}

/// Stored voxels that several threads read at once: nobody writes them any more.
private struct SharedStored: @unchecked Sendable {
    let stored: StoredVoxels
    init(_ stored: StoredVoxels) { self.stored = stored }
}
