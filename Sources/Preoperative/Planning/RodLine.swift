import Frames
import Imaging

/// The smooth curve in which a rod would lie through the heads of one side, and how far each head is off it.
struct RodLine {
    /// One a head, mm; `nil` where there are fewer than four.
    let offsets: [Double]?
    /// The curve's places beside the heads.
    let places: [Vector3]

    /// Heads from cranial to caudal; fewer than four lie on a curve of their own.
    ///
    /// Each coordinate is a polynomial of the chord length, of degree 3, or 2 where there are four heads.
    init(through heads: [Vector3]) {
        guard heads.count >= 4 else {
            (offsets, places) = (nil, heads)
            return
        }
        var way = [0.0]
        for (a, b) in zip(heads, heads.dropFirst()) { way.append((way.last ?? 0) + length(b - a)) }
        let scale = max(way.last ?? 1, 1)
        let powers = heads.count == 4 ? 3 : 4
        let rows = way.map { w in (0..<powers).map { k in (0..<k).reduce(1.0) { p, _ in p * w / scale } } }
        guard let fitted = Self.fit(rows, heads) else {
            (offsets, places) = (nil, heads)
            return
        }
        (offsets, places) = (zip(fitted, heads).map { length($0 - $1) }, fitted)
    }

    /// Values of the least-squares fit at the rows, by the normal equations which are small and scaled.
    private static func fit(_ rows: [[Double]], _ values: [Vector3]) -> [Vector3]? {
        let n = rows[0].count
        var normal = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
        var right = [Vector3](repeating: .zero, count: n)
        for (row, value) in zip(rows, values) {
            for i in 0..<n {
                right[i] += value * row[i]
                for j in 0..<n { normal[i][j] += row[i] * row[j] }
            }
        }
        // Gauss with the diagonal as pivot: the matrix is positive definite.
        for i in 0..<n {
            guard normal[i][i] > 1e-12 else { return nil }
            for j in (i + 1)..<max(n, i + 1) {
                let share = normal[j][i] / normal[i][i]
                for k in i..<n { normal[j][k] -= share * normal[i][k] }
                right[j] -= right[i] * share
            }
        }
        var found = [Vector3](repeating: .zero, count: n)
        for i in (0..<n).reversed() {
            found[i] = ((i + 1)..<max(n, i + 1)).reduce(right[i]) { $0 - found[$1] * normal[i][$1] } / normal[i][i]
        }
        return rows.map { row in zip(row, found).reduce(Vector3.zero) { $0 + $1.1 * $1.0 } }
    }
}

/// Brings the heads of each side into line, as far as each screw's own safety allows.
enum RodAlignment {
    /// A head further off than this is drawn to the line, mm: what bending the rod and a polyaxial head take up.
    static let wanted = 2.0
    /// What a screw may lose of its margin for it, mm.
    static let price = 0.3

    static func aligned(_ single: [PedicleScrewPlanner.Outcome]) -> [PedicleScrewPlanner.Outcome] {
        var outcomes = single
        for side in Side.allCases {
            var places: [(level: Int, screw: Int)] = []
            for (i, outcome) in outcomes.enumerated() {
                if let k = outcome.screws.firstIndex(where: { $0.side == side }) { places.append((i, k)) }
            }
            places.sort { order(outcomes[$0.level].screws[$0.screw]) < order(outcomes[$1.level].screws[$1.screw]) }
            draw(&outcomes, places)
            let line = RodLine(through: places.map { head(outcomes[$0.level].screws[$0.screw]) })
            for (k, place) in places.enumerated() {
                outcomes[place.level].screws[place.screw].metrics.rodOffset = line.offsets?[k]
            }
        }
        return outcomes
    }

    private static func order(_ screw: PedicleScrewPlanner.Screw) -> Int {
        AnatomicalLabel.craniocaudal.firstIndex(of: screw.level) ?? 0
    }

    private static func head(_ s: PedicleScrewPlanner.Screw) -> Vector3 { ScrewHead(of: s.screw).centre.coordinates }

    /// The screws off the line once more, drawn towards it; each is kept only where it comes nearer and stays safe.
    private static func draw(
        _ outcomes: inout [PedicleScrewPlanner.Outcome], _ places: [(level: Int, screw: Int)]
    ) {
        let line = RodLine(through: places.map { head(outcomes[$0.level].screws[$0.screw]) })
        guard let offsets = line.offsets else { return }
        let far = places.indices.filter { offsets[$0] > wanted }
        let before = outcomes
        let found = parallelMap(far.count) { i -> ScrewPairing.Screw? in
            let (outcome, k) = (before[places[far[i]].level], places[far[i]].screw)
            let old = outcome.screws[k]
            guard let search = outcome.search(old.side)?.drawn(to: line.places[far[i]]) else { return nil }
            return search.again(old.screw)
        }
        for (i, new) in zip(far, found) {
            let (level, k) = places[i]
            let old = outcomes[level].screws[k]
            guard let new, new.metrics.margin >= min(old.metrics.margin - price, 2),
                new.metrics.medialMargin >= min(old.metrics.medialMargin - price, 2),
                length(ScrewHead(of: new.screw).centre.coordinates - line.places[i]) < offsets[i] - 0.3
            else { continue }
            (outcomes[level].screws[k].screw, outcomes[level].screws[k].metrics) = (new.screw, new.metrics)
        }
    }
}
