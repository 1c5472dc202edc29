import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// What one vertebra shows of its level.
struct LevelSigns: Equatable, Sendable {
    /// Whether it carries a rib; `nil` where the image does not reach far enough to the side to tell.
    var rib: Bool?
    /// From disc to disc, mm; `nil` for one that is not seen whole.
    var height: Double?
    /// Across the middle of its body, mm.
    var width: Double?
    /// Whether the iliac crests' top lies beside it.
    var isAtCrest = false
    /// Whether it is a ring round a dens.
    var isAtlas = false
}

/// Names the pieces of a spine by weighing every way in which they could be levels of a person.
///
/// People differ in how many vertebrae they have; for each such plan, and each level at which the lowest piece could
/// stand, ribs, sacrum, iliac crests and the sizes of bodies give a probability. A name is certain only where it was
/// also counted: exactly five vertebrae without ribs between the sacrum and the lowest rib, or twelve with ribs between
/// vertebrae without.
struct LevelNaming {
    /// Whether the lowest piece is the sacrum.
    let hasSacrum: Bool
    /// Vertebrae from the lowest, without the sacrum.
    let signs: [LevelSigns]

    init(hasSacrum: Bool, signs: [LevelSigns]) { (self.hasSacrum, self.signs) = (hasSacrum, signs) }

    /// - Parameter ribs: from the lowest vertebra: does it carry a rib?
    init(hasSacrum: Bool, ribs: [Bool]) { self.init(hasSacrum: hasSacrum, signs: ribs.map { LevelSigns(rib: $0) }) }

    struct Name: Equatable {
        var label: AnatomicalLabel
        var isCertain: Bool
        var evidence: [NamingEvidence]
        var candidates: [AnatomicalLabel]
    }

    /// Less likely names are not offered; a person can weigh no more than these.
    static let leastProbability = 0.02, mostCandidates = 4
    /// A counted name must also be this likely by everything else.
    static let certainProbability = 0.9

    /// Names from the lowest vertebra to the highest.
    func names() -> [Name] {
        let ways = LevelHypothesis.all(hasSacrum: hasSacrum, signs: signs)
        guard let best = ways.max(by: { $0.probability < $1.probability }) else { return [] }
        return signs.indices.map { k in
            var weights: [AnatomicalLabel: Double] = [:]
            for way in ways { weights[way.labels[k], default: 0] += way.probability }
            let label = best.labels[k]
            let isCertain = isCounted && weights[label, default: 0] >= Self.certainProbability
            var others = weights.keys.filter { $0 != label && $0 != .skull }
                .sorted { (weights[$0] ?? 0, $1.number) > (weights[$1] ?? 0, $0.number) }
            // Where discs are too many or too few, a count is off by one in either direction.
            if !isRegular { others = neighbours(label) + others.filter { !neighbours(label).contains($0) } }
            let likely = others.enumerated().filter {
                $0 == 0 || (!isRegular && $0 < 2) || (weights[$1] ?? 0) >= Self.leastProbability
            }.map(\.1)
            let candidates = [label] + (isCertain ? [] : likely.prefix(Self.mostCandidates - 1))
            return Name(label: label, isCertain: isCertain, evidence: evidence(k), candidates: candidates)
        }
    }

    /// The levels above and below in the usual column.
    private func neighbours(_ label: AnatomicalLabel) -> [AnatomicalLabel] {
        let column = LevelSettlement.usual
        guard let k = column.firstIndex(of: label) else { return [] }
        return [k - 1, k + 1].filter(column.indices.contains).map { column[$0] }.filter { !hasSacrum || $0 != .sacrum }
    }

    private func evidence(_ k: Int) -> [NamingEvidence] {
        var list: [NamingEvidence] = []
        if hasSacrum { list.append(.countedFromSacrum(vertebraeBetween: k)) }
        if let lastRib = lowestRib {
            list.append(.countedFromLastRib(levelsAbove: lastRib - k))
            if hasSacrum { list.append(.vertebraeBetweenRibAndSacrum(lastRib)) }
        }
        if let atlas { list.append(.countedFromAtlas(levelsBelow: atlas - k)) }
        if let firstRib = highestRib { list.append(.countedFromFirstRib(levelsBelow: firstRib - k)) }
        return list.isEmpty ? [.noAnchor] : list
    }

    /// Whether both ends of a count are seen: sacrum and lowest rib, or lowest and highest rib.
    private var isCounted: Bool {
        guard isRegular else { return false }
        // All but very few people have seven vertebrae of the neck.
        if atlas != nil { return true }
        if hasSacrum, let low = lowestRib, low == 5, signs[..<low].allSatisfy({ $0.rib == false }) { return true }
        guard let high = highestRib, high >= 11 else { return false }
        let low = high - 11
        return signs[low...high].allSatisfy { $0.rib == true } && (low == 0 || signs[low - 1].rib != true)
    }

    private var atlas: Int? { signs.firstIndex { $0.isAtlas } }

    /// Whether each vertebra is about as high as the one below: a false or a missed disc spoils every count.
    private var isRegular: Bool {
        zip(signs, signs.dropFirst()).allSatisfy { below, above in
            guard let a = below.height, let b = above.height else { return true }
            return max(a, b) < 1.6 * min(a, b)
        }
    }

    /// The lowest vertebra with a rib, where those above it carry ribs as well; `nil` where every one does,
    /// for then the last rib may lie below the image.
    var lowestRib: Int? {
        guard let first = signs.firstIndex(where: { $0.rib == true }) else { return nil }
        let above = signs[first...]
        guard above.filter({ $0.rib == true }).count * 2 >= above.count || highestRib != nil else { return nil }
        return first == 0 && !hasSacrum ? nil : first
    }

    /// The highest vertebra with a rib, where one above it surely has none.
    var highestRib: Int? {
        guard let last = signs.lastIndex(where: { $0.rib == true }), last + 1 < signs.count,
            signs[(last + 1)...].allSatisfy({ $0.rib == false })
        else { return nil }
        return last
    }
}

/// One way in which the pieces could be levels, with its probability.
struct LevelHypothesis {
    let labels: [AnatomicalLabel]
    var probability: Double

    /// Numbers of thoracic and lumbar vertebrae and how often people have them: about one in eight has another number
    /// than 12 and 5 or a vertebra between lumbar and sacral (Apazidis 2011, Konin 2010).
    static let plans: [(thoracic: Int, lumbar: Int, share: Double)] = [
        (12, 5, 0.88), (12, 6, 0.04), (12, 4, 0.04), (13, 5, 0.015), (11, 5, 0.025),
    ]

    /// Every plan with every level of the lowest piece, by probability.
    static func all(hasSacrum: Bool, signs: [LevelSigns]) -> [LevelHypothesis] {
        guard !signs.isEmpty else { return [] }
        var logs: [(labels: [AnatomicalLabel], value: Double)] = []
        for plan in plans {
            // The lowest piece may be the sacrum's upper end, whose wings the image cuts off.
            var ladder = (hasSacrum ? [] : [AnatomicalLabel.sacrum]) + ladder(plan.thoracic, plan.lumbar)
            // And what lies above the highest disc may be the skull.
            if signs.count > 1, signs[signs.count - 1].height == nil { ladder.append(.skull) }
            for start in 0..<ladder.count where start + signs.count <= ladder.count && (start == 0 || !hasSacrum) {
                let labels = Array(ladder[start..<(start + signs.count)])
                logs.append((labels, log(plan.share) + fit(labels, signs)))
            }
        }
        let highest = logs.map(\.value).max() ?? 0
        let total = logs.reduce(0) { $0 + exp($1.value - highest) }
        return logs.map { LevelHypothesis(labels: $0.labels, probability: exp($0.value - highest) / total) }
    }

    /// Labels from the lowest lumbar vertebra up to C1.
    private static func ladder(_ thoracic: Int, _ lumbar: Int) -> [AnatomicalLabel] {
        let loin = (1...lumbar).reversed().map { AnatomicalLabel(UInt8(19 + $0)) }
        let chest = (1...thoracic).reversed().map { $0 == 13 ? AnatomicalLabel.t13 : AnatomicalLabel(UInt8(7 + $0)) }
        return loin + chest + (1...7).reversed().map { AnatomicalLabel(UInt8($0)) }
    }

    /// The logarithm of how well labels explain what is seen.
    private static func fit(_ labels: [AnatomicalLabel], _ signs: [LevelSigns]) -> Double {
        var sum = 0.0
        for (label, sign) in zip(labels, signs) {
            if let rib = sign.rib {
                // A cut-off T12's ribs lie beside L1; the first ribs hardly reach beyond where ribs are looked for.
                let chance = label.number == 8 ? 0.6 : carriesRib(label) ? 0.96 : label.number == 20 ? 0.06 : 0.02
                sum += log(rib ? chance : 1 - chance)
            }
            if label == .skull { sum -= 1 }
            // A ring without a body is C1, and C1 where it is seen shows as one.
            if sign.isAtlas { sum += label.number == 1 ? 0 : log(0.0001) }
            if sign.isAtCrest { sum += log(crest[label.number] ?? 0.01) }
        }
        let whole = zip(labels, signs).filter { $0.0.isVertebra }
        let heights = whole.compactMap { label, sign in sign.height.map { log($0 / BodySizes.height(label)) } }
        let widths = whole.compactMap { label, sign in sign.width.map { log($0 / BodySizes.width(label)) } }
        return sum + likeness(heights) + likeness(widths)
    }

    private static func carriesRib(_ label: AnatomicalLabel) -> Bool {
        (8...19).contains(label.number) || label == .t13
    }

    /// Where the line between the iliac crests (Tuffier's) meets the spine.
    private static let crest: [UInt8: Double] = [22: 0.06, 23: 0.5, 24: 0.37, 25: 0.2, 26: 0.05]

    /// Sizes differ between people by a common factor and beyond it by level, each about 7 % (Panjabi 1991, 1992). One
    /// that fits nowhere, of half a vertebra or of two, says no more than three deviations.
    private static func likeness(_ residuals: [Double]) -> Double {
        let deviation = 0.07, most = 9.0
        guard !residuals.isEmpty else { return 0 }
        let sorted = residuals.sorted()
        let common = min(max(sorted[sorted.count / 2], -2 * deviation), 2 * deviation)
        let own = residuals.reduce(0) { sum, r in
            sum + min((r - common) * (r - common) / (deviation * deviation), most)
        }
        // Neighbours' errors are alike, so that many levels weigh less than their number.
        return -0.25 * own - 0.5 * common * common / (deviation * deviation)
    }
}

/// Usual sizes of vertebrae, mm: heights with the disc, and widths of bodies (Panjabi 1991, 1992).
enum BodySizes {
    private static let heights: [Double] = [
        20, 24, 18, 17.5, 17.5, 17.5, 18, 18.5, 19.5, 19.7, 20, 20.3, 21.5, 22.5, 23.2, 24.3, 25.7, 27.5, 30, 32.5, 34,
        34.5, 35, 34, 33,
    ]
    private static let widths: [Double] = [
        24, 20, 20, 20.5, 21, 22, 24, 27, 27, 26, 25.5, 26, 27, 28.5, 30, 31, 32.5, 35, 38, 40, 41, 43, 45, 47, 48,
    ]

    static func height(_ label: AnatomicalLabel) -> Double { value(heights, label) }
    static func width(_ label: AnatomicalLabel) -> Double { value(widths, label) }

    private static func value(_ table: [Double], _ label: AnatomicalLabel) -> Double {
        label == .t13 ? (table[18] + table[19]) / 2 : table[min(max(Int(label.number) - 1, 0), table.count - 1)]
    }
}
