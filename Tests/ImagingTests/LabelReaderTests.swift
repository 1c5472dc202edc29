import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

@Suite struct LabelReaderTests {
    /// Blocks of numbers from feet to head, 30 mm each.
    private func column(_ numbers: [UInt8], direction: Matrix3 = .identity) throws -> LabelVolume {
        let size = GridSize(3, 2, numbers.count)
        let g = try GridGeometry(size: size, spacing: Vector3(1, 2, 30), origin: Point(1, 2, 3), direction: direction)
        return LabelVolume(geometry: g, voxels: numbers.flatMap { [UInt8](repeating: $0, count: 6) })
    }

    private func read(
        _ labels: LabelVolume, on image: GridGeometry? = nil, scheme: LabelScheme = .automatic,
        map: [Int: AnatomicalLabel] = [:]
    ) throws -> LabelVolume {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("labels.nii.gz").path
        // Another program's file: ours would say whose numbers they are.
        try GridFileWriter.write(labels, type: .uint8, description: "", to: path)
        return try LabelReader.read(path, on: image, scheme: scheme, map: map)
    }

    private func names(_ labels: LabelVolume) -> [String] {
        (0..<labels.size.z).map { labels[label: VoxelIndex(0, 0, $0)].name }
    }

    /// VerSe numbers count down the spine, TotalSegmentator's up it.
    @Test func schemesAreToldApart() throws {
        #expect(try names(read(column([26, 24, 23, 22]))) == ["sacrum", "L5", "L4", "L3"])
        #expect(try names(read(column([25, 26, 27, 28, 29, 30]))) == ["sacrum", "sacrum", "L5", "L4", "L3", "L2"])
        #expect(try names(read(column([24, 23, 102, 111]))) == ["L5", "L4", "soft tissue", "rib"])
        #expect(try names(read(column([20, 28, 19]))) == ["L1", "T13", "T12"])
        #expect(try names(read(column([75, 77, 27, 28, 52])))[0...1] == ["femur", "pelvis"])
    }

    @Test func schemesAreToldApartOnAFlippedGrid() throws {
        let upsideDown = Matrix3(diagonal: Vector3(1, -1, -1))
        #expect(try names(read(column([22, 23, 24, 26], direction: upsideDown))) == ["L3", "L4", "L5", "sacrum"])
    }

    private func isUnclear(_ numbers: [UInt8]) throws -> Bool {
        let labels = try column(numbers)
        guard case .labelSchemeUnclear(_, let present) = imagingError({ _ = try read(labels) }) else { return false }
        #expect(present == Set(numbers.map(Int.init)).subtracting([0]).sorted())
        return true
    }

    @Test func whatCannotBeToldIsRefused() throws {
        #expect(try isUnclear([1]))
        #expect(try isUnclear([20, 22, 21]))
        #expect(try isUnclear([26, 28]))
        #expect(try isUnclear([24, 23, 50, 40]))  // VerSe's order, but numbers that it lacks
        #expect(try isUnclear([100, 102]))
    }

    @Test func namedSchemesAndMaps() throws {
        #expect(try names(read(column([27]), scheme: .totalSegmentator)) == ["L5"])
        #expect(try names(read(column([27]), scheme: .verse)) == ["coccyx"])
        #expect(try names(read(column([1, 2]), map: [1: AnatomicalLabel(19)])) == ["T12", "label 0"])
    }

    @Test func aMapThatFitsNothingIsRefused() throws {
        let labels = try column([4, 5])
        guard case .unknownLabels(_, [4, 5]) = imagingError({ _ = try read(labels, map: [7: AnatomicalLabel(20)]) })
        else {
            Issue.record("an empty result was returned")
            return
        }
    }

    /// Each vertebra of TotalSegmentator's list by name (its class map, version 2), counted from the sacrum up.
    @Test func totalSegmentatorNumbers() {
        let spine =
            ["sacrum", "sacrum"] + (1...5).reversed().map { "L\($0)" } + (1...12).reversed().map { "T\($0)" }
            + (1...7).reversed().map { "C\($0)" }
        for (i, name) in spine.enumerated() { #expect(LabelScheme.totalSegmentator.label(for: 25 + i)?.name == name) }
    }

    @Test func anotherGridIsRefusedWithBoth() throws {
        let labels = try column([26, 24, 23])
        let other = try GridGeometry(size: labels.size, spacing: Vector3(1, 2, 30), origin: Point(1, 2, 3.1))
        guard case .labelsOnAnotherGrid(_, let theirs, let ours) = imagingError({ _ = try read(labels, on: other) })
        else {
            Issue.record("labels of another grid were taken")
            return
        }
        #expect(ours == other && theirs.matches(labels.geometry))
    }

    /// The same block of voxels with turned axes, as many programs write it.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func turnedAxesAreTheSameGrid(_ seed: UInt64) throws {
        var g = SeededGenerator(seed: seed)
        let image = try GridGeometry(size: GridSize(4, 5, 6), spacing: Vector3(1, 2, 5), origin: Point(1, 2, 3))
        let labels = LabelVolume(geometry: image, voxels: (0..<120).map { _ in UInt8.random(in: 20...24, using: &g) })
        let order = [0, 1, 2].shuffled(using: &g)
        let flips = (0..<3).map { _ in Bool.random(using: &g) }
        let steps = (0..<3).map { axis -> Vector3 in
            var v = Vector3.zero
            v[order[axis]] = flips[axis] ? -1 : 1
            return v
        }
        let sizes = [4, 5, 6]
        let corner = VoxelIndex(
            flips[order.firstIndex(of: 0)!] ? 3 : 0, flips[order.firstIndex(of: 1)!] ? 4 : 0,
            flips[order.firstIndex(of: 2)!] ? 5 : 0)
        let turned = try GridGeometry(
            size: GridSize(sizes[order[0]], sizes[order[1]], sizes[order[2]]),
            spacing: Vector3([1, 2, 5][order[0]], [1, 2, 5][order[1]], [1, 2, 5][order[2]]),
            origin: image.point(corner), direction: Matrix3(columns: steps[0], steps[1], steps[2]))
        var moved = LabelVolume(geometry: turned)
        for offset in 0..<120 {
            moved[turned.nearest(image.point(image.index(offset: offset)))] = labels.voxels[offset]
        }
        #expect(try read(moved, on: image, scheme: .verse) == labels)
    }

    @Test func fractionsAreNoLabels() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.nii").path
        var data = CraftedBytes(bytes: CraftedNIfTI(dataType: 16, bitsPerVoxel: 32).header)
        for i in 0..<24 { data.put(Float(i) / 2) }
        try data.bytes.write(to: URL(fileURLWithPath: path))
        #expect(throws: ImagingError.notLabels(path: path, value: 0.5)) { try LabelReader.read(path) }
    }
}
