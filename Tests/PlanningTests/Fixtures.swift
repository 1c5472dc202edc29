import Foundation
import Frames
import Imaging
import PhantomKit
import TestSupport

@testable import Planning

/// The lumbar phantom, sampled once, and its plan.
struct LumbarCase: Sendable {
    let phantom: Phantom
    let ct: Volume<Int16>
    let labels: LabelVolume
    let result: PedicleScrewPlanner.Result

    static let levels = (20...24).map { AnatomicalLabel(UInt8($0)) }

    init() throws {
        let path = repositoryFolder().appendingPathComponent("Phantoms/lumbar.yaml").path
        phantom = try Phantom(.load(path))
        let geometry = try phantom.geometry(spacing: Vector3(0.9, 0.9, 1.2))
        ct = phantom.sample(geometry, seed: 7)
        labels = phantom.labels(geometry)
        result = try PedicleScrewPlanner().plan(ct: ct, labels: labels, levels: Self.levels)
    }

    private static let shared = Result { try LumbarCase() }

    static func load() throws -> LumbarCase { try shared.get() }
}

/// The same voxels at another place in the patient: T moves every point of the CT.
func moved<Voxel>(_ volume: Volume<Voxel>, by T: Pose<CT, CT>) throws -> Volume<Voxel> {
    let g = volume.geometry
    let geometry = try GridGeometry(
        size: g.size, spacing: g.spacing, origin: T * g.origin, direction: T.rotation.matrix * g.direction)
    return Volume(geometry: geometry, voxels: volume.voxels)
}

/// A label map of 60×60×60 voxels of 1 mm about the origin; `inside` says of a voxel's centre whether it is L3 (22).
func block(_ inside: (Vector3) -> Bool) throws -> LabelVolume {
    let n = 60
    let geometry = try GridGeometry(
        size: GridSize(n, n, n), spacing: Vector3(1, 1, 1), origin: Point(-29.5, -29.5, -29.5))
    var labels = LabelVolume(geometry: geometry)
    for z in 0..<n {
        for y in 0..<n {
            for x in 0..<n where inside(geometry.point(VoxelIndex(x, y, z)).coordinates) {
                labels[VoxelIndex(x, y, z)] = 22
            }
        }
    }
    return labels
}
