import Frames
import Imaging

extension PhantomDefinition {
    /// What no value alone can show: levels in order, pedicles that fit their bodies, discs that stay open.
    ///
    /// - Throws: `PhantomError.inconsistent`.
    func checkConsistency() throws(PhantomError) {
        try checkOrder()
        guard head == nil || levels.first?.label.number == 1 else {
            throw .inconsistent(path: "head", problem: .headWithoutAtlas)
        }
        for (i, level) in levels.enumerated() { try check(level, path: "levels[\(i)]") }
        if let sacrum { try check(sacrum.pedicle, path: "sacrum.pedicle") }
        try checkFiducials()
    }

    private func checkOrder() throws(PhantomError) {
        for (i, pair) in zip(levels, levels.dropFirst()).enumerated()
        where !Self.areNeighbours(pair.0.label, pair.1.label) {
            throw .inconsistent(
                path: "levels[\(i + 1)].level",
                problem: .levelsNotNeighbours(upper: pair.0.label.name, lower: pair.1.label.name))
        }
        guard sacrum != nil else { return }
        guard let last = levels.last?.label, (23...25).contains(last.number) else {
            throw .inconsistent(
                path: "levels[\(levels.count - 1)].level", problem: .lastLevelNotLumbar(levels.last?.label.name ?? ""))
        }
    }

    /// A T13 between T12 and L1 is there or not.
    private static func areNeighbours(_ a: AnatomicalLabel, _ b: AnatomicalLabel) -> Bool {
        if a.number == 19 && b.number == 20 { return true }
        let order = AnatomicalLabel.craniocaudal
        guard let i = order.firstIndex(of: a), let j = order.firstIndex(of: b) else { return false }
        return j == i + 1
    }

    private func check(_ level: Level, path: String) throws(PhantomError) {
        let (body, pedicle) = (level.body, level.pedicle)
        guard pedicle.height + 2 <= body.height else {
            throw .inconsistent(
                path: "\(path).pedicle.height_mm",
                problem: .pedicleTallerThanBody(pedicleMillimetres: pedicle.height, bodyMillimetres: body.height))
        }
        let span = level.canal.width + 2 * pedicle.width
        // In the neck the canal is as wide as the bodies, and the pedicles come off at an angle beside them.
        let bound = level.label.number <= 10 ? (span: 2.4, canal: 1.5) : (span: 1.6, canal: 0.75)
        guard span <= body.meanWidth * bound.span, level.canal.width <= body.meanWidth * bound.canal else {
            throw .inconsistent(
                path: "\(path).canal.width_mm",
                problem: .pediclesBesideBody(spanMillimetres: span, bodyMillimetres: body.meanWidth))
        }
        try check(pedicle, path: "\(path).pedicle")
        let half = body.meanDepth / 2 * abs(radians(degrees: level.discBelow.lordosis))
        let side = body.meanWidth / 2 * abs(radians(degrees: level.discBelow.lateralBend))
        guard max(half, side) < level.discBelow.height - 0.5 else {
            throw .inconsistent(
                path: "\(path).disc_below.lordosis_deg",
                problem: .discWedgeClosesDisc(
                    wedgeDegrees: level.discBelow.lordosis, heightMillimetres: level.discBelow.height))
        }
    }

    private func check(_ pedicle: Pedicle, path: String) throws(PhantomError) {
        let thinnest = pedicle.width * (1 - abs(pedicle.asymmetry))
        guard 2 * bone.corticalThickness < thinnest else {
            throw .inconsistent(
                path: "\(path).width_mm",
                problem: .shellFillsPedicle(shellMillimetres: bone.corticalThickness, pedicleMillimetres: thinnest))
        }
    }

    private func checkFiducials() throws(PhantomError) {
        let places = fiducials.places
        guard places.count >= 3 else {
            throw .inconsistent(path: "fiducials.places", problem: .fewerThanThreeFiducials(places.count))
        }
        var seen: Set<String> = []
        for (i, place) in places.enumerated() where !seen.insert(place.name).inserted {
            throw .inconsistent(path: "fiducials.places[\(i)].name", problem: .nameTwice(place.name))
        }
    }
}
