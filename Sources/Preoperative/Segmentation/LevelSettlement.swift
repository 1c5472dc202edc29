import Frames
import Imaging

/// A level as a person names it: the vertebra at this point is that one.
public struct SettledLevel: Equatable, Sendable {
    public let label: AnatomicalLabel
    public let point: Point<CT>

    public init(label: AnatomicalLabel, point: Point<CT>) {
        self.label = label
        self.point = point
    }
}

/// Why the levels that a person named cannot be.
public enum SettlementProblem: Error, Equatable, Sendable {
    /// No vertebra lies within `LevelSettlement.reach` of the point; the nearest one and its distance in mm.
    case noVertebra(SettledLevel, nearest: AnatomicalLabel?, distance: Double)
    /// The piece there is a sacrum and was called a vertebra, or the other way round.
    case anotherKind(SettledLevel, found: AnatomicalLabel)
    /// Two of the named levels are not so far apart as their names.
    case contradiction(SettledLevel, SettledLevel, levelsBetween: Int)
    /// Counted from the named level, so many lumbar vertebrae would lie above the sacrum that is seen.
    case sacrumContradicts(SettledLevel, lumbarVertebrae: Int)
    /// Counted from the named level, the lowest ribs would sit at this one.
    case ribsContradict(SettledLevel, lowestRib: AnatomicalLabel)
    /// Counted from the named level, vertebrae would lie above C1 or below the last one there is.
    case beyondTheSpine(SettledLevel)
}

/// Names the vertebrae of a segmentation anew from levels that a person has settled; all others are counted from those.
///
/// The usual column is tried first; where it does not fit, columns with one thoracic or lumbar vertebra more or less, of
/// which all that fit are kept: a name that differs among them stays uncertain.
public struct LevelSettlement {
    /// The furthest that a point may lie from the vertebra that it names, mm.
    public static let reach = 5.0

    let result: SpineSegmentationResult

    /// - Throws: `SegmentationError.settlement`.
    public static func settle(
        _ result: SpineSegmentationResult, _ levels: [SettledLevel]
    ) throws(SegmentationError) -> SpineSegmentationResult {
        guard let first = levels.first else { return result }
        do throws(SettlementProblem) {
            let settlement = LevelSettlement(result: result)
            // Two pieces of one name could not be renamed apart.
            guard Set(result.vertebrae.map(\.label)).count == result.vertebrae.count else {
                throw SettlementProblem.beyondTheSpine(first)
            }
            var anchors: [Int: SettledLevel] = [:]
            for level in levels {
                let piece = try settlement.piece(level)
                if let other = anchors[piece], other.label != level.label {
                    throw SettlementProblem.contradiction(other, level, levelsBetween: 0)
                }
                anchors[piece] = level
            }
            let columns = try settlement.columns(anchors, first)
            return settlement.renamed(columns, first)
        } catch { throw .settlement(error) }
    }

    /// The piece (from the highest) that a point lies in.
    private func piece(_ level: SettledLevel) throws(SettlementProblem) -> Int {
        let (nearest, distance) = nearestPiece(level.point)
        guard let nearest, distance <= Self.reach else {
            throw .noVertebra(level, nearest: nearest.map { result.vertebrae[$0].label }, distance: distance)
        }
        let found = result.vertebrae[nearest].label
        guard (found == .sacrum) == (level.label == .sacrum) else { throw .anotherKind(level, found: found) }
        return nearest
    }

    private func nearestPiece(_ p: Point<CT>) -> (piece: Int?, distance: Double) {
        let labels = result.labels
        var pieces = [Int](repeating: -1, count: 256)
        for (k, finding) in result.vertebrae.enumerated() { pieces[Int(finding.label.number)] = k }
        var best = (piece: -1, distance: Double.infinity)
        let geometry = labels.geometry
        let q = geometry.gridPoint(p).coordinates
        labels.withVoxels { voxels in
            for offset in voxels.indices where pieces[Int(voxels[offset])] >= 0 {
                let i = geometry.index(offset: offset)
                // To the voxel's box, not its centre: a point within it has distance 0.
                let off = Vector3(abs(q.x - Double(i.x)), abs(q.y - Double(i.y)), abs(q.z - Double(i.z)))
                let outside = pointwiseMax(off - Vector3(repeating: 0.5), .zero) * geometry.spacing
                let distance = length(outside)
                if distance < best.distance { best = (pieces[Int(voxels[offset])], distance) }
            }
        }
        return (best.piece < 0 ? nil : best.piece, best.distance)
    }

    /// Columns from C1 to the sacrum: the usual one, and those with one vertebra more or less.
    static let usual: [AnatomicalLabel] = (1...24).map { AnatomicalLabel(UInt8($0)) } + [.sacrum]
    static let unusual: [[AnatomicalLabel]] = {
        let l6 = usual.dropLast() + [.l6, .sacrum]
        let withoutL5 = usual.filter { $0.number != 24 }
        let t13 = usual[..<19] + [.t13] + usual[19...]
        let withoutT12 = usual.filter { $0.number != 19 }
        return [Array(l6), withoutL5, Array(t13), withoutT12]
    }()

    /// The names of all pieces in every column that fits: the usual one alone where it does.
    private func columns(
        _ anchors: [Int: SettledLevel], _ first: SettledLevel
    ) throws(SettlementProblem) -> [[AnatomicalLabel]] {
        let fitting = ([Self.usual] + Self.unusual).map { names(anchors, in: $0) }
        let whole = fitting.compactMap { $0 }.filter { sacrumFits($0) }
        guard !whole.isEmpty else { throw problem(anchors, first, fitting.compactMap { $0 }) }
        if let rib = whole.compactMap({ lowestRib($0) }).first,
            whole.allSatisfy({ lowestRib($0) != nil && !ribFits($0) })
        {
            throw .ribsContradict(first, lowestRib: rib)
        }
        if let usual = fitting[0], sacrumFits(usual), ribFits(usual) { return [usual] }
        let likely = whole.filter { ribFits($0) }
        return likely.isEmpty ? whole : likely
    }

    /// The names of all pieces where the anchors have theirs; `nil` where this column cannot have all of them.
    private func names(_ anchors: [Int: SettledLevel], in column: [AnatomicalLabel]) -> [AnatomicalLabel]? {
        guard let (piece, level) = anchors.min(by: { $0.key < $1.key }), let rung = column.firstIndex(of: level.label)
        else { return nil }
        let top = rung - piece
        guard top >= 0, top + result.vertebrae.count <= column.count else { return nil }
        let names = Array(column[top..<(top + result.vertebrae.count)])
        return anchors.allSatisfy { names[$0.key] == $0.value.label } ? names : nil
    }

    /// The sacrum, where it is seen, is the sacrum, and nothing else is.
    private func sacrumFits(_ names: [AnatomicalLabel]) -> Bool {
        zip(names, result.vertebrae).allSatisfy { ($0 == .sacrum) == ($1.label == .sacrum) }
    }

    /// The name of the piece with the lowest ribs, where they are seen.
    private func lowestRib(_ names: [AnatomicalLabel]) -> AnatomicalLabel? {
        zip(names, result.vertebrae).first { $1.evidence.contains(.countedFromLastRib(levelsAbove: 0)) }?.0
    }

    /// Ribs end at T11 to L1 in all columns that there are.
    private func ribFits(_ names: [AnatomicalLabel]) -> Bool {
        guard let rib = lowestRib(names) else { return true }
        return [AnatomicalLabel(18), AnatomicalLabel(19), .t13, AnatomicalLabel(20)].contains(rib)
    }

    private func problem(
        _ anchors: [Int: SettledLevel], _ first: SettledLevel, _ fitting: [[AnatomicalLabel]]
    ) -> SettlementProblem {
        let sorted = anchors.sorted { $0.key < $1.key }
        if fitting.isEmpty, sorted.count > 1 {
            for (a, b) in zip(sorted, sorted.dropFirst())
            where ([Self.usual] + Self.unusual).allSatisfy({ names([a.key: a.value, b.key: b.value], in: $0) == nil }) {
                return .contradiction(a.value, b.value, levelsBetween: b.key - a.key - 1)
            }
        }
        guard let (piece, level) = sorted.last, result.vertebrae.last?.label == .sacrum,
            let rung = Self.usual.firstIndex(of: level.label)
        else { return .beyondTheSpine(first) }
        // L1 is rung 19 of the usual column.
        return .sacrumContradicts(level, lumbarVertebrae: result.vertebrae.count - 1 - piece + rung - 19)
    }
}

extension LevelSettlement {
    /// The result with the names of `columns`; where these differ, the first counts and the name is uncertain.
    private func renamed(_ columns: [[AnatomicalLabel]], _ first: SettledLevel) -> SpineSegmentationResult {
        var new = result
        var numbers = (0...255).map { UInt8($0) }
        var moved: [AnatomicalLabel: AnatomicalLabel] = [:]
        for k in new.vertebrae.indices {
            var candidates: [AnatomicalLabel] = []
            for column in columns where !candidates.contains(column[k]) { candidates.append(column[k]) }
            let old = new.vertebrae[k].label
            numbers[Int(old.number)] = candidates[0].number
            moved[old] = candidates[0]
            new.vertebrae[k].label = candidates[0]
            new.vertebrae[k].candidates = candidates
            new.vertebrae[k].isCertain = candidates.count == 1
            new.vertebrae[k].evidence.insert(.settledByPerson(named: first.label), at: 0)
        }
        new.labels = LabelVolume(
            geometry: result.labels.geometry, voxels: result.labels.voxels.map { numbers[Int($0)] })
        new.structures = StructureFinding.all(in: new.labels)
        new.warnings = result.warnings.compactMap { warning in
            switch warning {
            case .uncertainLevels: new.vertebrae.allSatisfy(\.isCertain) ? nil : warning
            case .lowDensity(let level, let hu): .lowDensity(moved[level] ?? level, hounsfield: hu)
            case .partialVertebra(let level): .partialVertebra(moved[level] ?? level)
            default: warning
            }
        }
        return new
    }
}

extension SpineSegmentationResult {
    /// The result with these vertebrae alone; the others become bone without a name.
    ///
    /// - Throws: `SegmentationError.levelsNotFound`.
    public func keeping(_ levels: [AnatomicalLabel]) throws(SegmentationError) -> SpineSegmentationResult {
        let found = Set(vertebrae.map(\.label))
        let missing = levels.filter { !found.contains($0) }
        guard missing.isEmpty else {
            throw .levelsNotFound(missing: missing.map(\.name), found: vertebrae.map(\.label.name))
        }
        var numbers = (0...255).map { UInt8($0) }
        for finding in vertebrae where !levels.contains(finding.label) {
            numbers[Int(finding.label.number)] = AnatomicalLabel.otherBone.number
        }
        var kept = self
        kept.labels = LabelVolume(geometry: labels.geometry, voxels: labels.voxels.map { numbers[Int($0)] })
        kept.vertebrae = vertebrae.filter { levels.contains($0.label) }
        kept.structures = StructureFinding.all(in: kept.labels)
        return kept
    }
}
