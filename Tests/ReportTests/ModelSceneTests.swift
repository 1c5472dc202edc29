import Foundation
import Frames
import Imaging
import Meshing
import Planning
import TestSupport
import Testing

@testable import Report

@Suite struct ModelSceneTests {
    /// Two balls of bone and a rod of canal, with a screw in one.
    static func scene() throws -> ModelScene {
        let g = try GridGeometry(size: GridSize(60, 60, 80), spacing: Vector3(1, 1, 1), origin: Point(-30, -30, -40))
        var labels = LabelVolume(geometry: g)
        for i in 0..<g.size.count {
            let p = g.point(g.index(offset: i)).coordinates
            if length(p - Vector3(0, 0, 20)) < 15 { labels[g.index(offset: i)] = 22 }
            if length(p - Vector3(0, 0, -18)) < 15 { labels[g.index(offset: i)] = 23 }
            if abs(p.x) < 4, abs(p.y - 20) < 4, abs(p.z) < 30 { labels[g.index(offset: i)] = 103 }
        }
        let item = PlanItem(
            id: "L3-left", kind: .pedicleScrew, level: AnatomicalLabel(22), side: .left, entry: Point(0, 14, 20),
            target: Point(0, -10, 20), diameter: 5)
        return ModelScene(
            labels: labels, plan: PlanFile(image: .init(seriesUID: nil, sha256: ""), items: [item]))
    }

    @Test func everyLabelHasASurface() throws {
        let scene = try Self.scene()
        #expect(scene.surfaces.map(\.name) == ["L3", "L4", "spinal canal"])
        #expect(scene.surfaces.map(\.group) == [.bone, .bone, .canal] && scene.omitted.isEmpty)
        for surface in scene.surfaces.prefix(2) {
            #expect(abs(surface.mesh.volume / (4.0 / 3 * .pi * 3375) - 1) < 0.05)
            #expect(surface.mesh.triangles.count < 4000)
        }
        #expect(scene.names.map(\.text) == ["L3", "L4"])
    }

    /// Read as the page's script reads it, a mesh is where it was to half a step.
    @Test func packedMeshesComeBack() throws {
        for surface in try Self.scene().surfaces {
            let packed = PackedMesh(surface.mesh)
            let words = packed.positions.withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
            #expect(words.count == surface.mesh.vertices.count * 3 && !packed.isWide)
            for (i, v) in surface.mesh.vertices.enumerated() {
                for k in 0..<3 {
                    let back = packed.low[k] + Double(words[3 * i + k]) * packed.step[k]
                    #expect(abs(back - v.coordinates[k]) <= packed.step[k] / 2 + 1e-12)
                }
            }
            let corners = packed.triangles.withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
            #expect(corners.map(Int32.init) == surface.mesh.triangles.flatMap { [$0.x, $0.y, $0.z] })
        }
    }

    @Test func dataCannotLeaveItsElement() throws {
        let hostile = "</script><script>alert(1)</script><!--&amp;\u{2028}"
        let item = PlanItem(
            id: hostile, kind: .electrode, level: nil, side: nil, entry: Point(0, 14, 20), target: Point(0, -10, 20),
            diameter: 1)
        let scene = ModelScene(
            labels: nil, plan: PlanFile(image: .init(seriesUID: nil, sha256: ""), items: [item]))
        let text = scene.json.insideScript
        #expect(!text.contains("<") && !text.contains(">") && !text.contains("&") && !text.contains("\u{2028}"))
        let back = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let items = try #require(back["items"] as? [[String: Any]])
        #expect(items.first?["id"] as? String == hostile)
    }

    /// The picture by hand: a ball's outline is where the projection puts it, and bone is seen through.
    @Test func theStillShowsWhatIsThere() throws {
        let still = ModelStill(try Self.scene(), width: 240, height: 200, from: Vector3(0, 1, 0))
        let picture = still.picture()
        // From the back: the patient's right is on the right, the head above.
        let right = still.project(Point(-5, 0, 0)).x - still.project(Point(5, 0, 0)).x
        let up = still.project(Point(0, 0, -5)).y - still.project(Point(0, 0, 5)).y
        #expect(right > 0 && up > 0 && abs(right - up) < 1e-9)
        func colour(_ p: Point<CT>) -> SIMD3<UInt8> {
            let at = still.project(p)
            return picture[Int(at.x), Int(at.y)]
        }
        #expect(colour(Point(24, 0, 20)) == SIMD3(255, 255, 255))
        // Bone lets paper through: lighter than bone itself, darker than paper.
        let bone = colour(Point(11, 0, 20))
        #expect(bone.x < 250 && bone.x > 150)
        // The canal lies behind nothing here, and is blue.
        let canal = colour(Point(0, 20, 1))
        #expect(canal.z > canal.x)
        // The screw's head, seen end on, stands out of the ball.
        let screw = colour(Point(0, 14, 20))
        #expect(screw.y != screw.x)
    }

    @Test func threeIsTakenOnlyAsItShouldBe() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(ThreeLibrary.installed(in: [folder.path]) == nil)
        for part in ["build", "examples/js/controls"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(part), withIntermediateDirectories: true)
        }
        let main = folder.appendingPathComponent("build/three.min.js")
        let controls = folder.appendingPathComponent("examples/js/controls/OrbitControls.js")
        try "var OrbitControls;".write(to: controls, atomically: true, encoding: .utf8)
        try "var WebGLRenderer;".write(to: main, atomically: true, encoding: .utf8)
        let found = try #require(ThreeLibrary.installed(in: [folder.path]))
        #expect(found.scripts.count == 2 && found.scripts[0].contains("MIT License"))
        for bad in ["var WebGLRenderer = '</script>';", "<!-- WebGLRenderer", "nothing"] {
            try bad.write(to: main, atomically: true, encoding: .utf8)
            #expect(ThreeLibrary.installed(in: [folder.path]) == nil)
        }
    }

    /// SHA-256 of "abc" (FIPS 180-4), as a policy writes it.
    @Test func hashesAreThoseOfThePolicy() {
        #expect(PageScript(text: "abc").source == "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='")
    }
}
