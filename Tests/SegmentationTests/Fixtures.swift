import Foundation
import Frames
import Imaging
import PhantomKit
import TestSupport

@testable import Segmentation

let lumbarVertebrae = (20...24).map { AnatomicalLabel(UInt8($0)) }

/// The lumbar phantom as a scanner sees it, and the labels that it really has.
struct PhantomCase {
    let ct: Volume<Int16>
    let truth: LabelVolume

    init(spacing: Vector3, seed: UInt64 = 1, change: (inout PhantomDefinition) -> Void = { _ in }) throws {
        var definition = try PhantomDefinition.load(
            repositoryFolder().appendingPathComponent("Phantoms/lumbar.yaml").path)
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
