import Imaging
import Planning

extension PlanFile {
    /// The plan as it may leave: geometry and numbers of every item, and nothing that a person wrote.
    ///
    /// Names of items that are no standard ones become `item-1`, …; notes and keys that this program does not know
    /// are left out, and so are approvals: they name people, and their signatures are over the plan as it stands
    /// here, whose series has another UID. The image's hash stays, because the exported voxels are the same.
    func deidentified(seriesUID: String) -> PlanFile {
        let items = items.enumerated().map { number, item in
            let id = Self.isStandard(item.id) ? item.id : "item-\(number + 1)"
            var kept = PlanItem(
                id: id, kind: item.kind, level: item.level, side: item.side, entry: item.entry, target: item.target,
                diameter: item.diameter, metrics: item.metrics.compactMapValues(Self.numbers))
            kept.length = item.length
            return kept
        }
        return PlanFile(image: Image(seriesUID: seriesUID, sha256: image.sha256), items: items)
    }

    /// `L3-left`, `S1-right-2`, `electrode-4`: what the planners call their items.
    private static func isStandard(_ id: String) -> Bool {
        let parts = id.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        let isNumber = { (text: String) in !text.isEmpty && text.count < 4 && text.allSatisfy(\.isASCIIDigit) }
        switch parts.count {
        case 2 where ["electrode", "biopsy", "target"].contains(parts[0]): return isNumber(parts[1])
        case 2, 3:
            let level = parts[0].first.map { "CTLS".contains($0) } == true && isNumber(String(parts[0].dropFirst()))
            return level && ["left", "right"].contains(parts[1]) && (parts.count == 2 || isNumber(parts[2]))
        default: return false
        }
    }

    /// Numbers, truth values and grades; what else stands there is text that somebody wrote.
    private static func numbers(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .null, .bool, .number: value
        case .string(let text): GertzbeinRobbins(rawValue: text).map { .string($0.rawValue) }
        case .array(let values): .array(values.compactMap(numbers))
        case .object(let values):
            .object(
                values.filter { key, _ in
                    key.utf8.allSatisfy { $0 == 95 || (97...122).contains($0) || (48...57).contains($0) }
                }
                .compactMapValues(numbers))
        }
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
