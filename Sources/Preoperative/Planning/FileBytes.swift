import Files
import Foundation
import Imaging

/// Whole small files: plans, catalogues, keys.
enum FileBytes {
    /// - Throws: `PlanningError.file` with the system's reason; `EFBIG` beyond `limit` bytes, `EINVAL` for no regular file.
    static func read(_ path: String, limit: Int) throws(PlanningError) -> [UInt8] {
        do { return [UInt8](try WholeFile.read(path, limit: limit)) } catch {
            switch error {
            case .notFound: throw .file(path: path, errno: ENOENT)
            case .notAFile: throw .file(path: path, errno: EINVAL)
            case .tooLarge: throw .file(path: path, errno: EFBIG)
            case .system(let number): throw .file(path: path, errno: number)
            }
        }
    }

    /// Writes beside, flushes, then renames; nothing is left where it fails.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o666) throws(PlanningError) {
        do { try AtomicFile.write(Data(bytes), to: path, mode: mode) } catch .unwritable(_, .system(let number)) {
            throw .file(path: path, errno: number)
        } catch { throw .file(path: path, errno: EISDIR) }
    }
}
