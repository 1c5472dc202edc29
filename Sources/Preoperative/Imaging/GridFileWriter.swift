import Foundation
import Frames

/// Writes a block of voxels with its grid, in the format that the path's name asks for. Voxels are little endian.
enum GridFileWriter {
    static let endings = [".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd"]

    static func knows(_ path: String) -> Bool { endings.contains { path.lowercased().hasSuffix($0) } }

    static func write<Voxel>(
        _ volume: Volume<Voxel>, type: ScalarType, description: String, to path: String, progress: ProgressReport? = nil
    ) throws(ImagingError) {
        try volume.voxels.withUnsafeBufferPointer { (voxels: UnsafeBufferPointer<Voxel>) throws(ImagingError) in
            let block = VoxelBlock(
                bytes: UnsafeRawBufferPointer(voxels), type: type, geometry: volume.geometry,
                description: String(description.filter { $0.isASCII && !$0.isNewline }.prefix(79)))
            try write(block, to: path, progress)
        }
    }

    private static func write(
        _ block: VoxelBlock, to path: String, _ progress: ProgressReport?
    ) throws(ImagingError) {
        let name = path.lowercased()
        if name.hasSuffix(".nhdr") || name.hasSuffix(".mhd") { return try writeDetached(block, to: path, progress) }
        try AtomicFile.write(to: path) { (file) throws(WriteProblem) in
            if name.hasSuffix(".nii.gz") {
                try file.append(
                    Deflate.compress(head: NIfTIWriter.header(block), block.bytes, as: .gzip, progress: progress))
            } else if name.hasSuffix(".nii") {
                try file.append(Data(NIfTIWriter.header(block)))
                try file.append(block.bytes)
            } else if name.hasSuffix(".nrrd") {
                try file.append(Data(NRRDWriter.header(block, dataFile: nil).utf8))
                try file.append(Deflate.compress(block.bytes, as: .gzip, progress: progress))
            } else if name.hasSuffix(".mha") {
                let voxels = try Deflate.compress(block.bytes, as: .zlib, progress: progress)
                try file.append(
                    Data(MetaImageWriter.header(block, compressedBytes: voxels.count, dataFile: "LOCAL").utf8))
                try file.append(voxels)
            } else {
                throw .unknownFormat
            }
        }
    }

    /// The voxels go first, so that a header never names a file that is not there.
    private static func writeDetached(
        _ block: VoxelBlock, to path: String, _ progress: ProgressReport?
    ) throws(ImagingError) {
        let isNRRD = path.lowercased().hasSuffix(".nhdr")
        let data = FilePath.withoutEnding(path) + (isNRRD ? ".raw.gz" : ".zraw")
        let name = FilePath.name(data)
        do throws(WriteProblem) {
            let voxels = try Deflate.compress(block.bytes, as: isNRRD ? .gzip : .zlib, progress: progress)
            try rethrow { () throws(ImagingError) in try AtomicFile.write(voxels, to: data) }
            let header =
                isNRRD
                ? NRRDWriter.header(block, dataFile: name)
                : MetaImageWriter.header(block, compressedBytes: voxels.count, dataFile: name)
            try rethrow { () throws(ImagingError) in try AtomicFile.write(header, to: path) }
        } catch { throw .unwritable(path: path, error) }
    }

    private static func rethrow(_ body: () throws(ImagingError) -> Void) throws(WriteProblem) {
        do { try body() } catch {
            if case .unwritable(_, let problem) = error { throw problem }
            throw .failed("\(error)")
        }
    }
}

/// Voxels as bytes, and what a header must say of them.
struct VoxelBlock {
    let bytes: UnsafeRawBufferPointer
    let type: ScalarType
    let geometry: GridGeometry
    let description: String
}

/// Writes NRRD headers (version 4), in LPS.
enum NRRDWriter {
    static func header(_ block: VoxelBlock, dataFile: String?) -> String {
        let g = block.geometry
        let steps = g.direction * Matrix3(diagonal: g.spacing)
        let vector = { (v: Vector3) in "(\(v.x),\(v.y),\(v.z))" }
        let c = steps.columns
        return """
            NRRD0004
            \(block.description.isEmpty ? "" : "content: \(block.description)\n")type: \(typeName(block.type))
            dimension: 3
            space: left-posterior-superior
            sizes: \(g.size.x) \(g.size.y) \(g.size.z)
            space directions: \(vector(c.0)) \(vector(c.1)) \(vector(c.2))
            kinds: domain domain domain
            endian: little
            encoding: gzip
            space origin: \(vector(g.origin.coordinates))

            """ + (dataFile.map { "data file: \($0)\n" } ?? "") + "\n"
    }

    private static func typeName(_ type: ScalarType) -> String {
        switch type {
        case .float32: "float"
        case .float64: "double"
        default: "\(type)"
        }
    }
}

/// Writes MetaImage headers, in LPS.
enum MetaImageWriter {
    static func header(_ block: VoxelBlock, compressedBytes: Int, dataFile: String) -> String {
        let g = block.geometry
        let d = g.direction.columns
        let three = { (v: Vector3) in "\(v.x) \(v.y) \(v.z)" }
        let type = MetaImageReader.types.first { $0.value == block.type }?.key ?? ""
        return """
            ObjectType = Image
            NDims = 3
            \(block.description.isEmpty ? "" : "Comment = \(block.description)\n")BinaryData = True
            BinaryDataByteOrderMSB = False
            CompressedData = True
            CompressedDataSize = \(compressedBytes)
            TransformMatrix = \(three(d.0)) \(three(d.1)) \(three(d.2))
            Offset = \(three(g.origin.coordinates))
            CenterOfRotation = 0 0 0
            ElementSpacing = \(three(g.spacing))
            DimSize = \(g.size.x) \(g.size.y) \(g.size.z)
            ElementType = \(type)
            ElementDataFile = \(dataFile)

            """
    }
}
