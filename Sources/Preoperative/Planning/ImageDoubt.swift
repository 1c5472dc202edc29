import Frames
import Imaging

/// Takes back screws along which the image shows no bone, whatever the labels say: where labels are wrong, all distances
/// to them are.
struct ImageDoubt {
    let ct: Volume<Int16>

    /// Bodies whose marrow has less on the median, HU, are as dark as soft tissue with its noise: nothing is seen there.
    static let clearMarrow = 80.0
    /// The share of a screw's surface beyond its entry that may look like soft tissue. Right screws in clear marrow keep
    /// below 0.2, with 40 HU of noise.
    static let mostSoft = 0.4

    func refused(_ outcomes: [PedicleScrewPlanner.Outcome]) -> [PedicleScrewPlanner.Outcome] {
        let marrow = outcomes.compactMap { $0.anatomy.map(meanOfBody) }.sorted()
        guard !marrow.isEmpty, marrow[marrow.count / 2] >= Self.clearMarrow else { return outcomes }
        return outcomes.map { outcome in
            var kept = outcome
            guard let anatomy = outcome.anatomy else { return kept }
            kept.screws = outcome.screws.filter { screw in
                let share = softShare(of: screw, anatomy)
                guard share > Self.mostSoft else { return true }
                kept.refusals.append(.pedicle(screw.level, screw.side, .softTissue(share: share)))
                return false
            }
            return kept
        }
    }

    private func softShare(of screw: PedicleScrewPlanner.Screw, _ anatomy: VertebraAnatomy) -> Double {
        guard screw.technique != .alarIliac else { return 0 }
        return ScrewMeasurement(anatomy: anatomy, ct: ct).clearance(
            screw.screw, step: 0.5, spokes: 16, wanted: 0, softBelow: ScrewObjective.softTissue
        ).softShare
    }

    /// The mean HU of the middle of a body, as its label has it.
    private func meanOfBody(_ anatomy: VertebraAnatomy) -> Double {
        let (low, high) = (anatomy.caudalEndplate.height, anatomy.cranialEndplate.height)
        let values = stride(from: -0.5, through: 0.5, by: 0.1).flatMap { x in
            stride(from: 0.2, through: 0.8, by: 0.1).flatMap { y in
                stride(from: 0.25, through: 0.75, by: 0.1).compactMap { z in
                    ct.interpolated(
                        at: anatomy.X_CTVertebra
                            * Point(
                                x * anatomy.bodyHalfWidth,
                                anatomy.bodyBack - y * (anatomy.bodyBack + anatomy.bodyFront), low + z * (high - low)))
                }
            }
        }
        return values.reduce(0, +) / Double(max(values.count, 1))
    }
}
