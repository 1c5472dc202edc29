import Files
import Foundation

/// Reading whole files as bytes, with the errors of this module.
enum FileBytes {
    /// More than any image here: 2³¹ voxels are a 4 GB volume of HU.
    static let mostVoxels = 1 << 31

    enum Kind { case file, folder }

    static func kind(_ path: String) throws(FileProblem) -> Kind {
        var info = stat()
        guard stat(path, &info) == 0 else {
            throw errno == ENOENT || errno == ENOTDIR ? .notFound : .system(errno: errno)
        }
        switch info.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: throw .notAFile
        }
    }

    /// The size of a file, 0 where there is none.
    static func size(_ path: String) -> Int {
        var info = stat()
        return stat(path, &info) == 0 ? Int(info.st_size) : 0
    }

    /// The whole file. Only regular files are read, so that a pipe or a device cannot hold the program up.
    static func read(_ path: String) throws(FileProblem) -> Data {
        do { return try WholeFile.read(path) } catch { throw FileProblem(error) }
    }

    /// The number of voxels of these sizes, refused where it is not positive or beyond `mostVoxels`.
    static func voxelCount(_ sizes: [Int]) throws(FileProblem) -> Int {
        var count = 1
        for size in sizes {
            guard size > 0 else { throw .badHeader(field: "size", value: "\(size)") }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow, product <= mostVoxels else { throw .tooLarge(voxels: overflow ? Int.max : product) }
            count = product
        }
        return count
    }
}
