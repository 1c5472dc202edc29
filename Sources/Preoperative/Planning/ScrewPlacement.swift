import Frames
import Imaging

extension PlanItem {
    /// What is wrong with where a screw lies in its vertebra, whatever its margins: for the check and for whoever edits it.
    ///
    /// A screw from the sacrum into the ilium has its own rules.
    public func placeFindings(in anatomy: VertebraAnatomy, labels: LabelVolume) -> [PlanChecker.Finding] {
        guard kind.isScrew, kind != .alarIliacScrew, let screw = cylinder, let side else { return [] }
        var findings: [PlanChecker.Finding] = []
        if abs(length - screw.length) > 0.05 {
            findings.append(.lengthDiffers(stated: length, measured: screw.length))
        }
        let X_VertebraCT = anatomy.X_CTVertebra.inverse
        let (entry, tip) = (X_VertebraCT * screw.entry, X_VertebraCT * screw.tip)
        if entry.x * side.sign <= 0 { findings.append(.wrongSide) }
        if tip.y > entry.y - (kind == .pedicleScrew ? 10 : 4) { findings.append(.notForwards) }
        let inFront = (X_VertebraCT * anatomy.canalCentre).y - entry.y
        // The planner's limit, and what the canal's middle may differ by.
        if kind == .pedicleScrew, inFront > ScrewLines.furthestFront + 0.1 {
            findings.append(.entryInFrontOfArch(inFront))
        }
        let i = labels.geometry.nearest(screw.tip)
        if !labels.size.contains(i) || labels[label: i] != anatomy.level { findings.append(.tipOutsideBone) }
        return findings
    }
}
