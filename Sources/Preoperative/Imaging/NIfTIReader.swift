import Foundation
import Frames

/// Voxels of a file that is one block of numbers, with their grid: what NIfTI, NRRD and MetaImage come down to.
struct GridFile {
    var geometry: GridGeometry
    var stored: StoredVoxels
    var rescale: Rescale
    var irregularities: [Irregularity] = []
    var description = ""
}

/// Reads NIfTI, versions 1 and 2, either byte order, also compressed: one file (`.nii`) or a pair (`.hdr` and `.img`).
enum NIfTIReader {
    static func read(_ path: String) throws(FileProblem) -> GridFile {
        let name = Self.headerName(of: path)
        let file = try contents(name)
        let header = try NIfTIHeader(headerBytes(file), pairAllowed: name.lowercased().contains(".hdr"))
        let data = header.isPair ? try voxelFile(of: name) : file
        let count = header.size.count
        let needed = header.dataOffset + count * header.type.size
        if isCompressed(data) {
            try InflateStream.check(needed: needed, compressed: data.count)
        } else if needed > data.count {
            throw .truncated(expectedBytes: needed, foundBytes: data.count)
        }
        let stored = StoredVoxels(count: count, type: header.type, bigEndian: header.bigEndian)
        if isCompressed(data) {
            try stored.inflate(from: InflateStream(data, expecting: needed), skipping: header.dataOffset)
        } else {
            try stored.fill(from: data, at: header.dataOffset)
        }
        return try assemble(header, stored)
    }

    private static func isCompressed(_ data: Data) -> Bool { data.count > 2 && data[0] == 0x1F && data[1] == 0x8B }

    private static func headerBytes(_ data: Data) throws(FileProblem) -> [UInt8] {
        guard isCompressed(data) else { return Array(data.prefix(544)) }
        return try InflateStream(data, expecting: 544).prefix(most: 544)
    }

    /// The file with the header where `path` is either of a pair.
    private static func headerName(of path: String) -> String {
        for (voxels, header) in [(".img", ".hdr"), (".img.gz", ".hdr.gz")] where path.lowercased().hasSuffix(voxels) {
            let stem = path.dropLast(voxels.count)
            let found = [header, ".hdr", ".hdr.gz"].first { FileBytes.size(stem + $0) > 0 }
            return stem + (found ?? header)
        }
        return path
    }

    private static func contents(_ path: String) throws(FileProblem) -> Data {
        do { return try FileBytes.read(path) } catch {
            guard case .notFound = error else { throw error }
            throw .dataFileNotFound(name: FilePath.name(path))
        }
    }

    private static func voxelFile(of header: String) throws(FileProblem) -> Data {
        let stem = header.dropLast(header.lowercased().hasSuffix(".gz") ? 7 : 4)
        let found = [".img", ".img.gz"].first { FileBytes.size(stem + $0) > 0 }
        return try contents(stem + (found ?? ".img"))
    }

    private static func assemble(_ header: NIfTIHeader, _ stored: StoredVoxels) throws(FileProblem) -> GridFile {
        let (geometry, deviation) = try GridGeometry.fromFile(
            size: header.size, steps: header.steps, origin: header.origin, convention: .ras)
        var file = GridFile(
            geometry: geometry, stored: stored, rescale: header.rescale, description: header.description)
        if deviation > 1e-5 {
            file.irregularities.append(Irregularity(.axesStraightened(deviation: deviation), .mended))
        }
        if !header.positioned { file.irregularities.append(Irregularity(.noPatientPosition, .forbidsPlanning)) }
        if header.formsDiffer > 0.1 {
            let effect: IrregularityEffect = header.formsMirror ? .forbidsPlanning : .noted
            file.irregularities.append(Irregularity(.formsDisagree(millimetres: header.formsDiffer), effect))
        }
        return file
    }
}
