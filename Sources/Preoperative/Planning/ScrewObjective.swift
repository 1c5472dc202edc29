import Frames
import Glibc
import Imaging

/// What a screw costs: safety first, then length, then diameter, then a usual direction and a free way to the entry.
///
/// All costs are without unit, about 1 for what a surgeon would no longer do gladly. Where bone is plenty the safety
/// terms vanish and the others decide; where it is scarce nothing outweighs them.
struct ScrewObjective {
    let measurement: ScrewMeasurement
    let labels: LabelVolume
    let side: Side
    /// Of the pedicle's own axis against the cranial endplate, rad.
    let pedicleTilt: Double
    /// The narrowest width of the pedicle, mm.
    let pedicleWidth: Double
    /// Towards which the screw is drawn, rad.
    let usualConvergence: Double
    /// How well the labels are known, mm: half the longest side of a voxel.
    let labelAccuracy: Double
    /// What the search is drawn to.
    var aim = ScrewProposal.Aim.recommended
    /// Of the pedicle's own axis towards the midline, rad.
    var pedicleConvergence = 0.2
    /// Where a rod through the other heads of this side would hold this one; `nil` until they are known.
    var headTarget: Vector3?

    /// How deep into the body a tip should reach, and may reach at most.
    static let wantedDepth = 0.8
    static let deepest = 0.86
    /// A thicker screw than this holds hardly better, mm.
    static let thickEnough = 7.5
    /// How far behind the canal's middle an entry on the arch lies at least, mm: 5–7 in necks and the sacrum, 7–13 below.
    static let usualBehindCanal = 4.0
    /// Where the CT shows less there is no bone, HU: muscle lies at 40–60, fat far below.
    static let softTissue = 60.0

    private var anatomy: VertebraAnatomy { measurement.anatomy }
    /// Bone that is wanted round a screw, and from it to the canal, mm: more than the labels' error.
    var wantedMargin: Double { (aim == .safest ? 2.5 : 1.5) + labelAccuracy }
    var wantedCanalMargin: Double { (aim == .safest ? 3 : 2) + labelAccuracy }
    /// Bone that a thinner screw is taken for, mm: about what the guide may be off.
    private var leastMargin: Double { max(1, 0.7 * labelAccuracy) }
    /// Bone wanted ahead of the tip, mm; it never falls below 3.
    var wantedAnteriorMargin: Double { 3.5 + labelAccuracy }

    /// - Parameter thorough: finer rings, and the CT's voice beside the labels'.
    func cost(_ screw: ScrewCylinder, on line: ScrewLine, thorough: Bool) -> Double {
        let safety = safety(screw, thorough: thorough)
        let depth = line.bodyDepthFraction(length: screw.length)
        let ahead =
            thorough
            ? measurement.anteriorMargin(screw, step: 0.5, limit: wantedAnteriorMargin + 1) : line.depth - screw.length
        var cost = safety + square(max(Self.wantedDepth - depth, 0) / 0.15)
        cost += square(max(depth - Self.deepest, 0) / 0.04)
        cost += 0.4 * square(max(wantedAnteriorMargin - ahead, 0)) + 20 * max(3.25 - ahead, 0)
        return cost + hold(screw.diameter) + direction(screw) + place(screw) + approach(line)
    }

    /// What a screw holds less for being thin; below `leastWanted` it matters more and more.
    private func hold(_ diameter: Double) -> Double {
        let leastWanted = min(0.6 * pedicleWidth, 0.3 * anatomy.bodyHalfWidth)
        if aim == .safest { return 0.4 * max(Self.thickEnough - diameter, 0) }
        if aim == .strongest { return -1.5 * diameter }
        return 0.8 * max(Self.thickEnough - diameter, 0) - 0.05 * max(diameter - Self.thickEnough, 0)
            + square(max(leastWanted - diameter, 0))
    }

    /// Too little bone or too near to the canal: the canal counts beside the bone, so medially more is wanted than
    /// laterally.
    private func safety(_ screw: ScrewCylinder, thorough: Bool) -> Double {
        let m = measurement.clearance(
            screw, step: thorough ? 1 : 2, spokes: thorough ? 12 : 8, wanted: wantedMargin,
            softBelow: thorough ? Self.softTissue : nil)
        var cost = 0.7 * square(m.worstShortfall) + 0.6 * m.meanSquaredShortfall
        cost += 10 * max(leastMargin - m.bone, 0) + 20 * max(-m.bone, 0)
        cost += 0.8 * square(max(wantedCanalMargin - m.canal, 0)) + 20 * max(-m.canal, 0)
        return cost + 4 * m.softShare
    }

    private func direction(_ screw: ScrewCylinder) -> Double {
        let (convergence, tilt) = anatomy.angles(of: screw.axis, side: side)
        if let headTarget {
            let off = length(ScrewHead(of: screw).centre.coordinates - headTarget)
            return 0.04 * off * off + usual(convergence, tilt)
        }
        return usual(convergence, tilt)
    }

    private func usual(_ convergence: Double, _ tilt: Double) -> Double {
        switch aim {
        case .straight:
            return 0.5 * square((convergence - min(0.06, usualConvergence)) / 0.1) + square(tilt / 0.06)
        case .anatomic:
            return square((convergence - pedicleConvergence) / 0.08) + square((tilt - pedicleTilt) / 0.08)
        case .recommended, .safest, .strongest: break
        }
        return 0.5 * square((convergence - usualConvergence) / 0.14) + 0.3 * square((tilt - 0.25 * pedicleTilt) / 0.1)
    }

    /// Clear of the endplates, on its own side of the midline, in the denser bone.
    private func place(_ screw: ScrewCylinder) -> Double {
        let clearance = anatomy.endplateClearance(screw) ?? 0
        let tip = anatomy.X_CTVertebra.inverse * screw.tip
        return 0.1 * square(max(4 - clearance, 0)) + 3 * max(1.5 - clearance, 0)
            + 3 * square(max(screw.radius + 1 - tip.x * side.sign, 0))
            + (anatomy.upperNeighbour?.meetsHead(of: screw) == true ? 1.5 : 0)
            - 0.0015 * measurement.roughDensity(screw)
    }

    /// An entry beside the canal instead of on the arch behind it, where there is another; and what lies on the way to it.
    private func approach(_ line: ScrewLine) -> Double {
        0.2 * square(max(Self.usualBehindCanal - line.behindCanal, 0)) + obstruction(behind: line)
    }

    /// Bone on the way of the instruments to the entry: of this vertebra, of another, or seen in the CT alone.
    private func obstruction(behind line: ScrewLine) -> Double {
        [3.0, 6, 9, 12, 16, 20].reduce(0) { sum, way in
            let p = Point<CT>(line.entry.coordinates - line.axis * way)
            if anatomy.shape.depth(p) > 0 { return sum + 1.5 }
            let i = labels.geometry.nearest(p)
            guard labels.size.contains(i) else { return sum }
            let label = labels[label: i]
            if label != anatomy.level, label.isVertebra || label == .sacrum { return sum + 0.3 }
            return sum + ((measurement.ct.interpolated(at: p) ?? 0) > 250 ? 0.15 : 0)
        }
    }

    private func square(_ x: Double) -> Double { x * x }
}
