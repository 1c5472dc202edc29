import Frames
import Glibc
import Imaging

/// Where the usual search ends without a screw: whether one of the catalogue fits at all.
///
/// The thinnest and shortest, over all places of the isthmus and all directions that the limits allow, drawn to nothing
/// but bone; at the end by exact distances. What this does not find, one may say, is not there.
extension ScrewSearch {
    /// Bone round a screw of the last resort, mm: half of what the labels are known to. Less, and what the labels say of
    /// thick slices need not be true.
    private var lastMargin: Double { 0.5 * objective.labelAccuracy }
    /// Bone wanted round such a screw, mm.
    private static let wantedBone = 1.0
    /// How far in front of the canal's middle its entry may lie, mm.
    private static let furthestFront = 0.5

    /// A screw that keeps the limits, or the nearest to it.
    enum LastResort {
        case found(ScrewPairing.Screw)
        /// The first limit that it breaks, and how deep it lies within the surface alone, mm.
        case nothing(BrokenLimit, surfaceMargin: Double)
    }

    /// `nil` where there is no line at all.
    func lastResort() -> LastResort? {
        let thin = catalogue.screws.filter { $0.diameter <= lines.isthmus.narrowest * limits.largestFill + 1e-9 }
        guard let size = thin.first else { return nil }
        var best: (result: LastResort, excess: Double)?
        for length in size.lengths.prefix(2).reversed() {
            for p in refined(diameter: size.diameter, length: length) {
                guard let (result, excess) = measured(p, size.diameter, length) else { continue }
                if case .found = result { return result }
                if excess < best?.excess ?? .infinity { best = (result, excess) }
            }
        }
        return best?.result
    }

    /// The best few lines for this size: by sampled distances from a wide grid, then by exact ones.
    private func refined(diameter: Double, length: Double) -> [[Double]] {
        let starts = grid().map { ($0, shortfall($0, diameter, length, thorough: false)) }
        let order = starts.indices.sorted { (starts[$0].1, $0) < (starts[$1].1, $1) }
        let rough = PatternSearch(steps: [1, 1, 0.08, 0.08], halvings: 4, mostEvaluations: 120)
        let found = order.prefix(8).map { i in
            rough.minimise(from: starts[i].0) { shortfall($0, diameter, length, thorough: true) }
        }
        let exact = PatternSearch(steps: [0.25, 0.25, 0.02, 0.02], halvings: 2, mostEvaluations: 40)
        let ranked = found.indices.sorted { (found[$0].value, $0) < (found[$1].value, $1) }
        return ranked.prefix(2).map { i in
            exact.minimise(from: found[i].parameters) { p in
                guard let screw = lines.line(p)?.screw(diameter: diameter, length: length) else { return 1e6 }
                let bone = objective.measurement.exactBone(screw)
                return shortfall(p, diameter, length, thorough: true) + 40 * max(bone.breach - 0.1, 0)
                    + 40 * max(lastMargin + 0.1 - bone.margin, 0)
            }.parameters
        }
    }

    private func grid() -> [[Double]] {
        let (isthmus, usual) = (lines.isthmus, objective.usualConvergence)
        // Further than the isthmus found: where labels are poor, it may be the wrong place.
        let (wide, high) = (max(0.4 * isthmus.width, 6), max(0.4 * isthmus.height, 8))
        let places = [-1.0, -2.0 / 3, -1.0 / 3, 0, 1.0 / 3, 2.0 / 3, 1]
        let shares = [-1.0, -0.5, 0, 0.5, 1]
        return places.flatMap { x in
            places.flatMap { y in
                shares.flatMap { turn in
                    shares.map { tilt in [x * wide, y * high, usual + 0.3 * turn, 0.3 * tilt] }
                }
            }
        }
    }

    /// How much is wanting of bone on all sides, ahead and towards the canal, and how far the angles are beyond limits.
    private func shortfall(_ p: [Double], _ diameter: Double, _ length: Double, thorough: Bool) -> Double {
        guard let line = lines.line(p), let screw = line.screw(diameter: diameter, length: length) else { return 1e6 }
        let measurement = objective.measurement
        let m = measurement.clearance(
            screw, step: thorough ? 1 : 2, spokes: thorough ? 12 : 8, wanted: Self.wantedBone, softBelow: nil)
        let ahead =
            thorough ? measurement.anteriorMargin(screw, step: 0.5, limit: 6) : min(line.depth - length, 6)
        let (turn, tilt) = measurement.angles(screw.axis, side: side)
        // an odd screw must at least start where the arch begins, and not in the foramen below or above the pedicle
        let inFront = max(-lines.behindCanal(screw.entry), 0)
        var cost =
            20 * inFront * inFront + 2 * (m.worstShortfall * m.worstShortfall + m.meanSquaredShortfall) + 20
            * max(0.3 - m.bone, 0)
        cost += 5 * max(0.5 - m.canal, 0) + 20 * max(-m.canal, 0) + 10 * max(3.3 - ahead, 0)
        cost += 100 * max(abs(tilt) - limits.largestTilt + 0.01, 0)
        cost += 100 * max(turn - limits.convergence.upperBound + 0.01, limits.convergence.lowerBound + 0.01 - turn, 0)
        return cost + 0.1 * (turn - objective.usualConvergence) * (turn - objective.usualConvergence)
    }

    /// - Returns: also how far the first limit is exceeded.
    private func measured(
        _ p: [Double], _ diameter: Double, _ length: Double
    ) -> (result: LastResort, excess: Double)? {
        guard let screw = lines.line(p)?.screw(diameter: diameter, length: length)?.roundedForFile,
            lines.behindCanal(screw.entry) > -Self.furthestFront
        else { return nil }
        let metrics = objective.measurement.metrics(screw, side: side)
        var strict = limits
        strict.largestBreach = min(limits.largestBreach, Self.largestBreach)
        strict.smallestMargin = max(limits.smallestMargin, lastMargin)
        guard let broken = strict.broken(by: metrics, diameter: diameter).first else {
            return (.found((screw, metrics)), 0)
        }
        let surface = objective.measurement.exactBone(screw).surface
        return (.nothing(broken, surfaceMargin: surface), abs(broken.value - broken.limit))
    }
}

extension ScrewCylinder {
    /// With ends as a file holds them; `nil` where they coincide.
    var roundedForFile: ScrewCylinder? {
        ScrewCylinder(entry: entry.roundedForFile, tip: tip.roundedForFile, diameter: diameter)
    }
}

extension PlanningError {
    /// Metal of less than this is noise, mm³.
    private static let leastMetal = 40.0

    /// The refusal with a better reason, where there is one: metal in the pedicle.
    func explained(by anatomy: VertebraAnatomy, _ labels: LabelVolume) -> PlanningError {
        guard case .pedicle(let level, let side, _) = self else { return self }
        let metal = anatomy.metalVolume(side, in: labels)
        return metal > Self.leastMetal ? .pedicle(level, side, .metalInPedicle(volume: metal)) : self
    }
}

extension VertebraAnatomy {
    /// Metal between the arch and the front half of the body, on one side, mm³.
    func metalVolume(_ side: Side, in labels: LabelVolume) -> Double {
        let canal = X_CTVertebra.inverse * canalCentre
        let (low, high) = (
            Vector3(2, -0.3 * bodyFront, caudalEndplate.height - 3),
            Vector3(bodyHalfWidth + 8, canal.y + 6, cranialEndplate.height + 3)
        )
        let corners = (0..<8).map { i -> Point<CT> in
            let pick = Vector3(Double(i & 1), Double(i >> 1 & 1), Double(i >> 2 & 1))
            let p = low + (high - low) * pick
            return X_CTVertebra * Point(p.x * side.sign, p.y, p.z)
        }
        let g = labels.geometry
        guard let box = VoxelBox(around: corners, margin: 1, in: g)?.clipped(to: g.size), !box.isEmpty else { return 0 }
        let part = labels.cropped(to: box)
        let toVertebra = X_CTVertebra.inverse
        let count = part.voxels.indices.reduce(0) { count, i in
            guard part.voxels[i] == AnatomicalLabel.metal.number else { return count }
            let p = toVertebra * part.geometry.point(part.geometry.index(offset: i))
            let q = Vector3(p.x * side.sign, p.y, p.z)
            return pointwiseMin(q, low) == low && pointwiseMax(q, high) == high ? count + 1 : count
        }
        return Double(count) * g.spacing.x * g.spacing.y * g.spacing.z
    }
}
