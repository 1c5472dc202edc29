import Foundation
import Frames
import Meshing
import Registration

/// Registers clouds of points to a surface on request, each time with the whole preparation.
///
/// `target.bin` holds Int32 counts of vertices and triangles, then the vertices as Float64 and the triangles as Int32. Each
/// line on standard input names a file of points (Float64, three each); the answer is a line of JSON: milliseconds of
/// preparing and of registering, and the transform row by row.
enum Registering {
    static func serve(_ folder: String) throws {
        let mesh = try target("\(folder)/target.bin")
        while let path = readLine() {
            let points = try numbers(path, Double.self).chunked3.map { Point<Tracker>($0) }
            let (start, busy) = (Clock.milliseconds(), clock())
            let surface = RegistrationSurface(mesh)
            let (prepared, busyPreparing) = (Clock.milliseconds(), clock())
            let fit = try SurfaceRegistration(points: points, on: surface, from: .identity())
            let end = Clock.milliseconds()
            let answer = Answer(
                prep_ms: prepared - start, solve_ms: end - prepared, prep_cpu_ms: Double(busyPreparing - busy) / 1000,
                cpu_ms: Double(clock() - busy) / 1000, matrix: fit.X_CTB.rowMajor)
            print(String(decoding: try JSONEncoder().encode(answer), as: UTF8.self))
            fflush(nil)
        }
    }

    private struct Answer: Encodable {
        let prep_ms: Double
        let solve_ms: Double
        /// Processor time of all threads, of preparing and of both.
        let prep_cpu_ms: Double
        let cpu_ms: Double
        let matrix: [Double]
    }

    private static func target(_ path: String) throws -> TriangleMesh {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let counts = data.prefix(8).withUnsafeBytes { Array($0.bindMemory(to: Int32.self)) }
        let vertices = 24 * Int(counts[0])
        let places = values(data.dropFirst(8).prefix(vertices), Double.self).chunked3.map { Point<CT>($0) }
        let corners = values(data.dropFirst(8 + vertices).prefix(12 * Int(counts[1])), Int32.self)
        let triangles = stride(from: 0, to: corners.count, by: 3).map {
            SIMD3(corners[$0], corners[$0 + 1], corners[$0 + 2])
        }
        return try TriangleMesh(vertices: places, triangles: triangles)
    }

    private static func numbers<T>(_ path: String, _ type: T.Type) throws -> [T] {
        values(try Data(contentsOf: URL(fileURLWithPath: path)), type)
    }

    private static func values<T>(_ data: Data, _ type: T.Type) -> [T] {
        Array(data).withUnsafeBytes { Array($0.bindMemory(to: type)) }
    }
}

extension [Double] {
    fileprivate var chunked3: [Vector3] {
        stride(from: 0, to: count - 2, by: 3).map { Vector3(self[$0], self[$0 + 1], self[$0 + 2]) }
    }
}
