/// Vertebrae as a person names them: `L1-L5`, `T12,L1`, `L4`.
public struct LevelRange: Equatable, Sendable {
    /// From head to tail, each once.
    public let labels: [AnatomicalLabel]

    /// `nil` where a name is no vertebra, or a range runs from tail to head.
    public init?(_ text: String) {
        let order = AnatomicalLabel.craniocaudal
        var chosen: Set<AnatomicalLabel> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { end in
                AnatomicalLabel(vertebra: String(end.filter { $0 != " " }).uppercased())
            }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
                let a = order.firstIndex(of: first), let b = order.firstIndex(of: last), a <= b
            else { return nil }
            // T13 and L6 exist in few people: a range means them only where it ends there.
            for label in order[a...b] where (label != .t13 && label != .l6) || label == first || label == last {
                chosen.insert(label)
            }
        }
        labels = order.filter(chosen.contains)
    }
}
