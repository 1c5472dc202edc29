import Frames
import Imaging
import TestSupport
import Testing

@testable import Planning

/// Biopsies outside the head: by label of a nodule, past organs that nobody named.
@Suite struct OrganPathTests {
    /// A trunk of soft tissue, 240 × 180 × 120 mm, with what `paint` puts in it: a label and its HU.
    private struct Trunk {
        let ct: Volume<Int16>
        var labels: LabelVolume

        init(_ paint: (Vector3) -> (UInt8, Int16)?) throws {
            let size = GridSize(104, 84, 52)
            let geometry = try GridGeometry(
                size: size, spacing: Vector3(2.5, 2.5, 2.5), origin: Point(-128.75, -103.75, -63.75))
            var labels = [UInt8](), hounsfield = [Int16]()
            for i in 0..<size.count {
                let p = geometry.point(geometry.index(offset: i)).coordinates
                let isBody = (p.x / 120) * (p.x / 120) + (p.y / 90) * (p.y / 90) < 1
                let found = !isBody ? (0, -1000) : paint(p) ?? (102, 40)
                labels.append(found.0)
                hounsfield.append(found.1)
            }
            self.labels = LabelVolume(geometry: geometry, voxels: labels)
            ct = Volume(geometry: geometry, voxels: hounsfield)
        }
    }

    private static func isIn(_ p: Vector3, _ centre: Vector3, _ axes: Vector3) -> Bool {
        let q = (p - centre) / axes
        return dot(q, q) < 1
    }

    private static let nodule = Vector3(-50, 0, 5)
    /// A liver with a nodule, lung before it, bowel below, a rib and a vessel beside.
    private static func liver(_ p: Vector3) -> (UInt8, Int16)? {
        if isIn(p, nodule, Vector3(8, 8, 8)) { return (107, 20) }
        if isIn(p, Vector3(-50, -55, 20), Vector3(30, 22, 45)) { return (125, -850) }
        if isIn(p, Vector3(-50, 52, 0), Vector3(30, 18, 40)) { return (124, -300) }
        if isIn(p, Vector3(-104, 0, 5), Vector3(6, 10, 200)) { return (111, 700) }
        if length(Vector3(p.x + 72, p.y + 12, 0)) < 4 { return (104, 200) }
        if isIn(p, Vector3(-55, 0, 0), Vector3(45, 50, 60)) { return (120, 60) }
        return nil
    }

    private static func plan(_ trunk: Trunk, _ label: AnatomicalLabel = .lesion) throws -> TrajectoryPlanner.Result {
        let target = try TrajectoryPlanner.deepestPlace(of: label, in: trunk.labels)
        return try TrajectoryPlanner().plan(
            ct: trunk.ct, labels: trunk.labels, targets: [.init("target-1", target)])
    }

    /// What lies nearer to a path than `margin`, by places 0.5 mm apart and every voxel's box: label numbers.
    private static func near(_ item: PlanItem, _ labels: LabelVolume, _ margin: Double) -> Set<UInt8> {
        let g = labels.geometry, reach = margin + item.diameter / 2
        let way = item.target - item.entry
        var found: Set<UInt8> = []
        let cells = Int((reach / g.spacing.min()).rounded(.up)) + 1
        for k in 0...Int(item.length / 0.5) {
            let p = item.entry + way * (Double(k) * 0.5 / item.length)
            let c = g.nearest(p)
            for z in (c.z - cells)...(c.z + cells) {
                for y in (c.y - cells)...(c.y + cells) {
                    for x in (c.x - cells)...(c.x + cells) where labels.size.contains(VoxelIndex(x, y, z)) {
                        let away = g.gridPoint(p).coordinates - Vector3(Double(x), Double(y), Double(z))
                        let over = pointwiseMax(pointwiseMax(away, -away) - 0.5, .zero) * g.spacing
                        if length(over) < reach - 1e-3 { found.insert(labels[VoxelIndex(x, y, z)]) }
                    }
                }
            }
        }
        return found
    }

    private static func isApproved(_ plan: PlanFile, _ trunk: Trunk) throws {
        let check = try PlanChecker().check(plan, ct: trunk.ct, labels: trunk.labels)
        for item in check.items { #expect(item.findings.isEmpty, "\(item.id): \(item.findings)") }
    }

    @Test func aNoduleOfTheLiverIsReachedPastLungBowelRibAndVessel() throws {
        let trunk = try Trunk(Self.liver)
        let result = try Self.plan(trunk)
        #expect(result.refusals.isEmpty && result.plan.items.count == 3)
        for item in result.plan.items {
            let touched = Self.near(item, trunk.labels, 3)
            #expect(touched.isDisjoint(with: [124, 125, 104]), "\(item.id): \(touched)")
            #expect(!Self.near(item, trunk.labels, 1).contains(111))
            // its entry lies on the skin
            let out = try #require((item.entry - item.target).direction)
            let g = trunk.labels.geometry
            #expect(trunk.labels[g.nearest(item.entry + out * 2)] == 0)
            #expect(trunk.labels[g.nearest(item.entry + out * -2)] != 0)
            #expect(item.metrics["through_labels"] == .array([.number(120)]))
            #expect(item.metrics["avoid_labels"] == .array([.number(124), .number(125)]))
        }
        try Self.isApproved(result.plan, trunk)
        // moved through the lung, the check says so
        var wrong = result.plan
        wrong.items = [wrong.items[0]]
        wrong.items[0].entry = Point(-50, -82, 5)
        wrong.items[0].length = wrong.items[0].entry.distance(to: wrong.items[0].target)
        let found = try PlanChecker().check(wrong, ct: trunk.ct, labels: trunk.labels).items[0].findings
        let isSeen = found.contains {
            if case .trajectory(.brokenLimit(let broken)) = $0 { broken.name == .noGoDistance } else { false }
        }
        #expect(isSeen && found.contains(.trajectory(.blocked(.air))), "\(found)")
    }

    /// Without a label for lung and bowel the image's own air stops a path.
    @Test func airStopsAPathWhereNoLabelDoes() throws {
        let trunk = try Trunk { p in
            guard let found = Self.liver(p) else { return nil }
            return [120, 125, 124].contains(found.0) ? (102, found.1 == -300 ? -900 : found.1) : found
        }
        let result = try Self.plan(trunk)
        #expect(!result.plan.items.isEmpty)
        for item in result.plan.items {
            let g = trunk.ct.geometry, way = item.target - item.entry
            let darkest = (8...Int(item.length)).map { k in
                trunk.ct[g.nearest(item.entry + way * (Double(k) / item.length))]
            }.min()
            #expect(try #require(darkest) > -300, "\(item.id)")
        }
        try Self.isApproved(result.plan, trunk)
    }

    /// A nodule within the lung is reached through it, and past the heart; labelled or not.
    @Test(arguments: [true, false]) func aNoduleOfTheLungIsReachedThroughIt(labelled: Bool) throws {
        let trunk = try Trunk { p in
            if Self.isIn(p, Vector3(-40, -20, 0), Vector3(7, 7, 7)) { return (107, 30) }
            if Self.isIn(p, Vector3(15, -30, 0), Vector3(40, 35, 40)) { return (126, 45) }
            if Self.isIn(p, Vector3(-50, 0, 0), Vector3(55, 70, 100)) { return (labelled ? 125 : 102, -850) }
            return nil
        }
        let result = try Self.plan(trunk)
        #expect(result.plan.items.count == 3, "\(result.refusals)")
        for item in result.plan.items {
            #expect(item.metrics["through_labels"] == .array([.number(125)]))
            #expect(!Self.near(item, trunk.labels, 3).contains(126))
        }
        try Self.isApproved(result.plan, trunk)
    }

    /// Enclosed by bowel on all sides: a clear refusal.
    @Test func aNoduleBehindBowelOnAllSidesIsRefused() throws {
        let trunk = try Trunk { p in
            if Self.isIn(p, Self.nodule, Vector3(8, 8, 8)) { return (107, 20) }
            let r = length(p - Self.nodule)
            return r > 20 && r < 27 ? (124, 30) : r <= 20 ? (120, 60) : nil
        }
        let result = try Self.plan(trunk)
        #expect(result.plan.items.isEmpty)
        guard case .trajectory(.noPath("target-1", .limit(let broken)))? = result.refusals.first else {
            Issue.record("\(result.refusals)")
            return
        }
        #expect(broken.name == .noGoDistance)
    }

    /// Labels that have no canal: it is found from the vertebra itself, and no biopsy of the vertebra leads through it.
    @Test func aVertebraIsNotReachedThroughItsCanal() throws {
        let lumbar = try LumbarCase.load()
        var bare = lumbar.labels
        bare.withMutableVoxels { voxels in
            for i in voxels.indices where voxels[i] == AnatomicalLabel.spinalCanal.number { voxels[i] = 102 }
        }
        let target = try TrajectoryPlanner.deepestPlace(of: AnatomicalLabel(22), in: bare)
        let result = try TrajectoryPlanner().plan(
            ct: lumbar.ct, labels: bare, targets: [.init("target-1", target)])
        #expect(!result.plan.items.isEmpty, "\(result.refusals)")
        for item in result.plan.items {
            // The phantom's own canal: what was found differs from it by less than 1.5 mm.
            #expect(!Self.near(item, lumbar.labels, 1.5).contains(103), "\(item.id)")
        }
        let check = try PlanChecker().check(result.plan, ct: lumbar.ct, labels: bare)
        for item in check.items { #expect(item.findings.isEmpty, "\(item.id): \(item.findings)") }
    }

    /// A nodule put into the liver of a real CT, whose organs a network labelled.
    @Test(.enabled(if: realData("lumbar-3mm/labels-all-organs.nii.gz") != nil, "real data are not here"))
    func aNoduleInARealLiver() throws {
        let ct = try ImageReader.read(try #require(realData("lumbar-3mm/ct.nii.gz")).path).ct
        let path = try #require(realData("lumbar-3mm/labels-all-organs.nii.gz")).path
        var labels = try LabelReader.read(path, on: ct.geometry, scheme: .totalSegmentator)
        #expect((labels.counts()[.liver] ?? 0) > 40_000)
        let place = try TrajectoryPlanner.deepestPlace(of: .liver, in: labels)
        labels.withMutableVoxels { voxels in
            for i in voxels.indices {
                let p = ct.geometry.point(ct.geometry.index(offset: i))
                if p.distance(to: place) < 8 { voxels[i] = AnatomicalLabel.lesion.number }
                if voxels[i] == 0, ct.voxels[i] > -300 { voxels[i] = AnatomicalLabel.softTissue.number }
            }
        }
        let result = try TrajectoryPlanner().plan(
            ct: ct, labels: labels,
            targets: [.init("target-1", try TrajectoryPlanner.deepestPlace(of: .lesion, in: labels))])
        #expect(!result.plan.items.isEmpty, "\(result.refusals)")
        let organs = Set(AnatomicalLabel.organs.map(\.number)).subtracting([AnatomicalLabel.liver.number])
        for item in result.plan.items {
            let touched = Self.near(item, labels, 3)
            #expect(touched.isDisjoint(with: organs.union([104])), "\(item.id): \(touched)")
        }
        let check = try PlanChecker().check(result.plan, ct: ct, labels: labels)
        for item in check.items { #expect(item.findings.isEmpty, "\(item.id): \(item.findings)") }
    }
}
