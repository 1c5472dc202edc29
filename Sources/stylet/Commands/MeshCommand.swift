import ArgumentParser
import Foundation
import Imaging
import Meshing
import Planning

struct MeshCommand: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh", abstract: "Reconstruct labels, or everything above an HU, as watertight meshes.",
        discussion: """
            Without --iso the input is a label map, and each label (or each --label) becomes NAME.stl in the folder --out.

            Example:
              stylet mesh labels.nii.gz --out meshes/ --label 22 --format ply
              stylet mesh ct/ --out meshes/ --iso 250
            """)

    @OptionGroup var input: ImageOptions
    @Option(help: "The folder to write to.") var out: String
    @Option(help: "A label's number, several times for several; default: all.") var label: [UInt8] = []
    @Option(help: "The surface at this HU of an image, instead of labels.") var iso: Double?
    @Option(help: "stl, ply or obj.") var format: MeshFormatName = .stl
    @Option(name: .customLong("max-error-mm"), help: "Simplify, nowhere further than this from the full surface.")
    var maximumError: Double?
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard iso == nil || label.isEmpty else {
            throw ValidationError("--label chooses among labels, --iso needs none: give one of them.")
        }
        guard maximumError.map({ $0 > 0 && $0.isFinite }) ?? true else {
            throw ValidationError("--max-error-mm must be positive.")
        }
    }

    func execute(_ console: Console) throws -> Answer {
        let meshes = try iso.map { try surface(at: $0, console) } ?? labelSurfaces(console)
        try Output.makeFolder(out)
        let written = try meshes.map { name, number, mesh -> JSONValue in
            let path = URL(fileURLWithPath: out).appendingPathComponent("\(name).\(format.rawValue)").relativePath
            let final = try console.step("simplify", "simplifying \(name)") { _ in
                try maximumError.map { try mesh.simplified(maxError: $0) } ?? mesh
            }
            try console.step("write", "writing \(path)") { _ in try MeshFile.write(final, to: path, as: format.format) }
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

    private func surface(at hu: Double, _ console: Console) throws -> [(String, UInt8?, TriangleMesh)] {
        let image = try input.read(console)
        let mesh = try console.step("mesh", "reconstructing") {
            try SurfaceExtraction.isosurface(of: image.ct, at: hu, progress: $0)
        }
        return [("iso-\(Int(hu))", nil, mesh)]
    }

    private func labelSurfaces(_ console: Console) throws -> [(String, UInt8?, TriangleMesh)] {
        let labels = try console.step("load", "reading \(input.volume)") { _ in
            try LabelReader.read(input.volume, scheme: .verse)
        }
        let present = labels.counts().keys.sorted()
        let wanted = label.isEmpty ? present.filter { $0 != .softTissue } : label.map { AnatomicalLabel($0) }
        return try console.step("mesh", "reconstructing \(wanted.count) labels") { progress in
            try wanted.enumerated().map { place, one in
                defer { progress(Double(place + 1) / Double(wanted.count)) }
                return (
                    one.name.replacingOccurrences(of: " ", with: "-"), one.number,
                    try SurfaceExtraction.surface(of: one, in: labels)
                )
            }
        }
    }
}

enum MeshFormatName: String, ExpressibleByArgument, CaseIterable {
    case stl, ply, obj

    var format: MeshFile.Format {
        switch self {
        case .stl: .stl
        case .ply: .ply
        case .obj: .obj
        }
    }
}
