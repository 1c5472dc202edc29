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

/// Reads `.nii` and `.nii.gz`, versions 1 and 2, either byte order.
enum NIfTIReader {
    static func read(_ path: String) throws(FileProblem) -> GridFile {
        let data = try FileBytes.read(path)
        let compressed = data.count > 2 && data[0] == 0x1F && data[1] == 0x8B
        let header = try NIfTIHeader(headerBytes(data, compressed: compressed))
        let count = header.size.count
        let needed = header.dataOffset + count * header.type.size
        if compressed {
            try InflateStream.check(needed: needed, compressed: data.count)
        } else if needed > data.count {
            throw .truncated(expectedBytes: needed, foundBytes: data.count)
        }
        let stored = StoredVoxels(count: count, type: header.type, bigEndian: header.bigEndian)
        if compressed {
            try stored.inflate(from: InflateStream(data, expecting: needed), skipping: header.dataOffset)
        } else {
            try stored.fill(from: data, at: header.dataOffset)
        }
        return try assemble(header, stored)
    }

    private static func headerBytes(_ data: Data, compressed: Bool) throws(FileProblem) -> [UInt8] {
        guard compressed else { return Array(data.prefix(544)) }
        return try InflateStream(data, expecting: 544).prefix(most: 544)
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
