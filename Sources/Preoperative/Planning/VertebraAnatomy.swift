import Frames
import Glibc
import Imaging
import Meshing

/// What planning needs to know of one vertebra, found from its label and from where the image shows that its bone ends.
///
/// The frame comes from the vertebra itself, never from the image's axes: Z is normal to the cranial endplate, Y points to
/// the canal, and X is such that left and right mirror each other best. Neighbours' labels and the head's direction in the
/// CT (+Z) only tell up from down.
public struct VertebraAnatomy: Sendable {
    public let level: AnatomicalLabel
    /// Origin in the middle of the body.
    public let X_CTVertebra: Pose<CT, Vertebra>
    /// Half the body's width at mid height, mm.
    public let bodyHalfWidth: Double
    /// From the frame's origin to the body's anterior wall and to its wall at the canal, mm.
    public let bodyFront, bodyBack: Double
    public let cranialEndplate, caudalEndplate: EndplatePlane
    /// A point of the canal's middle, and the direction of its run towards the head.
    public let canalCentre: Point<CT>
    public let canalDirection: Direction<CT>
    /// Whether a canal label showed the canal; else the hole of the vertebra's own arch did.
    public let canalFromLabel: Bool
    /// `nil` where no bone joins body and arch on that side.
    public let left, right: PedicleIsthmus?

    let shape: VertebraShape
    let canal: CanalRegion
    /// Where the bone ends between the voxels.
    let boneSurface: BoneSurface
    /// The canal's wall between the voxels; `nil` where it has none to show.
    let canalSurface: BoneSurface?
    /// From that wall, negative within the canal.
    let canalField: SampledDistance
    let upperNeighbour: UpperNeighbour?
    private let leftNotches, rightNotches: PedicleNotches?
    private let leftForamen, rightForamen: TransverseForamen?

    /// The vertebral artery's hole in a vertebra of the neck; `nil` where the bone shows none.
    public func transverseForamen(_ side: Side) -> TransverseForamen? { side == .left ? leftForamen : rightForamen }
    func notches(_ side: Side) -> PedicleNotches? { side == .left ? leftNotches : rightNotches }

    /// The convergence at which a screw through this pedicle is looked for first, rad.
    ///
    /// The mean of the isthmus's own axis and of the line to a place half way between midline and side wall in the
    /// body's middle; a pedicle too broad to have an axis of its own (L5, S1) has the line alone. The other side, where there
    /// is one, counts half as much: pairs converge alike.
    func usualConvergence(_ side: Side) -> Double {
        let own = pedicle(side).map { convergence(of: $0, side) }
        let otherSide = side == .left ? Side.right : .left
        let other = pedicle(otherSide).map { convergence(of: $0, otherSide) }
        guard let own else { return other ?? 0.2 }
        return other.map { (2 * own + $0) / 3 } ?? own
    }

    private func convergence(of isthmus: PedicleIsthmus, _ side: Side) -> Double {
        let p = X_CTVertebra.inverse * isthmus.centre
        let aim = atan2(p.x * side.sign - 0.5 * min(bodyHalfWidth, 24), p.y + 0.2 * bodyFront).clamped(to: 0...0.6)
        guard isthmus.width < 15 else { return aim }
        // A section that lies askew in a broad pedicle is no axis to follow.
        let axis = angles(of: isthmus.axis, side: side).convergence.clamped(to: aim - 0.2...aim + 0.2)
        return (max(axis, 0) + aim) / 2
    }

    public func pedicle(_ side: Side) -> PedicleIsthmus? { side == .left ? left : right }

    /// - Throws: `PlanningError.vertebra` with the reason why this vertebra is not planned on, `.distance`.
    public init(_ level: AnatomicalLabel, in labels: LabelVolume, ct: Volume<Int16>? = nil) throws(PlanningError) {
        try self.init(level, in: labels, ct: ct, LabelSurvey(labels))
    }

    init(
        _ level: AnatomicalLabel, in labels: LabelVolume, ct: Volume<Int16>?, _ survey: LabelSurvey
    ) throws(PlanningError) {
        let floor = level == .sacrum ? try Self.floorOfS1(in: labels, survey) : nil
        let shape = try VertebraShape(level, in: labels, ct: ct, survey, floor: floor)
        let up = Self.roughUp(of: shape, survey)
        guard let (line, body) = Self.body(of: shape, in: labels, survey, up: up) else {
            throw .vertebra(level, ArchHole(of: shape, near: up) == nil ? .canalNotFound : .bodyNotFound)
        }
        let region =
            line.fromLabel
            ? CanalRegion(labelled: .spinalCanal, in: labels, survey, near: level)
            : CanalRegion(of: shape, body: body, line: line)
        guard let region, let direction = Direction<CT>(line.direction) else { throw .vertebra(level, .canalNotFound) }
        let X = body.X_CTVertebra
        let centre = Point<CT>(line.crossing(planeThrough: X.translation, normal: X.rotation.matrix.columns.2))
        let finder = PedicleFinder(shape: shape, body: body, canalY: (X.inverse * centre).y)
        (self.level, self.shape, canal) = (level, shape, region)
        guard let surface = shape.boneSurface else { throw .vertebra(level, .bodyNotFound) }
        boneSurface = surface
        canalSurface = BoneSurface(ofCanal: region.mask, beside: surface)
        canalField = SampledDistance(
            of: canalSurface?.tree, near: region.field, reach: 1.5 * region.mask.geometry.spacing.max(), band: .canal)
        X_CTVertebra = X
        (bodyHalfWidth, bodyFront, bodyBack) = (body.halfWidth, body.front, body.back)
        (cranialEndplate, caudalEndplate) = (body.cranial, body.caudal)
        (canalCentre, canalDirection, canalFromLabel) = (centre, direction, line.fromLabel)
        let (left, right) = (finder.isthmus(.left), finder.isthmus(.right))
        (self.left, self.right) = (left, right)
        leftNotches = left.map { PedicleNotches(of: $0, on: surface, X) }
        rightNotches = right.map { PedicleNotches(of: $0, on: surface, X) }
        func foramen(_ side: Side) -> TransverseForamen? {
            guard (2...7).contains(level.number) else { return nil }
            return TransverseForamen(side, of: shape, body: body, canalY: (X.inverse * centre).y)
        }
        (leftForamen, rightForamen) = (foramen(.left), foramen(.right))
        upperNeighbour = UpperNeighbour(above: level, in: labels, survey)
    }

    /// The canal and the body, from the canal's label where one makes sense, else from the arch's hole.
    private static func body(
        of shape: VertebraShape, in labels: LabelVolume, _ survey: LabelSurvey, up: Vector3
    ) -> (CanalLine, VertebraBody)? {
        if let line = CanalLine(labelled: .spinalCanal, in: labels, survey, near: shape, up: up),
            let body = VertebraBody(of: shape, canal: line, up: up)
        {
            return (line, body)
        }
        guard let hole = ArchHole(of: shape, near: up) else { return nil }
        let line = CanalLine(hole)
        return VertebraBody(of: shape, canal: line, up: up).map { (line, $0) }
    }

    /// Towards the head: along the neighbours' centroids, or the CT's +Z where none is labelled.
    private static func roughUp(of shape: VertebraShape, _ survey: LabelSurvey) -> Vector3 {
        let order = AnatomicalLabel.craniocaudal
        guard let place = order.firstIndex(of: shape.level) else { return Vector3(0, 0, 1) }
        // T13 and L6 are absent in most people: the next label that is there counts, of at most two away.
        let above = order[..<place].suffix(2).reversed().lazy.compactMap { survey.centroid(of: $0) }.first
        let below = order[(place + 1)...].prefix(2).lazy.compactMap { survey.centroid(of: $0) }.first
        let own = shape.centroid.coordinates
        let way = (above?.coordinates ?? own) - (below?.coordinates ?? own)
        return length(way) > 10 ? normalized(way) ?? Vector3(0, 0, 1) : Vector3(0, 0, 1)
    }

    /// The plane above which the sacrum is S1: 42 mm below the last lumbar body's lower endplate, a disc and S1's height.
    ///
    /// - Throws: what is wrong with that lumbar vertebra, from which alone the sacrum's upper end is known.
    private static func floorOfS1(
        in labels: LabelVolume, _ survey: LabelSurvey
    ) throws(PlanningError) -> (p: Vector3, up: Vector3)? {
        let last = AnatomicalLabel(vertebra: "L6").flatMap { survey[$0] == nil ? nil : $0 } ?? AnatomicalLabel(24)
        guard survey[.sacrum] != nil, survey[last] != nil else { return nil }
        let shape = try VertebraShape(last, in: labels, survey, isRough: true)
        guard let (_, body) = Self.body(of: shape, in: labels, survey, up: roughUp(of: shape, survey)) else {
            return nil
        }
        let X = body.X_CTVertebra
        return (X.translation + X.rotation.matrix.columns.2 * (body.caudal.height - 42), X.rotation.matrix.columns.2)
    }
}
