import Frames
import Imaging
import Meshing

/// The part of an image that moves as one body: a labelled bone with the edge round it, without its neighbours.
public struct ImageRegion: Sendable {
    private let geometry: GridGeometry
    /// One a voxel of the geometry, which is a box round the bone.
    private let inside: [Bool]

    /// - Parameters:
    ///   - label: the bone.
    ///   - margin: how far beyond the bone's voxels the region reaches, mm; voxels of other bones are left out.
    /// - Throws: `RegistrationError.noSuchLabel` where the labels hold none of it.
    public init(_ label: AnatomicalLabel, in labels: LabelVolume, margin: Double = 2) throws(RegistrationError) {
        guard let box = labels.box(of: [label]) else { throw .noSuchLabel(label) }
        let part = labels.cropped(to: box.grown(by: margin, in: labels.geometry).clipped(to: labels.size))
        geometry = part.geometry
        let width = part.size.x
        let own = part.withVoxels { voxels in
            let source = SharedReadBuffer(voxels)
            return BitGrid(size: part.size) { row, flags in
                for x in 0..<width { flags[x] = source[row * width + x] == label.number ? 1 : 0 }
            }
        }
        let distance = DistanceTransform.signed(own, spacing: part.geometry.spacing)
        inside = zip(part.voxels, distance).map { voxel, distance in
            let isOther = voxel != label.number && voxel != 0 && AnatomicalLabel(voxel).isVertebra
            return !isOther && Double(distance) <= margin
        }
    }

    func contains(_ p: Vector3) -> Bool {
        let i = geometry.nearest(Point(p))
        return geometry.size.contains(i) && inside[geometry.offset(i)]
    }

    /// The corners of the region's box.
    var corners: [Point<CT>] {
        let last = Vector3(Double(geometry.size.x - 1), Double(geometry.size.y - 1), Double(geometry.size.z - 1))
        return (0..<8).map { k in
            let part = Vector3(Double(k & 1), Double(k >> 1 & 1), Double(k >> 2))
            return geometry.point(GridPoint(part * last))
        }
    }
}
