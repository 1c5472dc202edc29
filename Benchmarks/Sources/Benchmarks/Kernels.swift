import Foundation
import Frames
import Imaging
import Meshing

extension Kernel {
    static let all: [Kernel] = images + meshes

    static let images = [
        Kernel("read-dicom", peer: ("read/SimpleITK-GDCM", 0.5)) { input in
            let path = "\(input.folder)/dicom"
            let count = try Double(ImageReader.read(path).ct.size.count)
            return (count, { "\(try ImageReader.read(path).ct.size.count) voxels" })
        },
        Kernel("threshold-components26", peer: ("threshold+cc26/SimpleITK", 0.5)) { input in
            let ct = try input.image()
            return (
                Double(ct.size.count),
                {
                    let found = ConnectedComponents(
                        of: BitGrid(ct, above: 200), connectivity: .twentySix, smallest: 100, order: .bySize)
                    let map = found.map()
                    return "\(found.voxelCounts.count) components of 100 voxels or more in a map of \(map.count)"
                }
            )
        },
        Kernel("signed-distance", peer: ("signed-EDT/SimpleITK-Maurer", 0.33)) { input in
            let (mask, geometry) = try input.bone()
            return (
                Double(mask.size.count),
                {
                    let values = DistanceTransform.signed(mask, spacing: geometry.spacing)
                    return String(format: "%.2f mm at the deepest", values.min() ?? 0)
                }
            )
        },
        Kernel("gaussian-1mm", peer: ("gauss-1mm/SimpleITK-recursive", 0.5)) { input in
            let ct = try input.image()
            let field = Volume(geometry: ct.geometry, voxels: ct.voxels.map { Float($0) })
            return (Double(ct.size.count), { "\(field.gaussianFiltered(sigma: 1).size.count) voxels" })
        },
        Kernel("median-3x3x3", peer: ("median-3x3x3/SimpleITK", 0.5)) { input in
            let ct = try input.image()
            return (Double(ct.size.count), { "\(ct.medianFiltered().size.count) voxels" })
        },
    ]

    static let meshes = [
        Kernel("isosurface-200HU", peer: ("isosurface/vtkFlyingEdges3D", 0.8)) { input in
            let ct = try input.image()
            return (
                Double(ct.size.count),
                { "\(try SurfaceExtraction.isosurface(of: ct, at: 200).triangles.count) triangles" }
            )
        },
        Kernel("label-surface") { input in
            let labels = try input.vertebra()
            let label = AnatomicalLabel(22)
            return (
                Double(labels.size.count),
                { "\(try SurfaceExtraction.surface(of: label, in: labels).triangles.count) triangles" }
            )
        },
        Kernel("label-surface-by-image") { input in
            let (labels, ct) = (try input.vertebra(), try input.image())
            let label = AnatomicalLabel(22)
            return (
                Double(labels.size.count),
                {
                    let found = try SurfaceExtraction.surface(of: label, in: labels, image: ct)
                    return "\(found.mesh.triangles.count) triangles"
                }
            )
        },
        Kernel("simplify-0.2mm", unit: "triangle") { input in
            let label = AnatomicalLabel(22)
            let mesh = try SurfaceExtraction.surface(of: label, in: input.vertebra())
            return (Double(mesh.triangles.count), { "\(try mesh.simplified(maxError: 0.2).triangles.count) triangles" })
        },
        Kernel("mesh-tree", unit: "triangle") { input in
            let mesh = try input.mesh()
            return (Double(mesh.triangles.count), { "\(MeshTree(mesh).mesh.triangles.count) triangles" })
        },
        Kernel("mesh-distance", unit: "point") { input in
            let tree = MeshTree(try input.mesh())
            var random = SeededGenerator(seed: 1)
            let points = (0..<100_000).map { _ in
                Point<CT>(Vector3(random.uniform() - 0.5, random.uniform() - 0.5, random.uniform() - 0.5) * 200)
            }
            return (
                Double(points.count),
                {
                    let found = points.map { tree.signedDistance(to: $0) ?? 0 }
                    return String(format: "%.2f mm at the deepest", found.min() ?? 0)
                }
            )
        },
    ]
}
