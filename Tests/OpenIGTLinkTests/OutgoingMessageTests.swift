import Frames
import Imaging
import Meshing
import Testing

@testable import OpenIGTLink

/// What is sent is byte for byte what another program packs of the same.
@Suite struct OutgoingMessageTests {
    @Test func aTransform() {
        let X = Pose<Tracker, Marker>(
            rotation: Rotation(radians: .pi / 2, about: .z), translation: Vector3(10.5, -20.25, 300.125))
        let bytes = OutgoingMessage.transform(X, device: "Probe", time: 1_700_000_000.5).bytes
        // the cosine of a right angle is no exact zero
        let numbers = bytes[58...].map { $0 }
        #expect(bytes[..<50] == PackedByPyigtl.transform[..<50])
        #expect(numbers.count == 48 && numbers[36...] == PackedByPyigtl.transform[94...])
    }

    @Test func anImage() throws {
        let geometry = try GridGeometry(
            size: GridSize(2, 3, 4), spacing: Vector3(0.5, 0.6, 0.7), origin: Point(-10, 20, 30))
        let volume = Volume<Int16>(geometry: geometry, voxels: (0..<24).map { Int16($0 - 5) })
        #expect(try OutgoingMessage.image(volume, device: "CT", time: nil).bytes == PackedByPyigtl.image)
    }

    @Test func aMesh() throws {
        let mesh = try TriangleMesh(
            vertices: [Point(1, 2, 3), Point(4, 5, 6), Point(7, 8, 9)], triangles: [SIMD3(0, 1, 2)])
        #expect(try OutgoingMessage.mesh(mesh, device: "L3", time: nil).bytes == PackedByPyigtl.mesh)
    }

    /// A point of the tool in CT coordinates lies, told in RAS, at the same place: x and y with the other sign.
    @Test func aPoseInTheImageIsToldInRAS() throws {
        let X = Pose<CT, Marker>(
            rotation: Rotation(rotationVector: Vector3(0.3, -0.2, 0.9)), translation: Vector3(1, 2, 3))
        let bytes = OutgoingMessage.transform(X, device: "D", time: nil).bytes
        let (messages, _) = try MessageReaderTests.read(bytes)
        let told = try #require(MessageReaderTests.pose(messages.first))
        for p in [Point<Marker>(0, 0, 0), Point(10, -20, 30)] {
            let (a, b) = ((X * p).coordinates, (told * p).coordinates)
            #expect(length(b - Vector3(-a.x, -a.y, a.z)) < 1e-4)
        }
    }

    /// By the protocol's table: 64 letters, 32 letters, kind, reserved, colour, entry, target, radius, 20 letters.
    @Test func aTrajectory() {
        let axis = PlannedAxis(name: "L3-left", entry: Point(1, 2, 3), target: Point(4, 5, 6), radius: 3.25)
        let bytes = OutgoingMessage.trajectories([axis, axis], device: "Plan", time: nil).bytes
        #expect(bytes.count == 58 + 300 && bytes[2..<6] == ArraySlice("TRAJ".utf8))
        let element = Array(bytes[58..<208])
        #expect(element[..<7] == ArraySlice("L3-left".utf8) && element[64..<74] == ArraySlice("Trajectory".utf8))
        #expect(element[96] == 3)
        let floats = (0..<7).map { index in
            Float(bitPattern: element[(102 + 4 * index)..<(106 + 4 * index)].reduce(0) { $0 << 8 | UInt32($1) })
        }
        #expect(floats == [-1, -2, 3, -4, -5, 6, 3.25])
    }

    @Test func longNamesAreCutAtACharacter() throws {
        let X = Pose<Tracker, Marker>.identity()
        let bytes = OutgoingMessage.transform(X, device: String(repeating: "ä", count: 30), time: nil).bytes
        let (messages, _) = try MessageReaderTests.read(bytes)
        #expect(messages.first?.header.device == String(repeating: "ä", count: 10))
    }
}
