/// Whether values can be HU at all.
///
/// A CT of a person holds air, lung or fat next to them: an image with nothing below −200 HU is on another scale.
/// What lies below −1100 HU was not measured (padding), so it says nothing.
enum HounsfieldCheck {
    /// One voxel in so many must be that low.
    static let rarestAir = 100_000

    /// Fat reaches below this in every slice, noise or not.
    static let leanest: Int16 = -30

    static func irregularities(_ ct: Volume<Int16>) -> [Irregularity] {
        let (count, pieces) = (ct.size.count, 64)
        let tally = ct.withVoxels { voxels in
            let source = SharedReadBuffer(voxels)
            return parallelMap(pieces) { piece in
                let range = (count * piece / pieces)..<(count * (piece + 1) / pieces)
                return ValueTally(UnsafeBufferPointer(rebasing: source.pointer[range]))
            }.reduce(ValueTally(), +)
        }
        return whole(tally, count)
    }

    /// The same for slices that were tallied while they were decoded.
    static func irregularities(_ slices: [(slice: SliceReference, voxels: Int, tally: ValueTally)]) -> [Irregularity] {
        guard !slices.isEmpty else { return [] }
        let found = whole(slices.map(\.tally).reduce(ValueTally(), +), slices.reduce(0) { $0 + $1.voxels })
        guard found.isEmpty else { return found }
        // A few slices on another scale than the rest: cut-outs may lack air, but no slice of a body lacks fat.
        let airless = slices.filter { $0.tally.low == 0 && $0.tally.smallest > leanest && $0.tally.smallest < .max }
        guard !airless.isEmpty, airless.count * 4 <= slices.count,
            slices.contains(where: { $0.tally.low * 20 > $0.voxels })
        else { return [] }
        return [Irregularity(.slicesNotHU(slices: airless.map(\.slice)), .forbidsPlanning)]
    }

    private static func whole(_ tally: ValueTally, _ count: Int) -> [Irregularity] {
        guard tally.low * rarestAir < count, tally.smallest <= tally.largest else { return [] }
        return [
            Irregularity(
                .valuesNotHU(smallest: Double(tally.smallest), largest: Double(tally.largest)), .forbidsPlanning)
        ]
    }
}
