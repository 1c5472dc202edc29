import Foundation
import Frames
import Imaging
import PhantomKit
import TestSupport

@testable import Segmentation

let lumbarVertebrae = (20...24).map { AnatomicalLabel(UInt8($0)) }

/// A phantom as a scanner sees it, and the labels that it really has.
struct PhantomCase {
    let ct: Volume<Int16>
    let truth: LabelVolume

    /// - Parameters:
    ///   - size: of the field of view, mm; the definition's own where it is smaller.
    ///   - person: another one than the definition's.
    init(
        _ name: String = "lumbar", spacing: Vector3, size: Vector3? = nil, person: UInt64? = nil, seed: UInt64 = 1,
        change: (inout PhantomDefinition) -> Void = { _ in }
    ) throws {
        var definition = try PhantomDefinition.load(
            repositoryFolder().appendingPathComponent("Phantoms/\(name).yaml").path)
        if let person { definition = definition.varied(seed: person) }
        if let size { definition.fieldOfView.size = pointwiseMin(definition.fieldOfView.size, size) }
        change(&definition)
        let phantom = try Phantom(definition)
        ct = phantom.sample(try phantom.geometry(spacing: spacing), seed: seed)
        truth = phantom.labels(ct.geometry)
    }
}

/// Twice the common voxels over the sum of both (Dice 1945).
func dice(_ a: LabelVolume, _ b: LabelVolume, _ label: AnatomicalLabel) -> Double {
    var both = 0, sum = 0
    for (x, y) in zip(a.voxels, b.voxels) {
        if x == label.number { sum += 1 }
        if y == label.number { sum += 1 }
        if x == label.number && y == label.number { both += 1 }
    }
    return sum == 0 ? 0 : 2 * Double(both) / Double(sum)
}

/// For each vertebra of the truth that lies whole in the image, the finding that covers most of it.
func pairs(_ found: SpineSegmentationResult, _ truth: LabelVolume) -> [(
    truth: AnatomicalLabel, finding: VertebraFinding?
)] {
    let edge = edgeLabels(truth)
    return AnatomicalLabel.craniocaudal.filter { $0.isVertebra && !edge.contains($0.number) }.compactMap { label in
        var votes = [Int](repeating: 0, count: 256), count = 0
        for (x, y) in zip(found.labels.voxels, truth.voxels) where y == label.number {
            votes[Int(x)] += 1
            count += 1
        }
        guard count > 0 else { return nil }
        let best = (1...28).max { votes[$0] < votes[$1] }.flatMap { votes[$0] * 2 > count ? UInt8($0) : nil }
        return (label, found.vertebrae.first { $0.label.number == best })
    }
}

/// Numbers of what reaches the outermost voxels.
func edgeLabels(_ labels: LabelVolume) -> Set<UInt8> {
    let n = labels.size
    var found: Set<UInt8> = []
    for (i, value) in labels.voxels.enumerated() where value != 0 && !found.contains(value) {
        let at = labels.geometry.index(offset: i)
        if at.x == 0 || at.y == 0 || at.z == 0 || at.x == n.x - 1 || at.y == n.y - 1 || at.z == n.z - 1 {
            found.insert(value)
        }
    }
    return found
}

extension Volume {
    /// Some slices along z, the grid's place kept.
    func slices(_ range: Range<Int>) throws -> Volume {
        let plane = size.x * size.y
        let g = try GridGeometry(
            size: GridSize(size.x, size.y, range.count), spacing: geometry.spacing,
            origin: geometry.point(VoxelIndex(0, 0, range.lowerBound)), direction: geometry.direction)
        return Volume(geometry: g, voxels: Array(voxels[(range.lowerBound * plane)..<(range.upperBound * plane)]))
    }

    /// Some rows along y, the grid's place kept.
    func rows(_ range: Range<Int>) throws -> Volume {
        let g = try GridGeometry(
            size: GridSize(size.x, range.count, size.z), spacing: geometry.spacing,
            origin: geometry.point(VoxelIndex(0, range.lowerBound, 0)), direction: geometry.direction)
        var result = Volume(geometry: g)
        for z in 0..<size.z {
            for y in range {
                for x in 0..<size.x {
                    result[VoxelIndex(x, y - range.lowerBound, z)] = self[VoxelIndex(x, y, z)]
                }
            }
        }
        return result
    }

    /// The same voxels in the same places, stored with the axes in the order z, x, y and y reversed.
    func turned() throws -> Volume {
        let n = GridSize(size.z, size.x, size.y)
        let d = geometry.direction.columns, s = geometry.spacing
        let g = try GridGeometry(
            size: n, spacing: Vector3(s.z, s.x, s.y), origin: geometry.point(VoxelIndex(0, size.y - 1, 0)),
            direction: Matrix3(columns: d.2, d.0, -d.1))
        var result = Volume(geometry: g)
        for z in 0..<size.z {
            for y in 0..<size.y {
                for x in 0..<size.x { result[VoxelIndex(z, x, size.y - 1 - y)] = self[VoxelIndex(x, y, z)] }
            }
        }
        return result
    }
}
