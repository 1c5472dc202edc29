import ArgumentParser
import Foundation
import Frames
import Imaging
import Meshing
import Planning

struct MeshCommand: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh", abstract: "Reconstruct labels, or everything above an HU, as watertight meshes.",
        discussion: """
            Without --iso the input is labels (a label map, a folder with one mask a structure, or a DICOM segmentation),
            and each label (or each --label) becomes NAME.stl in the folder --out. With --image, bones and vessels end
            where its values say, between voxels; other labels, and all without it, get a smooth surface of the label's
            own volume. The format dicom-stl wraps each mesh into a DICOM object that refers to the series that --image
            names (with --iso: the input itself).

            Example:
              stylet mesh labels.nii.gz --out meshes/ --label 22 --format ply
              stylet mesh labels.nii.gz --image ct/ --out meshes/ --format dicom-stl
              stylet mesh ct/ --out meshes/ --iso 250
              stylet mesh labels.nii.gz --out halves/ --cut 0,0,0,1,0,0
            """)

    @OptionGroup var input: ImageOptions
    @Option(help: "The folder to write to.") var out: String
    @Option(help: "A label's number, several times for several; default: all.") var label: [UInt8] = []
    @Option(help: "The surface at this HU of an image, instead of labels.") var iso: Double?
    @Option(help: "The image that the labels were made from: bones end where its values say.") var image: String?
    @Option(help: "stl, ply, obj or dicom-stl.") var format: MeshFormatName = .stl
    @Option(name: .customLong("max-error-mm"), help: "Simplify, nowhere further than this from the full surface.")
    var maximumError: Double?
    @Option(
        help:
            "Keep what lies behind this plane, closed by a flat face: a point in it and its normal, as x,y,z,nx,ny,nz (CT coordinates, mm)."
    )
    var cut: CutPlane?
    @OptionGroup var meaning: LabelMeaningOptions
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard iso == nil || (label.isEmpty && image == nil) else {
            throw ValidationError("--label and --image belong to labels, --iso needs none: give one of them.")
        }
        guard maximumError.map({ $0 > 0 && $0.isFinite }) ?? true else {
            throw ValidationError("--max-error-mm must be positive.")
        }
        guard format != .dicom || iso != nil || image != nil else {
            throw ValidationError("--format dicom-stl refers to a series: name it with --image.")
        }
    }

    func execute(_ console: Console) throws -> Answer {
        let (image, meshes) = try iso.map { try surface(at: $0, console) } ?? labelSurfaces(console)
        if format == .dicom, image?.metadata.format != .dicom { throw ImagingError.noSourceSeries(path: out) }
        try Output.makeFolder(out)
        let written = try meshes.enumerated().compactMap { place, found -> JSONValue? in
            let (name, number, mesh) = found
            let path = URL(fileURLWithPath: out).appendingPathComponent("\(name).\(format.ending)").relativePath
            let final = try console.step("simplify", "simplifying \(name)") { _ in
                let simple = try maximumError.map { try mesh.simplified(maxError: $0) } ?? mesh
                return try cut.map { try simple.cut(behind: $0.point, normal: $0.normal) } ?? simple
            }
            if final.triangles.isEmpty {
                console.warn("\(name): nothing of it lies behind the plane of --cut, so it is left out")
                return nil
            }
            try console.step("write", "writing \(path)") { _ in
                try write(final, named: name, place + 1, image, to: path)
            }
            console.say(
                "\(path): \(final.triangles.count) triangles, \(String(format: "%.2f", final.volume / 1000)) ml")
            return [
                "file": .string(path), "name": .string(name), "label": number.map { .int(Int($0)) } ?? .null,
                "triangles": .int(final.triangles.count), "volume_ml": .number(final.volume / 1000),
                "area_cm2": .number(final.area / 100),
            ]
        }
        return Answer(fields: ["meshes": .array(written)])
    }

    private func write(
        _ mesh: TriangleMesh, named name: String, _ number: Int, _ image: LoadedImage?, to path: String
    ) throws {
        guard format == .dicom, let image else { return try MeshFile.write(mesh, to: path, as: format.format) }
        try EncapsulatedMesh.write(
            stl: MeshFile.data(of: mesh, as: .stl), title: name, number: number, of: image.metadata,
            on: image.ct.geometry, to: path)
    }

    private typealias Surfaces = (image: LoadedImage?, meshes: [(String, UInt8?, TriangleMesh)])

    private func surface(at hu: Double, _ console: Console) throws -> Surfaces {
        let image = try input.read(console)
        let mesh = try console.step("mesh", "reconstructing") {
            try SurfaceExtraction.isosurface(of: image.ct, at: hu, progress: $0)
        }
        return (image, [("iso-\(Int(hu))", nil, mesh)])
    }

    private func labelSurfaces(_ console: Console) throws -> Surfaces {
        let image = try image.map { path in
            try console.step("load", "reading \(path)") {
                try ImageReader.read(path, series: input.series, progress: $0)
            }
        }
        let (labels, isNamed) = try labels(on: image, console)
        let present = labels.counts().keys.sorted()
        let wanted = label.isEmpty ? present.filter { $0 != .softTissue } : label.map { AnatomicalLabel($0) }
        let meshes = try console.step("mesh", "reconstructing \(wanted.count) labels") { progress in
            try wanted.enumerated().map { place, one in
                defer { progress(Double(place + 1) / Double(wanted.count)) }
                let name = isNamed ? one.name.replacingOccurrences(of: " ", with: "-") : "label-\(one.number)"
                return (name, one.number as UInt8?, try surface(of: one, labels, isNamed ? image : nil, console))
            }
        }
        return (image, meshes)
    }

    private func surface(
        of label: AnatomicalLabel, _ labels: LabelVolume, _ image: LoadedImage?, _ console: Console
    ) throws -> TriangleMesh {
        guard let image else { return try SurfaceExtraction.surface(of: label, in: labels) }
        let found = try SurfaceExtraction.surface(of: label, in: labels, image: image.ct)
        if let share = found.edgeShare, share < 0.5 {
            console.warn(
                "\(label.name): the image shows an edge along \(Int(share * 100)) % of its surface only; elsewhere the "
                    + "surface is the label's. Is it the image that the labels were made from?")
        }
        return found.mesh
    }

    /// The labels; where it does not show whose numbers they are, a mesh needs no names, so the numbers are kept.
    private func labels(on image: LoadedImage?, _ console: Console) throws -> (LabelVolume, isNamed: Bool) {
        do { return (try meaning.read(input.volume, on: image, console), true) } catch ImagingError.labelSchemeUnclear {
            console.warn(
                "\(input.volume): whose numbers these are does not show; meshes are called by them (--label-scheme names them)"
            )
            let own = Dictionary(uniqueKeysWithValues: (1...255).map { ($0, AnatomicalLabel(UInt8($0))) })
            return (try LabelReader.read(input.volume, on: image?.ct.geometry, map: own), false)
        }
    }
}

/// A plane as a person gives it: a point in it and its normal, CT coordinates, mm.
struct CutPlane: ExpressibleByArgument {
    let point: Point<CT>
    let normal: Direction<CT>

    init?(argument: String) {
        let n = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        guard n.count == 6, n.allSatisfy({ $0.isFinite && abs($0) < 1e5 }),
            let normal = Direction<CT>(Vector3(n[3], n[4], n[5]))
        else { return nil }
        point = Point(n[0], n[1], n[2])
        self.normal = normal
    }
}

enum MeshFormatName: String, ExpressibleByArgument, CaseIterable {
    case stl, ply, obj
    case dicom = "dicom-stl"

    /// What the mesh itself is written as.
    var format: MeshFile.Format {
        switch self {
        case .stl, .dicom: .stl
        case .ply: .ply
        case .obj: .obj
        }
    }

    var ending: String { self == .dicom ? "dcm" : rawValue }
}
