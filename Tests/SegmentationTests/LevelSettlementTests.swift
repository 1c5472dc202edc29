import Frames
import Imaging
import TestSupport
import Testing

@testable import Segmentation

/// Names counted from the levels that a person names, against columns written out by hand.
@Suite struct LevelSettlementTests {
    /// Cubes of 8 mm along z, 20 mm apart, the highest first; the first name is the one that the image suggests.
    private func result(_ names: [String], lastRib: Int? = nil) -> SpineSegmentationResult {
        let labels = names.map { AnatomicalLabel(vertebra: $0) ?? .otherBone }
        let size = GridSize(12, 12, 20 * names.count)
        let geometry = try? GridGeometry(size: size, spacing: Vector3(1, 1, 1), origin: Point(-6, -6, 0))
        var volume = LabelVolume(geometry: geometry ?? Self.unit)
        for (k, label) in labels.enumerated() {
            let middle = 20 * (names.count - k) - 10
            for z in (middle - 4)..<(middle + 4) {
                for y in 2..<10 { for x in 2..<10 { volume[VoxelIndex(x, y, z)] = label.number } }
            }
        }
        let findings = labels.enumerated().map { k, label in
            VertebraFinding(
                label: label, isCertain: false,
                evidence: lastRib.map { [.countedFromLastRib(levelsAbove: $0 - k)] } ?? [.noAnchor],
                candidates: [label], isPartial: k == 0, bodyHU: k == 1 ? 90 : nil)
        }
        return SpineSegmentationResult(
            labels: volume, vertebrae: findings, structures: [],
            warnings: [.uncertainLevels, .partialVertebra(labels[0])]
                + (labels.count > 1 ? [.lowDensity(labels[1], hounsfield: 90)] : []))
    }

    private static let unit = GridGeometry.cube

    /// The level named at the piece `k` (from the highest) of `count`.
    private func level(_ name: String, _ k: Int, of count: Int, aside: Double = 0) -> SettledLevel {
        SettledLevel(
            label: AnatomicalLabel(vertebra: name) ?? .otherBone,
            point: Point(aside, 0, Double(20 * (count - k) - 10)))
    }

    private func names(_ result: SpineSegmentationResult) -> [String] {
        result.vertebrae.map { $0.label == .sacrum ? "S1" : $0.label.name }
    }

    private func problem(
        _ result: SpineSegmentationResult, _ levels: [SettledLevel]
    ) -> SettlementProblem? {
        do { _ = try LevelSettlement.settle(result, levels) } catch {
            if case .settlement(let problem) = error { return problem }
        }
        return nil
    }

    @Test func othersAreCounted() throws {
        let before = result(["T10", "T11", "T12", "L1", "L2"])
        let after = try LevelSettlement.settle(before, [level("L2", 3, of: 5)])
        #expect(names(after) == ["T11", "T12", "L1", "L2", "L3"])
        #expect(after.vertebrae.map(\.isCertain) == [true, true, true, true, true])
        #expect(after.vertebrae[0].evidence.first == .settledByPerson(named: AnatomicalLabel(21)))
        #expect(
            after.warnings == [.partialVertebra(AnatomicalLabel(18)), .lowDensity(AnatomicalLabel(19), hounsfield: 90)])
        for (k, name) in names(after).enumerated() {
            let place = after.labels.geometry.nearest(Point(0, 0, Double(20 * (5 - k) - 10)))
            #expect(after.labels[label: place] == AnatomicalLabel(vertebra: name))
        }
        #expect(after.structures.map(\.label.number) == [18, 19, 20, 21, 22])
        #expect(after.structures.allSatisfy { $0.voxels == 512 })
    }

    /// Each name at each place of a column with a sacrum: the person's name holds, or it is refused.
    @Test func everyNameAtEveryPlace() throws {
        let found = result(["T12", "L1", "L2", "L3", "L4", "L5", "S1"])
        for k in 0..<6 {
            for number in 1...24 {
                let label = AnatomicalLabel(UInt8(number))
                let named = level(label.name, k, of: 7)
                // L5 sits at piece 5; one more or less lumbar vertebra is possible, more are not.
                let shift = number - (19 + k)
                guard let settled = try? LevelSettlement.settle(found, [named]) else {
                    #expect(abs(shift) > 1, "\(label.name) at \(k)")
                    continue
                }
                #expect(abs(shift) <= 1, "\(label.name) at \(k)")
                #expect(settled.vertebrae[k].label == label && settled.vertebrae[6].label == .sacrum)
                #expect(Set(settled.vertebrae.map(\.label)).count == 7)
                if shift == 0 { #expect(names(settled) == names(found)) }
            }
        }
    }

    /// Six vertebrae between L1 and the sacrum: the lowest is L6. Four: there is no L5.
    @Test func transitionalColumns() throws {
        let six = result(["T12", "L1", "L2", "L3", "L4", "L5", "S1"])
        #expect(
            names(try LevelSettlement.settle(six, [level("L1", 0, of: 7)])) == [
                "L1", "L2", "L3", "L4", "L5", "L6", "S1",
            ])
        let four = result(["L1", "L2", "L3", "L4", "L5", "S1"])
        let settled = try LevelSettlement.settle(four, [level("L1", 1, of: 6)])
        #expect(names(settled) == ["T12", "L1", "L2", "L3", "L4", "S1"])
    }

    /// T11 at the top and six vertebrae more than usual to the sacrum: T13 or L6, which nothing tells apart.
    @Test func whatStaysOpenStaysUncertain() throws {
        let found = result(["T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1"])
        let settled = try LevelSettlement.settle(found, [level("T11", 0, of: 9)])
        #expect(settled.vertebrae.map(\.isCertain) == [true, true, false, false, false, false, false, false, true])
        #expect(settled.vertebrae[7].candidates.map(\.name) == ["L6", "L5"])
        // Ribs that end at the third piece make it T13.
        let ribs = result(["T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1"], lastRib: 2)
        let both = try LevelSettlement.settle(ribs, [level("T11", 0, of: 9), level("L5", 7, of: 9)])
        #expect(names(both) == ["T11", "T12", "T13", "L1", "L2", "L3", "L4", "L5", "S1"])
        #expect(both.vertebrae.count { $0.isCertain } == 9)
    }

    @Test func contradictionsAreRefused() {
        let found = result(["T12", "L1", "L2", "L3", "L4", "L5", "S1"])
        let (a, b) = (level("L1", 1, of: 7), level("L4", 2, of: 7))
        #expect(problem(found, [a, b]) == .contradiction(a, b, levelsBetween: 0))
        #expect(
            problem(found, [a, level("L2", 1, of: 7)]) == .contradiction(a, level("L2", 1, of: 7), levelsBetween: 0))
        let high = level("L5", 2, of: 7)
        #expect(problem(found, [high]) == .sacrumContradicts(high, lumbarVertebrae: 8))
        let low = level("T4", 5, of: 7)
        #expect(problem(found, [low]) == .sacrumContradicts(low, lumbarVertebrae: -8))
        let sacrum = level("L5", 6, of: 7)
        #expect(problem(found, [sacrum]) == .anotherKind(sacrum, found: .sacrum))
        let free = level("S1", 5, of: 7)
        #expect(problem(found, [free]) == .anotherKind(free, found: AnatomicalLabel(24)))
        let aside = level("L3", 3, of: 7, aside: 12)
        #expect(problem(found, [aside]) == .noVertebra(aside, nearest: AnatomicalLabel(22), distance: 8.5))
        let neck = result(["T1", "T2", "T3"])
        let top = level("C1", 1, of: 3)
        #expect(problem(neck, [top]) == .beyondTheSpine(top))
        let ribs = result(["T12", "L1", "L2", "L3"], lastRib: 0)
        let wrong = level("L4", 1, of: 4)
        #expect(problem(ribs, [wrong]) == .ribsContradict(wrong, lowestRib: AnatomicalLabel(22)))
    }

    @Test func aPointBesideItsVertebraStillNamesIt() throws {
        let found = result(["L1", "L2", "L3"])
        #expect(names(try LevelSettlement.settle(found, [level("L3", 1, of: 3, aside: 8)])) == ["L2", "L3", "L4"])
        #expect(try LevelSettlement.settle(found, []).vertebrae == found.vertebrae)
    }

    @Test func keepingLeavesBone() throws {
        let found = result(["L1", "L2", "L3"])
        let kept = try found.keeping([AnatomicalLabel(21)])
        #expect(names(kept) == ["L2"])
        #expect(kept.structures.map(\.label.number) == [21, 100] && kept.structures[1].voxels == 1024)
        #expect(throws: SegmentationError.levelsNotFound(missing: ["L5"], found: ["L1", "L2", "L3"])) {
            try found.keeping([AnatomicalLabel(24)])
        }
    }
}

extension GridGeometry {
    /// One voxel.
    fileprivate static var cube: GridGeometry {
        guard let cube = try? GridGeometry(size: GridSize(1, 1, 1), spacing: Vector3(1, 1, 1), origin: .origin) else {
            preconditionFailure("a cube of 1 mm is a geometry")
        }
        return cube
    }
}
