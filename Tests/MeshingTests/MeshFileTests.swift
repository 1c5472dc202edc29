import Foundation
import Frames
import Imaging
import Meshing
import TestSupport
import Testing

@Suite struct MeshFileTests {
    func inFolder<R>(_ body: (URL) throws -> R) throws -> R {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    @Test(arguments: MeshFile.Format.allCases)
    func comesBackAsItWas(format: MeshFile.Format) throws {
        try inFolder { folder in
            let mesh = try MeshSamples.sphere(radius: 7, at: Point(120.3, -88.1, 1042.7))
            let path = folder.appendingPathComponent("bone.\(format.rawValue.uppercased())").path
            try MeshFile.write(mesh, to: path)
            let back = try MeshFile.read(path)
            #expect(back.defects == [] && back.triangles.count == mesh.triangles.count)
            #expect(abs(back.volume / mesh.volume - 1) < 1e-5)
            let tree = MeshTree(mesh)
            // 32-bit floats at 1000 mm: 6e-5
            for v in back.vertices { #expect((tree.closestPoint(to: v)?.distance ?? 1) < 1e-4) }
            try MeshFile.write(mesh, to: path)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
        }
    }

    func problem(_ name: String, _ content: Data) throws -> MeshingError? {
        try inFolder { folder in
            let path = folder.appendingPathComponent(name).path
            try content.write(to: URL(fileURLWithPath: path))
            do {
                _ = try MeshFile.read(path)
                return nil
            } catch let error as MeshingError { return error }
        }
    }

    static let plyHeader =
        "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
        + "element face 1\nproperty list uchar int vertex_indices\nend_header\n"

    @Test(arguments: [
        ("a.stl", ""), ("a.stl", "solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 nan\n"),
        ("a.stl", "solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 1\nvertex 0 0 2\nendloop\nendfacet\nendsolid\n"),
        ("a.stl", "solid x\nfacet\nouter loop\nvertex 0 0 1\nvertex 0 0 2\nvertex 0 1 0\nendloop\n"),
        ("a.stl", "solid x\nendsolid\n"), ("a.obj", "v 0 0 0\nf 1 2 3\n"), ("a.obj", "v 0 0\n"),
        ("a.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2\n"), ("a.obj", "v 0 0 0\nf 0 1 1\n"), ("a.obj", "\n\n"),
        ("a.obj", "v 0 0 0\nf -9223372036854775808 1 1\n"), ("a.ply", "plx\n"), ("a.ply", "ply\nformat ascii 1.0\n"),
        ("a.ply", plyHeader + "0 0 0\n1 0 0\n"), ("a.ply", plyHeader + "0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n"),
        ("a.ply", plyHeader + "0 0 0\n1 0 0\n0 1 0\n3 0 1 -1\n"), ("a.ply", plyHeader + "0 0 0\n1 0 0\n0 1 0\n2 0 1\n"),
        ("a.ply", plyHeader + "0 0 0\n1 0 0\n0 1 0\n999999999 0 1 2\n"),
        ("a.ply", "ply\nformat ascii 1.0\nelement vertex 99999999999\nend_header\n"),
        ("a.ply", "ply\nformat binary_little_endian 1.0\nelement junk 500000000\nend_header\n"),
        ("a.ply", "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n0\n"),
        ("a.ply", "ply\nformat zip 1.0\nend_header\n"),
    ])
    func brokenFilesAreRefused(name: String, content: String) throws {
        let error = try #require(try problem(name, Data(content.utf8)))
        guard case .malformedFile = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func saysWhereTheFaultIs() throws {
        let path = "b.obj"
        let error = try #require(try problem(path, Data("v 0 0 0\nv 1 0 0\nv 0 1 x\nf 1 2 3\n".utf8)))
        guard case .malformedFile(_, let at, let what) = error else { return }
        #expect(at == .line(3) && what == .notANumber("x"))
    }

    @Test func damagedBinaryFilesNeverCrash() throws {
        let mesh = try MeshSamples.box(.zero, Vector3(3, 2, 1))
        try inFolder { folder in
            var random = SeededGenerator(seed: 8)
            for format in [MeshFile.Format.stl, .ply] {
                let path = folder.appendingPathComponent("x.\(format.rawValue)").path
                try MeshFile.write(mesh, to: path)
                let whole = try Data(contentsOf: URL(fileURLWithPath: path))
                for _ in 0..<300 {
                    var damaged = whole.prefix(Int(random.next() % UInt64(whole.count + 1)))
                    for _ in 0..<4 where !damaged.isEmpty {
                        damaged[Int(random.next() % UInt64(damaged.count))] = UInt8(truncatingIfNeeded: random.next())
                    }
                    try damaged.write(to: URL(fileURLWithPath: path))
                    do { _ = try MeshFile.read(path).defects } catch is MeshingError {}
                }
            }
        }
    }

    @Test func textFormsOfTheSameTriangle() throws {
        let stl =
            "solid a b\n facet normal 0 0 1\n outer loop\n vertex 0 0 0\n vertex 1 0 0\n vertex 0 1e0 0\n"
            + " endloop\n endfacet\nendsolid a b\n"
        for (name, content) in [
            ("a.stl", stl), ("a.ply", Self.plyHeader + "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"),
            ("a.obj", "# x\nv 0 0 0\r\nv 1 0 0\nv 0 1 0\nvn 0 0 1\nf 1//1 2//1 -1//1\n"),
        ] {
            try inFolder { folder in
                let path = folder.appendingPathComponent(name).path
                try Data(content.utf8).write(to: URL(fileURLWithPath: path))
                let mesh = try MeshFile.read(path)
                #expect(mesh.vertices == [Point(0, 0, 0), Point(1, 0, 0), Point(0, 1, 0)])
                #expect(mesh.triangles == [SIMD3(0, 1, 2)])
            }
        }
        #expect(throws: MeshingError.unknownFormat(path: "x.wrl")) { try MeshFile.read("x.wrl") }
        #expect(throws: MeshingError.cannotRead(path: "/nowhere/x.stl", .notFound)) {
            try MeshFile.read("/nowhere/x.stl")
        }
        let mesh = try MeshSamples.box(.zero, Vector3(1, 1, 1))
        #expect(throws: MeshingError.self) { try MeshFile.write(mesh, to: "/nowhere/x.stl") }
    }
}
