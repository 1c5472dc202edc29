import Frames

/// How the numbers of a label map run along the patient, and whose numbers they must therefore be.
struct LabelOrder {
    let present: [Int]
    let scheme: LabelScheme?

    init(_ voxels: [UInt16], _ geometry: GridGeometry) {
        var count = [Int](repeating: 0, count: 256)
        var sum = [Vector3](repeating: .zero, count: 256)
        var offset = 0
        for z in 0..<geometry.size.z {
            for y in 0..<geometry.size.y {
                for x in 0..<geometry.size.x {
                    let number = Int(voxels[offset])
                    offset += 1
                    if number == 0 || number > 255 { continue }
                    count[number] += 1
                    sum[number] += Vector3(Double(x), Double(y), Double(z))
                }
            }
        }
        present = count.indices.filter { count[$0] > 0 }
        let centres = present.map { ($0, geometry.point(GridPoint(sum[$0] / Double(count[$0]))).coordinates) }
        scheme = Self.judge(Dictionary(uniqueKeysWithValues: centres))
    }

    /// VerSe's numbers grow towards the feet, TotalSegmentator's fall. Only a map whose whole column agrees is believed, and
    /// only where every other reading is impossible; 29…99 mean nothing in VerSe's and our own numbers.
    ///
    /// - Parameter centres: the centre of each number's voxels.
    static func judge(_ centres: [Int: Vector3]) -> LabelScheme? {
        let verse =
            runs(Array(1...19) + [28] + Array(20...27), centres, -1)
            && centres.keys.allSatisfy { !(29...99).contains($0) } && !mayCountFromOne(centres)
        let total = runs(Array(26...50), centres, 1) && !mayBeFirstVersion(centres)
        return verse == total ? nil : verse ? .verse : .totalSegmentator
    }

    /// The least that a level adds to the length of a spine, mm: a small child's.
    private static let leastLevel = 8.0

    /// Whether at least two of the numbers are there and their heights rise (1) or fall (−1) throughout, by over 2 mm each,
    /// with room for the levels that lie between. T13 (28) and L6 (25) are seldom there and need none.
    private static func runs(_ numbers: [Int], _ centres: [Int: Vector3], _ sign: Double) -> Bool {
        let column = numbers.indices.filter { centres[numbers[$0]] != nil }
        return column.count >= 2
            && zip(column, column.dropFirst()).allSatisfy { a, b in
                guard let p = centres[numbers[a]], let q = centres[numbers[b]] else { return false }
                let seldom = sign < 0 ? numbers[(a + 1)..<b].count { $0 == 28 || $0 == 25 } : 0
                return (q.z - p.z) * sign > 2 && length(q - p) > leastLevel * Double(b - a - seldom)
            }
    }

    /// The median of the distances from each number to the next one present, over the sum of the limits of the steps
    /// between; `nil` where no two numbers with limits are there.
    ///
    /// - Parameter limit: for the step from a number to the one above it, mm; `nil` where there is none.
    private static func crowding(_ centres: [Int: Vector3], limit: (Int) -> Double?) -> Double? {
        let there = centres.keys.sorted()
        let ratios = zip(there, there.dropFirst()).compactMap { a, b -> Double? in
            guard let p = centres[a], let q = centres[b] else { return nil }
            let limits = (a..<b).compactMap(limit)
            return limits.count == b - a ? length(p - q) / limits.reduce(0, +) : nil
        }
        return ratios.isEmpty ? nil : ratios.sorted()[ratios.count / 2]
    }

    /// TotalSegmentator's first version counts L5 from 18, so its 27…31 are T8…T4 and its 32…36 T3…C6. Adult levels lie about
    /// 31–41 mm apart in the loin, 23–31 at T8–T12, 18–27 at T4–T8 and 15–20 in the neck (heights of bodies by
    /// Panjabi 1991 and 1992 with their discs), so distances below these limits leave both readings open.
    private static func mayBeFirstVersion(_ centres: [Int: Vector3]) -> Bool {
        let crowding = crowding(centres) { number in
            switch number {
            case 26: 26.5
            case 27...31: 28
            case 32...36: 21.5
            case 37...42: 18
            default: nil
            }
        }
        if let crowding, crowding < 1 { return true }
        return (18...24).contains { centres[$0] != nil } && runs(Array(18...41), centres, 1)
    }

    /// Some maps of the loin call L1 … L5 1 … 5: VerSe's cervical numbers with lumbar distances are not believed.
    private static func mayCountFromOne(_ centres: [Int: Vector3]) -> Bool {
        let crowding = crowding(centres) { (1...6).contains($0) ? 26 : (7...15).contains($0) ? 34 : nil }
        return crowding.map { $0 > 1 } ?? false
    }
}
