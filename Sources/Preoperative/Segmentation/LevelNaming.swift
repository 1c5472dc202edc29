import Imaging

/// Names the pieces of a spine by counting from the sacrum and from the lowest ribs.
///
/// A name is certain only where both ends are seen with exactly five vertebrae without ribs between them; four or six
/// mean a transitional vertebra, and one end alone cannot exclude it.
struct LevelNaming {
    /// Whether the lowest piece is the sacrum.
    let hasSacrum: Bool
    /// Vertebrae from the lowest, without the sacrum: does it carry a rib?
    let ribs: [Bool]

    struct Name: Equatable {
        var label: AnatomicalLabel
        var isCertain: Bool
        var evidence: [NamingEvidence]
        var candidates: [AnatomicalLabel]
    }

    /// T1 … T12, L1 … L5 from the highest to the lowest, then C7 … C1 backwards before them.
    static let ladder: [AnatomicalLabel] = (1...24).map { AnatomicalLabel(UInt8($0)) }
    static let l5 = 23, t12 = 18

    /// Names from the lowest vertebra to the highest.
    func names() -> [Name] {
        let lastRib = lowestRib
        let between = hasSacrum ? lastRib : nil
        let anchor = lowestRung(lastRib, between)
        let certain = between == 5
        return ribs.indices.map { k in
            let label = Self.rung(anchor - k)
            var evidence: [NamingEvidence] = []
            if hasSacrum { evidence.append(.countedFromSacrum(vertebraeBetween: k)) }
            if let lastRib { evidence.append(.countedFromLastRib(levelsAbove: lastRib - k)) }
            if let between { evidence.append(.vertebraeBetweenRibAndSacrum(between)) }
            if evidence.isEmpty { evidence = [.noAnchor] }
            let others = certain ? [] : offsets(lastRib, between).map { Self.rung(anchor - k + $0) }
            let six = between == 6 && k == 0 ? [AnatomicalLabel(25)] : []
            return Name(
                label: label, isCertain: certain, evidence: evidence, candidates: Self.distinct([label] + six + others))
        }
    }

    /// The lowest vertebra with a rib, where those above it carry ribs as well; `nil` where every one does,
    /// for then the last rib may lie below the image.
    var lowestRib: Int? {
        guard let first = ribs.firstIndex(of: true) else { return nil }
        let above = ribs[first...]
        guard above.filter({ $0 }).count * 2 >= above.count else { return nil }
        return first == 0 && !hasSacrum ? nil : first
    }

    /// The rung of the lowest vertebra.
    private func lowestRung(_ lastRib: Int?, _ between: Int?) -> Int {
        if hasSacrum { return Self.l5 }
        if let lastRib { return Self.t12 + lastRib }
        return ribs.contains(true) ? Self.t12 : min(Self.l5, Self.t12 + max(1, (ribs.count + 1) / 2) + 1)
    }

    /// By how many levels the names could be off, the likeliest first.
    private func offsets(_ lastRib: Int?, _ between: Int?) -> [Int] {
        if between != nil || hasSacrum || lastRib != nil { return [-1, 1] }
        return [-1, 1, -2]
    }

    /// A person can weigh no more names than these.
    static let mostCandidates = 4

    private static func distinct(_ labels: [AnatomicalLabel]) -> [AnatomicalLabel] {
        var result: [AnatomicalLabel] = []
        for label in labels where !result.contains(label) { result.append(label) }
        return Array(result.prefix(mostCandidates))
    }

    static func rung(_ k: Int) -> AnatomicalLabel { ladder[min(max(k, 0), ladder.count - 1)] }
}
